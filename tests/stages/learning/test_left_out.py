"""Leave-one-cohort-out: each centre is judged by all that was learnt on the others, and by nothing of itself."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import VOLUME, Made, metric_of
from radioloom.errors import StudyError
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.stages.learning.judge import places
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.null_models import permuted_outcomes
from radioloom.stages.learning.reliability import robustness
from radioloom.stages.learning.reliability_rules import agreements
from radioloom.stages.learning.risks import THE_SIGNATURE, risks
from radioloom.stages.learning.split import check_left_out, split
from radioloom.stages.learning.validate import validate
from radioloom.tables import METRICS, PREDICTIONS, RELIABILITY, SPLITS
from radioloom.tables.columns import LEFT_OUT

CENTRES = {"north": 40, "south": 36, "west": 44}
WHOLE = "north+south+west"
CONSTANT = "morphology_f03"  # in no signature


@pytest.fixture(scope="module")
def made():
    """The planted study with its training cohort cut into three centres."""
    return centres(nulls=12)


def centres(nulls: int = 0, **changes) -> Made:
    study = Made(sizes={"train": 120, "valid1": 30}, repeats=0, **changes)
    names = np.repeat(list(CENTRES), list(CENTRES.values()))
    of = {f"train-{i:03d}": str(name) for i, name in enumerate(names)}

    def moved(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(
            cohort=[of.get(case, cohort) for case, cohort in zip(frame["case"], frame["cohort"], strict=True)]
        )

    study.features, study.outcomes = moved(study.features), moved(study.outcomes)
    study.study["cohorts"] = {**{name: {"role": "training"} for name in CENTRES}, "valid1": {"role": "validation"}}
    study.study["validation"]["leave_one_cohort_out"] = True
    study.study["validation"] |= {"null_models": nulls, "bootstrap": 50}
    for table in study.clinical:
        for row in table.covariates:
            row["cohort"] = of.get(row["case"], row["cohort"])
    return study


def value(made: Made, *place: str, **keys) -> float:
    return metric_of(made.metrics, *place, **keys)


def test_splits_leave_out_each_training_cohort_and_say_which_by_their_test_part(made):
    rows = made.splits[made.splits["split"] != "frozen"]
    parts = rows.groupby(["split", "cohort"])["part"].agg(set).unstack()
    assert set(rows["cohort"]) == set(CENTRES)
    for name in CENTRES:
        mine = parts.loc[f"without {name}"]
        assert mine[name] == {"test"}
        assert all(mine[other] == {"train"} for other in CENTRES if other != name)
    assert not rows[["repeat", "fold", "inner"]].to_numpy().any()
    assert made.splits.equals(SPLITS.frame(made.splits))


def test_a_patient_of_two_centres_is_not_learnt_from_where_either_is_left_out(made):
    patients = made.outcomes[["cohort", "case"]].assign(patient=made.outcomes["case"], named=True)
    patients.loc[patients["case"] == "train-119", "patient"] = "train-000"
    cases = zip(made.features["cohort"], made.features["case"], strict=True)
    rows = split(made.outcomes, cases, made.roles, made.study["validation"], 11, patients)
    table = SPLITS.frame(rows).set_index(["split", "case"])["part"]
    assert (table["without north"]["train-000"], table["without west"]["train-119"]) == ("test", "test")
    assert "train-119" not in table["without north"].index
    assert "train-000" not in table["without west"].index
    assert (table["without south"][["train-000", "train-119"]] == "train").all()


@pytest.fixture(scope="module")
def fixed():
    """The same with three features, of which all are taken."""
    study = centres(covariates=["age"])
    study.features = study.features[study.features["feature_id"].isin([VOLUME, "glcm_f00", "intensity_f05"])]
    study.study["model"] |= {"selector": "top", "n_features": 9}
    study.study["reduce"]["redundancy"] = 1.0
    return study


def test_metrics_equal_a_loop_by_hand_with_lifelines(fixed):
    """Fit on the other centres, order the one that is left out; the mean of the three."""
    from lifelines import CoxPHFitter
    from lifelines.utils import concordance_index

    wide = fixed.features.pivot(index=["cohort", "case"], columns="feature_id", values="value").reset_index()
    age = pd.DataFrame([row for table in fixed.clinical for row in table.covariates])
    wide = wide.merge(fixed.outcomes).merge(age[["case", "value"]].rename(columns={"value": "age"}))
    wide = wide[wide["cohort"].isin(CENTRES)].assign(event=lambda f: f["event"].astype(int))
    taken = {"signature": [VOLUME, "glcm_f00", "intensity_f05"], "volume": [VOLUME], "clinical": ["age"]}
    by_hand = {}
    for name, size in CENTRES.items():
        train, test = wide[wide["cohort"] != name], wide[wide["cohort"] == name]
        for model, columns in taken.items():
            cox = CoxPHFitter().fit(train[[*columns, "time_days", "event"]], "time_days", "event")
            expected = concordance_index(test["time_days"], -cox.predict_log_partial_hazard(test), test["event"])
            by_hand[name, model] = expected
            assert value(fixed, LEFT_OUT, name, model, "c_index") == pytest.approx(expected, abs=1e-12)
        n, events = (value(fixed, LEFT_OUT, name, "signature", "c_index", column=c) for c in ("n", "n_events"))
        assert (n, events) == (size, test["event"].sum())
    for model in taken:
        mean = np.mean([by_hand[name, model] for name in CENTRES])
        assert value(fixed, LEFT_OUT, WHOLE, model, "c_index") == pytest.approx(mean, abs=1e-12)
    gain = np.mean([by_hand[name, "signature"] - by_hand[name, "volume"] for name in CENTRES])
    assert value(fixed, LEFT_OUT, WHOLE, "signature", "c_index", against="volume") == pytest.approx(gain, abs=1e-12)


def test_a_binary_outcome_equals_statsmodels_and_sklearn():
    from sklearn.metrics import roc_auc_score
    from statsmodels.api import Logit, add_constant

    study = centres(kind="binary")
    study.features = study.features[study.features["feature_id"].isin([VOLUME, "glcm_f00"])]
    study.study["model"] |= {"selector": "top", "n_features": 9}
    wide = study.features.pivot(index=["cohort", "case"], columns="feature_id", values="value").reset_index()
    wide = wide.merge(study.outcomes)
    for name in CENTRES:
        train, test = wide[wide["cohort"].isin(set(CENTRES) - {name})], wide[wide["cohort"] == name]
        columns = [VOLUME, "glcm_f00"]
        fitted = Logit(train["event"].astype(float), add_constant(train[columns])).fit(disp=False)
        expected = roc_auc_score(test["event"], fitted.predict(add_constant(test[columns])))
        assert value(study, LEFT_OUT, name, "signature", "auc") == pytest.approx(expected, abs=1e-12)


def test_intervals_are_of_a_frozen_model_in_one_cohort_and_the_mean_has_none(made):
    """As in validation: percentiles over resamples of the patients of that cohort, with the model as it is."""
    from radioloom.prediction.metrics.record import resampled_estimate
    from radioloom.stages.learning.judge import place_of

    risk = PREDICTIONS.frame(made.validated.predictions).query("split == 'without south' and kind == 'signature'")
    rows = made.material.rows(made.splits, "without south", "test")
    place = place_of(made.material, LEFT_OUT, "south", rows)
    assert risk["case"].tolist() == made.material.cases["case"].iloc[rows].tolist()
    pairs, x = comparable(place.outcomes), risk["risk"].to_numpy()
    draws = [np.repeat(np.arange(len(rows)), weights.astype(int)) for weights in place.weights]
    resampled = [concordance(comparable(place.outcomes.take(draw)), x[draw]) for draw in draws]
    mine = [value(made, LEFT_OUT, "south", "signature", "c_index", column=c) for c in ("estimate", "low", "high")]
    expected = resampled_estimate(concordance(pairs, x), np.array(resampled), share=True)
    assert mine == pytest.approx([expected.value, *expected.interval], abs=1e-12)
    frame = made.metrics.reset_index().query("evaluation == @LEFT_OUT and cohort == @WHOLE and kind != 'null'")
    assert set(frame["metric"]) == {"c_index", "null_p"}
    assert frame["low"].isna().all()
    assert (frame["n"] == 120).all()


def test_the_cohort_that_is_left_out_teaches_nothing(made):
    """Other outcomes and features of one centre leave what is learnt without it as it is, to the last bit."""
    other = centres()
    mine = other.features["cohort"] == "south"
    other.features.loc[mine, "value"] = other.features.loc[mine, "value"] ** 2 - 3
    other.outcomes.loc[other.outcomes["cohort"] == "south", "time_days"] += 17
    for name, same in (("south", True), ("north", False)):
        rows = [pd.DataFrame(each.validated.selection) for each in (made, other)]
        first, second = (each.loc[each["split"] == f"without {name}", "score"].to_numpy() for each in rows)
        assert np.array_equal(first, second, equal_nan=True) is same


def test_null_models_are_the_whole_learning_on_outcomes_permuted_within_centres(made):
    """By hand, from the same draws: learnt on the other centres, judged by the permuted outcomes of this one."""
    material, training = made.material, places(made.material, made.splits)[0]
    permuted = permuted_outcomes(material, training, np.zeros((1, len(training.rows))))
    found = {}
    for name in CENTRES:
        train, test = (material.rows(made.splits, f"without {name}", part) for part in ("train", "test"))
        for k, outcomes in enumerate(permuted):
            of = outcomes.take(np.searchsorted(training.rows, train))
            assert of.event.sum() == material.outcomes.take(train).event.sum()
            learnt = learn(material, train, [of], [("null", str(k))])[0]
            risk = risks(material, learnt.signature, test)[THE_SIGNATURE]
            found[name, k] = concordance(comparable(outcomes.take(np.searchsorted(training.rows, test))), risk)
    for name in CENTRES:
        values = np.array([found[name, k] for k in range(12)])
        assert value(made, LEFT_OUT, name, "null", "c_index") == pytest.approx(values.mean(), abs=1e-12)
        reached = value(made, LEFT_OUT, name, "signature", "c_index")
        assert value(made, LEFT_OUT, name, "signature", "null_p") == pytest.approx((1 + (values >= reached).sum()) / 13)
    means = [np.mean([found[name, k] for name in CENTRES]) for k in range(12)]
    assert value(made, LEFT_OUT, WHOLE, "null", "c_index") == pytest.approx(np.mean(means), abs=1e-12)
    p = (1 + np.sum(np.array(means) >= value(made, LEFT_OUT, WHOLE, "signature", "c_index"))) / 13
    assert value(made, LEFT_OUT, WHOLE, "signature", "null_p") == pytest.approx(p)


def test_null_models_are_judged_on_the_patients_that_the_signature_is_judged_on():
    def gone(features, outcomes):
        mine = features["case"].isin(["train-000", "train-001"]) & (features["feature_id"] != CONSTANT)
        features.loc[mine, "value"] = np.nan

    study = centres(nulls=2, change=gone)
    study.study["reduce"]["most_missing"] = 0.05
    material, training = study.material, places(study.material, study.splits)[0]
    train, test = (material.rows(study.splits, "without north", part) for part in ("train", "test"))
    found = []
    for k, outcomes in enumerate(permuted_outcomes(material, training, np.zeros((1, len(training.rows))))):
        learnt = learn(material, train, [outcomes.take(np.searchsorted(training.rows, train))], [("null", str(k))])[0]
        mine = outcomes.take(np.searchsorted(training.rows, test[2:]))
        found.append(concordance(comparable(mine), risks(material, learnt.signature, test[2:])[THE_SIGNATURE]))
    assert value(study, LEFT_OUT, "north", "null", "c_index", column="n") == 38
    assert value(study, LEFT_OUT, "north", "null", "c_index") == pytest.approx(np.mean(found), abs=1e-12)


def test_a_cohort_that_nobody_can_be_judged_in_is_not_in_the_mean():
    study = centres()
    study.outcomes.loc[study.outcomes["cohort"] == "south", "event"] = False
    assert np.isnan(value(study, LEFT_OUT, "south", "signature", "c_index"))
    others = [value(study, LEFT_OUT, name, "signature", "c_index") for name in ("north", "west")]
    assert value(study, LEFT_OUT, WHOLE, "signature", "c_index") == pytest.approx(np.mean(others))
    assert value(study, LEFT_OUT, WHOLE, "signature", "c_index", column="n") == 84


def test_the_frozen_signature_and_the_other_evaluations_do_not_depend_on_it(made):
    plain = centres(nulls=12)
    plain.study["validation"]["leave_one_cohort_out"] = False
    assert plain.signature.to_json() == made.signature.to_json()
    rest = made.metrics[made.metrics.index.get_level_values("evaluation") != LEFT_OUT]
    pd.testing.assert_frame_equal(plain.metrics.sort_index(), rest.sort_index())


def perturbed(made: Made) -> pd.DataFrame:
    """PERTURBED of two centres: in `north` no feature is stable, in `south` all are."""
    rng, frames = np.random.default_rng(1), []
    chosen = made.features[made.features["cohort"].isin(["north", "south"])]
    for k in range(3):
        noise = np.where(chosen["cohort"] == "north", 5.0, 0.01) * rng.normal(size=len(chosen))
        frames.append(chosen.assign(variant=f"p{k}", value=chosen["value"] + noise))
    return pd.concat(frames, ignore_index=True)


def test_replicates_of_the_cohort_that_is_left_out_do_not_decide_which_features_are_reliable(made):
    settings = {"chain": "RCV", "form": "ICC(1)"}
    rows = RELIABILITY.frame(robustness(perturbed(made), made.splits, settings))
    names = np.array(sorted(made.features["feature_id"].unique()), dtype=object)
    rules = {"rule": "lower_bound", "threshold": 0.75, "keep": 100}
    judged = agreements(rows, names, rules)
    assert (judged["frozen"].fault != "").all()
    assert (judged["without south"].fault != "").all()
    stable = judged["without north"].fault == ""
    assert stable.sum() > 20  # all but those that are constant or undefined somewhere
    own = rows[(rows["split"] == "without north") & (rows["source"] == "north, perturbed RCV")]
    assert (own["n"] == 0).all()
    assert set(own["note"]) == {"all its subjects are in the part that is tested on"}
    ranked = agreements(rows[rows["source"] == "north, perturbed RCV"], names, rules | {"rule": "stability_rank"})
    assert (ranked["without north"].fault == "").all()


def test_a_study_is_told_where_too_little_is_left():
    people = [(c, f"{c}{i}", i < events) for c, events in (("a", 1), ("b", 30)) for i in range(40)]
    with pytest.raises(StudyError, match=r"^without b .join small centres .* 40 patients with 1 event;"):
        check_left_out(people, "survival")
    with pytest.raises(StudyError, match=r"leave_one_cohort_out: a is the only training cohort .* set it to false"):
        check_left_out(people[:40], "survival")


def test_scanners_of_the_cohort_that_is_left_out_are_not_harmonised_and_it_is_told(made):
    material = replace(made.material, batches=made.material.cases["cohort"].to_numpy(object))
    material = replace(material, study={**made.study, "harmonise": {"method": "combat", "batch": ["model"]}})
    found = validate(material, made.splits, made.signature)
    told = [note for note in found.notes if note.startswith("left out, south: ")]
    assert [note[:48] for note in told] == ["left out, south: 36 of 36 cases not harmonised: "]
    assert set(METRICS.frame(found.metrics)["evaluation"]) >= {LEFT_OUT}
