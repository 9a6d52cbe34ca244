import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import Made, metric_of
from radioloom.errors import StudyError
from radioloom.prediction.imputation import METHODS
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.provenance import rng
from radioloom.stages.learning.fitting import fit_signature
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.risks import THE_SIGNATURE, risks
from radioloom.stages.learning.validate import validate
from radioloom.stats.bootstrap import permutation_within
from radioloom.tables import METRICS, PREDICTIONS

MADE = Made(covariates=["age"])
HELD = ("estimate", "low", "high")
REPEATED = Made(covariates=["age"], sizes={"train": 80, "retest": 16}, repeats=5)
BINARY = Made(kind="binary", sizes={"train": 80, "retest": 16})  # cross-validation only


def value(made: Made, *place: str, **keys: str) -> float:
    return metric_of(made.metrics, *place, **keys)


def test_tables_are_as_declared_and_whole():
    found = MADE.learned()
    models = {"signature", "volume", "clinical", "clinical+signature"}
    rows = found["predictions"]
    frozen = rows[rows["split"] == "frozen"]
    assert frozen.groupby(["model", "part"]).size().to_dict() == {
        (m, p): n for m in models for p, n in (("train", 80), ("test", 90))
    }
    folds = rows[rows["split"] != "frozen"]
    assert set(folds["part"]) == {"test"}
    assert folds.groupby("model").size().eq(160).all()  # two repeats
    assert set(found["selection"]["split"]) == {f"r0{r}f{f}" for r in (1, 2) for f in (1, 2, 3, 4)}
    assert set(found["curves"]["model"]) == models
    assert set(found["curves"]["cohort"]) == {"train", "valid1", "valid2"}


def test_the_planted_signature_is_found_and_null_models_are_at_a_half():
    for cohort in ("valid1", "valid2"):
        assert value(MADE, "validation", cohort, "signature", "c_index") > 0.72
        assert value(MADE, "validation", cohort, "volume", "c_index") < 0.7
        assert value(MADE, "validation", cohort, "null", "c_index") == pytest.approx(0.5, abs=0.09)
        assert value(MADE, "validation", cohort, "signature", "null_p") == pytest.approx(
            1 / 13
        )  # none of 12 did as well
    assert value(MADE, "cross-validation", "train", "signature", "c_index") > 0.72
    assert value(MADE, "cross-validation", "train", "null", "c_index") == pytest.approx(0.5, abs=0.09)
    # the optimism of learning from noise: null models look good where they were learned
    assert value(MADE, "apparent", "train", "null", "c_index") > 0.57


def test_without_any_effect_the_signature_is_one_of_the_null_models():
    nothing = Made(effect=0, seed=3, sizes={"train": 80, "valid1": 200})
    estimate = value(nothing, "validation", "valid1", "signature", "c_index")
    low, high = (value(nothing, "validation", "valid1", "null", "c_index", column=c) for c in ("low", "high"))
    assert low - 0.12 < estimate < high + 0.12  # volume is still planted
    assert value(nothing, "cross-validation", "train", "null", "c_index") == pytest.approx(0.5, abs=0.1)


def test_estimates_and_differences_agree_with_predictions_by_lifelines():
    from lifelines.utils import concordance_index

    rows = MADE.learned()["predictions"].merge(MADE.outcomes)
    for (model, cohort), mine in rows[rows["split"] == "frozen"].groupby(["model", "cohort"]):
        evaluation = "apparent" if cohort == "train" else "validation"
        expected = concordance_index(mine["time_days"], -mine["risk"], mine["event"])
        assert value(MADE, evaluation, cohort, model, "c_index") == pytest.approx(expected, abs=1e-12)
    c = {m: value(MADE, "validation", "valid1", m, "c_index") for m in ("signature", "volume", "clinical")}
    delta = value(MADE, "validation", "valid1", "signature", "c_index", against="volume")
    assert delta == pytest.approx(c["signature"] - c["volume"])
    delta = value(MADE, "validation", "valid1", "signature", "c_index", against="clinical")
    assert delta == pytest.approx(c["signature"] - c["clinical"])


