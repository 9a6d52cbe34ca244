"""Variance that goes with the acquisition: what was planted, what is confounded, and what harmonisation leaves."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols

from made.planted_tables import Made
from made.scans import scans
from radioloom.figures import acquisition as shown
from radioloom.stages.learning import acquisition as stage
from radioloom.stages.learning.acquisition import acquisition
from radioloom.tables import ACQUISITION

SIZES = {"train": 60, "valid1": 40, "valid2": 30, "retest": 16}
THICK = {"0": 1.0, "1": 3.0, "2": 5.0}
STUDY = {"cohorts": {name: {"role": role} for name, role in Made(sizes=SIZES).roles.items()}}
BATCH = ["manufacturer", "model", "kernel"]


def vendor(cohort, case):
    return "Toshiba" if cohort == "valid2" else ("GE", "Siemens")[int(case[-1]) % 2]


def thickness(_, case):
    return THICK.get(case[-1], 2.0)


def planted(features, _):
    """glcm_f02 hangs on the vendor, glcm_f05 on the slice thickness, glcm_f06 on the cohort."""
    shifts = {
        "glcm_f02": [{"GE": 0, "Siemens": 4, "Toshiba": 8}[vendor(*key)] for key in _keys(features)],
        "glcm_f05": [thickness(*key) for key in _keys(features)],
        "glcm_f06": [4 * (cohort == "valid2") for cohort in features["cohort"]],
    }
    for name, shift in shifts.items():
        features["value"] += np.where(features["feature_id"] == name, shift, 0.0)


def _keys(features):
    return zip(features["cohort"], features["case"], strict=True)


MADE = Made(sizes=SIZES, change=planted)
KERNEL = {"train": "B30f", "valid1": "B30f", "valid2": "FC51"}
SCANS = scans(
    MADE.features,
    manufacturer=vendor,
    kernel=lambda cohort, _: KERNEL.get(cohort),
    slice_thickness_mm=thickness,
    model=None,
    kvp=lambda _, case: None if case[-1] == "7" else 100.0 + 20 * (case[-2] > "2"),
)


def made(method="none"):
    study = {**STUDY, "harmonise": {"method": method, "batch": ["manufacturer"]}}
    return ACQUISITION.frame(acquisition(MADE.features, *SCANS, MADE.splits, study)).set_index(list(ACQUISITION.key))


@pytest.fixture(scope="module")
def table():
    return made("combat")


def share(table, factor, feature, given="nothing", harmonised="no"):
    return table.loc[(factor, given, harmonised, feature), "explained"]


def test_what_was_planted_is_found(table):
    assert share(table, "manufacturer", "glcm_f02") > 0.8
    assert share(table, "manufacturer", "glcm_f02", "cohort") > 0.7
    assert share(table, "slice_thickness_mm", "glcm_f05", "cohort") > 0.4
    assert share(table, "cohort", "glcm_f06") > 0.6
    others = table.xs(("no", "nothing"), level=("harmonised", "given")).query("feature_id == 'glcm_f07'")["explained"]
    assert others.abs().max() < 0.06


@pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.SingularMatrixWarning")  # Toshiba is valid2
def test_equals_linear_models_of_statsmodels(table):
    wide = MADE.features.query("cohort in ['train', 'valid1', 'valid2'] and replicate == '1'")
    wide = wide.pivot(index=["cohort", "case"], columns="feature_id", values="value").reset_index()
    keys = list(zip(wide["cohort"], wide["case"], strict=True))
    wide["vendor"], wide["mm"] = [vendor(*key) for key in keys], [thickness(*key) for key in keys]
    for name in ("glcm_f02", "glcm_f04", "wavelet-HLH_glrlm_f05"):
        frame = wide.rename(columns={name: "y"})
        for factor, formula in (("manufacturer", "C(vendor)"), ("slice_thickness_mm", "mm"), ("cohort", "C(cohort)")):
            expected = ols(f"y ~ {formula}", frame).fit().rsquared_adj
            assert share(table, factor, name) == pytest.approx(expected, abs=1e-10)
        less, more = (ols(f"y ~ {formula}", frame).fit() for formula in ("C(cohort)", "C(cohort) + C(vendor)"))
        expected = 1 - more.mse_resid / less.mse_resid
        assert share(table, "manufacturer", name, "cohort") == pytest.approx(expected, abs=1e-10)


def test_a_kernel_that_is_the_cohorts_is_not_told_from_it(table):
    rows = table.xs(("kernel", "cohort"), level=("factor", "given"))
    assert rows["explained"].isna().all()
    assert set(rows["note"]) == {stage.CONFOUNDED}
    assert share(table, "kernel", "glcm_f06") > 0.6  # alone it looks like an effect of the kernel


def test_why_there_is_no_value(table):
    notes = table.xs("nothing", level="given")["note"]
    assert set(notes.xs("model", level="factor")) == {stage.UNSTATED}
    assert set(notes.xs("pixel_spacing_mm", level="factor")) == {stage.ONE_LEVEL}
    constant = notes.xs("glcm_f03", level="feature_id")
    assert set(constant[constant.index.isin(["cohort", "manufacturer"], level="factor")]) == {stage.UNDEFINED}
    assert (table["note"] == "").eq(table["explained"].notna()).all()


def test_cases_count_that_state_the_factor_and_have_the_feature(table):
    n = table.xs(("nothing", "no"), level=("given", "harmonised"))["n"]
    assert n[("manufacturer", "glcm_f07")] == 130
    assert n[("kvp", "glcm_f07")] == 117
    assert n[("manufacturer", "glcm_f04")] == 127  # undefined once a cohort
    assert n[("model", "glcm_f07")] == 0
    levels = table["levels"].groupby("factor").first().to_dict()
    expected = {"manufacturer": 3, "kernel": 2, "kvp": 2, "slice_thickness_mm": 4, "cohort": 3, "model": 0}
    assert {name: levels[name] for name in expected} == expected


def test_harmonised_on_all_cases_nothing_is_left_and_on_training_cases_the_new_scanner_is(table):
    assert share(table, "manufacturer", "glcm_f02", harmonised="all cases") < 0.02
    assert share(table, "manufacturer", "glcm_f02", harmonised="training cases") > 0.3  # Toshiba was not in training
    assert share(table, "manufacturer", "glcm_f02", "cohort", "training cases") < 0.15  # shrunk
    assert set(made("none").reset_index()["harmonised"]) == {"no", "all cases"}


def test_one_cohort_is_not_held_fixed():
    alone = MADE.features[MADE.features["cohort"] == "train"]
    study = {"cohorts": {"train": {"role": "training"}}, "harmonise": {"method": "none", "batch": ["manufacturer"]}}
    table = ACQUISITION.frame(acquisition(alone, *SCANS, MADE.splits, study))
    assert set(table["given"]) == {"nothing"}
    assert set(table.loc[table["factor"] == "cohort", "note"]) == {stage.ONE_LEVEL}
    assert table.loc[table["factor"] == "manufacturer", "explained"].max() > 0.7
    assert len(shown.sentences(table)) == 1
    assert "within cohorts" not in shown.sentences(table)[0]
    assert shown.table(table).columns[3:] == ("as measured", "ComBat of all cases", "note")


def test_a_study_whose_headers_say_nothing():
    empty = dict.fromkeys(("manufacturer", "model", "kernel", "kvp", "slice_thickness_mm"))
    study = {**STUDY, "harmonise": {"method": "combat", "batch": BATCH}}
    rows = acquisition(MADE.features, *scans(MADE.features, **empty), MADE.splits, study)
    table = ACQUISITION.frame(rows)
    assert set(table["harmonised"]) == {"no"}
    assert set(table.loc[table["factor"] == "kernel", "note"]) == {stage.UNSTATED}
    assert pd.notna(table.loc[table["factor"] == "cohort", "explained"]).any()
