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


def check_values(profile: Profile, unit: str, values: np.ndarray) -> tuple[str, ...]:
    """Notes on the voxels of a region, before they are resampled; values : (n,) in the image's unit ("" not known).

    Raises BadImage where they are said to be HU, and can be none.
    """
    if profile.normalise is not None or (unit or profile.unit) != "HU":
        return ()
    if not unit and not possible(values):
        return (f"voxels of the region, {values.min():g} to {values.max():g}, can be no HU, and are measured as such",)
    odd = beyond(values)
    return (odd,) if odd else ()


def check_lowest(
    profile: Profile, unit: str, values: np.ndarray, wider: Callable[[], np.ndarray] | None = None
) -> tuple[str, ...]:
    """A note where no voxel of a CT lies below 0 HU, as fat and air do: its offset is lacking, or it was windowed.

    values : in and around the region, in the image's unit ("" not known)
    wider : reads more of the image, and is asked where these have none: a region may lie deep in soft tissue
    """
    if profile.normalise is not None or (unit or profile.unit) != "HU":
        return ()
    if (values < 0).any() or (wider is not None and (wider() < 0).any()):
        return ()
    return (
        "no voxel around the region lies below 0 HU, as fat and air do: is the offset of -1024 lacking, or was the "
        "image windowed?",
    )
