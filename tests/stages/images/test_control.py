"""Control images of prepared cases: measured like any other, kept apart, deterministic, and never an exclusion."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import Made
from radioloom.imaging.controls import CONTROLS
from radioloom.profile import load
from radioloom.provenance import rng
from radioloom.stages.images.control import control_batch
from radioloom.stages.images.extract import extract
from radioloom.stages.learning.validate import validate
from radioloom.tables import CONTROLS as TABLE
from radioloom.tables import FEATURES, METRICS, PREDICTIONS, SKIPPED
from radioloom.volume import Grid, Volume

FAMILIES = {
    "morphology": {"settings": {"mesh": "watertight", "ddof": 1}, "features": ["volume"]},
    "intensity": {"settings": {}, "features": ["mean", "maximum"]},
    "glcm": {"settings": {"aggregations": ["3D, averaged"]}, "features": ["contrast"]},
}
PROFILE = replace(load("demo"), families=FAMILIES, images={"original": {}})


@dataclass
class Case:
    image: Volume
    mask: Volume
    sidecar: dict


def case(name="P1", shift=0.0):
    draw = np.random.default_rng(len(name))
    shape = (9, 14, 14)
    cells = np.indices(shape) - np.array(shape).reshape(3, 1, 1, 1) // 2
    ramp = 4 * cells[2] + draw.normal(0, 2, shape) + shift  # a texture: neighbours are alike
    grid = Grid(shape, (2.0, 2.0, 2.0))
    mask = (cells**2).sum(0) <= 12
    whose = {"cohort": "train", "case": name, "replicate": "1", "roi": "tumour"}
    return Case(Volume(ramp, grid), Volume(mask, grid), whose)


def test_rows_are_those_of_the_control_image_measured_alone():
    rows, skipped = control_batch([case()], list(CONTROLS), PROFILE, seed=7)
    assert skipped == []
    table = TABLE.frame(rows).set_index(["variant", "feature_id"])["value"]
    own = case()
    for name in CONTROLS:
        image = CONTROLS[name].apply(
            own.image.array, own.mask.array, rng(7, "control", "train", "P1", "1", "tumour", name)
        )
        expected = {r["feature_id"]: r["value"] for r in extract(replace(own.image, array=image), own.mask, PROFILE)}
        assert table[name].to_dict() == expected
    real = {r["feature_id"]: r["value"] for r in extract(own.image, own.mask, PROFILE)}
    for name in CONTROLS:
        assert table[name, "morphology_volume"] == real["morphology_volume"]
        same = name.endswith("outside")  # without filters, features read the region alone
        assert (table[name, "glcm_contrast"] == real["glcm_contrast"]) == same
    assert table["shuffled_roi", "intensity_mean"] == pytest.approx(real["intensity_mean"], rel=1e-12)
    assert table["shuffled_roi", "glcm_contrast"] > 1.5 * real["glcm_contrast"]


def test_a_control_does_not_depend_on_what_is_run_beside_it():
    alone, _ = control_batch([case("P22")], ["uniform_roi"], PROFILE, seed=7)
    among, _ = control_batch([case(), case("P22")], list(CONTROLS), PROFILE, seed=7)
    assert alone == [row for row in among if row["variant"] == "uniform_roi" and row["case"] == "P22"]
    other, _ = control_batch([case("P22")], ["uniform_roi"], PROFILE, seed=8)
    assert [r["value"] for r in other] != [r["value"] for r in alone]


def test_a_control_that_cannot_be_measured_is_skipped_with_its_reason():
    """Outside the region nothing lies in the range that counts: a shuffle of the whole image can empty the region."""
    narrow = replace(PROFILE, resegment={"range": [-1e-9, 1e-9], "sigma": None})
    own = case()
    array = np.full(own.image.array.shape, 500.0)
    array[own.mask.array] = 0.0
    bad = Case(replace(own.image, array=array), own.mask, own.sidecar)
    rows, skipped = control_batch([bad], ["uniform_image", "shuffled_outside"], narrow, seed=1)
    assert {row["variant"] for row in rows} == {"shuffled_outside"}
    found = SKIPPED.frame(skipped)
    assert found["variant"].tolist() == ["uniform_image"]
    assert "range" in found["reason"][0] or "empty" in found["reason"][0] or "voxel" in found["reason"][0]


def test_the_tables_cannot_be_taken_for_features(tmp_path):
    rows, _ = control_batch([case()], ["shuffled_roi"], PROFILE, seed=7)
    TABLE.write(rows, tmp_path / "controls.parquet")
    with pytest.raises(Exception, match="FEATURES: columns"):
        FEATURES.read(tmp_path / "controls.parquet")


SIZES = {"train": 60, "valid1": 50}
MADE = Made(sizes=SIZES, repeats=5)
BINARY = Made(kind="binary", sizes={"train": 80, "retest": 16}, repeats=5)


def changed(made: Made, keep=(), seed=3) -> pd.DataFrame:
    """CONTROLS in which all features but those that begin with one of `keep` are noise."""
    features = made.features[made.features["cohort"].isin(made.sizes) & (made.features["replicate"] == "1")]
    rows = features[["cohort", "case", "replicate", "roi", "feature_id", "value"]].assign(variant="shuffled_roi")
    noise = np.random.default_rng(seed).normal(size=len(rows))
    kept = rows["feature_id"].str.startswith(tuple(keep)) if keep else np.zeros(len(rows), bool)
    return TABLE.frame(rows.assign(value=np.where(kept, rows["value"], noise)))


def test_an_untouched_control_is_the_signature_itself():
    same = changed(MADE, keep=[""])
    found = METRICS.frame(validate(MADE.material, MADE.splits, MADE.signature, same).metrics)
    values = found.set_index(list(METRICS.key)).droplevel("horizon_days")["estimate"].sort_index()
    for evaluation, cohort in (("validation", "valid1"), ("cross-validation", "train"), ("apparent", "train")):
        own = values[evaluation, cohort]
        assert own["control", "shuffled_roi", "", "", "c_index"] == own["signature", "signature", "", "", "c_index"]
        assert own["signature", "signature", "", "shuffled_roi", "c_index"] == 0
    own = values["cross-validation", "train"]
    assert own["control", "shuffled_roi", "refitted", "", "c_index"] == own["signature", "signature", "", "", "c_index"]
    assert own["signature", "signature", "refitted", "shuffled_roi", "c_index"] == 0
    own = values["validation", "valid1"]
    assert own["control", "shuffled_roi", "", "", "hazard_ratio"] == pytest.approx(
        own["signature", "signature", "", "", "hazard_ratio"]
    )  # at the same frozen cut-point


def test_the_frozen_signature_is_what_control_images_are_judged_by():
    """Risks equal those of `Signature.risk`, another way to the same numbers, on the control's own values."""
    controls = changed(MADE, keep=["morphology_f00"])
    found = validate(MADE.material, MADE.splits, MADE.signature, controls)
    rows = PREDICTIONS.frame(found.predictions).set_index(list(PREDICTIONS.key))["risk"]
    wide = controls[controls["cohort"] == "valid1"].pivot(index="case", columns="feature_id", values="value")
    expected = MADE.signature.risk(wide, profile=MADE.signature.profile)
    mine = rows["frozen", "control", "shuffled_roi", "", "valid1"]
    np.testing.assert_allclose(mine.loc[expected.index], expected, rtol=1e-12)


