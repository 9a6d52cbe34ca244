"""Values and grids of every format, storage and type are those that ITK reads; what is none is refused by name."""

import gzip
import itertools

import numpy as np
import pytest
import SimpleITK as sitk

from made.image_files import STORAGES, TYPES, Place, metaimage, nifti, nrrd, values, written
from radioloom.errors import BadImage
from radioloom.io import images
from radioloom.stages.images.curate import usable

TURNS = [np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0] for seed in range(6)]


def by_itk(path):
    """Voxels as ITK reads them, and its image."""
    image = sitk.ReadImage(str(path))
    return sitk.GetArrayFromImage(image), image


def oracle(folder, storage, *image):
    """What ITK reads of an image in a storage. It does not know NIfTI-2: of the same image in NIfTI-1."""
    (folder / "itk").mkdir()
    write, how = STORAGES[storage]
    return by_itk(write(folder / "itk", *image, **how | ({"version": 1} if "version" in how else {})))


def same_grid(grid, image, rtol=1e-6, atol=1e-5):
    np.testing.assert_allclose(grid.spacing_mm[::-1], image.GetSpacing()[:3], rtol=rtol)
    np.testing.assert_allclose(grid.origin_mm[::-1], image.GetOrigin()[:3], rtol=rtol, atol=atol)
    n = image.GetDimension()
    direction = np.reshape(image.GetDirection(), (n, n))[:3, :3]
    np.testing.assert_allclose(np.array(grid.direction)[::-1, ::-1], direction, atol=atol)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("storage", STORAGES)
def test_every_storage_and_type(tmp_path, storage, dtype):
    path = written(tmp_path, storage, values(dtype))
    array, image = oracle(tmp_path, storage, values(dtype))
    found = images.read_native(path)
    assert found.array.dtype == array.dtype == np.dtype(dtype)
    assert np.array_equal(found.array, array)
    same_grid(found.grid, image)
    part = images.read(path, box=(slice(1, 3), slice(0, 4), slice(2, 6)))
    assert np.array_equal(part.array, array[1:3, :4, 2:].astype(float))
    assert images.geometry(path) == found.grid


@pytest.mark.parametrize(
    "axes", [*TURNS, *(np.eye(3)[list(p)] * [-1, 1, -1] for p in itertools.permutations(range(3)))]
)
@pytest.mark.parametrize("storage", ["nii", "nii2", "nii pair", "nrrd", "mha"])
def test_every_direction(tmp_path, storage, axes):
    place = Place((0.7, 1.1, 2.5), (-112.5, 38.25, 1000.5), axes)
    path = written(tmp_path, storage, values("i2"), place)
    same_grid(images.geometry(path), oracle(tmp_path, storage, values("i2"), place)[1])


@pytest.mark.parametrize(("q", "s"), [(0, 0), (1, 0), (0, 1), (0, 3), (2, 2), (1, 4)])
@pytest.mark.parametrize("axes", [None, TURNS[0], TURNS[1]])
@pytest.mark.parametrize("unit", [0, 1, 2, 3])
def test_forms_and_units_of_nifti(tmp_path, q, s, axes, unit):
    path = nifti(tmp_path, values("f4"), Place(axes=axes), q=[q], s=[s], unit=[unit])
    found = images.read_native(path)
    same_grid(found.grid, by_itk(path)[1], atol=1e-5 * {1: 1e3}.get(unit, 1))
    assert bool(found.notes) == (q == s == 0)


SHIFTED = [-0.75, 0, 0, -38.5, 0, -1.5, 0, -50.25, 0, 0, 3, -4]
TURNED = [-0.75 * 0.8, 1.5 * 0.6, 0, -8.5, -0.75 * 0.6, -1.5 * 0.8, 0, -50.25, 0, 0, 3, -4]  # by 37 degrees


@pytest.mark.parametrize("rows", [SHIFTED, TURNED])
@pytest.mark.parametrize(("q", "s"), [(1, 1), (1, 2), (2, 4)])
def test_of_forms_that_differ_in_place_the_s_form_is_taken_and_told(tmp_path, rows, q, s):
    """As nifti1.h has it. ITK takes the q-form where the code of the s-form is not 1, which moves no feature."""
    path = nifti(tmp_path, values("f4"), q=[q], s=[s], rows=rows)
    found = images.read_native(path)
    only = nifti(tmp_path, values("f4"), q=[0], s=[s], rows=rows)
    assert found.notes == ("its s-form and q-form differ in place; the s-form is taken",)
    assert found.grid.same_place(images.geometry(only))
    same_grid(found.grid, by_itk(only)[1])


