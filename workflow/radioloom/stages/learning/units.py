"""Who is one: the patient of each case, by PATIENTS; cases of one patient are drawn, dealt and permuted together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from radioloom.stages.learning.material import Material
from radioloom.stages.learning.patients import numbered

if TYPE_CHECKING:
    import pandas as pd


def with_units(material: Material, patients: pd.DataFrame) -> Material:
    """The material with the patient of each case; a case that PATIENTS does not list is a patient of its own."""
    cases = list(zip(material.cases["cohort"], material.cases["case"], strict=True))
    return replace(material, outcomes=replace(material.outcomes, units=numbered(cases, patients)))
