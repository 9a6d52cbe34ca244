"""Regions that drop out of a study, as rows of EXCLUSIONS with a reason for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from radioloom.errors import CaseError

Row = dict[str, Any]
IDENTITY = ("cohort", "case", "replicate")
REGION_KEY = (*IDENTITY, "roi")  # columns that say whose region a row is of


def exclusions(stage: str, faults: Sequence[tuple[Row, CaseError]]) -> list[Row]:
    """Rows of EXCLUSIONS, one per region.

    faults : REGION_KEY (among other columns) of what could not be used, and why
    """
    reasons = {tuple(row[key] for key in REGION_KEY): str(error) for row, error in faults}
    return [
        {**dict(zip(REGION_KEY, key, strict=True)), "stage": stage, "reason": reason} for key, reason in reasons.items()
    ]