def test_an_alignment_that_shears_goes_after_the_scanners_own_place(tmp_path):
    sheared = [-0.75, 0.3, 0, -8.5, 0, -1.5, 0, -50.25, 0, 0, 3, -4]
    path = nifti(tmp_path, values("f4"), s=[4], rows=sheared)
    found = images.read_native(path)
    assert found.notes == ("its s-form scales or shears; the q-form is taken",)
    same_grid(found.grid, by_itk(path)[1])
    for codes, words in (({"s": [1]}, "pixdim says voxels of 0.75 x 1.5 x 3 mm"), ({"q": [0], "s": [4]}, "its s-form")):
        with pytest.raises(BadImage, match=words):
            images.geometry(nifti(tmp_path, values("f4"), rows=sheared, **codes))


def test_a_gzipped_file_is_known_by_its_content(tmp_path):
    array = values("u2")
    path = nifti(tmp_path, array)
    path = path.rename(tmp_path / "plain.nii.gz")
    assert np.array_equal(images.read_native(path).array, array)
    path = nifti(tmp_path, array, pack=True).rename(tmp_path / "packed.nii")
    assert np.array_equal(images.read_native(path).array, array)
    whole = gzip.decompress(path.read_bytes())
    parts = [gzip.compress(whole[k : k + 100]) for k in range(0, len(whole), 100)]
    path.write_bytes(b"".join(parts) + bytes(1000))  # in blocks, as bgzip packs, and padded, as tapes are
    assert np.array_equal(images.read_native(path).array, array)
    for write in (nrrd, metaimage):
        plain = write(tmp_path, array)
        path = plain.with_name(f"{plain.name}.gz")
        path.write_bytes(gzip.compress(plain.read_bytes()))
        with pytest.raises(BadImage, match=f"{path.name}: it is compressed as a whole, .* unpack it first .gunzip."):
            images.geometry(path)


SPACES = ["RAS", "LAS", "left-anterior-superior", "scanner-xyz", "3D-right-handed"]


@pytest.mark.parametrize(
    ("write", "old", "new"),
    [
        *((nrrd, "space: left-posterior-superior", f"space: {space}") for space in SPACES),
        (nrrd, "space: left-posterior-superior", "space dimension: 3"),
        (nrrd, "type: short", "type: signed short int"),
        (nrrd, "dimension: 3", "dimension: 3\nbyte skip: 0"),
        (nrrd, "# written for tests", "\n".join(f"key{k}:={k}" for k in range(50))),
        (nrrd, "# written for tests", "DICOM:PatientName:=x\ntype:=short\ncontent: a:=b"),
        (metaimage, "NDims = 3", "NDims = 3\nNDims = 3"),
        (metaimage, "NDims = 3", "NDims = 3\nID = 4\nSomebody = x=y"),
        (metaimage, "TransformMatrix", "Orientation"),
        (metaimage, "Offset", "Origin"),
        (metaimage, "ElementSpacing", "ElementSize"),
        (metaimage, "MET_SHORT", "MET_SHORT_ARRAY"),
        (metaimage, " = ", "="),
        (metaimage, "\n", "\r\n"),
    ],
)
def test_headers_of_text_that_are_read_as_itk_reads_them(tmp_path, write, old, new):
    path = write(tmp_path, values("i2"))
    raw = path.read_bytes()
    end = raw.find(b"LOCAL") + 6 if write is metaimage else raw.find(b"\n\n")
    assert old.encode() in raw[:end]
    path.write_bytes(raw[:end].replace(old.encode(), new.encode()) + raw[end:])
    array, image = by_itk(path)
    found = images.read_native(path)
    assert np.array_equal(found.array, array)
    same_grid(found.grid, image)


@pytest.mark.parametrize(
    ("write", "old", "new"),
    [
        *((nrrd, "space: left-posterior-superior", f"space: {space}") for space in ("scanner-xyz", "3D-right-handed")),
        (nrrd, "space: left-posterior-superior", "space dimension: 3"),
        (metaimage, "AnatomicalOrientation = RAI", "AnatomicalOrientation = ???"),
    ],
)
def test_axes_without_a_direction_in_the_patient_are_told(tmp_path, write, old, new):
    path = write(tmp_path, values("i2"))
    assert images.header(path).notes == ()
    assert path.read_bytes().count(old.encode()) == 1
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    (note,) = images.header(path).notes
    assert note.startswith("its header does not say in which directions of the patient its axes run; x, y and z")


