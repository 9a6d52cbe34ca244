"""p against null models: only beside a value that is told; in validation of the frozen signature's own risks."""

from itertools import combinations

import numpy as np
import pytest

from calibrate.cells import Cell
from calibrate.population import GROUPS, NAMES, patients
from calibrate.study import learnt_from, plain, settings
from made.planted_tables import Made, metric_of
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.metrics.record import Estimate
from radioloom.prediction.outcome import Outcome
from radioloom.provenance import rng
from radioloom.stages.learning import null_models
from radioloom.stages.learning.judge import places
from radioloom.stages.learning.null_models import beside_nulls, exchanged_values, null_rows
from radioloom.stages.learning.place import Place
from radioloom.stages.learning.validate import validate

NAN = float("nan")
PLACE = Place(
    "cross-validation", "t", np.arange(20), Outcome("survival", np.ones(20, bool), np.arange(20.0)), np.ones((0, 20))
)


@pytest.mark.parametrize(("observed", "p"), [((0.7, 0.7), 0.5), ((0.7, NAN), NAN)])
def test_a_repeat_without_a_value_has_no_p_also_where_its_null_has_none(observed, p):
    _, row = null_rows(PLACE, np.array(observed), np.array([0.6, NAN]))
    assert row["estimate"] == pytest.approx(p, nan_ok=True)


def test_a_mean_that_is_not_told_has_no_p_whichever_repeats_the_nulls_used():
    turn = np.array([0, 1, 0])
    told, untold = (
        Estimate(float(np.mean(each)), repeats=np.array(each)) for each in ((0.7, 0.6, 0.8), (0.7, 0.6, NAN))
    )
    assert beside_nulls(told, turn).tolist() == [0.7, 0.6, 0.7]
    assert np.isnan(beside_nulls(untold, turn)).all()
    assert np.isnan(beside_nulls(Estimate(NAN), turn)).all()


def naive_concordance(event, time, risk):
    """Pair by pair: who had the event earlier is the one at higher risk."""
    told = []
    for a, b in combinations(range(len(event)), 2):
        first, other = (a, b) if (time[a], not event[a]) < (time[b], not event[b]) else (b, a)
        if event[first] and (time[first] < time[other] or not event[other]):
            told.append(1.0 if risk[first] > risk[other] else 0.5 if risk[first] == risk[other] else 0.0)
    return np.mean(told)


def test_in_validation_they_are_the_frozen_risks_beside_exchanged_outcomes():
    made = Made(sizes={"train": 60, "valid1": 30}, repeats=0)
    tables = made.learned()
    rows = tables["predictions"].query("cohort == 'valid1' and model == 'signature'").merge(made.outcomes)
    event, time, risk = (rows[name].to_numpy() for name in ("event", "time_days", "risk"))
    values = []
    for k in range(made.study["validation"]["null_models"]):
        order = rng(made.study["seed"], "null", str(k)).permutation(len(rows))
        values.append(naive_concordance(event[order], time[order], risk))
    place = ("validation", "valid1", "null", "c_index")
    assert metric_of(made.metrics, *place) == pytest.approx(np.mean(values), abs=1e-12)
    assert metric_of(made.metrics, *place, column="high") == pytest.approx(np.quantile(values, 0.975), abs=1e-12)
    share = (1 + sum(value >= naive_concordance(event, time, risk) for value in values)) / (1 + len(values))
    assert metric_of(made.metrics, "validation", "valid1", "signature", "null_p") == pytest.approx(share)


def test_features_that_share_what_foretells_the_outcome_do_not_spread_them():
    """Signatures learnt on permuted training outcomes reach .3 to .7 here, and true ones did not stand out."""
    draw, n = np.random.default_rng(5), 250
    size = draw.normal(size=n)
    values = 0.85 * size[:, None] + 0.53 * draw.normal(size=(n, 20))
    dies, leaves = draw.exponential(np.exp(-0.8 * size)), draw.uniform(0.05, 2.5, n)
    cohort = np.repeat([0, 2], [100, 150])
    outcomes = Outcome("survival", dies <= leaves, 365 * np.minimum(dies, leaves), np.arange(n), cohort)
    cell = Cell("shared", "survival", 100, nulls=20, repeats=0)
    study = settings(cell) | {"baselines": {}}
    names = np.array([f"f{k:02d}" for k in range(20)], dtype=object)
    whole = plain(study, values, names, np.repeat(np.array(["shape", "texture"], dtype=object), 10), outcomes)
    splits, signature = learnt_from(whole, 1)
    (told,) = (row for row in validate(whole, splits, signature).comparisons if row["evaluation"] == "validation")
    assert (told["null_p"], told["verdict"]) == (pytest.approx(1 / 21), "above")
    spread = exchanged_values(whole, signature, places(whole, splits)[1])
    assert 0.4 < spread.min() < 0.5 < spread.max() < 0.6


def test_p_of_exchanged_outcomes_is_even_with_two_lesions_a_patient_and_two_centres(monkeypatch):
    """At or below .1 in a tenth of cohorts whose risks tell nothing, though lesions are alike and centres differ."""
    monkeypatch.setattr(null_models, "risk_of", lambda material, _, rows: material.values[rows, 0])
    cell = Cell("clusters", "survival", 32, lesions=2, centres=2, nulls=9)
    p = []
    for k in range(200):
        new = patients(cell, 32, np.random.default_rng((2, k)))
        of = plain(settings(cell) | {"seed": k}, new.values, NAMES, GROUPS, new.outcomes)
        place = Place("validation", "v", np.arange(32), of.outcomes, np.zeros((0, 32)))
        values = exchanged_values(of, None, place)
        observed = concordance_of(of.outcomes, of.values[:, 0])
        _, row = null_rows(place, np.array(observed), values)
        p.append(row["estimate"])
    assert abs(np.mean(np.array(p) <= 0.1001) - 0.1) < 3 * np.sqrt(0.1 * 0.9 / len(p))
