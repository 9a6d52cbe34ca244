"""What is given wrong, in Python and on the command line: an error that names what was found and what to do."""

import gzip
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk

import radioloom
from radioloom.cli import main
from radioloom.errors import BadImage, BadMask, BadRoi, StudyError
from radioloom.profile import load
from radioloom.volume import Grid, Volume

MM = (2.0, 2.0, 2.0)
SHAPE = (12, 20, 22)
SHEARED = ((1.0, 0.3, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
FLAT = ((1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0))
INSIDE, BESIDE, FAR = (5, 8, 9), (3, 8, 9), (0, 0, 0)  # of the region; the last is read by the cubic spline alone


def image(dtype=float):
    return np.rint(np.random.default_rng(0).normal(40, 60, SHAPE)).astype(dtype)


def mask(dtype=np.uint8):
    labels = np.zeros(SHAPE, dtype)
    labels[4:8, 6:14, 7:15] = 1
    labels[4, 6:9, 7:9] = 0  # no symmetry
    return labels


def changed(place, value):
    array = image()
    array[place] = value
    return array


def plain(name):
    """A shipped profile without its sub-bands, where nothing of these is meant."""
    return replace(load(name), images={"original": {}})


def extremes(dtype):
    ends = np.iinfo(dtype)
    return np.where(image() > 40, ends.max, ends.min).astype(dtype)


def itk(array, **fields):
    found = sitk.GetImageFromArray(array, **fields)
    found.SetSpacing(MM[: found.GetDimension()])
    return found


def volume(array, **fields):
    return Volume(array, Grid(**{"shape": array.shape, "spacing_mm": MM, **fields}))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, -2e37])
@pytest.mark.parametrize(
    ("profile", "place"), [("ibsi", INSIDE), ("ibsi", FAR), ("pyradiomics", INSIDE), ("pyradiomics", BESIDE)]
)
def test_voxels_that_are_read_must_be_finite(profile, place, value):
    spacing = (3.0,) * 3 if place == FAR else MM  # no spline reads between voxels of the grid's own spacing
    where = "; correct" if place == INSIDE else ", the nearest .* mm from the box around the region"
    with pytest.raises(BadImage, match=rf"1 voxels in and around the region are not finite .* or beyond 1e\+37{where}"):
        radioloom.extract(changed(place, value), mask(), profile, spacing)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
@pytest.mark.parametrize("profile", ["ibsi", "pyradiomics"])
def test_voxels_that_are_not_read_may_be_anything(profile, value):
    found = radioloom.extract(changed(FAR, value), mask(), plain(profile), MM)
    assert found.equals(radioloom.extract(image(), mask(), plain(profile), MM))


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (image()[5], "2 dimensions of float64; one three-dimensional array"),
        (image()[None], "4 dimensions"),
        (image()[:0], r"an array of \(0, 20, 22\) voxels"),
        (image(complex), "dimensions of complex128"),
        (image(object), "dimensions of object"),
        (image().astype(str), "real numbers"),
        ([[1, 2], [3]], r"\(list\) cannot be read as an array: .*; give a path, a NumPy array"),
        (None, r"\(NoneType\) is no array; give a path, a NumPy array"),
        (itk(image())[:, :, 5], "2 dimensions"),
        (sitk.JoinSeries([itk(image())] * 2), "4 dimensions"),
        (itk(np.stack([image()] * 3, -1), isVector=True), "3 values per voxel"),
        (volume(image(), shape=(3, 3, 3)), r"on a grid of \(3, 3, 3\)"),
        (volume(image(), spacing_mm=(-2.0, 2.0, 2.0)), r"spacing \(-2, 2, 2\) mm"),
        (volume(image(), origin_mm=(0.0, np.nan, 0.0)), "origin .*nan"),
        (volume(image(), direction=SHEARED), "no right angles; resample"),
        (volume(image(), direction=FLAT), "no right angles"),
    ],
)
def test_what_is_no_image_is_no_mask_either(array, said):
    with pytest.raises(BadImage, match=f"the image.*{said}"):
        radioloom.extract(array, mask(), "pyradiomics", MM)
    with pytest.raises(BadMask, match=f"the mask.*{said}"):
        radioloom.extract(image(), array, "pyradiomics", MM)