@pytest.mark.parametrize("skip", ["byte skip: 4", "byte skip: -1", "HeaderSize = 4", "HeaderSize = -1"])
def test_bytes_before_the_voxels_of_another_file(tmp_path, skip):
    array = values("i2")
    path = (nrrd if skip.startswith("byte") else metaimage)(tmp_path, array, data="file")
    (tmp_path / "x0.raw").write_bytes(b"four" + (tmp_path / "x0.raw").read_bytes())
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], skip, lines[-1], ""]))
    assert np.array_equal(by_itk(path)[0], array)
    assert np.array_equal(images.read_native(path).array, array)


@pytest.mark.parametrize("lone", [("none", (1, 6, 5, 4)), ("last", (6, 5, 4, 1))])
def test_an_axis_of_one_is_none(tmp_path, lone):
    place, sizes = lone
    path, vectors = nrrd(tmp_path, array := values("i2")), ["(0.75,0,0)", "(0,1.5,0)", "(0,0,3)"]
    vectors.insert(0 if place == "none" else 3, "none")
    text, body = path.read_bytes().split(b"\n\n", 1)
    lines = [
        line for line in text.decode().splitlines() if not line.startswith(("dimension", "sizes", "space dir", "kinds"))
    ]
    lines += ["dimension: 4", f"sizes: {' '.join(map(str, sizes))}", f"space directions: {' '.join(vectors)}"]
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + body)
    assert np.array_equal(images.read_native(path).array, array)
    same_grid(images.geometry(path), sitk.ReadImage(str(nrrd(tmp_path, array))))


@pytest.mark.parametrize("centers", ["", "cell cell cell", "node node node"])
@pytest.mark.parametrize("mins", ["", "axis mins: 5 6 7"])
def test_an_nrrd_with_spacings_alone(tmp_path, centers, mins):
    path = nrrd(tmp_path, values("i2"))
    text, body = path.read_bytes().split(b"\n\n", 1)
    lines = [line for line in text.decode().splitlines() if not line.startswith("space")]
    lines += ["spacings: 2 3 4", *([mins] if mins else []), *([f"centers: {centers}"] if centers else [])]
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + body)
    same_grid(images.geometry(path), by_itk(path)[1])
    assert [("directions" if mins else "where") in note for note in images.header(path).notes] == [True]
    path.write_bytes(b"\n".join(line.encode() for line in lines if "spacings" not in line) + b"\n\n" + body)
    with pytest.raises(BadImage, match="its header has no 'spacings'"):
        images.geometry(path)


@pytest.mark.parametrize(
    ("write", "field"), [(nrrd, b"space origin"), (metaimage, b"Offset"), (metaimage, b"TransformMatrix")]
)
def test_an_image_that_does_not_say_where_it_lies_is_told(tmp_path, write, field):
    path = write(tmp_path, values("i2"))
    assert images.header(path).notes == ()
    path.write_bytes(b"\n".join(line for line in path.read_bytes().split(b"\n") if not line.startswith(field)))
    assert images.header(path).notes == ("its header does not say where the image lies",)
    same_grid(images.geometry(path), by_itk(path)[1])


@pytest.mark.parametrize("axes", [np.eye(3), np.diag([-1.0, -1.0, 1.0])])
@pytest.mark.parametrize(
    ("spacing", "origin", "told"),
    [
        ((1, 1, 1), (0, 0, 0), 1),
        ((1, 1, 1), (-90, -126, -72), 0),  # as of a template
        ((1, 1, 3), (0, 0, 0), 0),
    ],
)
def test_an_image_of_the_grid_that_programs_write_without_a_spacing_is_told_once(tmp_path, axes, spacing, origin, told):
    path = nifti(tmp_path, values("i2"), Place(spacing, origin, axes))
    assert sum("given no spacing" in note for note in images.read(path).notes) == told
    listed: list = []
    row = {"cohort": "c", "role": "training", "case": "A", "replicate": "1", "roi": "r", "image": path.name}
    row |= dict.fromkeys(("segmentation", "pattern", "modality", "series", "description", "kernel", "prefer"), "")
    usable(row | {"thickness_mm": ""}, tmp_path, {}, listed)
    assert sum("given no spacing" in (each["reason"] or "") for each in listed) == told
    assert images.header(path).notes == ()  # of a label map nothing is said: it fits its image or is refused
