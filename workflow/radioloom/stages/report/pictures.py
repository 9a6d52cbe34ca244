"""One small picture of each prepared region, for the report's image gallery."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from radioloom.figures.contact import tile
from radioloom.stages.report.record import Picture

if TYPE_CHECKING:
    from radioloom.io.prepared import Prepared


def pictures(cases: Iterable[Prepared]) -> dict[str, list[Picture]]:
    """Pictures by cohort, in the order of their regions."""
    cohorts: dict[str, list[Picture]] = {}
    for case in cases:
        keys = case.sidecar
        picture = (keys["case"], keys["replicate"], keys["roi"]), tile(case.image, case.mask.array)
        cohorts.setdefault(keys["cohort"], []).append(picture)
    return {cohort: sorted(tiles, key=lambda picture: picture[0]) for cohort, tiles in sorted(cohorts.items())}