@pytest.mark.parametrize("spacing", [(0, 1, 1), (1, -1, 1), (1, 1, np.nan), (np.inf, 1, 1), (1, 1), 2.0, "2 mm"])
def test_spacing_is_three_numbers_above_0(spacing):
    with pytest.raises(BadImage, match=r"three finite numbers above 0|give three numbers in mm"):
        radioloom.extract(image(), mask(), "pyradiomics", spacing)


@pytest.mark.filterwarnings("ignore::radioloom.errors.MeasurementWarning")
@pytest.mark.parametrize("dtype", ["u2", "i4", "u4", "i8", "u8", "f2", "f4"])
def test_the_type_of_a_voxel_does_not_matter(dtype):
    values = np.abs(image())
    found = radioloom.extract(values.astype(dtype), mask().astype(dtype), "aerts2014", MM)
    np.testing.assert_array_equal(found.value, radioloom.extract(values, mask(), "aerts2014", MM).value)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2"])
def test_small_types_at_their_ends_do_not_wrap_around(dtype):
    values = extremes(dtype)
    found = radioloom.extract(values, mask(bool), plain("pyradiomics"), MM).set_index("feature_id").value
    inside = values[mask(bool)].astype(float)
    ends = np.iinfo(dtype)
    assert found["original_firstorder_Range"] == float(ends.max) - float(ends.min)
    assert found["original_firstorder_Energy"] == pytest.approx(np.sum(inside**2), rel=1e-12)
    n_levels = ends.max // 25 - ends.min // 25 + 1
    high = np.mean(np.where(inside > 0, n_levels, 1) ** 2.0)
    assert found["original_gldm_HighGrayLevelEmphasis"] == pytest.approx(high, rel=1e-12)


@pytest.mark.parametrize(
    ("dtype", "levels"), [("i4", 171798692), ("i8", 737869762948382081), ("u8", 737869762948382081)]
)
@pytest.mark.parametrize("profile", ["pyradiomics", "aerts2014"])
def test_large_types_at_their_ends_have_too_many_levels(dtype, levels, profile):
    with pytest.raises(
        BadRoi, match=rf"intensities from .* need {levels} (levels|bins), and 65535 are the most; widen"
    ):
        radioloom.extract(extremes(dtype), mask(), profile, MM)


def test_large_values_by_a_fixed_number_of_levels_stay_finite():
    """1e37 squared and squared again still fits where sums are made."""
    wide = {"discretise": {"method": "fixed_number", "number": 32}, "resegment": {"range": None, "sigma": None}}
    bins = {"discretise": wide["discretise"], "ivh": {"method": "fixed_number", "number": 100}}
    profile = replace(load("ibsi"), **wide, ivh=bins["ivh"], filtered=bins, modality="any", unit="any")  # no HU
    found = radioloom.extract(np.where(image() > 40, 1e37, -1e37), mask(), profile, MM)
    undefined = found[~np.isfinite(found.value)]
    assert undefined.feature.tolist() == ["quartile_coefficient_of_dispersion"]  # the quartiles cancel
    assert undefined.value.isna().all()


@pytest.mark.parametrize(
    ("labels", "roi", "said"),
    [
        (mask(), 3, "no label matches '3'; found: '1'; choose by roi="),
        (mask(), "GTV", "no label matches 'GTV'; found: '1'; .* has no names"),
        (mask() * 0, "", "not one voxel is marked"),
        (mask(float) * (0.3 + 0.4 * np.random.default_rng(1).random(SHAPE)), "", r"holds parts \(0.3"),
        (np.where(mask(), 1.0, np.nan), "", "not finite; labels are whole numbers"),
        (mask()[1:], "", "lie in different places"),
        (mask().transpose(1, 0, 2), "", "lie in different places"),
    ],
)
def test_what_is_no_region(labels, roi, said):
    with pytest.raises(BadMask, match=said):
        radioloom.extract(image(), labels, "pyradiomics", MM, roi=roi)