@pytest.mark.parametrize("place", [("validation", "valid1"), ("validation", "valid2"), ("cross-validation", "train")])
def test_what_the_signature_adds_to_the_clinic_is_clinical_with_it_minus_without_it(place):
    made = REPEATED if place[0] == "cross-validation" else MADE
    clinical, both = (value(made, *place, model, "c_index") for model in ("clinical", "clinical+signature"))
    added = {key: value(made, *place, "clinical+signature", "c_index", against="clinical", column=key) for key in HELD}
    assert added["estimate"] == pytest.approx(both - clinical)
    assert 0.03 < added["estimate"] < 0.3  # the planted signature knows more than age does
    assert -0.05 < added["low"] < added["estimate"] < added["high"]
    rows = MADE.metrics.reset_index()
    against = rows[rows["against"] != ""].groupby("model")["against"].agg(set).to_dict()
    assert against == {"signature": {"volume", "clinical"}, "clinical+signature": {"clinical"}}


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_what_a_signature_adds_to_the_covariates_is_above_zero_where_it_helps(kind):
    """The covariate knows next to nothing and the planted texture nearly all: with the signature less without it."""
    made = Made(kind=kind, covariates=[{"stage": ["I", "II", "III"]}], sizes={"train": 80, "valid1": 80}, repeats=5)
    metric = {"survival": "c_index", "binary": "auc"}[kind]
    for place in (("validation", "valid1"), ("cross-validation", "train"), ("apparent", "train")):
        both, alone = (value(made, *place, model, metric) for model in ("clinical+signature", "clinical"))
        difference, low = (
            value(made, *place, "clinical+signature", metric, against="clinical", column=c) for c in ("estimate", "low")
        )
        assert both > alone + 0.1
        assert difference == pytest.approx(both - alone)
        if place[0] != "apparent":  # which has no interval
            assert low > 0  # the interval is of the same difference, not of its opposite


def test_cross_validation_agrees_with_predictions_fold_by_fold():
    from sksurv.metrics import concordance_index_censored

    rows = MADE.learned()["predictions"].merge(MADE.outcomes)
    rows = rows[(rows["split"] != "frozen") & (rows["model"] == "signature")]
    repeats = []
    numbers = MADE.splits[["split", "repeat", "fold"]].drop_duplicates()
    for _, repeat in rows.merge(numbers).groupby("repeat"):
        counts = np.array(
            [
                concordance_index_censored(
                    fold["event"].to_numpy(), fold["time_days"].to_numpy(), fold["risk"].to_numpy()
                )
                for _, fold in repeat.groupby("fold")
            ]
        )
        _, right, wrong, tied, _ = counts.sum(axis=0)
        repeats.append((right + tied / 2) / (right + wrong + tied))
    found = value(MADE, "cross-validation", "train", "signature", "c_index")
    assert found == pytest.approx(np.mean(repeats), abs=1e-12)


def test_intervals_hold_their_estimates():
    rows = MADE.metrics[MADE.metrics["low"].notna()]
    assert ((rows["low"] <= rows["estimate"]) & (rows["estimate"] <= rows["high"])).all()


def test_curves_and_tests_at_the_frozen_cut_point_equal_lifelines():
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    found = MADE.learned()
    rows = found["predictions"].merge(MADE.outcomes)
    mine = rows[(rows["split"] == "frozen") & (rows["model"] == "signature") & (rows["cohort"] == "valid1")]
    groups = mine[mine["risk"] > MADE.signature.cut_point], mine[mine["risk"] <= MADE.signature.cut_point]
    test = logrank_test(*(g["time_days"] for g in groups), *(g["event"] for g in groups))
    p = value(MADE, "validation", "valid1", "signature", "logrank_p")
    assert p == pytest.approx(test.p_value, rel=1e-9)
    curves = found["curves"].set_index(["cohort", "kind", "model", "group"]).loc[("valid1", "signature", "signature")]
    for name, group in zip(("high", "low"), groups, strict=True):
        other = KaplanMeierFitter().fit(group["time_days"], group["event"]).survival_function_["KM_estimate"]
        np.testing.assert_allclose(curves.loc[name, "survival"], other, atol=1e-12)


def test_the_cut_point_is_that_of_training_wherever_a_cohort_lies():
    def shift(features: pd.DataFrame, outcomes: dict) -> None:
        features.loc[features["cohort"] == "valid1", "value"] += 0.8

    moved = Made(sizes={"train": 80, "valid1": 50}, change=shift)
    rows = moved.learned()["predictions"].query("split == 'frozen' and model == 'signature' and cohort == 'valid1'")
    high = rows["risk"] > moved.signature.cut_point
    assert abs(high.mean() - 0.5) > 0.1
    curves = moved.learned()["curves"].query("cohort == 'valid1' and model == 'signature' and time_days == 0")
    assert dict(zip(curves["group"], curves["at_risk"], strict=True)) == {"high": high.sum(), "low": (~high).sum()}


