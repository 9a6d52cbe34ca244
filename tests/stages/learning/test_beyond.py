"""Values and risks of new patients beyond training: far, impossible, and 0/1 covariates that are neither."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.prediction.baseline_hazard import BaselineHazard
from radioloom.prediction.scalings import learn, scaled
from radioloom.stages.images.new_images import one_each
from radioloom.stages.learning.apply import NewPatients, apply, summary
from radioloom.stages.learning.signature import COVARIATE, Signature, Term

TERMS = (
    Term("f", "texture", 10.0, 2.0, coefficient=0.5),
    Term("age", COVARIATE, 60.0, 10.0, coefficient=0.2),
    Term("sex=m", COVARIATE, 0.4, 0.24**0.5, coefficient=0.1),
)
HAZARD = BaselineHazard([100.0, 300.0], [0.1, 0.3], 0.0, 500.0)
MODEL = Signature("signature", "cox", "hazard ratio", TERMS, 0.0, 0.0, 50, 20, 0.0, "", hazard=HAZARD)
USUAL = (10.0, 60.0, 1.0)


def rows_of(*patients, model=MODEL, batches=None, horizons=()):
    index = pd.MultiIndex.from_tuples([("", f"P{k}") for k in range(len(patients))], names=["cohort", "case"])
    values = pd.DataFrame(np.array(patients, float), index=index, columns=model.feature_ids)
    return apply(model, NewPatients(values, batches), horizons)


def test_a_value_far_from_training_is_told_of_its_patient():
    rows = rows_of(USUAL, (21.0, 60.0, 0.0), (10.0, -5.0, 1.0), (19.9, 105.0, np.nan))
    assert [row["note"] for row in rows] == [
        "",
        "f is 6 SD above the training mean",
        "age is 6 SD below the training mean",
        "sex=m missing, the training mean taken",
    ]
    assert "P1: f is 6 SD above the training mean" in list(summary(rows))
    assert rows[1]["risk"] == pytest.approx(0.5 * 5.5 - 0.1 * 0.4 / 0.24**0.5)  # told, and left as it is


def test_a_model_without_terms_divides_nobody_and_says_so_once():
    rows = rows_of((), (), model=replace(MODEL, terms=(), intercept=2.7, model="logistic", hazard=None))
    assert [(row["risk"], row["group"]) for row in rows] == [(2.7, ""), (2.7, "")]
    assert list(summary(rows)) == [f"all 2 cases: {rows[0]['note']}"]
    assert "everybody has the same risk" in rows[0]["note"]


def test_an_impossible_risk_is_said_at_every_horizon():
    rows = rows_of((1e300, 60.0, 1.0), (-100.0, 60.0, 1.0), (np.nan, 60.0, 1.0), horizons=(100, 300))
    assert [row["note"] for row in rows[:2]] == [rows[0]["note"]] * 2
    assert rows[0]["note"].startswith("f is 5e+299 SD above the training mean; an impossible risk (the hazard of the ")
    assert "an impossible risk" in rows[2]["note"]
    assert "impossible" not in rows[4]["note"]


def test_a_risk_too_large_to_compute_is_none_and_says_why():
    (row,) = rows_of((1e308, 60.0, 1.0), model=replace(MODEL, terms=(replace(TERMS[0], coefficient=10.0), *TERMS[1:])))
    assert row["risk"] is None
    assert row["note"].startswith("no risk: its values are so large that it cannot be computed; f is 5e+307 SD above")


@pytest.mark.parametrize("value", [2.0, -1.0, 0.5])
def test_an_indicator_that_is_neither_0_nor_1_is_refused(value):
    with pytest.raises(StudyError, match=r"'sex=m' was 0 or 1 of every training case, and case P1 has .*; write 1"):
        rows_of(USUAL, (10.0, 60.0, value))


@pytest.mark.parametrize("way", [lambda f: (f - f.mean()) / f.std(), lambda f: (f - f.min()) / np.ptp(f)])
def test_features_that_were_standardised_are_refused_by_a_model_of_features_as_measured(way):
    measured = np.random.default_rng(1).normal(10.0, 2.0, 12)

    def patients(feature):
        return [(value, 60.0, 1.0) for value in feature]

    assert len(rows_of(*patients(measured))) == 12
    with pytest.raises(
        StudyError, match=r"the features have m\w+ 0 and .* 1 over these 12 patients: they were standard"
    ):
        rows_of(*patients(way(measured)))
    assert len(rows_of(*patients(way(measured)[:9]))) == 9  # of so few it may be by chance
    learnt_so = replace(MODEL, terms=(replace(TERMS[0], mean=0.0, sd=1.0), *TERMS[1:]))
    assert len(rows_of(*patients(way(measured)), model=learnt_so)) == 12


def test_an_impossible_probability_of_a_binary_outcome_is_said():
    model = replace(MODEL, model="logistic", ratio="odds ratio", hazard=None, intercept=-1.0)
    usual, extreme = rows_of(USUAL, (1e5, 60.0, 1.0), model=model)
    assert usual["note"] == ""
    assert "an impossible risk (odds of 10 to the power of" in extreme["note"]


def test_values_are_as_far_as_they_are_after_harmonisation():
    mapped = tuple(replace(term, batches={"A": [0.01, 0.0]}) for term in TERMS[:2])
    model = replace(MODEL, terms=mapped)
    rows = rows_of((1000.0, 6000.0), (1000.0, 6000.0), model=model, batches=np.array(["A", "B"], dtype=object))
    assert rows[0]["note"] == ""
    assert "f is 495 SD above" in rows[1]["note"]


def test_a_published_signature_without_training_means_tells_no_distance():
    model = replace(MODEL, terms=(Term("f", "texture", 0.0, 1.0, coefficient=0.001),), complete=True, hazard=None)
    assert rows_of((900.0,), model=model)[0]["note"] == ""


def test_mean_and_sd_tell_an_indicator_of_a_learnt_study():
    from made.planted_tables import Made

    made = Made(sizes={"train": 60}, covariates=["age", {"stage": ["I", "II", "III"]}])
    clinical = made.signature.baselines["clinical"]
    found = {term.feature_id for term in clinical.terms if abs(term.sd**2 - term.mean * (1 - term.mean)) < 1e-9}
    assert found == {"stage=II", "stage=III"}


def test_a_horizon_before_the_first_event_is_refused_and_one_at_it_is_not():
    assert [row["absolute_risk"] > 0 for row in rows_of(USUAL, horizons=(100,))] == [True]
    for days, why in (
        (2, r"before day 100, .*; give days \(if these are years 730, if months 61\)"),
        (0, "days above 0"),
    ):
        with pytest.raises(StudyError, match=why):
            rows_of(USUAL, horizons=(days,))


def test_images_of_visits_counted_from_0_are_refused():
    with pytest.raises(StudyError, match="rows with a replicate 0: models take replicate 1"):
        one_each([{"case": "P1", "replicate": visit} for visit in "01"])


@pytest.mark.parametrize("scaling", ["standard", "robust", "rank", "log", "yeo_johnson"])
def test_a_column_in_another_unit_is_told_of_all_patients(scaling):
    rng = np.random.default_rng(6)
    train, new = np.exp(rng.normal(9, 1, (200, 1))), np.exp(rng.normal(9, 1, 30))
    (learnt,) = learn(scaling, train)
    mapped = scaled(train, [learnt])
    model = replace(MODEL, terms=(replace(TERMS[0], mean=mapped.mean(), sd=mapped.std(), scaling=learnt), *TERMS[1:]))

    def notes(f):
        return [row["note"] for row in rows_of(*([value, *USUAL[1:]] for value in f), model=model)]

    told = notes(new / 1000)
    assert told[0].startswith("the median f of these 30 cases is ")
    assert told[0].endswith(": are both in one unit?")
    assert set(told[1:]) == {""}
    assert not any("unit" in note for note in (*notes(new), *notes(new / 4), *notes(new[:4] / 1000), *notes(-new)))


def test_a_column_about_0_is_in_no_other_unit():
    few = [(value, *USUAL[1:]) for value in np.random.default_rng(7).normal(0, 1, 50)]
    for mean, sd in ((0.01, 1.0), (0.0, 1.0), (5.0, 50.0)):
        model = replace(MODEL, terms=(replace(TERMS[0], mean=mean, sd=sd), *TERMS[1:]))
        assert not any("unit" in row["note"] for row in rows_of(*few, model=model))