def test_of_several_labels_one_must_be_chosen_or_all():
    labels = mask()
    labels[9:11, 2:6, 2:6] = 7
    with pytest.raises(BadMask, match=r"has 2 labels: 1 \(250 voxels\), 7 \(32 voxels\); choose by roi=: .* all"):
        radioloom.extract(image(), labels, "aerts2014", MM)
    both = radioloom.extract(image(), labels, "aerts2014", MM, roi=".*", modality="CT")
    assert both.attrs["notes"] == ["union of 2 labels"]
    assert both.equals(radioloom.extract(image(), labels > 0, "aerts2014", MM))
    assert not both.equals(radioloom.extract(image(), labels, "aerts2014", MM, roi=1))


def test_a_path_and_an_array_do_not_mix(tmp_path):
    for given in ((tmp_path / "x.nii", mask()), (image(), str(tmp_path / "x.nii"))):
        with pytest.raises(StudyError, match="a path, the other is not; give two paths"):
            radioloom.extract(*given, "pyradiomics", MM)
    with pytest.raises(StudyError, match="files and SimpleITK images know their spacing: leave it out"):
        radioloom.extract("image.nii", "mask.nii", "pyradiomics", MM)


@pytest.mark.parametrize("flips", [(True, False, False), (False, True, True), (True, True, True)])
def test_a_mask_whose_axes_are_flipped_is_turned_round(flips):
    other = sitk.Flip(itk(mask()), flips)
    assert other.GetDirection() != itk(mask()).GetDirection()
    wanted = radioloom.extract(image(), mask(), plain("pyradiomics"), MM)
    assert radioloom.extract(itk(image()), other, plain("pyradiomics")).equals(wanted)
    assert radioloom.extract(itk(image()), sitk.PermuteAxes(other, [2, 0, 1]), plain("pyradiomics")).equals(wanted)


def test_a_mask_may_be_a_piece_but_must_lie_in_the_image():
    wanted = radioloom.extract(image(), mask(), "aerts2014", MM)
    assert radioloom.extract(itk(image()), itk(mask())[3:, 2:-3, 1:], "aerts2014").equals(wanted)
    beyond = itk(mask())
    beyond.SetOrigin((0.0, 0.0, -20.0))
    with pytest.raises(BadMask, match=r"misses the image: it covers voxels \(-10, 0, 0\) to \(1, 19, 21\)"):
        radioloom.extract(itk(image()), beyond, "aerts2014")


def test_oblique_images_are_measured_on_their_own_axes():
    turn = tuple(map(tuple, np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))[0].tolist()))
    place = {"direction": turn, "origin_mm": (30.0, -500.0, 7.0)}
    own = replace(plain("ibsi"), orientation=None)
    wanted = radioloom.extract(image(), mask(), own, MM)
    found = radioloom.extract(volume(image(), **place), volume(mask(), **place), own)
    assert list(found.feature_id) == list(wanted.feature_id)
    np.testing.assert_allclose(found.value, wanted.value, rtol=1e-9, atol=1e-9)


# On the command line


@pytest.fixture
def said(tmp_path, capsys):
    """What `radioloom extract` writes on stderr about two files; "" where it prints a table."""

    def run(given, labels, *more):
        paths = [str(each if hasattr(each, "parts") else tmp_path / each) for each in (given, labels)]
        code = main(["extract", *paths, "--profile", "aerts2014", *more])
        printed = capsys.readouterr()
        assert (code, len(printed.out.splitlines())) in {(0, 441), (0, 0), (1, 0)}
        faults = [line for line in printed.err.splitlines() if not (code and line.startswith("note: "))]
        assert len(faults) == code or more
        return printed.err if code else ""

    return run


@pytest.fixture
def files(tmp_path):
    """A folder with image.nii.gz and mask.nii.gz, and what writes others beside them."""

    def write(array, name):
        sitk.WriteImage(array if isinstance(array, sitk.Image) else itk(array), str(tmp_path / name))
        return name

    write(image(np.float32), "image.nii.gz")
    write(mask(), "mask.nii.gz")
    return write


