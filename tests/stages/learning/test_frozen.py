"""Frozen models where values are missing: what is rebuilt from PREDICTIONS equals the stage validate."""

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import MAPPING, VOLUME, Made, metric_of
from radioloom.prediction.metrics.concordance import C_INDEX
from radioloom.prediction.metrics.record import Judged
from radioloom.stages.learning.frozen import frozen
from radioloom.stages.learning.incidence import incidence
from radioloom.stages.learning.pooled import pooled
from radioloom.stages.learning.subgroups import subgroups
from radioloom.stages.learning.validate import validate
from radioloom.tables import CAUSES, COMPETING, DIVISIONS, INCIDENCE, METRICS, PATIENTS, POOLED, PREDICTIONS, SUBGROUPS

SIZES = {"train": 70, "valid1": 60, "valid2": 55, "valid3": 55}
SEX = {"column": "sex", "levels": ["f", "m"]}


def holes(features, outcomes):
    """A tenth of valid1 without age, all of valid2 without volume, four of valid3 without the planted texture."""
    outcomes["valid1"].loc[outcomes["valid1"].index[::10], "age"] = ""
    for frame in outcomes.values():
        free = np.flatnonzero(frame["dead"] == "0")
        frame["dead"] = frame["dead"].astype(object)
        frame.loc[free[::2], "dead"] = "2"
    volume = features["feature_id"] == VOLUME
    features.loc[volume & (features["cohort"] == "valid2"), "value"] = np.nan
    lost = features["case"].isin(["valid3-002", "valid3-006", "valid3-011", "valid3-012"])
    features.loc[lost & features["feature_id"].isin(["glcm_f00", "glcm_f01"]), "value"] = np.nan


@pytest.fixture(scope="module", params=["none", "mean", "iterative"])
def made(request) -> Made:
    coded = MAPPING | {"event_values": {"0": False, "1": True, "2": "competing"}}
    made = Made(sizes=SIZES, covariates=["age"], repeats=0, mapping=coded, change=holes)
    made.study["outcome"]["competing"] = "another death"
    made.study["imputation"] = {"method": request.param, "multiple": 0}
    made.study["model"]["cut_points"] = "tertiles"
    made.study["validation"] |= {"null_models": 0, "bootstrap": 60, "subgroups": [SEX]}
    return made


@pytest.fixture(scope="module")
def judged(made):
    return frozen(PREDICTIONS.frame(made.validated.predictions), made.outcomes, PATIENTS.frame([]), made.study)


def test_values_and_intervals_are_those_of_validation(made, judged):
    rows = made.metrics.reset_index()
    rows = rows[(rows["metric"] == "c_index") & (rows["against"] == "") & rows["kind"].isin(["signature", "baseline"])]
    known = {(place.place.evaluation, place.place.cohort): place for place in judged}
    for row in rows.itertuples():
        place = known[row.evaluation, row.cohort]
        risk = {key.model: values for key, values in place.risks.items()}.get(row.model)
        assert (risk is None) == np.isnan(row.estimate)
        if risk is not None:
            found = place.place.row(
                next(key for key in place.risks if key.model == row.model),
                "c_index",
                C_INDEX.of(Judged(risk[None], place.place.outcomes, place.place.weights)),
            )
            for name in ("estimate", "low", "high", "n", "n_measured", "withheld"):
                assert found[name] == getattr(row, name) or np.isnan([found[name], getattr(row, name)]).all()
    none = made.study["imputation"]["method"] == "none"
    assert {len(place.cases) for place in judged[1:]} == ({54, 55, 51} if none else {60, 55})
    assert "volume" not in {key.model for key in known["validation", "valid2"].risks}


def test_subgroups_are_of_those_who_are_judged(made, judged):
    everybody = [
        {"cohort": cohort, "case": case, "subgroup": "sex", "level": "f"}
        for cohort, case in made.outcomes[["cohort", "case"]].itertuples(index=False)
    ]
    rows = SUBGROUPS.frame(subgroups(judged, DIVISIONS.frame(everybody), made.study))
    rows = rows[(rows["level"] == "f") & (rows["metric"] == "c_index")]
    assert rows["estimate"].notna().all()
    for row in rows.itertuples():
        place = ("validation", row.cohort, row.model, "c_index")
        drawn_anew = made.study["imputation"]["method"] == "none"  # resamples are of the part that is judged
        for name in ("estimate", "n", *(() if drawn_anew else ("low", "high"))):
            expected = metric_of(made.metrics, *place, column=name)
            assert getattr(row, name) == expected or np.isnan([getattr(row, name), expected]).all()
    assert "volume" not in set(rows.loc[rows["cohort"] == "valid2", "model"])


