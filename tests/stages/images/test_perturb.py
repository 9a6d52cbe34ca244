"""Perturbed images of curated cases: read once, measured like any other, skipped with a reason, made reliability."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.hospital import ct, row, square, structures
from radioloom.imaging.supervoxels import supervoxels
from radioloom.profile import load
from radioloom.stages.images.curate import curate
from radioloom.stages.images.extract import extract
from radioloom.stages.images.perturb import native, perturb_batch, prepared, variants
from radioloom.stages.images.prepare import prepare
from radioloom.stages.images.segment import segment
from radioloom.stages.learning.reliability import robustness
from radioloom.stages.learning.reliability_rules import agreements
from radioloom.stats.agreement import icc
from radioloom.tables import PERTURBED, RELIABILITY, SKIPPED, SPLITS

CUBE = [np.add(square(-100 + 3 * k, -4.75, 7.25), (0, -10, 0)) for k in (2, 3, 4)]
SPECK = [np.add(square(-100 + 3 * k, -0.7, 0.8), (0, -10, 0)) for k in (3,)]
FAMILIES = {
    "morphology": {"settings": {"mesh": "watertight", "ddof": 1}, "features": ["volume_voxels"]},
    "intensity": {"settings": {}, "features": ["mean", "variance"]},
}
CUBIC = {"spacing_mm": [2.0, 1.0, 1.0], "image": "cubic", "mask": "linear", "mask_threshold": 0.5} | {
    "round": True,
    "align": "centre",
}
PROFILE = replace(load("demo"), families=FAMILIES, images={"original": {}}, grid=None)
ASKED = {"chain": "RCV", "repeats": 4, "seed": 3}
NONE = SPLITS.frame([])


@pytest.fixture
def data(tmp_path):
    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", {"GTV": CUBE, "SPECK": SPECK})
    return tmp_path


def found(data, *rows):
    curated = curate(list(rows), data)
    return curated.images, segment(curated.images, data).masks


def of(case="P1", pattern="GTV", **more):
    return row(case=case, image="ct", segmentation="rs.dcm", pattern=pattern, **more)


@pytest.mark.parametrize("grid", [None, CUBIC], ids=["native", "cubic"])
def test_without_a_perturbation_it_is_the_prepared_case(data, grid):
    profile = replace(PROFILE, grid=grid)
    images, masks = found(data, of())
    mask = masks[images[0].name]
    scene = native(images[0], mask, data, profile, "RCVNT")
    image, placed = prepared(scene, images[0].grid, profile)
    expected = prepare(images[0], mask, data, profile)
    low = np.rint(expected.image.grid.to_index(np.array(image.grid.origin_mm))).astype(int)
    part = tuple(slice(a, a + n) for a, n in zip(low, image.grid.shape, strict=True))  # prepare keeps more around it
    assert placed.array.sum() == expected.mask.array.sum()
    np.testing.assert_array_equal(placed.array, expected.mask.array[part])
    np.testing.assert_allclose(image.array, expected.image.array[part], atol=1e-6)
    assert extract(image, placed, profile) == extract(expected.image, expected.mask, profile)


def test_every_repeat_is_a_variant_and_repeats_to_the_bit(data):
    images, masks = found(data, of(), of("P2"))
    rows, skipped = perturb_batch(images, masks, data, PROFILE, ASKED)
    assert skipped == []
    table = PERTURBED.frame(rows)
    assert sorted(table["variant"].unique()) == ["RCV-01", "RCV-02", "RCV-03", "RCV-04"]
    assert table.groupby(["case", "variant"]).size().eq(3).all()
    wide = table.pivot(index=["case", "variant"], columns="feature_id", values="value")
    assert len(wide.drop_duplicates()) == 8  # each its own draw, also of the same image
    alone, _ = perturb_batch(images[1:], masks, data, PROFILE, {**ASKED, "repeats": 2})
    among = table[(table["case"] == "P2") & table["variant"].isin(["RCV-01", "RCV-02"])]
    pd.testing.assert_frame_equal(PERTURBED.frame(alone), among.reset_index(drop=True))
    other, _ = perturb_batch(images[1:], masks, data, PROFILE, {**ASKED, "seed": 4})
    assert PERTURBED.frame(other)["value"].tolist() != table.loc[table["case"] == "P2", "value"].tolist()


def test_only_the_first_replicate_is_perturbed(data):
    images, masks = found(data, of(), of(replicate="2"))
    rows, _ = perturb_batch(images, masks, data, PROFILE, ASKED)
    assert {r["replicate"] for r in rows} == {"1"}


def test_a_region_too_small_for_the_chain_is_skipped_with_its_reason(data):
    images, masks = found(data, of(), of("P2", "SPECK"))
    rows, skipped = perturb_batch(images, masks, data, PROFILE, {**ASKED, "chain": "C"})
    table = SKIPPED.frame(skipped)
    assert len(table) > 0
    assert set(table["case"]) == {"P2"}  # five voxels; the cube beside it bears the chain
    measured = {(r["case"], r["variant"]) for r in rows}
    gone = set(zip(table["case"], table["variant"], strict=True))
    assert measured | gone == {(case, f"C-{k:02d}") for case in ("P1", "P2") for k in (1, 2, 3, 4)}
    assert not measured & gone
    assert table["reason"].str.contains("too small for this chain").all()


def test_reliability_of_perturbed_images_is_the_one_way_icc_of_their_values():
    table = perturbed()
    found = RELIABILITY.frame(robustness(table, NONE, {"chain": "RCV", "form": "ICC(1)"}, "measured")).set_index(
        "feature_id"
    )
    assert set(found["source"]) == {"train, perturbed RCV"}
    assert set(found["role"]) == {"perturbations"}
    for feature in ("steady", "shaky"):
        own = table[table["feature_id"] == feature].pivot(index="case", columns="variant", values="value")
        expected = icc(own.to_numpy()[None], "ICC(1)")
        row = found.loc[feature]
        values = [row["estimate"], row["low"], row["high"]]
        np.testing.assert_allclose(values, [expected.estimate[0], expected.low[0], expected.high[0]], rtol=1e-12)
        assert (row["n"], row["k"]) == (20, 6)
    assert found.loc["steady", "low"] > 0.9
    assert found.loc["shaky", "low"] < 0.2
    assert found.loc["constant", "note"] == "the same value everywhere"


def test_skipped_images_are_missing_replicates_and_no_case_is_lost():
    table = perturbed()
    gone = ((table["case"] == "C03") & (table["variant"] > "RCV-02")) | (table["variant"] == "RCV-06")
    found = RELIABILITY.frame(robustness(table[~gone], NONE, {"chain": "RCV", "form": "ICC(1)"})).set_index(
        "feature_id"
    )
    assert (found.loc["steady", "n"], found.loc["steady", "k"]) == (20, 5)
    one = table[table["variant"] == "RCV-01"]
    found = RELIABILITY.frame(robustness(one, NONE, {"chain": "RCV", "form": "ICC(1)"}))
    assert set(found["note"]) == {"one replicate only"}
    assert found["estimate"].isna().all()
    assert robustness(table, NONE, None) == []


def test_a_fold_knows_nothing_of_the_perturbed_images_of_its_test_cases():
    table, settings = perturbed(), {"chain": "RCV", "form": "ICC(1)"}
    tested = {"C00", "C07", "C13"}
    rows = [("r01f1", "train", case, "test" if case in tested else "train") for case in sorted(set(table["case"]))]
    rows += [("frozen", "valid", "V1", "test"), *(("frozen", *row[1:3], "train") for row in rows)]
    rows = [dict(zip(("split", "cohort", "case", "part"), row, strict=True)) for row in rows]
    splits = SPLITS.frame(
        [row | dict.fromkeys(("repeat", "fold"), int(row["split"] != "frozen")) | {"inner": 0} for row in rows]
    )
    found = RELIABILITY.frame(robustness(table, splits, settings))
    apart = found.set_index(["split", "feature_id"])
    assert set(found["split"]) == {"frozen", "r01f1"}
    assert (apart.loc[("frozen", "steady"), "n"], apart.loc[("r01f1", "steady"), "n"]) == (20, 17)
    without = RELIABILITY.frame(robustness(table[~table["case"].isin(tested)], NONE, settings))
    own = found[found["split"] == "r01f1"].assign(split="frozen").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, without)
    names = np.array(sorted(set(table["feature_id"])), dtype=object)
    asked = {"rule": "lower_bound", "threshold": float(apart.loc[("frozen", "steady"), "low"])}
    by_split = agreements(found, names, asked)
    assert by_split["frozen"].fault[names == "steady"] == [""]
    np.testing.assert_array_equal(by_split["r01f1"].low, agreements(without, names, asked)["frozen"].low)
    assert by_split["r01f1"].fault[names == "shaky"][0].endswith("n 17")


def perturbed() -> pd.DataFrame:
    draw = np.random.default_rng(0)
    rows = []
    for case in range(20):
        truth = draw.normal()
        for k in range(1, 7):
            values = {"steady": truth + 0.1 * draw.normal(), "shaky": draw.normal(), "constant": 2.0}
            region = {
                "cohort": "train",
                "case": f"C{case:02d}",
                "replicate": "1",
                "roi": "r",
                "variant": f"RCV-{k:02d}",
            }
            rows += [{**region, "feature_id": name, "value": value} for name, value in values.items()]
    return PERTURBED.frame(rows)


def test_cost_is_that_of_the_region_and_not_of_the_scan():
    """Supervoxels of the same region in an image eight times as large take as long."""

    def seconds(shape):
        cells = np.indices(shape) - (np.array(shape) // 2).reshape(3, 1, 1, 1)
        mask = (cells**2).sum(0) <= 100
        image = np.random.default_rng(0).normal(size=shape)
        begun = time.process_time()
        supervoxels(image, mask, (1.0, 1.0, 1.0))
        return time.process_time() - begun

    seconds((50, 60, 60))
    assert seconds((100, 120, 120)) < 3 * seconds((50, 60, 60))


def test_a_variant_is_an_error_of_its_own(data):
    """One emptied image does not take the others of its case along."""
    images, masks = found(data, of())
    scene = native(images[0], masks[images[0].name], data, PROFILE, "V")
    narrow = replace(PROFILE, resegment={"range": [10_000, 20_000], "sigma": None})
    region = {"cohort": "c", "case": "P1", "replicate": "1", "roi": "r"}
    asked = {**ASKED, "chain": "V", "region": region}
    made = dict(variants(scene, images[0].grid, narrow, asked))
    assert len(made) == 4
    assert all("range" in str(error) or "empty" in str(error) for error in made.values())
