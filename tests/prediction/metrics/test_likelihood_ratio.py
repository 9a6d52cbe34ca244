"""What one risk adds, and means in subgroups, against anova of R (golden/make/added_value.R and interaction.R)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.prediction.metrics.likelihood_ratio import added_value, interaction
from radioloom.prediction.outcome import outcome

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = pd.read_csv(GOLDEN / "added_value_cases.csv")
EXPECTED = pd.read_csv(GOLDEN / "added_value.csv").set_index("kind")["p"]
KNOWN, ADDED = CASES["known"].to_numpy(), CASES["added"].to_numpy()


def truth(kind: str, rows: slice = slice(None)):
    event = CASES["event" if kind == "survival" else "response"].to_numpy(bool)[rows]
    return outcome(kind, event, CASES["time_days"].to_numpy(float)[rows])


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_p_equals_that_of_r(kind):
    found = added_value(KNOWN, ADDED, truth(kind)).value
    assert found == pytest.approx(EXPECTED[kind], rel=1e-8)
    # neither scale nor what is known already counts
    again = added_value(7 - 3 * KNOWN, 100 + 0.5 * ADDED + KNOWN, truth(kind)).value
    assert again == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_what_cannot_be_tested_is_not_said(kind):
    for added in (2 * KNOWN, np.ones(len(KNOWN))):
        assert np.isnan(added_value(KNOWN, added, truth(kind)).value)
    few = slice(0, 3)
    assert np.isnan(added_value(KNOWN[few], ADDED[few], truth(kind, few)).value)
    separated = truth(kind).event * 1.0 + 0.001 * ADDED if kind == "binary" else -truth(kind).time_days
    assert np.isnan(added_value(KNOWN, separated, truth(kind)).value)


OF_SUBGROUPS = pd.read_csv(GOLDEN / "interaction_cases.csv")
INTERACTIONS = pd.read_csv(GOLDEN / "interaction.csv")


@pytest.mark.parametrize("row", INTERACTIONS.to_dict("records"), ids=lambda row: f"{row['levels']} {row['kind']}")
def test_interaction_equals_anova_of_r(row):
    cases = OF_SUBGROUPS[OF_SUBGROUPS["level"] < row["levels"]]
    event = cases["event" if row["kind"] == "survival" else "response"].to_numpy(bool)
    truth = outcome(row["kind"], event, cases["time_days"].to_numpy(float))
    found = interaction(cases["risk"].to_numpy(), cases["level"].to_numpy(), truth)
    assert found.value == pytest.approx(row["p"], rel=1e-7)


def test_interaction_with_nothing_to_compare_is_not_told():
    truth = outcome("binary", OF_SUBGROUPS["response"].to_numpy(bool))
    risk, level = OF_SUBGROUPS["risk"].to_numpy(), OF_SUBGROUPS["level"].to_numpy()
    assert np.isnan(interaction(risk, np.zeros(len(risk)), truth).value)
    assert np.isnan(interaction(np.where(level == 1, 0.5, risk), level, truth).value)
