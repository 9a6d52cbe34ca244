"""Features of what is in memory and of files: the same numbers, and faults that say what to do."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk

import radioloom
from radioloom.api import onto_grid
from radioloom.errors import BadImage, BadMask, StudyError
from radioloom.imaging.resample import resample, resample_mask
from radioloom.profile import build, load
from radioloom.volume import Grid, Volume, modality_of

SPACING = (3.0, 1.0, 1.2)


@pytest.fixture(scope="module")
def profile():
    content = {field: getattr(load("demo"), field) for field in load("demo").__slots__ if field != "hash"}
    grid = {
        "spacing_mm": [2, 2, 2],
        "image": "cubic",
        "mask": "linear",
        "mask_threshold": 0.5,
        "round": False,
        "align": "centre",
    }
    families = {
        "morphology": {"settings": {}, "features": ["volume_voxels", "sphericity"]},
        "intensity": {"settings": {}, "features": ["mean", "variance"]},
        "glcm": {"settings": {"aggregations": ["3D, averaged"]}, "features": ["contrast"]},
    }
    return build({**content, "grid": grid, "families": families})


@pytest.fixture(scope="module")
def case():
    cells = np.indices((30, 60, 50)) - np.array([15, 30, 25]).reshape(3, 1, 1, 1)
    labels = (np.abs(cells * np.array(SPACING).reshape(3, 1, 1, 1)).sum(0) < 18).astype(np.uint8)
    labels[2:4, 2:4, 2:4] = 7
    values = np.random.default_rng(0).normal(50, 30, labels.shape)
    return values, labels


def itk(array):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(SPACING[::-1])
    image.SetOrigin((10.0, -20.0, 30.0))
    return image


def test_arrays_images_and_files_give_the_same(case, profile, tmp_path):
    values, labels = case
    table = radioloom.extract(values, labels, profile, spacing_mm=SPACING, roi=1)
    assert {
        "image",
        "family",
        "aggregation",
        "discretisation",
        "feature",
        "ibsi",
        "group",
        "feature_id",
        "value",
    } == set(table)
    assert len(table) == 2 + 9 * 3
    of_images = radioloom.extract(itk(values), itk(labels), profile, roi=1)
    sitk.WriteImage(itk(values), tmp_path / "image.nii.gz")
    sitk.WriteImage(itk(labels), tmp_path / "mask.nrrd")
    of_files = radioloom.extract(tmp_path / "image.nii.gz", str(tmp_path / "mask.nrrd"), profile, roi=1)
    for other, tolerance in ((of_images, 1e-9), (of_files, 1e-3)):
        assert list(other.feature_id) == list(table.feature_id)
        np.testing.assert_allclose(other.value, table.value, rtol=tolerance)


def test_only_the_surroundings_are_resampled(case, profile):
    values, labels = case
    image, mask = Volume(values, Grid(values.shape, SPACING)), Volume(labels == 1, Grid(values.shape, SPACING))
    around, region = onto_grid(image, mask, profile)
    whole = resample(image, profile.grid)
    first = np.rint(whole.grid.to_index(np.asarray(around.grid.origin_mm))).astype(int)
    part = tuple(slice(a, a + n) for a, n in zip(first, around.array.shape, strict=True))
    assert around.array.size < 0.6 * whole.array.size
    np.testing.assert_allclose(around.array, whole.array[part], rtol=1e-6)
    np.testing.assert_array_equal(region.array, resample_mask(mask, profile.grid).array[part])


def test_label_absent_or_all_labels(case, profile):
    values, labels = case
    with pytest.raises(BadMask, match=r"no label matches '3'; found: '1', '7'; choose by roi=: a name"):
        radioloom.extract(values, labels, profile, spacing_mm=SPACING, roi=3)
    with pytest.raises(BadMask, match="not one voxel is marked"):
        radioloom.extract(values, labels * 0, profile, spacing_mm=SPACING)
    with pytest.raises(BadMask, match="this label map has no names, give the label's number"):
        radioloom.extract(values, labels, profile, spacing_mm=SPACING, roi="GTV")


def test_geometry_that_does_not_fit(case, profile):
    values, labels = case
    with pytest.raises(BadImage, match="give spacing_mm"):
        radioloom.extract(values, labels, profile)
    with pytest.raises(BadImage, match="4 dimensions"):
        radioloom.extract(values[None], labels, profile, spacing_mm=SPACING)
    with pytest.raises(BadMask, match="different places"):
        radioloom.extract(values, labels[1:], profile, spacing_mm=SPACING, roi=1)
    moved = itk(labels)
    moved.SetOrigin((11.0, -20.0, 30.0))
    with pytest.raises(BadMask, match="on another grid"):
        radioloom.extract(itk(values), moved, profile, roi=1)


class Tensor:
    """As a tensor on a graphics card, or one that keeps its gradient, answers NumPy."""

    def __init__(self, error):
        self.error = error

    def __array__(self, *_, **__):
        raise self.error


class OnHost:
    """A tensor in memory: whatever gives an array is one."""

    def __init__(self, array):
        self.array = array

    def __array__(self, *_, **__):
        return self.array


@pytest.mark.parametrize("error", [TypeError("can't convert cuda:0"), RuntimeError("requires grad. Use detach()")])
@pytest.mark.parametrize("spacing", [SPACING, None])
def test_what_gives_no_array_is_told_with_its_kind_and_reason(case, profile, error, spacing):
    with pytest.raises(BadImage) as refused:
        radioloom.extract(Tensor(error), case[1], profile, spacing)
    assert str(refused.value) == (
        f"the image (Tensor) cannot be read as an array: {error}; "
        "give a path, a NumPy array (z, y, x), or a SimpleITK image"
    )


def test_what_gives_an_array_is_one(case, profile):
    values, labels = case
    wanted = radioloom.extract(values, labels, profile, SPACING, roi=1)
    for image, mask in ((OnHost(values), OnHost(labels)), (values.tolist(), labels.tolist())):
        assert radioloom.extract(image, mask, profile, SPACING, roi=1).equals(wanted)


def test_masked_voxels_are_not_measured_unsaid(case, profile):
    values, labels = case
    with pytest.raises(BadImage, match="the image is a masked array, whose masked voxels would be measured too; fill"):
        radioloom.extract(np.ma.masked_less(values, 0), labels, profile, SPACING, roi=1)
    with pytest.raises(BadMask, match="the mask is a masked array"):
        radioloom.extract(values, np.ma.masked_equal(labels, 7), profile, SPACING, roi=1)


def test_what_is_given_and_would_not_be_used_is_refused(case, profile, tmp_path):
    values, labels = case
    with pytest.raises(StudyError, match="SimpleITK images know their spacing: leave it out"):
        radioloom.extract(itk(values), itk(labels), profile, spacing_mm=SPACING, roi=1)
    fault = "the profile ibsi is for CT in HU, and this is PT in SUV: take the profile sts_pet"
    with pytest.raises(BadImage, match=fault):
        radioloom.extract(values, labels, "ibsi", SPACING, roi=1, modality="PT")


SEVERAL = r"give the name or number of one region, .* \(several labels: '1\|2'; all of them: '\.\*'"
ODD = {
    "roi": ([1, 7], (1, 7), {1}, np.array([1, 7]), np.array(1), 1.0, True, np.True_, b"1", {}, object()),
    "profile": (None, 3, {}, {"name": "ibsi"}, ["ibsi"], b"ibsi", True),
    "modality": (3, ["CT"], b"CT", True, "PET", "pet/ct", "CTX", "nm"),
    "spacing_mm": ("a", 3, (1, 2), "123", b"123", ("1", "1", "1"), {}, (1, None, 2), (1, 2, 3, 4), (0, 1, 1)),
}


@pytest.mark.parametrize(("name", "given"), [(name, given) for name, values in ODD.items() for given in values])
def test_arguments_of_another_kind_are_refused_by_name(case, profile, name, given):
    known = {"profile": profile, "spacing_mm": SPACING, "roi": 1, "modality": "CT"}
    with pytest.raises((StudyError, BadImage)) as refused:
        radioloom.extract(*case, **{**known, name: given})
    assert name.removesuffix("_mm") in str(refused.value)
    assert len(str(refused.value)) < 300
    if name == "roi":
        assert refused.match(SEVERAL)


def test_spacing_may_come_from_a_generator(case, profile):
    wanted = radioloom.extract(*case, profile, SPACING, roi=1)
    assert radioloom.extract(*case, profile, (mm for mm in SPACING), roi=1).equals(wanted)


def test_an_argument_that_is_not_known_is_pythons_own_error(case):
    with pytest.raises(TypeError, match="label"):
        radioloom.extract(*case, "ibsi", SPACING, label=1)


@pytest.mark.parametrize("roi", [1, "1", np.uint8(1), np.int64(1), np.str_("1")])
def test_a_region_by_number_or_text(case, profile, roi):
    wanted = radioloom.extract(*case, profile, SPACING, roi="1", modality="CT")
    assert radioloom.extract(*case, profile, SPACING, roi=roi, modality=" ct").equals(wanted)


@pytest.mark.parametrize("roi", [0, "0", "-0", "0.0"])
def test_what_is_around_the_regions_is_none(case, profile, roi):
    with pytest.raises(BadMask, match=r"no label matches '-?0(.0)?'; found: '1', '7'"):
        radioloom.extract(*case, profile, SPACING, roi=roi)


def test_a_volume_that_says_another_modality(case, profile):
    image = Volume(case[0], Grid(case[0].shape, SPACING), modality="MR")
    with pytest.raises(BadImage, match="modality='CT', and the image says that it is MR; leave modality out"):
        radioloom.extract(image, Volume(case[1], image.grid), profile, roi=1, modality="CT")


@pytest.mark.parametrize("word", ["PET", "pet", "PET/CT", "PET-CT", "PT/CT"])
def test_a_modality_by_another_word_is_told(word):
    with pytest.raises(StudyError) as refused:
        modality_of(word)
    assert str(refused.value) == f"modality {word!r} is not known; did you mean 'PT'? Known: CT, PT, MR"
    assert [modality_of(each) for each in ("pt", " CT ", "Mr", "", None)] == ["PT", "CT", "MR", "", ""]


def test_the_library_shows_what_is_its_own():
    assert {"Any", "TYPE_CHECKING"}.isdisjoint(dir(radioloom))
    assert {"__version__", "extract"} <= set(dir(radioloom))


def test_grids_that_differ_are_told_in_words(case, profile):
    values, labels = case
    with pytest.raises(BadMask) as refused:
        radioloom.extract(values, labels.transpose(2, 1, 0), profile, SPACING, roi=1)
    assert str(refused.value) == (
        "mask and image lie in different places: mask 50 x 60 x 30 voxels of 3 x 1 x 1.2 mm from (0.00, 0.00, 0.00), "
        "image 30 x 60 x 50 voxels of 3 x 1 x 1.2 mm from (0.00, 0.00, 0.00) (z, y, x); give two arrays of one shape "
        "and order of axes, or two SimpleITK images (mask.CopyInformation(image))"
    )


def test_notes_are_those_of_the_region(case, profile):
    values, labels = case
    ct = {"profile": profile, "modality": "CT"}
    assert radioloom.extract(values, labels, spacing_mm=SPACING, roi=1, **ct).attrs == {"notes": []}
    assert radioloom.extract(values, labels, spacing_mm=SPACING, roi="1|7", **ct).attrs["notes"] == [
        "union of 2 labels"
    ]
    piece = radioloom.extract(itk(values)[:, :, 12:], itk(labels), roi=1, **ct)
    outside = int((labels[:12] == 1).sum())
    assert outside
    assert piece.attrs["notes"] == [
        "the label map has another extent or order of axes",
        f"{outside} voxels of the mask lie outside the image",
    ]
    assert radioloom.extract(values, labels == 1, spacing_mm=SPACING, roi=None, **ct).attrs["notes"] == []


def test_axes_of_sitk_images_are_turned_round(case):
    from radioloom.api import _of_sitk

    image = itk(case[0])
    image.SetDirection((0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0))
    grid = _of_sitk(image).grid
    for index in ((0, 0, 0), (3, 5, 7)):
        expected = image.TransformIndexToPhysicalPoint(index[::-1])
        np.testing.assert_allclose(grid.to_world(np.array([index]))[0][::-1], expected[:], atol=1e-9)


@pytest.mark.parametrize("what", [0, 1])
def test_label_maps_of_sitk_and_images_of_other_programs_are_refused(case, profile, what):
    """SimpleITK ends the whole process where it is asked for the array of a label map."""
    given = [itk(case[0]), itk(case[1])]
    for other, words in (
        (sitk.LabelImageToLabelMap(itk(case[1])), r"label map of SimpleITK \(runs of labels\); give SimpleITK"),
        (SimpleNamespace(GetSpacing=None), r"\(SimpleNamespace\) is no image of SimpleITK; give a path, a NumPy"),
    ):
        given[what] = other
        with pytest.raises((BadImage, BadMask)[what], match=words):
            radioloom.extract(*given, profile, roi=1)


def test_importing_the_library_is_cheap(root):
    code = "import sys, radioloom; print(any(name in sys.modules for name in ('numpy', 'pandas', 'numba')))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root / "workflow", capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
