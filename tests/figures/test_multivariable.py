"""The multivariable table: every model's coefficients with interval and p, or why there is none."""

from dataclasses import replace

import pytest
from scipy import stats

from made.planted_tables import VOLUME, Made
from radioloom.figures import multivariable
from radioloom.stages.learning.signature import Term

MADE = Made(sizes={"train": 60, "valid1": 20}, covariates=["age"])


def rows(model):
    table = multivariable.table(model)
    return {tuple(row[:2]): dict(zip(table.columns, row, strict=True)) for row in table.rows}


def test_every_variable_of_every_model_has_a_row():
    signature = MADE.signature
    names = [("signature", name) for name in signature.feature_ids]
    names += [("volume", VOLUME), ("clinical", "age"), ("clinical+signature", "risk by the signature")]
    assert list(rows(signature)) == [*names, ("clinical+signature", "age")]


def test_p_equals_lifelines():
    from lifelines import CoxPHFitter

    train = MADE.material.rows(MADE.splits, "frozen", "train")
    outcomes = MADE.material.outcomes.take(train)
    import pandas as pd

    values = MADE.material.values[train][:, MADE.material.place(VOLUME)]
    frame = pd.DataFrame({"x": (values - values.mean()) / values.std(), "t": outcomes.time_days, "e": outcomes.event})
    other = CoxPHFitter().fit(frame, "t", "e").summary.loc["x"]
    (term,) = MADE.signature.baselines["volume"].terms
    assert multivariable.wald_p(term) == pytest.approx(other["p"], rel=1e-4)
    row = rows(MADE.signature)["volume", VOLUME]
    assert row["hazard ratio per SD (95 % interval)"].startswith(f"{other['exp(coef)']:.2f} (")


@pytest.mark.parametrize("n", [1, 2])
def test_a_model_without_coefficients_has_one_row(n):
    bare = tuple(replace(term, coefficient=None) for term in MADE.signature.terms[:n])
    (row,) = rows(replace(MADE.signature, terms=bare, baselines={}))
    assert row[1] == {1: bare[0].feature_id, 2: "all 2"}[n]


def test_p_is_two_sided():
    import numpy as np

    for degrees, of in ((None, stats.norm), (7.5, stats.t(7.5))):
        low, high = np.exp(-0.7 + of.ppf([0.025, 0.975]) * 0.3)
        term = Term("x", "g", 0.0, 1.0, coefficient=-0.7, low=low, high=high, degrees=degrees)
        assert multivariable.wald_p(term) == pytest.approx(2 * of.sf(0.7 / 0.3), rel=1e-9)


@pytest.mark.parametrize(("n_events", "told"), [(9, False), (10, True)])
def test_of_few_events_no_interval_is_told(n_events, told):
    model = replace(MADE.signature, n_events=n_events, baselines={})
    table = multivariable.table(model)
    assert ("why there is no interval" not in table.columns) == told
    assert told or {row[-1] for row in table.rows} == {"fewer than 10 events in training"}


def test_a_mean_that_rounding_made_is_zero():
    model = MADE.signature
    changed = replace(model, terms=tuple(replace(term, mean=-7e-18, sd=0.4) for term in model.terms), baselines={})
    assert {row["mean"] for row in rows(changed).values()} == {"0.000"}


@pytest.mark.parametrize(
    ("change", "ridge", "why"),
    [
        ({"low": None, "high": None}, 0.0, multivariable.NO_ERRORS),
        ({"coefficient": None, "ratio": None, "low": None, "high": None}, 0.0, multivariable.NO_COEFFICIENTS),
        ({"coefficient": 0.0, "ratio": 1.0, "low": 1.0, "high": 1.0}, 0.0, multivariable.CONSTANT),
        ({"coefficient": 0.0, "low": 1.0, "high": 1.0, "group": "signature"}, 0.0, multivariable.NOT_APART),
        ({}, 1.0, multivariable.PENALISED),
        ({"ratio": 1699.0, "low": 3.71, "high": 778174.0}, 0.0, multivariable.VAGUE),
    ],
)
def test_why_a_term_has_no_interval(change, ridge, why):
    model = MADE.signature
    changed = replace(model, ridge=ridge, terms=tuple(replace(term, **change) for term in model.terms), baselines={})
    for row in rows(changed).values():
        assert row["why there is no interval"] == why
        assert row["p"] == "–"
        assert "(" not in row["hazard ratio per SD (95 % interval)"]
