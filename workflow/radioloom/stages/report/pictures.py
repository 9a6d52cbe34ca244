"""One small picture a prepared case, for the report's contact sheet."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from radioloom.figures.contact import label, tile
from radioloom.io.prepared import Prepared

Picture = tuple[str, np.ndarray]  # label, uint8 (height, width, 3)


def pictures(cases: Iterable[Prepared]) -> dict[str, list[Picture]]:
    """Pictures by cohort, in the order of their labels."""
    found: dict[str, list[Picture]] = {}
    for case in cases:
        said = case.sidecar
        picture = label(said["case"], said["replicate"]), tile(case.image, case.mask.array)
        found.setdefault(said["cohort"], []).append(picture)
    return {cohort: sorted(made, key=lambda picture: picture[0]) for cohort, made in sorted(found.items())}
