"""From the report alone a reader computes an absolute risk: baseline, centre and formula stand there."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from made.planted_tables import Made
from radioloom.figures import baseline, multivariable


@cache
def made(kind="survival"):
    return Made(kind=kind, sizes={"train": 70}, covariates=["age"])


def number(cell):
    return float(cell.replace("\N{MINUS SIGN}", "-").replace("\N{THIN SPACE}", ""))


def test_an_absolute_risk_is_recomputed_from_the_tables_of_the_report():
    model = made().signature
    cells = {(row[0], row[1]): row[2:] for row in baseline.table(model, [600.0, 300.0]).rows}
    centre, survival, hazard = map(number, cells["clinical", "300"])
    assert math.exp(-hazard) == pytest.approx(survival, abs=1e-4)
    (row,) = (row for row in multivariable.table(model).rows if row[:2] == ("clinical", "age"))
    mean, sd, coefficient = map(number, row[2:5])
    risk = 1 - survival ** math.exp(coefficient * (70.0 - mean) / sd - centre)
    expected = model.baselines["clinical"].risk_at(np.array([[70.0]]), 300.0)
    assert risk == pytest.approx(float(expected[0]), abs=1e-3)
    assert "1 − S₀ to the power exp(risk − centre)" in baseline.formula(model)


def test_the_centre_is_that_of_the_model():
    model = made().signature
    moved = replace(model, hazard=replace(model.hazard, centre=0.5))
    assert baseline.table(moved, [300.0]).rows[0][2] == "0.5000"
    assert baseline.table(moved, [300.0]).rows[0][3:] == baseline.table(model, [300.0]).rows[0][3:]


def test_a_horizon_beyond_follow_up_has_dashes_and_no_horizon_no_table():
    model = made().signature
    assert baseline.table(model, [1e6]).rows[0][3:] == ("–", "–")
    assert baseline.table(model, []) is None
    assert baseline.table(replace(model, hazard=None, baselines={}), [300.0]) is None
    assert baseline.formula(replace(model, hazard=None)) == ""


def test_a_binary_outcome_has_a_formula_and_no_baseline():
    model = made("binary").signature
    assert baseline.formula(model) == "The absolute risk is 1 / (1 + exp(−risk))."
    assert baseline.table(model, []) is None
