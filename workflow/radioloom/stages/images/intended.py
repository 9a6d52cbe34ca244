"""Whether an image is one that the profile is for: of its modality and unit, and with voxels that can be of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from radioloom.errors import BadImage
from radioloom.imaging.hounsfield import beyond, possible
from radioloom.profile import ANY, Profile, misfit, purpose


def check(profile: Profile, modality: str, unit: str) -> tuple[str, ...]:
    """Notes on an image of this modality and unit, each "" where it is not known.

    Raises BadImage where the profile is for others.
    """
    if fault := misfit(profile, modality, unit):
        raise BadImage(fault)
    if modality or unit or profile.modality == ANY:
        return ()
    return (
        f"nothing says of which modality the image is: taken for one that the profile {profile.name} is for "
        f"({purpose(profile)}); give its `modality`",
    )


def check_values(
    profile: Profile, unit: str, values: np.ndarray, padding: Callable[[], tuple[float, float] | None] = lambda: None
) -> tuple[str, ...]:
    """Notes on the voxels of a region, before they are resampled.

    values : (n,) in the image's unit ("" not known); padding : as `hounsfield.beyond` asks for it
    Raises BadImage where they are said to be HU, and can be none.
    """
    if profile.normalise is not None or (unit or profile.unit) != "HU":
        return ()
    if not unit and not possible(values):
        return (f"voxels of the region, {values.min():g} to {values.max():g}, can be no HU, and are measured as such",)
    odd = beyond(values, padding)
    return (odd,) if odd else ()
