"""Read a cohort's clinical table: outcomes and covariates of patients, in a CSV file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def read(path: Path) -> pd.DataFrame:
    """The table with every cell as text, so that a case `007` keeps its zeros; an empty cell is NaN."""
    import pandas as pd

    return pd.read_csv(path, dtype=str)