def test_files_that_are_none(said, files, tmp_path):
    assert said("image.nii.gz", "mask.nii.gz", "--modality", "CT") == ""
    for name in ("empty.nii", "empty.nii.gz", "empty.nrrd", "empty.mha", "empty.dcm"):
        (tmp_path / name).write_bytes(b"")
        assert f"{name}: " in said(name, "mask.nii.gz")
        assert f"{name}: " in said("image.nii.gz", name)
    (tmp_path / "folder").mkdir()
    assert "folder: no DICOM image among 0 file(s); correct the path" in said("folder", "mask.nii.gz")
    assert "folder: no RTSTRUCT, SEG or label map there" in said("image.nii.gz", "folder")
    assert "gone.nii: no such file" in said("gone.nii", "mask.nii.gz")
    assert "gone.nii: no such segmentation" in said("image.nii.gz", "gone.nii")
    assert "no such folder; create it first" in said("image.nii.gz", "mask.nii.gz", "--out", str(tmp_path / "no/x.csv"))
    assert "end the name in .csv or .parquet" in said("image.nii.gz", "mask.nii.gz", "--out", str(tmp_path / "x.txt"))
    assert "profile 'nope' is not known; choose one of" in said("image.nii.gz", "mask.nii.gz", "--profile", "nope")


def test_files_of_another_shape(said, files):
    assert "2 dimensions of [22, 20] voxels" in said(files(itk(image())[:, :, 5], "2d.nii"), "mask.nii.gz")
    assert "4 dimensions" in said(files(sitk.JoinSeries([itk(image())] * 2), "4d.nii"), "mask.nii.gz")
    other = itk(mask())
    other.SetSpacing((2.0, 2.0, 3.0))
    assert "on another grid: mask 12 x 20 x 22 voxels of 3 x 2 x 2 mm" in said("image.nii.gz", files(other, "m.nii"))
    assert "no label matches '3'; found: '1'" in said("image.nii.gz", "mask.nii.gz", "--roi", "3")
    assert "no label matches 'GTV'; found: '1'" in said("image.nii.gz", "mask.nii.gz", "--roi", "GTV")
    assert "holds parts" in said("image.nii.gz", files(mask(float) * 0.01 * (500 + image()), "parts.nrrd"))


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("value", [np.nan, -np.inf, 1e39])
def test_files_that_hold_what_is_not_finite(said, files, suffix, value):
    given, labels = files(changed(INSIDE, value), f"broken{suffix}"), files(mask(), f"labels{suffix}")
    assert f"broken{suffix}: 1 voxels are not finite (NaN or infinite) or beyond 1e+37; correct" in said(given, labels)


@pytest.mark.parametrize("dtype", ["i4", "i8", "u8"])
def test_files_of_large_types_at_their_ends(said, files, dtype):
    assert "and 65535 are the most" in said(files(extremes(dtype), "large.nrrd"), files(mask(), "labels.nrrd"))


@pytest.mark.parametrize("spacing", [(0, 2, 2), (-2, 2, 2), (2, np.nan, 2)])
def test_a_nifti_header_without_a_spacing(said, files, tmp_path, spacing):
    """ITK takes 1 mm for 0, and says so on stderr at most."""
    raw = bytearray(gzip.decompress((tmp_path / "image.nii.gz").read_bytes()))
    raw[80:92] = np.array(spacing, "<f4").tobytes()
    raw[254:256] = bytes(2)  # no s-form, which would overrule it
    (tmp_path / "odd.nii").write_bytes(raw)
    files(sitk.GetImageFromArray(mask()), "labels.nii")
    assert "odd.nii: spacing " in said("odd.nii", "odd.nii")


@pytest.mark.parametrize(
    ("line", "other", "words"),
    [
        (b"ElementSpacing = 2 2 2", b"ElementSpacing = 0 2 2", "spacing (2, 2, 0) mm (z, y, x): three finite numbers"),
        (b"= 1 0 0 0 1 0 0 0 1", b"= 1 0 0 .5 1 0 0 0 1", "no right angles"),
        (b"= 1 0 0 0 1 0 0 0 1", b"= 1 0 0 1 0 0 0 0 1", "no right angles"),
    ],
)
def test_a_header_of_axes_that_are_none(said, files, tmp_path, line, other, words):
    raw = (tmp_path / files(image(np.float32), "x.mha")).read_bytes()
    assert line in raw
    (tmp_path / "odd.mha").write_bytes(raw.replace(line, other))
    assert words in said("odd.mha", "mask.nii.gz")
    assert words in said("image.nii.gz", "odd.mha")


