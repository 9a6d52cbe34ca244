"""The patient of each case, by PATIENTS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def patients_of(patients: pd.DataFrame) -> dict[tuple[str, str], tuple[str, ...]]:
    """Key of the patient of each (cohort, case): the same in all cohorts where the user names it, else the case's own.

    patients : PATIENTS
    """
    columns = (patients[name] for name in ("cohort", "case", "patient", "named"))
    each = zip(*columns, strict=True)
    return {(cohort, case): (patient,) if named else (cohort, case) for cohort, case, patient, named in each}


def numbered(cases: Sequence[tuple[str, str]], patients: pd.DataFrame) -> np.ndarray:
    """Number of the patient of each (cohort, case), int64 (n,), in order; a case that PATIENTS lacks is of its own.

    patients : PATIENTS
    """
    known, number = patients_of(patients), dict[tuple[str, ...], int]()
    return np.array([number.setdefault(known.get(case, case), len(number)) for case in cases], dtype=np.int64)


def first_cases(rows: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Rows of the first case of each patient in each cohort: two lesions of one patient are one subject of an ICC.

    rows : of any table with `cohort` and `case`
    patients : PATIENTS
    """
    known = patients_of(patients)
    first: dict[tuple[str, tuple[str, ...]], str] = {}
    cases = rows[["cohort", "case"]].drop_duplicates().sort_values(["cohort", "case"])
    for cohort, case in zip(cases["cohort"], cases["case"], strict=True):
        first.setdefault((cohort, known.get((cohort, case), (cohort, case))), case)
    taken = {(cohort, case) for (cohort, _), case in first.items()}
    return rows[[key in taken for key in zip(rows["cohort"], rows["case"], strict=True)]]
