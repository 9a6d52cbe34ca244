"""From a prepared case to rows: which rows, on which images, in which order of steps, and what ends a case."""

import sys
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from radioloom import families
from radioloom.errors import BadMask, BadRoi, StudyError
from radioloom.features.record import NEEDS, Family, Feature, values
from radioloom.filters.wavelet import sub_bands
from radioloom.imaging.around import bounding_box
from radioloom.profile import load
from radioloom.stages.images import plan
from radioloom.stages.images.compile import warm
from radioloom.stages.images.extract import extract, extract_batch
from radioloom.stages.images.margin import reach
from radioloom.stages.images.subjects import SUBJECTS
from radioloom.volume import Grid, Volume

SPACING = (3.0, 1.0, 1.0)


def sphere(shape=(16, 30, 28), radius=9.0, seed=0):
    cells = np.indices(shape) * np.array(SPACING).reshape(3, 1, 1, 1)
    middle = (np.array(shape) // 2 * SPACING).reshape(3, 1, 1, 1)
    mask = ((cells - middle) ** 2).sum(0) <= radius**2
    image = np.rint(np.random.default_rng(seed).normal(40, 60, shape))
    grid = Grid(shape, SPACING)
    return Volume(image, grid, "HU", "CT"), Volume(mask, grid)


def small(**changes):
    families = {
        "intensity": {"settings": {}, "features": ["mean", "variance"]},
        "glcm": {"settings": {"aggregations": ["3D, averaged"]}, "features": {"Contrast": "contrast"}},
    }
    return replace(load("demo"), **{"families": families, **changes})


def value(rows, **keys):
    found = [row["value"] for row in rows if all(row[key] == wanted for key, wanted in keys.items())]
    assert len(found) == 1, (keys, len(found))
    return found[0]


def test_rows_of_every_image_in_order():
    rows = extract(*sphere(), small())
    bands = ["original", *(f"wavelet-{x}{y}{z}" for z in "LH" for y in "LH" for x in "LH")]
    assert [row["image"] for row in rows] == [band for band in bands for _ in range(3)]
    assert [row["feature_id"] for row in rows[:6]] == [
        "intensity_mean",
        "intensity_variance",
        "glcm_Contrast",
        "wavelet-LLL_intensity_mean",
        "wavelet-LLL_intensity_variance",
        "wavelet-LLL_glcm_Contrast",
    ]
    assert rows[2] == {**rows[2], "family": "glcm", "feature": "contrast", "ibsi": "ACUI", "discretisation": "FBS:25"}
    assert rows[2]["aggregation"] == "3D, averaged"
    assert [row["group"] for row in rows] == ["intensity", "intensity", "texture", *["filtered"] * 24]


def test_values_are_those_of_the_voxels():
    image, mask = sphere()
    rows = extract(image, mask, small())
    assert value(rows, feature_id="intensity_mean") == pytest.approx(image.array[mask.array].mean(), rel=1e-12)
    whole = tuple(slice(0, n) for n in image.array.shape)
    for name, band in sub_bands(image.array, whole, load("demo").images["wavelet"], SPACING):
        assert value(rows, feature_id=f"{name}_intensity_variance") == pytest.approx(band[mask.array].var(), rel=1e-10)


def test_words_of_labels_and_of_several_aggregations():
    families = {"glcm": {"settings": {"aggregations": ["3D, averaged", "3D, merged"]}, "features": ["contrast"]}}
    labels = {"original": "original", "families": {"glcm": "texture"}}
    rows = extract(*sphere(), small(images={"original": {}}, families=families, labels=labels))
    assert [row["feature_id"] for row in rows] == [
        "original_texture_contrast_3D-averaged",
        "original_texture_contrast_3D-merged",
    ]


def test_shape_is_measured_once_and_not_after_resegmentation():
    image, mask = sphere()
    families = {
        "morphology": {"settings": {}, "features": ["volume_voxels"]},
        "intensity": {"settings": {}, "features": ["minimum"]},
    }
    rows = extract(image, mask, small(families=families, resegment={"range": [0, None], "sigma": None}))
    assert [row["image"] for row in rows if row["family"] == "morphology"] == ["original"]
    assert value(rows, feature_id="morphology_volume_voxels") == pytest.approx(mask.array.sum() * 3.0)
    assert value(rows, feature_id="intensity_minimum") >= 0


def test_resegmentation_of_the_original_holds_for_filtered_images():
    image, mask = sphere()
    rows = extract(image, mask, small(resegment={"range": [0, 100], "sigma": None}))
    kept = mask.array & (image.array >= 0) & (image.array <= 100)
    whole = tuple(slice(0, n) for n in image.array.shape)
    band = dict(sub_bands(image.array, whole, load("demo").images["wavelet"], SPACING))["wavelet-HLH"]
    assert value(rows, feature_id="wavelet-HLH_intensity_mean") == pytest.approx(band[kept].mean(), rel=1e-9)


def test_a_crop_with_the_margin_gives_the_same_rows():
    image, mask = sphere()
    around = reach(small(), SPACING)
    assert around == (3, 3, 3)
    box = tuple(slice(s.start - r, s.stop + r) for s, r in zip(bounding_box(mask.array), around, strict=True))
    grid = image.grid.crop(tuple(s.start for s in box), image.array[box].shape)
    assert extract(Volume(image.array[box], grid), Volume(mask.array[box], grid), small()) == extract(
        image, mask, small()
    )


def test_the_sphere_of_local_intensity_widens_the_margin():
    families = {"local_intensity": {"settings": {}, "features": "all"}}
    assert reach(small(families=families), SPACING) == (3, 7, 7)  # 6.2 mm in voxels of 3, 1, 1 mm


def test_what_ends_a_case():
    image, mask = sphere()
    with pytest.raises(BadMask, match="differ"):
        extract(image, Volume(mask.array[1:], mask.grid), small())
    with pytest.raises(BadRoi, match="empty"):
        extract(image, Volume(mask.array & False, mask.grid), small())
    with pytest.raises(BadRoi, match=r"re-segmentation to \[1000, inf\] leaves no voxel"):
        extract(image, mask, small(resegment={"range": [1000, None], "sigma": None}))
    broken = image.array.copy()
    broken[np.nonzero(mask.array)[0][0], np.nonzero(mask.array)[1][0], np.nonzero(mask.array)[2][0]] = np.nan
    with pytest.raises(BadRoi, match="NaN or infinite"):
        extract(Volume(broken, image.grid), mask, small())
    ranged = small(images={"original": {}}, resegment={"range": [-1000, 400], "sigma": None})
    with pytest.raises(BadRoi, match="NaN or infinite"):  # a range would leave the voxel out without a word
        extract(Volume(broken, image.grid), mask, ranged)
    with pytest.raises(BadRoi, match=r"FBS:0.001: intensities from .* need \d+ levels"):
        extract(image, mask, small(discretise={"method": "fixed_width", "width": 0.001, "origin": "zero"}))
    with pytest.raises(BadRoi, match="lies below the first bin"):
        extract(image, mask, small(discretise={"method": "fixed_width", "width": 25, "origin": 0}))


def test_a_row_that_no_family_has_is_the_studys_fault():
    families = {"intensity": {"settings": {}, "features": ["men"]}}
    with pytest.raises(StudyError, match=r"families.intensity.features: no row \['men'\]; known: mean"):
        extract(*sphere(), small(families=families))


def test_a_family_that_there_is_not_is_the_studys_fault():
    families = {"intensity": {"settings": {}, "features": ["mean"]}, "glszn": {"settings": {}, "features": "all"}}
    with pytest.raises(StudyError, match=r"family 'glszn' is not known; choose one of morphology, .*, shape_2d"):
        extract(*sphere(), small(families=families))


def test_a_new_family_is_one_module_and_one_name(monkeypatch):
    """Its record is all that stages know of it: what it needs, how far it reaches, what it describes."""
    rows = (Feature("brightest_around", "", np.max), Feature("voxels_around", "", np.size, group="shape"))
    record = Family(
        "halo", "", rows, lambda roi, settings: values("halo", rows, None, roi.intensity),
        needs="surroundings", group="intensity", per_image=False,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "radioloom.features.halo", SimpleNamespace(FAMILY=record))
    monkeypatch.setitem(families.REACH_MM, "halo", 4.0)
    monkeypatch.setattr(plan, "NAMES", tuple(families.REACH_MM))
    profile = small(families={"halo": {"settings": {}, "features": "all"}}, images={"original": {}})
    image, mask = sphere()
    found = extract(image, mask, profile)
    inner = bounding_box(mask.array)
    wide = tuple(slice(s.start - n, s.stop + n) for s, n in zip(inner, (2, 4, 4), strict=True))
    assert reach(profile, SPACING) == (2, 4, 4)
    assert value(found, feature_id="halo_brightest_around") == image.array[wide].max() > image.array[inner].max()
    assert value(found, feature_id="halo_voxels_around") == image.array[wide].size
    assert [row["group"] for row in found] == ["intensity", "shape"]
    assert warm(profile) > 0


def test_every_need_of_a_family_has_its_subject():
    assert tuple(SUBJECTS) == NEEDS


@dataclass
class Prepared:
    image: Volume
    mask: Volume
    sidecar: dict


def test_a_bad_case_of_a_batch_is_an_exclusion():
    image, mask = sphere()
    whose = {"cohort": "train", "replicate": "1", "roi": "tumour", "modality": "CT", "spacing": 3}
    cases = [
        Prepared(image, mask, {**whose, "case": "good"}),
        Prepared(image, Volume(mask.array & False, mask.grid), {**whose, "case": "bad"}),
    ]
    found, excluded, kept = extract_batch(cases, small(), {"good": "2"})
    assert kept == 1
    assert {(row["modality"], row["visit"]) for row in found.rows} == {("CT", "2")}
    assert {row["case"] for row in (*found.rows, *found.images)} == {"good"}
    assert set(found.rows[0]) >= {"cohort", "case", "replicate", "roi", "image", "feature_id", "value"}
    assert [(row["case"], row["stage"]) for row in excluded] == [("bad", "extract")]
    assert "empty" in excluded[0]["reason"]


def test_warming_measures_something():
    assert warm(small()) > 0
