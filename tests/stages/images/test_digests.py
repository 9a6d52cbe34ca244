"""One scan under other names, in other files and with other axes has one digest; another scan has another."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest

from made.drawn import CUBE, GRID, by_itk, label_map
from made.hospital import ct, row, stored, structures
from radioloom.io import images
from radioloom.profile import load
from radioloom.stages.images.curate import curate
from radioloom.stages.images.digests import digest, image_digest, region_digest
from radioloom.stages.images.prepare import prepare_batch
from radioloom.stages.images.segment import segment
from radioloom.volume import Grid, Volume

PROFILE = replace(load("demo"), normalise=None, grid=None, images={"original": {}}, families={"intensity": {}})
AXES, FLIPS = list(permutations(range(3))), list(product([False, True], repeat=3))


def rewritten(volume, order=(0, 1, 2), flips=(False, False, False)):
    """The same voxels at the same places, stored along other axes."""
    array = np.transpose(volume.array, order)
    low = np.array([n - 1 if flip else 0 for n, flip in zip(array.shape, flips, strict=True)], float)
    first = np.zeros(3)
    first[list(order)] = low
    direction = np.array(volume.grid.direction)[:, list(order)] * np.where(flips, -1, 1)
    spacing = tuple(volume.grid.spacing_mm[k] for k in order)
    array = array[tuple(slice(None, None, -1 if flip else 1) for flip in flips)]
    origin = tuple(volume.grid.to_world(first).tolist())
    return Volume(np.ascontiguousarray(array), Grid(array.shape, spacing, origin, tuple(map(tuple, direction))))


def digests(data, *rows):
    """Image and region digest of each row."""
    curated = curate([row(modality="CT", **each) for each in rows], data)
    segmented = segment(curated.images, data)
    cases, exclusions = prepare_batch(curated.images, segmented.masks, data, PROFILE, lambda _: None)
    assert (curated.exclusions, segmented.exclusions, exclusions) == ([], [], [])
    return [(case["image_digest"], case["region_digest"]) for case in cases]


@pytest.fixture
def scan(tmp_path):
    """A series with an RTSTRUCT and a label map of the same voxels."""
    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", {"tumour": CUBE})
    curated = curate([row(image="ct", segmentation="rs.dcm")], tmp_path)
    mask = segment(curated.images, tmp_path).masks["P1.1.tumour"]
    grid = curated.images[0].grid
    label_map(tmp_path / "mask.nii", mask.on(grid.shape).astype(np.uint8), grid)
    return tmp_path, Volume(stored().astype(np.float32) - 1024, grid)


DICOM = {"image": "ct", "segmentation": "rs.dcm"}


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_dicom_and_image_files_of_one_scan(scan, dtype, suffix):
    place, volume = scan
    by_itk(volume.array.astype(dtype), volume.grid, place / f"image{suffix}")
    one, other = digests(place, DICOM, {"case": "P2", "image": f"image{suffix}", "segmentation": "mask.nii"})
    assert one == other
    assert all(one)


@pytest.mark.parametrize("flips", FLIPS)
def test_axes_that_are_flipped(scan, flips):
    place, volume = scan
    images.write(rewritten(volume, flips=flips), place / "image.nii")
    one, other = digests(place, DICOM, {"case": "P2", "image": "image.nii", "segmentation": "mask.nii"})
    assert one == other


@pytest.mark.parametrize("order", AXES)
@pytest.mark.parametrize("flips", FLIPS)
def test_a_digest_is_of_the_patients_axes(order, flips):
    volume = Volume(stored(4, 5, 6).astype(float), Grid((4, 5, 6), (3.0, 1.5, 1.0)))
    mask = volume.array > 900
    turned = rewritten(volume, order, flips)
    placed = rewritten(Volume(mask, volume.grid), order, flips)
    assert digest(turned.array, turned.grid, placed.array) == digest(volume.array, volume.grid, mask)
    assert digest(turned.array + 1, turned.grid, placed.array) != digest(volume.array, volume.grid, mask)
    assert digest(turned.array, turned.grid, ~placed.array) != digest(volume.array, volume.grid, mask)


def test_another_region_of_one_image_and_a_crop_of_it(scan):
    place, volume = scan
    images.write(volume, place / "image.nii")
    cut = np.s_[0:, 1:, 2:]
    images.write(Volume(volume.array[cut], GRID.crop((0, 1, 2), (8, 23, 18))), place / "crop.nii")
    other = np.zeros(GRID.shape, np.uint8)
    other[3:5, 6:12, 7:13] = 1
    label_map(place / "other.nii", other, volume.grid)
    first, again, cropped = digests(
        place,
        {"image": "image.nii", "segmentation": "mask.nii"},
        {"case": "P2", "image": "image.nii", "segmentation": "other.nii"},
        {"case": "P3", "image": "crop.nii", "segmentation": "mask.nii"},
    )
    assert (first[0] == again[0], first[1] == again[1]) == (True, False)
    assert (first[0] == cropped[0], first[1] == cropped[1]) == (False, True)


def test_a_region_is_its_own_voxels_alone():
    """What lies around it, and where in its array it lies, does not matter."""
    grid, values = Grid((8, 24, 20), (3.0, 1.5, 1.5)), stored().astype(float)
    ball = ((np.indices(values.shape) - np.array([4, 12, 10]).reshape(3, 1, 1, 1)) ** 2).sum(0) < 12
    around = np.where(ball, values, values + 7)
    assert region_digest(around, ball, grid) == region_digest(values, ball, grid)
    assert region_digest(values[1:, 2:], ball[1:, 2:], grid) == region_digest(values, ball, grid)
    inside = values.copy()
    inside[4, 12, 10] += 1
    assert region_digest(inside, ball, grid) != region_digest(values, ball, grid)


def test_another_scan_of_one_shape(scan):
    place, volume = scan
    images.write(Volume(volume.array + (volume.array > 100), volume.grid), place / "image.nii")
    one, other = digests(place, DICOM, {"case": "P2", "image": "image.nii", "segmentation": "mask.nii"})
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_what_tells_nothing_has_no_digest_and_no_case_is_lost_by_it(scan):
    """A middle slice of few values, or one that is not finite, far from the region."""
    place, volume = scan
    flat, holes = volume.array.copy(), volume.array.copy()
    flat[3] = np.arange(24)[:, None] % 15
    holes[5:] = np.nan
    images.write(Volume(flat, volume.grid), place / "flat.nii")
    image = curate([row(image="flat.nii", segmentation="mask.nii")], place).images[0]
    assert image_digest(image, place) is None
    holes[3, 0, :3] = [np.nan, np.inf, -np.inf]
    images.write(Volume(holes, volume.grid), place / "holes.nii")
    found = [image_digest(curate([row(image="holes.nii", segmentation="mask.nii")], place).images[0], place)] * 2
    assert found[0] == found[1] is not None


def test_a_slice_that_cannot_be_read_has_no_digest(scan):
    """Slices that the region does not need are not looked at elsewhere: they exclude nobody here either."""
    place, _ = scan
    image = curate([row(**DICOM)], place).images[0]
    middle = sorted((place / "ct").iterdir())[8 - 1 - 3]
    before = image_digest(image, place)
    middle.write_bytes(middle.read_bytes()[:-300])
    assert before is not None
    assert image_digest(image, place) is None


def test_one_examination_of_two_series_is_known_again_by_digests_of_its_uids(tmp_path):
    """Of whatever folder and series; never by the UIDs themselves, and not where a file says none."""
    said = {"one": {}, "same": {}, "other": {"StudyInstanceUID": "2.25.77"}, "blank": {"StudyInstanceUID": ""}}
    for number, (name, more) in enumerate(said.items()):
        ct(tmp_path / name, stored(seed=number), series=f"2.25.{number + 5}", **more)
        structures(tmp_path / f"{name}.dcm", {"tumour": CUBE}, series=f"2.25.{number + 5}")
    rows = [row(case=name, image=name, segmentation=f"{name}.dcm") for name in said]
    curated = curate(rows, tmp_path)
    kept = []
    cases, _ = prepare_batch(curated.images, segment(curated.images, tmp_path).masks, tmp_path, PROFILE, kept.append)
    studies = {case["case"]: case["study_digest"] for case in cases}
    assert studies["one"] == studies["same"] != studies["other"]
    assert studies["blank"] is None
    assert len({case["frame_digest"] for case in cases}) == 1
    text = repr((cases, [each.sidecar for each in kept]))
    assert not any(uid in text for uid in ("2.25.1'", "2.25.77", "2.25.2001"))