def test_null_models_of_cross_validation_are_learned_and_judged_within_folds():
    """Each by hand: outcomes permuted inside the folds of its repeat, all learned anew, pairs of one fold counted."""
    made, splits = BINARY.material, BINARY.splits
    everyone, values = made.rows(splits, "frozen", "train"), []
    for k in range(12):
        folds = [f"r{1 + k % 2:02d}f{fold}" for fold in (1, 2, 3, 4)]
        label = sum(fold * np.isin(everyone, made.rows(splits, name, "test")) for fold, name in enumerate(folds))
        order = permutation_within(label, rng(11, "null", str(k)))
        shuffled, risk = made.outcomes.take(everyone).take(order), np.zeros(80)
        for fold, name in enumerate(folds):
            train = made.rows(splits, name, "train")
            signature = learn(made, train, [shuffled.take(label != fold)])[0].signature
            risk[label == fold] = risks(made, signature, everyone[label == fold])[THE_SIGNATURE]
        right = [comparable(shuffled.take(label == f)) for f in range(4)]
        total = sum(pairs.sum() for pairs in right)
        values.append(sum(p.sum() * concordance(p, risk[label == f]) for f, p in enumerate(right)) / total)
    assert value(BINARY, "cross-validation", "train", "null", "auc") == pytest.approx(np.mean(values), abs=1e-12)
    own = value(BINARY, "cross-validation", "train", "signature", "auc")
    share = (1 + sum(v >= own for v in values)) / 13
    assert value(BINARY, "cross-validation", "train", "signature", "null_p") == pytest.approx(share)


def test_a_binary_outcome_has_an_auc_and_no_curves():
    from sklearn.metrics import roc_auc_score

    found = BINARY.learned()
    assert found["curves"].empty
    assert "uno_c" not in set(found["metrics"]["metric"])
    rows = found["predictions"].merge(BINARY.outcomes)
    mine = rows[(rows["split"] == "frozen") & (rows["model"] == "signature")]
    expected = roc_auc_score(mine["event"], mine["risk"])
    assert value(BINARY, "apparent", "train", "signature", "auc") == pytest.approx(expected, abs=1e-12)
    assert value(BINARY, "cross-validation", "train", "null", "auc") == pytest.approx(0.5, abs=0.15)
    delta = value(BINARY, "cross-validation", "train", "signature", "auc", against="volume")
    expected = [value(BINARY, "cross-validation", "train", m, "auc") for m in ("signature", "volume")]
    assert delta == pytest.approx(expected[0] - expected[1])


def test_two_runs_and_any_order_of_rows_give_the_same_tables():
    made = Made(sizes={"train": 50, "valid1": 30}, covariates=["age"])
    shuffled = Made(sizes={"train": 50, "valid1": 30}, covariates=["age"])
    shuffled.features = made.features.sample(frac=1, random_state=1)
    shuffled.outcomes = made.outcomes.sample(frac=1, random_state=2)
    shuffled.splits = made.splits.sample(frac=1, random_state=3)
    for name, frame in made.learned().items():
        pd.testing.assert_frame_equal(shuffled.learned()[name], frame, check_exact=True)


def test_a_later_cohort_or_repeat_changes_nothing_of_the_others():
    """Randomness is keyed by purpose: valid1's rows are the same with and without valid2."""
    sizes = {"train": 50, "valid1": 30}
    alone, more = Made(sizes=sizes), Made(sizes={**sizes, "valid2": 30})
    for evaluation, cohort in (("validation", "valid1"), ("cross-validation", "train"), ("apparent", "train")):
        one, other = (m.metrics.loc[(evaluation, cohort)] for m in (alone, more))
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_no_leakage_from_test_cases_to_what_is_learned_in_folds():
    """Outcomes of a fold's test cases turned round: predictions of that fold stay, to the bit."""
    made, splits = MADE.material, MADE.splits
    test = made.rows(splits, "r01f1", "test")
    event = made.outcomes.event.copy()
    event[test] = ~event[test]
    other = replace(made, outcomes=replace(made.outcomes, event=event))
    before, after = (PREDICTIONS.frame(validate(m, splits, MADE.signature).predictions) for m in (made, other))
    mine = before["split"] == "r01f1"
    pd.testing.assert_frame_equal(after[mine], before[mine], check_exact=True)
    assert not after[before["split"] == "r01f2"].equals(before[before["split"] == "r01f2"])  # there they train


