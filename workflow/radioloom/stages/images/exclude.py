"""Cases that drop out of a study, as rows of EXCLUSIONS with a reason for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from radioloom.errors import CaseError

Row = dict[str, Any]
IDENTITY = ("cohort", "case", "replicate")
REGION_KEY = (*IDENTITY, "roi")  # columns that say whose region a row is of


def exclusions(stage: str, faults: Sequence[tuple[Row, CaseError]]) -> list[Row]:
    """Rows of EXCLUSIONS, one per case and replicate; where its regions failed for several reasons, each is named.

    faults : REGION_KEY (among other columns) of what could not be used, and why
    """
    reasons: dict[tuple, dict[str, str]] = {}  # of a case and replicate, by region
    for row, error in faults:
        reasons.setdefault(tuple(row[key] for key in IDENTITY), {})[row["roi"]] = str(error)
    return [
        {**dict(zip(IDENTITY, key, strict=True)), "stage": stage, "reason": _one_text(by_region)}
        for key, by_region in reasons.items()
    ]


def _one_text(by_region: dict[str, str]) -> str:
    """Reasons by region as one text."""
    different = set(by_region.values())
    if len(different) == 1:
        return different.pop()
    return "; ".join(f"{roi}: {reason}" for roi, reason in by_region.items())
