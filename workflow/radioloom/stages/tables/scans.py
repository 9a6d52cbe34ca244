"""How the image of each case was acquired, and the batch that this makes it a case of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stats.harmonisation import UNKNOWN
from radioloom.tables.features import first_replicates

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = ("manufacturer", "model", "kernel")  # columns of SERIES, as the next
NUMBERS = ("kvp", "slice_thickness_mm", "slice_spacing_mm", "pixel_spacing_mm")


def acquisitions(cases: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """How the image of each (cohort, case) was acquired: columns CATEGORIES and NUMBERS of SERIES, first replicate."""
    keys = ["cohort", "case", "replicate", "series"]
    first = first_replicates(cases)[keys].drop_duplicates(["cohort", "case"])
    return first.merge(series, on=keys, how="left").set_index(["cohort", "case"])[[*CATEGORIES, *NUMBERS]]


def batches(scans: pd.DataFrame, attributes: list[str]) -> np.ndarray:
    """Batch of each case, object (n,): the attributes joined; UNKNOWN where a header does not state one of them."""
    columns = [scans[name].map(label, na_action="ignore") for name in attributes]
    known = np.all([column.notna().to_numpy() for column in columns], axis=0)
    joined = [" / ".join(row) if whole else UNKNOWN for *row, whole in zip(*columns, known, strict=True)]
    return np.array(joined, dtype=object)


def label(value: Any) -> str:
    """What a header states, as text."""
    return value if isinstance(value, str) else f"{value:g}"
