"""One small picture a prepared case, for the report's contact sheet."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from radioloom.figures.contact import tile
from radioloom.io.prepared import Prepared

Picture = tuple[str, np.ndarray]  # label, uint8 (height, width, 3)


def pictures(cases: Iterable[Prepared]) -> dict[str, list[Picture]]:
    """Pictures by cohort, in the order of their labels: case, and replicate where it is not the first."""
    found: dict[str, list[Picture]] = {}
    for case in cases:
        said = case.sidecar
        label = said["case"] if said["replicate"] == "1" else f"{said['case']} · {said['replicate']}"
        found.setdefault(said["cohort"], []).append((label, tile(case.image, case.mask.array)))
    return {cohort: sorted(made, key=lambda picture: picture[0]) for cohort, made in sorted(found.items())}
