import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import PROFILE, VOLUME, Made
from radioloom.errors import StudyError
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.fitting import fit_signature
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.material import feature_matrix
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey, risks
from radioloom.stages.learning.signature import Signature
from radioloom.tables import SELECTION

MADE = Made(covariates=["age", {"stage": ["I", "II", "III"]}])
BINARY = Made(kind="binary")


def training(made: Made) -> np.ndarray:
    return made.material.rows(made.splits, "frozen", "train")


def test_the_signature_is_json_and_says_what_it_is():
    found = MADE.signature
    assert Signature.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))) == found
    assert (found.model, found.ratio, found.profile) == ("cox", "hazard ratio", PROFILE)
    assert (found.n, found.ridge, found.note) == (80, 0.0, "")
    assert set(found.baselines) == {"volume", "clinical", "clinical+signature"}
    assert sorted(found.feature_ids) == sorted(MADE.selection.loc[MADE.selection["kept"], "feature_id"])
    for term in found.terms:
        assert term.low < term.ratio < term.high
        assert term.ratio == pytest.approx(np.exp(term.coefficient))


def test_coefficients_equal_lifelines_on_standardised_features():
    from lifelines import CoxPHFitter

    wide, _ = feature_matrix(MADE.features, MADE.roles)
    names = MADE.signature.feature_ids
    x = wide.loc["train", names]
    frame = ((x - x.mean()) / x.std(ddof=0)).join(MADE.outcomes[MADE.outcomes["cohort"] == "train"].set_index("case"))
    other = CoxPHFitter().fit(frame.drop(columns="cohort"), "time_days", "event", fit_options={"precision": 1e-12})
    found = [term.coefficient for term in MADE.signature.terms]
    np.testing.assert_allclose(found, other.params_[names], atol=1e-6)
    bounds = np.exp(other.confidence_intervals_.loc[names])
    np.testing.assert_allclose([[term.low, term.high] for term in MADE.signature.terms], bounds, rtol=1e-5)


def test_the_cut_point_is_the_median_risk_of_training():
    risk = risks(MADE.material, MADE.signature, training(MADE))
    assert MADE.signature.cut_point == np.median(risk[THE_SIGNATURE])
    for name, entry in MADE.signature.baselines.items():
        assert entry.cut_point == pytest.approx(np.median(risk[ModelKey("baseline", name)]), abs=1e-12)
        assert (risk[ModelKey("baseline", name)] > entry.cut_point).mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("made", [MADE, BINARY], ids=["survival", "binary"])
def test_risk_of_a_frame_equals_the_validation_s_own_risks(made):
    wide, _ = feature_matrix(made.features, made.roles)
    found = made.signature.risk(wide, profile=PROFILE)
    everyone = np.arange(len(made.material.cases))
    np.testing.assert_array_equal(found.to_numpy(), risks(made.material, made.signature, everyone)[THE_SIGNATURE])
    shuffled = made.signature.risk(wide.sample(frac=1, random_state=1).iloc[:, ::-1], profile=PROFILE)
    pd.testing.assert_series_equal(shuffled.sort_index(), found)


def test_a_missing_value_counts_as_the_training_mean():
    wide, _ = feature_matrix(MADE.features, MADE.roles)
    name, mean = MADE.signature.terms[0].feature_id, MADE.signature.terms[0].mean
    holed, filled = wide.copy(), wide.copy()
    holed.iloc[3, wide.columns.get_loc(name)] = np.nan
    filled.iloc[3, wide.columns.get_loc(name)] = mean
    np.testing.assert_allclose(
        MADE.signature.risk(holed, profile=PROFILE), MADE.signature.risk(filled, profile=PROFILE)
    )


def test_a_signature_refuses_features_of_another_profile_or_without_its_own():
    wide, _ = feature_matrix(MADE.features, MADE.roles)
    with pytest.raises(StudyError, match="fitted on features of profile 0123456789ab, these are of ffff"):
        MADE.signature.risk(wide, profile="ffff")
    name = MADE.signature.feature_ids[0]
    with pytest.raises(StudyError, match=f"the signature's feature '{name}' was not measured here"):
        MADE.signature.risk(wide.drop(columns=name), profile=PROFILE)


