"""Faults of cases as rows of EXCLUSIONS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from radioloom.errors import CaseError

Row = dict[str, Any]
IDENTITY = ("cohort", "case", "replicate")
WHOSE = (*IDENTITY, "roi")  # whose region it is


def exclusions(stage: str, faults: Sequence[tuple[Row, CaseError]]) -> list[Row]:
    """Rows of EXCLUSIONS, one a case and replicate; where its regions failed for several reasons, each is named."""
    found: dict[tuple, dict[str, str]] = {}
    for row, error in faults:
        found.setdefault(tuple(row[key] for key in IDENTITY), {})[row["roi"]] = str(error)
    return [
        {**dict(zip(IDENTITY, key, strict=True)), "stage": stage, "reason": _said(why)} for key, why in found.items()
    ]


def _said(reasons: dict[str, str]) -> str:
    """Reasons by region as one text."""
    different = set(reasons.values())
    return different.pop() if len(different) == 1 else "; ".join(f"{roi}: {why}" for roi, why in reasons.items())
