"""The learning and its signature on images whose texture is destroyed: what is left there was never texture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from radioloom.imaging.controls import CONTROLS
from radioloom.stages.learning.fit import THE_SIGNATURE, Judged, learn, risks
from radioloom.stages.learning.reduce import Material, without_baselines
from radioloom.tables.columns import CONTROL, REFITTED

if TYPE_CHECKING:
    import pandas as pd


def control_materials(made: Material, controls: pd.DataFrame | None) -> dict[str, Material]:
    """The material of `made` with the values of each control in turn, by the name of the control.

    controls : CONTROLS; only replicate 1 of the cases of `made` counts. What a case lacks is NaN.
    """
    if controls is None or controls.empty:
        return {}
    found = {}
    own = controls[controls["replicate"] == "1"]
    for name in (name for name in CONTROLS if name in set(own["variant"])):
        table = own[own["variant"] == name].pivot(index=["cohort", "case"], columns="feature_id", values="value")
        wide = table.reindex(list(zip(made.cases["cohort"], made.cases["case"], strict=True))).reindex(
            columns=made.names
        )
        found[name] = replace(made, values=np.ascontiguousarray(wide.to_numpy(np.float64)))
    return found


def control_risks(controls: dict[str, Material], signature: dict, rows: np.ndarray) -> dict[Judged, np.ndarray]:
    """Risk (m,) that a frozen signature gives the rows (m,) from each of their control images."""
    alone = {**signature, "baselines": {}}
    return {Judged(CONTROL, name): risks(each, alone, rows)[THE_SIGNATURE] for name, each in controls.items()}


def relearned_risks(
    controls: dict[str, Material], train: np.ndarray, test: np.ndarray
) -> Iterable[tuple[Judged, np.ndarray]]:
    """Risk (m,) of the test rows by the whole learning repeated on each control, whose training rows are complete."""
    for name, each in controls.items():
        if np.isfinite(each.values[train]).any(axis=1).all():
            learnt = learn(without_baselines(each), train, [each.outcomes.take(train)])[0]
            yield Judged(CONTROL, name, REFITTED), risks(each, learnt.signature, test)[THE_SIGNATURE]


def control_gaps(controls: dict[str, Material]) -> Iterable[str]:
    """What could not be measured of the controls, for the log."""
    for name, each in controls.items():
        lacking = int((~np.isfinite(each.values).any(axis=1)).sum())
        if lacking:
            cases = f"{lacking} of {len(each.values)} cases"
            yield f"control {CONTROLS[name].label}: {cases} could not be measured, training means taken"