@pytest.mark.parametrize("made", [MADE, BINARY], ids=["survival", "binary"])
@pytest.mark.parametrize("split", ["frozen", "r02f3"])
def test_stage_by_stage_equals_learning_in_one(made, split):
    from radioloom.stages.learning.reduce import reduce

    selection = SELECTION.frame(reduce(made.material, made.splits, split))
    train = made.material.rows(made.splits, split, "train")
    learnt = learn(made.material, train, [made.material.outcomes.take(train)])[0]
    assert fit(made.material, made.splits, selection, split) == learnt.signature


def test_fit_reads_the_selection_of_its_own_split_alone():
    """SELECTION holds the frozen split and the folds in one table."""
    from radioloom.stages.learning.reduce import reduce

    splits = ("frozen", "r01f1", "r02f3")
    rows = {split: reduce(MADE.material, MADE.splits, split) for split in splits}
    whole = SELECTION.frame([row for part in rows.values() for row in part])
    kept = {split: [row["feature_id"] for row in rows[split] if row["kept"]] for split in splits}
    assert len({tuple(names) for names in kept.values()}) > 1
    for split in splits:
        signature = fit(MADE.material, MADE.splits, whole, split)
        assert signature.feature_ids == kept[split]
        assert signature == fit(MADE.material, MADE.splits, SELECTION.frame(rows[split]), split)


def test_only_the_training_part_is_read():
    made, splits = MADE.material, MADE.splits
    for split in ("frozen", "r01f2"):
        train, test = (made.rows(splits, split, part) for part in ("train", "test"))
        values, event, extra = made.values.copy(), made.outcomes.event.copy(), made.covariates.copy()
        values[test], extra[test], event[test] = 7 - values[test], np.nan, ~event[test]
        other = replace(made, values=values, covariates=extra, outcomes=replace(made.outcomes, event=event))
        before, after = (learn(m, train, [m.outcomes.take(train)])[0].signature for m in (made, other))
        assert before == after


def test_baselines_are_models_of_their_own():
    clinical, both = (MADE.signature.baselines[name] for name in ("clinical", "clinical+signature"))
    assert clinical.feature_ids == ["age", "stage=II", "stage=III"]
    assert both.feature_ids == ["signature", "age", "stage=II", "stage=III"]
    volume = MADE.signature.baselines["volume"]
    assert volume.feature_ids == [VOLUME]
    alone = fit_signature(MADE.material, training(MADE), MADE.material.outcomes.take(training(MADE)), ())
    assert alone.baselines["volume"] == volume


def test_a_level_that_no_training_patient_has_gets_no_weight():
    made = MADE.material
    extra = made.covariates.copy()
    extra[training(MADE), made.covariate_names.index("stage=III")] = 0
    found = fit(replace(made, covariates=extra), MADE.splits, MADE.selection).baselines["clinical"]
    term = next(term for term in found.terms if term.feature_id == "stage=III")
    assert (term.coefficient, term.sd) == (0, 1)
    assert found.ridge == 0  # and the others are not penalised for it


def test_missing_covariates_are_counted():
    made = MADE.material
    extra = made.covariates.copy()
    extra[training(MADE)[:5], 0] = np.nan
    found = fit(replace(made, covariates=extra), MADE.splits, MADE.selection).baselines["clinical"]
    assert [term.missing for term in found.terms] == [5, 0, 0]


@pytest.mark.parametrize("made", [MADE, BINARY], ids=["survival", "binary"])
def test_nothing_left_is_a_signature_without_risk(made):
    train = training(made)
    found = fit_signature(made.material, train, made.material.outcomes.take(train), ())
    assert found.terms == ()
    assert "nothing is left to predict from" in found.note
    assert np.ptp(risks(made.material, found, train)[THE_SIGNATURE]) == 0


def test_a_baseline_may_not_take_a_name_of_ours():
    study = {**MADE.study, "baselines": {"clinical": [VOLUME]}}
    with pytest.raises(StudyError, match=r"baselines.clinical: the name is the pipeline's own"):
        fit(replace(MADE.material, study=study), MADE.splits, MADE.selection)
