import csv

import numpy as np
import pytest

from radioloom import simulate
from radioloom.simulate.cohorts import COHORTS
from radioloom.simulate.expression import genes
from radioloom.simulate.latent import latent, outcome
from radioloom.simulate.settings import Settings

SEED, SETTINGS = 20140603, {"effect_heterogeneity": 1.0, "effect_volume": 0.5}  # of the default study
SHEETS = {name: simulate.sheet(name) for name in COHORTS}


def concordance(risk, days, dead):
    """Harrell's C by its definition: pairs whose earlier time is a death."""
    earlier = (days[:, None] < days) & dead[:, None]
    agree = (risk[:, None] > risk) + 0.5 * (risk[:, None] == risk)
    return agree[earlier].mean()


@pytest.fixture(scope="module")
def cases():
    return simulate.truth(SHEETS, SEED, SETTINGS)["cases"]


def of(cases, cohort):
    rows = [row for row in cases if row["cohort"] == cohort]
    seen = [outcome(latent(SEED, row["case"]), Settings(**SETTINGS)) for row in rows]
    columns = {key: np.array([row[key] for row in rows]) for key in ("heterogeneity", "volume", "log_hazard")}
    return columns, np.array([one.days for one in seen]), np.array([one.dead for one in seen])


@pytest.mark.parametrize(
    ("cohort", "low", "high"), [("train", 0.75, 0.80), ("valid1", 0.70, 0.85), ("valid2", 0.70, 0.85)]
)
def test_the_planted_truth_can_be_found(cases, cohort, low, high):
    hidden, days, dead = of(cases, cohort)
    whole = concordance(hidden["log_hazard"], days, dead)
    assert low <= whole <= high
    assert 0.5 < concordance(hidden["volume"], days, dead) < whole - 0.1
    assert abs(np.corrcoef(hidden["heterogeneity"], hidden["volume"])[0, 1]) < 0.2
    assert 0.55 < dead.mean() < 0.75


def test_a_cox_model_of_the_truth_validates(cases):
    """Fitted by statsmodels on the training cohort, judged in the others."""
    from statsmodels.duration.hazard_regression import PHReg

    hidden, days, dead = of(cases, "train")
    factors = np.stack([hidden["heterogeneity"], hidden["volume"]], axis=1)
    found = PHReg(days.astype(float), factors, status=dead.astype(float), ties="efron").fit().params
    assert (found > 0.2).all()
    for cohort in ("valid1", "valid2"):
        other, days, dead = of(cases, cohort)
        risk = found[0] * other["heterogeneity"] + found[1] * other["volume"]
        assert concordance(risk, days, dead) >= 0.70


def test_one_row_a_patient_and_a_gene(cases):
    assert [(row["cohort"], row["case"]) for row in cases] == list(
        dict.fromkeys((name, row["case"]) for name in COHORTS for row in SHEETS[name])
    )
    table = simulate.truth(SHEETS, SEED, SETTINGS)["genes"]
    assert [row["gene"] for row in table] == list(genes(SEED).names)
    driven = {row["module"] for row in table if row["driver"] == "heterogeneity"}
    assert len(driven) == 1
    assert "" not in driven
    assert {row["driver"] for row in table if row["module"] not in driven} == {""}


def test_a_truth_is_a_function_of_its_case(cases):
    alone = simulate.truth({"valid1": SHEETS["valid1"][5:6]}, SEED, SETTINGS)["cases"]
    assert alone == [row for row in cases if row["case"] == "V006"]


def test_truth_is_written_as_tables(tmp_path):
    tables = simulate.truth({"retest": SHEETS["retest"]}, SEED, SETTINGS)
    assert [path.name for path in simulate.write_truth(tables, tmp_path)] == ["cases.csv", "genes.csv"]
    for name, rows in tables.items():
        with open(tmp_path / f"{name}.csv", encoding="utf-8", newline="") as handle:
            assert list(csv.DictReader(handle)) == [{key: str(value) for key, value in row.items()} for row in rows]
