"""Patients for validation against pmvalsampsize 0.1 (R) of binary outcomes, and simulated cohorts of survival."""

import csv
import math

import numpy as np
import pytest
from scipy.special import expit

from made.studies import ROOT
from radioloom.prediction.metrics.concordance import comparable
from radioloom.prediction.outcome import outcome
from radioloom.stats.sample_size import Expected, Z
from radioloom.stats.validation_size import expected_c, for_c, for_c_of_pairs, for_calibration, for_slope, logits

SIMULATED = list(csv.DictReader((ROOT / "tests/golden/validation_size.csv").read_text(encoding="utf-8").splitlines()))


def test_binary_criteria_are_those_that_pmvalsampsize_prints():
    """Its own tests: prevalence 0.018, C 0.8, linear predictors N(-5, 2.5^2), slope from a million drawn."""
    assert for_c(0.8, 0.018, 500).patients == 4252
    assert for_slope(2.5, -5.0, 500).patients == pytest.approx(4544, rel=0.005)
    variance = 0.982 / (0.018 * 905.06)  # O/E 1 wide takes 905 there
    assert 2 * math.sinh(Z * math.sqrt(variance)) == pytest.approx(1, abs=1e-4)
    assert for_calibration(variance, 905).width == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("r_squared", [0.15, 0.5, 0.99])
def test_logits_have_the_share_and_the_r_squared_that_are_expected(share, r_squared):
    expected = Expected("binary", share, r_squared)
    spread, mean = logits(expected)
    draw = np.random.default_rng(5)
    risk = expit(mean + spread * draw.normal(size=200_000))
    event = draw.random(200_000) < risk
    told = np.mean(np.log(np.maximum(np.where(event, risk, 1 - risk), 1e-300)))
    none = share * math.log(share) + (1 - share) * math.log(1 - share)
    assert event.mean() == pytest.approx(share, abs=0.01)
    assert (1 - math.exp(2 * (none - told))) / expected.largest == pytest.approx(r_squared, abs=0.01)
    order = np.argsort(np.argsort(risk)) + 1.0
    n = event.sum()
    area = (order[event].sum() - n * (n + 1) / 2) / (n * (~event).sum())
    assert expected_c(expected) == pytest.approx(area, abs=0.006)


@pytest.mark.parametrize("row", [{key: float(value) for key, value in row.items()} for row in SIMULATED])
def test_c_of_survival_and_how_much_it_varies_are_those_of_simulated_cohorts(row):
    """tests/golden/make/validation_size.R: C of 50,000 patients, its standard deviation over cohorts of 150."""
    largest = Expected("survival", row["share"]).largest
    assert expected_c(Expected("survival", row["share"], row["cox_snell"] / largest)) == pytest.approx(
        row["c"], abs=0.011
    )
    draw, widths = np.random.default_rng(3), []
    for _ in range(8):
        time = draw.exponential(np.exp(-row["spread"] * draw.normal(size=150)))
        stop = draw.exponential(1 / row["censoring"], 150) if row["censoring"] else np.inf
        stop = np.minimum(stop, row["end"])
        pairs = comparable(outcome("survival", time <= stop, np.minimum(time, stop)))
        widths.append(for_c_of_pairs(row["c"], pairs.sum(axis=1), pairs.sum(axis=0)).width)
    assert -0.03 < np.mean(widths) / (2 * Z * row["sd"]) - 1 < 0.1


def test_of_two_groups_the_formula_of_pairs_is_newcombe_s():
    pairs = comparable(outcome("binary", np.arange(4000) < 1000))
    by_pairs, by_newcombe = for_c_of_pairs(0.7, pairs.sum(axis=1), pairs.sum(axis=0)), for_c(0.7, 0.25, 4000)
    assert by_pairs.width == pytest.approx(by_newcombe.width, rel=2e-3)
    assert by_pairs.patients == pytest.approx(by_newcombe.patients, rel=5e-3)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
@pytest.mark.parametrize("r_squared", [1e-4, 0.99, 0.9999])
def test_whatever_is_expected_there_is_an_answer(share, r_squared):
    expected = Expected("binary", share, r_squared)
    c = expected_c(expected)
    assert 0.5 < c < 1
    assert for_c(c, share, 50).patients >= 1
    assert 0 < for_c(c, share, 50).width <= 1
    assert for_slope(*logits(expected), 50).patients > 1000
    assert 0.5 < expected_c(Expected("survival", share, r_squared)) < 1
