"""signature.json keeps its bytes when only validation data change, and not when training data do."""

import json
from dataclasses import replace

import numpy as np
import pytest

from made.planted_tables import Made
from radioloom.sealed import write_json
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.lesson import lesson_digest
from radioloom.stages.learning.units import with_units

MADE = Made(sizes={"train": 40, "valid1": 30}, covariates=["age"])


def written(material, folder) -> bytes:
    """The file as the rule `fit` writes it."""
    inputs = lesson_digest(material, MADE.splits, MADE.selection)
    signature = replace(fit(material, MADE.splits, MADE.selection), provenance={"inputs": inputs})
    write_json(signature.to_json(), folder / "signature.json")
    return (folder / "signature.json").read_bytes()


def changed(row: int) -> dict:
    """The material with one thing of one row changed, by what that is."""
    made = MADE.material
    values, event, time, covariates = (
        made.values.copy(),
        made.outcomes.event.copy(),
        made.outcomes.time_days.copy(),
        made.covariates.copy(),
    )
    values[row, 0] += 1e-9
    event[row] = ~event[row]
    time[row] += 1
    covariates[row] += 1
    patients = made.cases.assign(patient=made.cases["case"], named=True)
    patients.loc[[row, row + 1], "patient"] = "twice"
    return {
        "values": replace(made, values=values),
        "event": replace(made, outcomes=replace(made.outcomes, event=event)),
        "time": replace(made, outcomes=replace(made.outcomes, time_days=time)),
        "covariates": replace(made, covariates=covariates),
        "patients": with_units(made, patients),
    }


@pytest.mark.parametrize("what", ["values", "event", "time", "covariates", "patients"])
def test_bytes_rest_on_training_cases_alone(what, tmp_path):
    before = written(MADE.material, tmp_path)
    assert json.loads(before)["provenance"]["inputs"]
    assert written(changed(55)[what], tmp_path) == before
    assert written(changed(5)[what], tmp_path) != before
    assert np.array_equal(MADE.material.rows(MADE.splits, "frozen", "train"), np.arange(40))