def test_a_cohort_without_a_value_of_a_model_is_left_out_of_its_summary(made, judged):
    rows = POOLED.frame(pooled(judged, made.study)).set_index(["model", "against"])
    assert rows.loc[("volume", ""), ["cohorts", "left_out"]].tolist() == [2, 1]
    assert rows.loc[("signature", "volume"), ["cohorts", "left_out"]].tolist() == [2, 1]
    assert np.isnan(rows.loc[("volume", ""), "estimate"])
    assert rows.loc[("signature", ""), "cohorts"] == 2  # volume is a term of it
    assert rows.loc[("clinical", ""), ["cohorts", "left_out"]].tolist() == [3, 0]
    assert np.isfinite(rows.loc[("clinical", ""), "estimate"])


def test_who_is_judged_is_settled_by_control_images_too(made):
    """Without imputation the stage validate leaves out a case that has no control image's value, and so does this."""
    rows = PREDICTIONS.frame(made.validated.predictions)
    control = rows[(rows["kind"] == "signature") & (rows["cohort"] == "valid1")].assign(
        kind="control", model="shuffled_roi"
    )
    few = control["case"].isin(["valid1-002", "valid1-003"])
    control.loc[few, "measured"] = False
    if made.study["imputation"]["method"] == "none":
        control.loc[few, "risk"] = np.nan
    again = frozen(pd.concat([rows, control]), made.outcomes, PATIENTS.frame([]), made.study)[1]
    assert {key.kind for key in again.risks} == {"signature", "baseline"}
    cases = {case for _, case in again.cases}
    assert len(cases) == (52 if made.study["imputation"]["method"] == "none" else 60)


def test_incidences_are_of_the_groups_that_the_study_declares(made, judged):
    """Tertiles: each patient who is judged is in one of three groups, and nobody without a risk is in one."""
    competing = COMPETING.frame([row for table in made.clinical for row in table.competing])
    found = incidence(judged, competing, made.signature, made.study)
    rows = INCIDENCE.frame(found.incidence)
    assert set(rows["group"]) == {"low", "middle", "high"}
    own = rows[(rows["kind"] == "signature") & (rows["cause"] == "event")]
    cuts = made.signature.cut_points
    for place in judged:
        risk = next(iter(place.risks.values()))
        mine = own[own["cohort"] == place.place.cohort]
        for group, n in zip(("low", "middle", "high"), np.bincount(np.digitize(risk, cuts, right=True)), strict=True):
            at_risk = mine.loc[mine["group"] == group, "at_risk"]
            assert at_risk.empty or n - 4 <= at_risk.max() <= n  # some leave before the first time of their group
    assert CAUSES.frame(found.causes).query("metric == 'c_index'")["estimate"].notna().all()


@pytest.mark.parametrize("method", ["none", "mean"])
def test_a_centre_left_out_is_judged_on_those_who_have_every_value(method):
    def lost(features, _):
        few = features["case"].isin(["valid1-001", "valid1-004", "valid1-009"])
        features.loc[few & features["feature_id"].isin(["glcm_f00", "glcm_f01"]), "value"] = np.nan

    few = Made(sizes={"train": 60, "valid1": 50, "valid2": 40}, repeats=0, change=lost)
    few.study["cohorts"]["valid1"]["role"] = "training"
    few.study["imputation"] = {"method": method, "multiple": 0}
    few.study["reduce"]["most_missing"] = 0.1
    few.study["validation"] |= {"null_models": 2, "bootstrap": 20, "leave_one_cohort_out": True}
    rows = METRICS.frame(validate(few.material, few.splits, few.signature).metrics)
    rows = rows[(rows["evaluation"] == "leave-one-cohort-out") & (rows["metric"] == "c_index")]
    rows = rows[(rows["against"] == "") & (rows["kind"] == "signature")].set_index("cohort")
    assert rows["estimate"].notna().all()
    assert rows.loc["valid1", ["n", "n_measured"]].tolist() == ([47, 47] if method == "none" else [50, 47])
    assert rows.loc["train+valid1", ["n", "n_measured"]].tolist() == ([107, 107] if method == "none" else [110, 107])
    assert isinstance(rows, pd.DataFrame)
