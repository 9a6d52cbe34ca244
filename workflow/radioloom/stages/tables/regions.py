"""Regions of the cases that models use, counted by cohort; and what is said where they are several."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from radioloom.io.user_tables.ids import bare
from radioloom.tables.columns import FIRST

Regions = dict[str, dict[str, set[str]]]  # cohort -> case -> regions


def taken(rows: Mapping[str, Iterable[dict[str, Any]] | None], cohorts: Iterable[str]) -> Regions:
    """Regions of each case of some cohorts, of the replicate that models take.

    rows : of sheets or tables of features, by cohort; None of one that is at fault
    """
    regions: Regions = {}
    for cohort in cohorts:
        regions[cohort] = defaultdict(set)
        for row in rows[cohort] or ():
            if row["replicate"] == FIRST:
                regions[cohort][row["case"]].add(row["roi"])
    return regions


def listed(regions: Regions) -> str:
    """Cases by cohort and region: `train tumour (80); valid node (50)`."""
    parts = []
    for cohort, cases in regions.items():
        counts = Counter(roi for rois in cases.values() for roi in rois)
        parts += [f"{cohort} {', '.join(f'{roi} ({n})' for roi, n in sorted(counts.items()))}"] if counts else []
    return "; ".join(parts)


def several(regions: Regions) -> str:
    """A sentence where models compare cases of regions that differ by more than spelling; "" where they do not."""
    if len({bare(roi) for cases in regions.values() for rois in cases.values() for roi in rois}) < 2:
        return ""
    return (
        f"models compare cases of several regions (cases by region: {listed(regions)}); where they are one, write one "
        "name in all rows, else keep the cases of one region"
    )