def test_selecting_before_the_folds_would_look_better():
    """The trap this design avoids: on pure noise, features chosen on all cases seem to predict in the folds."""
    noise = Made(effect=0, seed=5, sizes={"train": 60})
    made = noise.material
    everyone = made.rows(noise.splits, "frozen", "train")
    outcomes = made.outcomes.take(np.random.default_rng(9).permutation(60))
    chosen = learn(made, everyone, [outcomes])[0].reduction.chosen
    honest, leaky = [], []
    for name in (f"r01f{k}" for k in (1, 2, 3, 4)):
        train, test = (made.rows(noise.splits, name, part) for part in ("train", "test"))
        pairs = comparable(outcomes.take(test))
        inside = learn(made, train, [outcomes.take(train)])[0].signature
        honest.append(concordance(pairs, risks(made, inside, test)[THE_SIGNATURE]))
        outside = fit_signature(made, train, outcomes.take(train), chosen)
        leaky.append(concordance(pairs, risks(made, outside, test)[THE_SIGNATURE]))
    assert np.mean(leaky) > np.mean(honest)


def test_missing_values_of_the_signature_are_said():
    made = MADE.material
    values = made.values.copy()
    name = MADE.signature.feature_ids[0]
    values[made.rows(MADE.splits, "frozen", "test")[:3], made.place(name)] = np.nan
    notes = validate(replace(made, values=values), MADE.splits, MADE.signature).notes
    assert f"valid1: {name} undefined in 3 of 50 cases: {METHODS['mean']}" in notes


def test_nothing_survives_and_the_study_still_ends():
    study = {
        **MADE.study,
        "reliability": {**MADE.study["reliability"], "threshold": 1.0},
    }
    made = Made(sizes=MADE.sizes)
    made.study = study
    found = METRICS.frame(made.validated.metrics).set_index(list(METRICS.key))
    assert made.signature.terms == ()
    assert metric_of(found, "validation", "valid1", "signature", "c_index") == 0.5
    assert any("folds: the signature was empty" in note for note in made.validated.notes)


@pytest.mark.parametrize("kind", ["survival", "binary"])
@pytest.mark.parametrize("dead", ["0", "1"])
def test_a_validation_cohort_where_all_fared_alike_has_no_estimate_and_breaks_nothing(kind, dead):
    def alike(features: pd.DataFrame, outcomes: dict) -> None:
        outcomes["valid1"]["dead"] = dead

    made = Made(kind=kind, sizes={"train": 50, "valid1": 12}, change=alike)
    made.study["validation"]["cross_validation"]["repeats"] = 0
    name = {"survival": "c_index", "binary": "auc"}[kind]
    estimate = value(made, "validation", "valid1", "signature", name)
    assert np.isnan(estimate) == (kind == "binary" or dead == "0")
    assert value(made, "validation", "valid1", "signature", name, column="n_events") == 12 * int(dead)
    made.learned()


def test_a_signature_of_another_profile_is_refused():
    with pytest.raises(
        StudyError, match="the signature is of profile ffff, the features of 0123456789ab; fit it again"
    ):
        validate(MADE.material, MADE.splits, replace(MADE.signature, profile="ffff"))


def test_learning_is_quick_enough_to_be_repeated():
    """Measured: some 20 ms for 450 features and 72 cases; the limit leaves room for a busy machine."""
    made, train = MADE.material, MADE.material.rows(MADE.splits, "frozen", "train")
    begun = time.process_time()
    learn(made, train, [made.outcomes.take(train)])
    assert time.process_time() - begun < 0.5


def test_a_test_of_the_cases_learnt_on_is_not_printed():
    """Its p is small for noise in nine of ten studies: the groups were made from these very outcomes."""
    rows = MADE.learned()["metrics"]
    judged = rows[(rows["metric"] == "logrank_p")]
    assert set(judged["evaluation"]) == {"validation"}
    assert set(rows.loc[rows["metric"] == "hazard_ratio", "evaluation"]) == {"validation", "apparent"}