@pytest.mark.parametrize("made", [MADE, BINARY], ids=["survival", "binary"])
def test_where_texture_mattered_the_control_is_worse_and_nothing_else_moves(made):
    metric = {"survival": "c_index", "binary": "auc"}[made.material.outcomes.kind]
    found = METRICS.frame(validate(made.material, made.splits, made.signature, changed(made)).metrics)
    plain = METRICS.frame(validate(made.material, made.splits, made.signature).metrics)
    ours = (found["kind"] == "control") | (found["against"] == "shuffled_roi")
    pd.testing.assert_frame_equal(found[~ours].reset_index(drop=True), plain, check_exact=True)
    values = found.set_index(list(METRICS.key)).droplevel("horizon_days").sort_index().loc["cross-validation", "train"]
    for variant, bound in (("", "low"), ("refitted", "estimate")):  # a refitted one has no interval by default
        assert values.loc[("control", "shuffled_roi", variant, "", metric), "estimate"] < 0.65
        assert values.loc[("signature", "signature", variant, "shuffled_roi", metric), bound] > 0


def test_a_case_without_its_control_is_told_and_not_learned_from():
    controls = changed(MADE)
    gone = (controls["cohort"] == "train") & (controls["case"] == controls["case"].min())
    found = validate(MADE.material, MADE.splits, MADE.signature, controls[~gone])
    assert "control shuffled ROI: 1 of 110 cases could not be measured, and count as missing values" in found.notes
    rows = METRICS.frame(found.metrics)
    assert rows["estimate"].notna().all()
