"""NIfTI, NRRD and MetaImage: grid and voxels there and back, and what is refused."""

import numpy as np
import pytest
import SimpleITK as sitk

from radioloom.errors import BadImage, BadMask
from radioloom.io import images
from radioloom.volume import Grid, Volume

TURN = tuple(map(tuple, np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))[0] * [1, 1, 1]))


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha", ".mhd"])
@pytest.mark.parametrize("dtype", [np.float32, np.int16, np.uint8])
def test_there_and_back(tmp_path, suffix, dtype):
    array = (np.random.default_rng(0).random((4, 5, 6)) * 200).astype(dtype)
    grid = Grid((4, 5, 6), (3.0, 1.5, 0.7), (-4.0, 50.25, 8.5), TURN)
    images.write(Volume(array, grid), tmp_path / f"x{suffix}")
    found = images.read(tmp_path / f"x{suffix}", "HU", "CT")
    assert found.grid.same_place(grid)
    assert images.geometry(tmp_path / f"x{suffix}").same_place(grid)
    assert np.array_equal(found.array, array)
    assert (found.array.dtype, found.unit, found.modality) == (np.float64, "HU", "CT")


def test_each_voxel_is_where_itk_puts_it(tmp_path):
    image = sitk.GetImageFromArray(np.zeros((4, 5, 6), np.int16))
    image.SetSpacing((0.7, 1.5, 3.0))
    image.SetOrigin((8.5, 50.25, -4.0))
    image.SetDirection(np.array(TURN).ravel().tolist())
    sitk.WriteImage(image, tmp_path / "x.mha")
    grid = images.geometry(tmp_path / "x.mha")
    for index in ((0, 0, 0), (3, 0, 0), (0, 4, 0), (1, 2, 5)):
        expected = image.TransformIndexToPhysicalPoint(index[::-1])
        assert np.allclose(grid.to_world(np.array(index, float))[::-1], expected)


def write(tmp_path, image, name="x.nii"):
    sitk.WriteImage(image, tmp_path / name)
    return tmp_path / name


def test_what_is_no_scalar_volume_is_refused(tmp_path):
    four = sitk.JoinSeries([sitk.Image(3, 4, 5, sitk.sitkInt16)] * 2)
    with pytest.raises(BadImage, match=r"4 dimensions of .3, 4, 5, 2. voxels"):
        images.read(write(tmp_path, four))
    with pytest.raises(BadImage, match="2 dimensions"):
        images.geometry(write(tmp_path, sitk.Image(3, 4, sitk.sitkInt16), "x.mha"))
    with pytest.raises(BadImage, match="3 values per voxel"):
        images.read(write(tmp_path, sitk.Image([3, 4, 5], sitk.sitkVectorUInt8, 3)))
    with pytest.raises(BadMask, match="3 values per voxel"):
        images.read_native(write(tmp_path, sitk.Image([3, 4, 5], sitk.sitkVectorUInt8, 3)), BadMask)


def test_a_fourth_dimension_of_one_is_none(tmp_path):
    single = sitk.JoinSeries([sitk.GetImageFromArray(np.arange(60, dtype=np.int16).reshape(3, 4, 5))])
    assert np.array_equal(images.read(write(tmp_path, single)).array, np.arange(60).reshape(3, 4, 5))


def test_what_is_not_finite_or_not_there_or_damaged(tmp_path):
    array = np.ones((3, 4, 5), np.float32)
    array[1, 1, 1:3] = np.nan, np.inf
    with pytest.raises(BadImage, match=r"x.nii: 2 voxels are not finite"):
        images.read(write(tmp_path, sitk.GetImageFromArray(array)))
    with pytest.raises(BadImage, match=r"gone.nii: no such file"):
        images.read(tmp_path / "gone.nii")
    (tmp_path / "text.nii").write_text("no image")
    with pytest.raises(BadImage, match=r"text.nii: not readable as NIfTI"):
        images.geometry(tmp_path / "text.nii")
    path = write(tmp_path, sitk.GetImageFromArray(np.random.default_rng(0).random((30, 30, 30))), "cut.nii.gz")
    path.write_bytes(path.read_bytes()[:-40000])
    with pytest.raises(BadImage, match=r"cut.nii.gz: it cannot be read to its end"):
        images.read(path)
    path = write(tmp_path, sitk.GetImageFromArray(np.ones((30, 30, 30), np.int16)), "cut.nii")
    path.write_bytes(path.read_bytes()[:-4000])
    with pytest.raises(BadMask, match=r"cut.nii: its voxels end after 50000 of 54000 bytes"):
        images.read_native(path, BadMask)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("scale", [(0.0, 0.0), (1.0, 0.0), (2.5, -7.0)])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "u2", "u1"])