@pytest.mark.parametrize("flips", [(True, False, False), (False, True, True)])
def test_files_whose_axes_are_flipped(files, tmp_path, flips):
    """Turning the mask's storage changes nothing; turning the image's, nothing but the rounding of sums."""
    files(sitk.Flip(itk(mask()), flips), "turned.nii.gz")
    files(sitk.Flip(itk(image()), flips), "other.nii.gz")
    found = {
        (given, labels): radioloom.extract(tmp_path / given, tmp_path / labels, plain("ibsi"))
        for given in ("image.nii.gz", "other.nii.gz")
        for labels in ("mask.nii.gz", "turned.nii.gz")
    }
    wanted = found["image.nii.gz", "mask.nii.gz"]
    search = wanted.feature.str.contains("mvee").to_numpy()  # a search that ends within 1e-4 of the smallest
    for table in found.values():
        np.testing.assert_allclose(table.value[search], wanted.value[search], rtol=1e-3)
        np.testing.assert_allclose(table.value[~search], wanted.value[~search], rtol=1e-9, atol=1e-9)


EXCHANGED = "This looks like an image: were image and segmentation exchanged?"


@pytest.mark.parametrize("roi", ["", "1"])
@pytest.mark.parametrize("dtype", ["i2", "f4", "f8"])
def test_image_and_mask_exchanged(said, files, roi, dtype):
    """In memory, as files in Python, and on the command line."""
    with pytest.raises(BadMask, match="were image and segmentation exchanged"):
        radioloom.extract(mask(dtype), image(dtype), "pyradiomics", MM, roi=roi)
    files(image(dtype), "other.nii")
    assert EXCHANGED in said("mask.nii.gz", "other.nii", *(["--roi", roi] if roi else []))


@pytest.mark.filterwarnings("ignore::radioloom.errors.MeasurementWarning")
def test_an_image_of_two_values_is_noted(capsys):
    found = radioloom.extract(np.where(image() > 40, 255, 0), mask(), plain("pyradiomics"), MM, modality="CT")
    note = "the image holds two values alone in and around the region (0 and 255): is it a segmentation, and were image"
    assert sum(each.startswith(note) for each in found.attrs["notes"]) == 1
    assert capsys.readouterr().err.startswith(f"note: {note}")
    levels = np.clip(np.abs(image()) // 20, 1, 4)
    digital = radioloom.extract(levels, mask(), plain("pyradiomics"), MM, modality="CT")
    assert not any("two values" in each for each in digital.attrs["notes"])
    assert capsys.readouterr().err == ""


def test_a_mask_partly_outside_is_told_in_python_and_on_the_command_line(files, tmp_path, capsys):
    beyond = itk(mask())
    beyond.SetOrigin((0.0, 0.0, -10.0))  # one slice of four lies below the image
    lost = int(mask()[4].sum())
    note = f"{lost} voxels of the mask lie outside the image"
    told = ["the label map has another extent or order of axes", note]
    assert radioloom.extract(itk(image()), beyond, "aerts2014", modality="CT").attrs["notes"] == told
    assert capsys.readouterr().err == "".join(f"note: {each}\n" for each in told)
    files(beyond, "beyond.nii")
    paths = [str(tmp_path / name) for name in ("image.nii.gz", "beyond.nii")]
    assert radioloom.extract(*paths, "aerts2014", modality="CT").attrs["notes"] == told
    assert f"note: {note}\n" in capsys.readouterr().err
    assert main(["extract", *paths, "--profile", "aerts2014"]) == 0
    printed = capsys.readouterr()
    assert f"note: {note}\n" in printed.err
    assert "note" not in printed.out
    far = itk(mask())
    far.SetOrigin((0.0, 0.0, -14.0))
    files(far, "far.nii")
    with pytest.raises(BadMask, match="of the mask lie outside the image, and 50% are the most"):
        radioloom.extract(itk(image()), far, "aerts2014")
    with pytest.raises(BadMask, match="of the mask lie outside the image, and 50% are the most"):
        radioloom.extract(paths[0], str(tmp_path / "far.nii"), "aerts2014")
