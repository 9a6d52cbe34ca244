"""What cannot be measured ends there: a filter its own features; NaN that is not read nothing; one level is said."""

from dataclasses import replace

import numpy as np
import pytest

import radioloom
from made.hospital import row
from radioloom.commands.extract import COMMAND
from radioloom.errors import BadImage, BadRoi, MeasurementWarning
from radioloom.imaging.around import place
from radioloom.io import images
from radioloom.profile import known, load
from radioloom.stages.images.control import control_batch
from radioloom.stages.images.curate import curate
from radioloom.stages.images.extract import extract, extract_batch, measured, undefined
from radioloom.stages.images.margin import reach
from radioloom.stages.images.plan import plans
from radioloom.stages.images.prepare import prepare_batch
from radioloom.stages.images.segment import segment
from radioloom.tables import FEATURES, MEASURED
from radioloom.volume import Grid, Volume

KEY = ("image", "family", "aggregation", "discretisation", "feature", "ibsi", "group", "feature_id")


def ball(shape=(15, 40, 40), spacing=(3.0, 1.0, 1.0), radius=8.0, seed=0):
    cells = (np.indices(shape) - np.reshape(shape, (3, 1, 1, 1)) // 2) * np.reshape(spacing, (3, 1, 1, 1))
    rough = np.rint(np.random.default_rng(seed).normal(30, 80, shape))
    grid = Grid(shape, spacing)
    return Volume(rough, grid, "HU", "CT"), Volume((cells**2).sum(0) <= radius**2, grid)


def keys(rows):
    return [tuple(row[key] for key in KEY) for row in rows]


@pytest.mark.parametrize("name", known())
def test_rows_of_a_map_that_could_not_be_measured_are_those_of_one_that_could(name):
    profile = load(name)
    profile = replace(profile, images={"original": {}, "wavelet": load("ibsi").images["wavelet"]})
    rows = extract(*ball(), profile)
    maps = [row["image"] for row in rows if row["image"] != "original"]
    for image in dict.fromkeys(maps):
        found = [row for plan in plans(profile) if plan.family.per_image for row in undefined(image, plan, profile)]
        assert sorted(keys(found)) == sorted(keys(row for row in rows if row["image"] == image))
        assert np.isnan([row["value"] for row in found]).all()


@pytest.mark.parametrize("name", ["ibsi", "demo", "pyradiomics", "aerts2014"])
def test_one_slice_keeps_the_features_of_the_original_image(name):
    profile = replace(load(name), grid=None)
    image, mask = ball((1, 40, 40))
    found = measured(image, mask, profile)
    plain = extract(image, mask, replace(profile, images={"original": {}}))
    assert [row for row in found.rows if row["image"] == "original"] == plain
    others = [row for row in found.rows if row["image"] != "original"]
    assert len({row["image"] for row in others}) == 8
    assert np.isnan([row["value"] for row in others]).all()
    assert sorted(keys(found.rows)) == sorted(keys(extract(*ball(), profile)))  # the columns of every other case
    notes = {row["image"]: row["reason"] for row in found.images}
    assert notes.pop("original") is None
    assert set(notes.values()) == {
        "wavelet: the filter reads 3 voxels beyond a voxel along z, where the image has 1; choose a "
        "smaller filter or a lower level, one that works slice by slice, or a finer grid"
    }


def test_other_filters_of_the_profile_go_on_and_tables_hold_it():
    images_ = {
        "original": {},
        "wavelet": load("ibsi").images["wavelet"],
        "square": {"largest": 300},
        "mean": {"supports": [3], "dimensions": 2, "boundary": "mirror"},
    }
    profile = replace(load("ibsi"), grid=None, images=images_)
    image, mask = ball((1, 40, 40))
    case = type(
        "Case", (), {"image": image, "mask": mask, "sidecar": dict.fromkeys("cohort case replicate roi".split(), "a")}
    )
    found, excluded, kept = extract_batch([case], profile)
    assert (excluded, kept) == ([], 1)
    table, features = MEASURED.frame(found.images), FEATURES.frame(found.rows)
    lost = set(table.loc[table["reason"].notna(), "image"])
    assert lost == {f"wavelet-{x}{y}{z}" for x in "LH" for y in "LH" for z in "LH"}
    assert set(features.loc[features["image"].isin(lost), "value"].isna()) == {True}
    assert features.loc[~features["image"].isin(lost) & (features["family"] == "intensity"), "value"].notna().all()
    assert table.set_index("image").loc["original", "n_voxels"] == mask.array.sum()
    rows, skipped = control_batch([case], ["shuffled_roi"], profile, 1)
    assert skipped == []
    assert len(rows) == len(found.rows)


def test_levels_that_cannot_be_made_end_their_map_alone():
    """Responses of hundreds of HU in bins of a thousandth."""
    image, mask = ball()
    fine = {"method": "fixed_width", "width": 0.001, "origin": "zero"}
    with pytest.raises(BadRoi, match="levels, and 65535 are the most"):
        extract(image, mask, replace(load("demo"), discretise=fine))  # the original's own: nothing is left of the case
    found = measured(image, mask, replace(load("demo"), filtered={"discretise": fine, "ivh": None}))
    assert [row["reason"] is None for row in found.images] == [True, *[False] * 8]
    assert all("levels, and 65535 are the most" in row["reason"] for row in found.images[1:])
    assert {row["discretisation"] for row in found.rows if row["family"] == "glcm"} == {"FBS:25", "FBS:0.001"}


def test_a_case_of_which_no_image_is_left_is_an_exclusion():
    image, mask = ball((1, 40, 40))
    profile = replace(load("demo"), images={"wavelet": load("demo").images["wavelet"]})
    with pytest.raises(BadImage, match="wavelet: the filter reads 3 voxels"):
        extract(image, mask, profile)


# one grey level


def flat(value=7.3):
    image, mask = ball()
    return replace(image, array=np.full(image.array.shape, value), unit="", modality=""), mask


def test_one_grey_level_is_said_by_the_stage_the_interface_and_the_command(tmp_path, capsys):
    """A PET in SUV, of which nothing says that it is one, by the profile for CT."""
    image, mask = ball(seed=3)
    image = replace(image, array=6 + np.abs(image.array) / 40, unit="", modality="")
    profile = load("ibsi")
    with pytest.warns(MeasurementWarning) as caught:
        table = radioloom.extract(image, mask, profile)
    said, lowest, unsaid = table.attrs["notes"]
    assert [str(each.message) for each in caught] == [said, lowest, unsaid]
    assert lowest.startswith("no voxel around the region lies below 0 HU")
    assert said.startswith("original: all voxels are of one grey level (FBS:25), from ")
    assert "is the image of the modality and unit that the profile is for?" in said
    assert unsaid == (
        "nothing says of which modality the image is: taken for one that the profile ibsi is for (CT in HU); give its "
        "`modality`"
    )
    images.write(image, tmp_path / "i.nii")
    images.write(mask, tmp_path / "m.nii")
    from radioloom.cli import main

    assert not main(["extract", str(tmp_path / "i.nii"), str(tmp_path / "m.nii"), "--out", str(tmp_path / "f.csv")])
    lines = capsys.readouterr().err.splitlines()
    assert f"note: {said}" in lines
    assert f"note: {unsaid}" in lines
    assert COMMAND.name == "extract"


def test_texture_of_one_level_is_what_ibsi_says():
    image, mask = flat()
    found = {
        row["feature_id"]: row["value"]
        for row in extract(image, mask, replace(load("ibsi"), grid=None, images={"original": {}}))
    }
    assert found["glcm_joint_entropy"] == found["histogram_entropy"] == 0
    assert not any(np.signbit(value) for value in found.values() if value == 0)  # nobody reads -0
    assert found["glcm_angular_second_moment"] == found["histogram_uniformity"] == 1


@pytest.mark.parametrize(
    "method",
    [
        {"method": "fixed_width", "width": 25, "origin": "zero"},
        {"method": "fixed_number", "number": 8},
        {"method": "none"},
    ],
)
def test_levels_are_counted_as_they_are_present(method):
    image, mask = ball(seed=1)
    levels = np.where(np.arange(40) % 3 == 0, 30.0, np.where(np.arange(40) % 3 == 1, 300.0, 600.0)) + 0 * image.array
    profile = replace(load("demo"), images={"original": {}}, discretise=method)
    (row,) = measured(replace(image, array=levels), mask, profile).images
    assert (row["n_levels"], row["note"]) == (3, None)
    unasked = replace(profile, families={"intensity": profile.families["intensity"]})
    assert measured(replace(image, array=levels), mask, unasked).images[0]["n_levels"] is None


# not finite


@pytest.fixture
def holed(tmp_path):
    """Writes an image with NaN in a box, and a region in its middle."""

    def write(box):
        image, mask = ball((31, 90, 90), (3.0, 1.0, 1.0), 6.0)
        image.array[box] = np.nan
        images.write(replace(image, array=image.array.astype(np.float32)), tmp_path / "i.nii")
        images.write(mask, tmp_path / "m.nii")
        return tmp_path / "i.nii", tmp_path / "m.nii", mask

    return write


BOXES = {
    "far": (slice(0, 2), slice(0, 3), slice(0, 3)),
    "shown": (slice(14, 16), slice(26, 29), slice(40, 50)),  # within the 15 mm that the report shows, and not read
    "read": (slice(14, 16), slice(37, 38), slice(40, 50)),  # by the wavelet
    "inside": (slice(15, 16), slice(45, 46), slice(45, 46)),
}


@pytest.mark.parametrize("where", BOXES)
@pytest.mark.parametrize("grid", [None, "linear"])
def test_nan_beyond_what_is_read_excludes_nothing(holed, where, grid):
    """The study and the interface agree, and values are those of the image without the hole."""
    grid = grid and {**load("ibsi").grid, "image": grid}
    profile = replace(load("demo"), grid=grid)
    image_file, mask_file, mask = holed(BOXES[where])
    spoilt = images.read_native(image_file)
    box = tuple(slice(int(at.min()), int(at.max()) + 1) for at in np.nonzero(mask.array))
    source = place(mask.grid, box, grid, reach(profile, (2.0, 2.0, 2.0) if grid else mask.grid.spacing_mm)).source
    fine = np.isfinite(spoilt.array[source]).all()
    assert fine == (where in ("far", "shown"))
    sheet = [row(image=image_file.name, segmentation=mask_file.name, modality="CT")]
    curated = curate(sheet, image_file.parent)
    masks = segment(curated.images, image_file.parent).masks
    kept = []
    _, excluded = prepare_batch(curated.images, masks, image_file.parent, profile, kept.append)
    if not fine:
        assert "are not finite" in excluded[0]["reason"]
        with pytest.raises(BadImage, match="not finite"):
            radioloom.extract(spoilt, mask, profile)
        return
    study = extract(kept[0].image, kept[0].mask, profile)
    assert np.isfinite(kept[0].image.array).all()
    assert radioloom.extract(replace(spoilt, modality="CT", unit="HU"), mask, profile).to_dict("records") == study
    whole, _, _ = holed((slice(0, 0),) * 3)
    assert radioloom.extract(images.read_native(whole), mask, profile).to_dict("records") == study
    told = [note for note in kept[0].sidecar["notes"] if "shown and not measured" in note]
    assert len(told) == (where == "shown")


def test_along_an_axis_that_keeps_its_voxels_a_spline_reads_no_others(holed):
    """Ten voxels beside the region, and a spline of 22 between the slices alone: values are those without the hole."""
    image_file, _, mask = holed((slice(0, 31), slice(0, 28), slice(0, 90)))
    spoilt = images.read_native(image_file)
    profile = replace(load("ibsi"), images={"original": {}}, grid={**load("ibsi").grid, "spacing_mm": [2, None, None]})
    found = radioloom.extract(spoilt, mask, profile)
    whole = radioloom.extract(replace(spoilt, array=np.nan_to_num(spoilt.array, nan=700.0)), mask, profile)
    assert found["value"].tolist() == whole["value"].tolist()
    assert any("shown and not measured, are not finite" in note for note in found.attrs["notes"])


def test_voxels_without_a_value_are_told_by_their_distance_with_what_to_write(holed):
    image_file, _, mask = holed((slice(0, 7), slice(0, 90), slice(0, 90)))
    spoilt, profile = images.read_native(image_file), replace(load("ibsi"), images={"original": {}})
    first = int(np.nonzero(mask.array)[0].min())
    said = (
        rf"the nearest {3 * (first - 6)} mm from the box around the region .*\(-1024, air, of a CT\), or crop the image"
    )
    with pytest.raises(BadImage, match=said):
        radioloom.extract(replace(spoilt, unit="HU"), mask, profile, modality="CT")
