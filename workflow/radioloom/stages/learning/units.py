"""Who is one: the patient of each case, by PATIENTS; cases of one patient are drawn, dealt and permuted together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from radioloom.stages.learning.material import Material

if TYPE_CHECKING:
    import pandas as pd


def patients_of(patients: pd.DataFrame) -> dict[tuple[str, str], tuple[str, ...]]:
    """Key of the patient of each (cohort, case): the same in all cohorts where the user names it, else the case's own.

    patients : PATIENTS
    """
    columns = (patients[name] for name in ("cohort", "case", "patient", "named"))
    each = zip(*columns, strict=True)
    return {(cohort, case): (patient,) if named else (cohort, case) for cohort, case, patient, named in each}


def with_units(material: Material, patients: pd.DataFrame) -> Material:
    """The material with the patient of each case; a case that PATIENTS does not list is a patient of its own."""
    known = patients_of(patients)
    cases = list(zip(material.cases["cohort"], material.cases["case"], strict=True))
    number: dict[tuple[str, ...], int] = {}
    units = np.array([number.setdefault(known.get(case, case), len(number)) for case in cases], dtype=np.int64)
    return replace(material, outcomes=replace(material.outcomes, units=units))


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