def test_voxels_of_nifti_are_those_that_itk_reads(tmp_path, order, scale, dtype):
    array = np.random.default_rng(0).random((4, 5, 6)) * 200
    path = write(tmp_path, sitk.GetImageFromArray(array.astype(dtype)))
    raw = bytearray(path.read_bytes())
    raw[112:120] = np.array(scale, "<f4").tobytes()
    if order == ">":
        for at, width, n in ((0, 4, 1), (40, 2, 8), (68, 2, 4), (76, 4, 8), (108, 4, 3), (252, 2, 2), (256, 4, 18)):
            raw[at : at + width * n] = np.frombuffer(bytes(raw[at : at + width * n]), f"<u{width}").byteswap().tobytes()
        raw[352:] = np.frombuffer(bytes(raw[352:]), dtype).byteswap().tobytes()
    path.write_bytes(raw)
    expected = sitk.GetArrayFromImage(sitk.ReadImage(path))
    assert np.allclose(images.read(path).array, expected, rtol=1e-6)
    assert images.geometry(path).shape == (4, 5, 6)


def test_a_box_is_all_that_must_be_finite(tmp_path):
    array = np.random.default_rng(0).random((4, 5, 6))
    array[0] = np.nan
    grid = Grid((4, 5, 6), (3.0, 1.5, 0.7), (-4.0, 50.25, 8.5), TURN)
    images.write(Volume(array, grid), tmp_path / "x.nii")
    part = images.read(tmp_path / "x.nii", box=(slice(1, 3), slice(0, 5), slice(2, 4)))
    assert np.array_equal(part.array, array[1:3, :, 2:4])
    assert part.grid.same_place(grid.crop((1, 0, 2), (2, 5, 2)))


def test_absurd_sizes_are_refused_before_memory_is_taken(tmp_path):
    path = write(tmp_path, sitk.Image(3, 4, 5, sitk.sitkInt16))
    raw = bytearray(path.read_bytes())
    raw[42:48] = np.array([30000] * 3, "<i2").tobytes()
    path.write_bytes(raw)
    with pytest.raises(BadImage, match="30000 x 30000 x 30000 voxels; no image"):
        images.read(path)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_grids_of_plain_nifti_are_those_of_itk(tmp_path, suffix):
    """Axes along the patient's in any order and direction are read without ITK, all others by it."""
    rng = np.random.default_rng(3)
    file = tmp_path / f"image{suffix}"
    for turn in range(40):
        image = sitk.GetImageFromArray(np.zeros((3, 4, 5), np.int16))
        image.SetSpacing(rng.uniform(0.3, 5, 3).tolist())
        image.SetOrigin(rng.normal(0, 100, 3).tolist())
        oblique = turn % 4 == 0
        axes = np.linalg.qr(rng.normal(size=(3, 3)))[0] if oblique else np.eye(3)[rng.permutation(3)]
        image.SetDirection((axes * rng.choice([-1, 1], 3)).ravel().tolist())
        sitk.WriteImage(image, str(file))
        plain, expected = images._plain_nifti_grid(file), images._grid(images._reader(file))
        assert (plain is None) == oblique
        found = images.geometry(file)
        assert found.shape == expected.shape
        for key in ("spacing_mm", "origin_mm", "direction"):
            assert np.allclose(getattr(found, key), getattr(expected, key), rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (40, "<i2 4"),
        (76 + 8, "<f4 nan"),
        (76 + 8, "<f4 0"),
        (123, "<u1 1"),
        (252, "<i2 0 0"),
        (280, "<f4 2"),
        (344, "<i2 0"),
    ],
)
def test_headers_that_are_not_plain_are_left_to_itk(tmp_path, at, value):
    file = tmp_path / "image.nii"
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((3, 4, 5), np.int16)), str(file))
    assert images._plain_nifti_grid(file) is not None
    kind, *numbers = value.split()
    content = bytearray(file.read_bytes())
    put = np.array(numbers, float).astype(kind).tobytes()
    content[at : at + len(put)] = put
    file.write_bytes(content)
    assert images._plain_nifti_grid(file) is None


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), PermissionError(13, "no"), MemoryError()])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_a_fault_of_the_machine_is_no_fault_of_the_image(tmp_path, monkeypatch, suffix, error):
    """It passes up and fails the job, which can be run again: an exclusion would stay."""
    path = write(tmp_path, sitk.GetImageFromArray(np.zeros((3, 4, 5), np.int16)), f"x{suffix}")

    def broken(*_, **__):
        raise error

    monkeypatch.setattr("builtins.open", broken)
    monkeypatch.setattr("gzip.open", broken)
    for reader in (images.geometry, images.read_native):
        with pytest.raises(type(error)):
            reader(path)
