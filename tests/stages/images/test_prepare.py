"""Prepare: the crop gives what the whole scan gives; real cases from DICOM and from NIfTI are the same."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from made.hospital import ct, row, square, stored, structures
from radioloom.api import extract
from radioloom.errors import BadImage
from radioloom.imaging.resample import resample, resample_mask
from radioloom.io import images, prepared
from radioloom.profile import load
from radioloom.stages.images.curate import curate
from radioloom.stages.images.margin import margin
from radioloom.stages.images.normalise import normalise
from radioloom.stages.images.perturb import perturb_batch
from radioloom.stages.images.prepare import prepare, prepare_batch
from radioloom.stages.images.segment import segment
from radioloom.tables import CASES
from radioloom.volume import Grid, Volume

GRID = Grid((8, 24, 20), (3.0, 1.5, 1.5), (-100.0, -20.0, -10.0))
CUBE = [np.add(square(-100 + 3 * k, -4.75, 7.25), (0, -10, 0)) for k in (2, 3, 4)]
CUBIC = {"spacing_mm": [2.0, 1.0, 1.0], "image": "cubic", "mask": "linear", "mask_threshold": 0.5} | {
    "round": True,
    "align": "centre",
}


def profile(**other):
    """A profile that measures one family on the original image on the native grid, but for what is given."""
    plain = {"normalise": None, "grid": None, "images": {"original": {}}, "families": {"intensity": {}}}
    plain |= {"modality": "any", "unit": "any"}
    return replace(load("demo"), **(plain | other))


def made(data, given, *rows):
    """Prepared cases and exclusions of rows."""
    curated = curate(list(rows), data)
    segmented = segment(curated.images, data)
    kept = []
    cases, exclusions = prepare_batch(curated.images, segmented.masks, data, given, kept.append)
    assert [case["case"] for case in cases] == [each.sidecar["case"] for each in kept]
    return kept, curated.exclusions + segmented.exclusions + exclusions


@pytest.fixture
def case(tmp_path):
    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", {"GTV": CUBE})
    return tmp_path


ROW = row(image="ct", segmentation="rs.dcm", pattern="GTV")


def test_on_the_native_grid_voxels_are_those_of_the_file(case):
    (found,), _ = made(case, profile(), ROW)
    assert found.name == "P1.1.tumour"
    low = np.rint(GRID.to_index(np.array(found.image.grid.origin_mm))).astype(int)
    box = tuple(slice(a, a + n) for a, n in zip(low, found.image.array.shape, strict=True))
    assert np.array_equal(found.image.array, stored()[box] - 1024.0)
    assert found.mask.array.sum() == 192
    assert np.array_equal(np.argwhere(found.mask.array).min(axis=0) + low, (2, 4, 4))
    assert (found.image.unit, found.image.modality) == ("HU", "CT")


@pytest.mark.parametrize(
    ("method", "align"), [("cubic", "centre"), ("cubic", "corner"), ("linear", "centre"), ("nearest", "corner")]
)
def test_the_crop_is_resampled_as_the_whole_scan_would_be(tmp_path, method, align):
    """IBSI 1, 2.4.1: one new grid of the whole image, wherever the region lies in it."""
    grid = Grid((60, 70, 64), (3.0, 1.5, 1.5), (-100.0, -20.0, -10.0))
    ct(tmp_path / "ct", stored(*grid.shape))
    z = -100 + 3 * 30
    structures(tmp_path / "rs.dcm", {"GTV": [square(z, 40.3, 49.8), square(z + 3, 40.3, 49.8)]})
    settings = CUBIC | {"image": method, "align": align, "round": False, "spacing_mm": [2.1, 1.0, None]}
    (found,), _ = made(tmp_path, profile(grid=settings), ROW)
    whole = Volume(stored(*grid.shape) - 1024.0, grid)
    mask = segment(curate([ROW], tmp_path).images, tmp_path).masks["P1.1.tumour"].on(grid.shape)
    image, region = resample(whole, settings), resample_mask(Volume(mask, grid), settings)
    low = np.rint(image.grid.to_index(np.array(found.image.grid.origin_mm))).astype(int)
    box = tuple(slice(a, a + n) for a, n in zip(low, found.image.array.shape, strict=True))
    assert np.abs(found.image.array - image.array[box]).max() < 1e-4
    assert np.array_equal(found.mask.array, region.array[box])
    assert found.mask.array.sum() == region.array.sum() > 0
    assert np.prod(found.image.array.shape) < image.array.size / 4


def test_values_are_single_precision_and_whole_numbers_where_asked(case):
    (found,), _ = made(case, profile(grid=CUBIC), ROW)
    assert np.array_equal(found.image.array, np.rint(found.image.array))
    (fine,), _ = made(case, profile(grid=CUBIC | {"round": False}), ROW)
    assert np.array_equal(fine.image.array, fine.image.array.astype(np.float32))
    assert not np.array_equal(fine.image.array, np.rint(fine.image.array))
    assert found.sidecar["steps"] == [
        "cropped", "resampled to 2 x 1 x 1 mm (z, y, x): image cubic, mask linear", "rounded to whole numbers",
    ]  # fmt: skip


def test_normalisation_sees_the_whole_image(case):
    settings = [{"method": "z_score", "region": "image", "scale": 100.0, "outliers": 3.0}]
    (found,), _ = made(case, profile(normalise=settings), ROW)
    whole = normalise(Volume(stored() - 1024.0, GRID), np.zeros(GRID.shape, bool), settings).array
    low = np.rint(GRID.to_index(np.array(found.image.grid.origin_mm))).astype(int)
    box = tuple(slice(a, a + n) for a, n in zip(low, found.image.array.shape, strict=True))
    assert np.allclose(found.image.array, whole[box], rtol=1e-6)
    assert found.sidecar["steps"] == ["normalised: z-score of the whole image", "cropped"]


def test_ct_numbers_beyond_the_range_are_told_or_exclude(case):
    """Metal is told; padding of -2000 outside the scan is told of one voxel, and ends the case from 1 % on."""
    (plain,), _ = made(case, profile(), ROW)
    assert plain.sidecar["notes"] == []
    n = plain.sidecar["n_voxels"]
    inside = np.argwhere(plain.mask.array) + np.rint(GRID.to_index(np.array(plain.image.grid.origin_mm))).astype(int)
    for value, count, used in ((-2000, 1, True), (-2000, 2, False), (-1400, 150, True), (12000, 150, True)):
        values = stored()
        values[tuple(inside[:count].T)] = 1024 + value
        ct(case / ROW["image"], values)
        found, exclusions = made(case, profile(), ROW)
        assert bool(found) == used
        if used:
            said = f"{count} of {n} voxels of the region lie beyond -1024..3071 HU"
            assert (found[0].sidecar["notes"], found[0].image.notes) == ([said], (said,))
        else:
            assert exclusions[0]["reason"].startswith(f"{count} of {n} voxels of the region are no HU (-2000..")


def test_normalisation_by_the_region_knows_it_in_the_whole_image(case):
    settings = [{"method": "z_score", "region": "roi", "scale": 1.0, "outliers": None}]
    (found,), _ = made(case, profile(normalise=settings), ROW)
    values = found.image.array[found.mask.array]
    assert values.mean() == pytest.approx(0, abs=1e-6)
    assert values.std(ddof=1) == pytest.approx(1, rel=1e-6)
    (fine,), _ = made(case, profile(normalise=settings, grid=CUBIC), ROW)
    assert fine.sidecar["steps"][:2] == ["normalised: z-score of the region", "cropped"]


def test_sidecar_is_the_row_of_cases_and_more(case):
    (found,), _ = made(case, profile(), ROW)
    sidecar = found.sidecar
    assert json.loads(json.dumps(sidecar)) == sidecar
    frame = CASES.frame([found.case])
    assert frame.volume_mm3[0] == pytest.approx(192 * 6.75)
    assert frame.contour_mm3[0] == pytest.approx(192 * 6.75)
    assert (frame.source[0], frame.n_voxels[0], frame.unit[0]) == ("RTSTRUCT", 192, "HU")
    assert sidecar["native"]["n_voxels"] == 192
    assert sidecar["profile"]["hash"] == profile().hash
    assert "CANARY" not in json.dumps(sidecar)
    assert str(case) not in json.dumps(sidecar)


def test_margins():
    spacing = (3.0, 1.0, 2.0)
    assert margin(profile(), spacing) == (0, 15, 8)
    wavelet = {"original": {}, "wavelet": load("demo").images["wavelet"]}
    assert margin(profile(images=wavelet), spacing) == (3, 15, 8)
    log = {"log": {"sigma_mm": [3.0], "truncate": 4, "dimensions": 2, "boundary": "mirror"}}
    assert margin(profile(images=wavelet | log), (3.0, 0.5, 0.5)) == (3, 30, 30)
    local = {"local_intensity": {"settings": {}, "features": "all"}}
    assert margin(profile(families=local), (1.0, 1.0, 1.0)) == (7, 15, 15)


def test_a_bad_case_in_the_middle_and_a_case_without_mask(case):
    """Files that change between curation and preparation, and a region that falls between the new voxels."""
    rows = [row(case=name, image=name, segmentation="rs.dcm", pattern="GTV") for name in ("P1", "P2", "P3")]
    for name in ("P1", "P2", "P3"):
        ct(case / name)
    curated = curate([*rows, ROW], case)
    masks = segment(curated.images, case).masks
    (case / "P1" / "IM005").unlink()
    file = case / "P2" / "IM005"
    file.write_bytes(file.read_bytes()[:-10])
    del masks["P3.1.tumour"]
    curated.images[3] = replace(curated.images[3], case="P4")
    masks["P4.1.tumour"] = masks["P1.1.tumour"]
    cases, exclusions = prepare_batch(
        curated.images, masks, case, profile(), partial(prepared.write, folder=case / "out")
    )
    assert [each["case"] for each in cases] == ["P4"]
    assert prepared.names(case / "out") == ["P4.1.tumour"]
    assert [(each["case"], each["stage"]) for each in exclusions] == [("P1", "prepare"), ("P2", "prepare")]
    reasons = [each["reason"] for each in exclusions]
    assert reasons[0].startswith("files were added, deleted or renamed")
    assert reasons[1].startswith("IM005: it has")
    assert str(case) not in json.dumps(exclusions)


def test_a_region_that_no_new_voxel_hits(case):
    coarse = CUBIC | {"spacing_mm": [30.0, 30.0, 30.0], "mask_threshold": 1.0}
    _, exclusions = made(case, profile(grid=coarse), ROW)
    assert "no voxel of the region" in exclusions[0]["reason"]
    assert "choose a finer grid" in exclusions[0]["reason"]


def test_a_case_of_absurd_spacing_is_left_out_and_the_others_go_on(tmp_path):
    marked = np.zeros((20, 20, 20), bool)
    marked[5:15, 5:15, 5:15] = True
    values = np.arange(8000, dtype=np.int16).reshape(marked.shape)
    rows = []
    for name, mm in (("P1", 1.5), ("P2", 400.0), ("P3", 1.5)):
        grid = Grid(marked.shape, (mm, mm, mm))
        images.write(
            Volume(np.arange(8000, dtype=np.int16).reshape(marked.shape) % 900, grid), tmp_path / f"{name}.nii"
        )
        images.write(Volume(marked, grid), tmp_path / f"{name}.m.nii")
        rows.append(row(case=name, image=f"{name}.nii", segmentation=f"{name}.m.nii", modality="CT", pattern=""))
    kept, left_out = made(tmp_path, profile(grid=CUBIC), *rows)
    assert [each.sidecar["case"] for each in kept] == ["P1", "P3"]
    assert [(each["case"], each["stage"]) for each in left_out] == [("P2", "prepare")]
    assert left_out[0]["reason"].startswith("voxels of 400 x 400 x 400 mm (z, y, x) make the region")
    curated = curate(rows[1:2], tmp_path).images
    masks = segment(curated, tmp_path).masks
    asked = {"chain": "RCVNT", "repeats": 2, "seed": 3}
    measured, skipped = perturb_batch(curated, masks, tmp_path, profile(grid=CUBIC), asked)
    assert (measured, [each["reason"][:18] for each in skipped]) == ([], ["voxels of 400 x 40"])
    with pytest.raises(BadImage, match="voxels of 400 x 400 x 400 mm"):
        extract(values, marked, profile(grid=CUBIC), spacing_mm=(400, 400, 400))


def test_an_image_file_that_changed_its_grid(tmp_path):
    images.write(Volume(stored(), GRID), tmp_path / "ct.nii")
    images.write(Volume((stored() > 1000).astype(np.uint8), GRID), tmp_path / "m.nii")
    curated = curate([row(image="ct.nii", segmentation="m.nii")], tmp_path)
    masks = segment(curated.images, tmp_path).masks
    images.write(Volume(stored(), Grid(GRID.shape, (3.0, 1.0, 1.0))), tmp_path / "ct.nii")
    _, exclusions = prepare_batch(curated.images, masks, tmp_path, profile(), lambda _: None)
    assert "changed since it was curated" in exclusions[0]["reason"]


@pytest.mark.parametrize(("kind", "modality"), [("CT", "CT"), ("MR_T1", "MR"), ("PET", "PT")])
def test_sarcoma_case_from_dicom_and_from_nifti(data_dir, kind, modality):
    folder, file = f"sts/dicom/STS_025/{kind}", f"sts/nifti/STS_025/{kind}"
    (one, other), exclusions = made(
        data_dir,
        profile(),
        row(image=f"{folder}/image", segmentation=f"{folder}/mask/RS.dcm", pattern="GTV_Mass_.*"),
        row(case="P2", image=f"{file}_image.nii.gz", segmentation=f"{file}_mask.nii.gz", modality=modality),
    )
    assert exclusions == []
    assert np.array_equal(one.mask.array, other.mask.array)
    assert np.abs(one.image.array - other.image.array).max() <= 1e-6 * np.abs(other.image.array).max()
    assert one.image.unit == other.image.unit


def test_an_enhanced_multi_frame_case(data_dir):
    folder = "dicom_samples/dcmqi/segmentations/24x38x3"
    (one, other), exclusions = made(
        data_dir,
        profile(),
        row(image=f"{folder}/image", segmentation=f"{folder}/seg", pattern="liver"),
        row(case="P2", image=f"{folder}/multiframe", segmentation=f"{folder}/seg", pattern="liver"),
    )
    assert exclusions == []
    assert np.array_equal(one.image.array, other.image.array)
    assert np.array_equal(one.mask.array, other.mask.array)


def test_only_the_slices_that_are_needed_are_read(data_dir, monkeypatch):
    from radioloom.io.dicom import pixels

    rows = [row(image="lung1/LUNG1-001/image", segmentation="lung1/LUNG1-001/mask_rtstruct", pattern="GTV-1")]
    curated = curate(rows, data_dir)
    mask = segment(curated.images, data_dir).masks["P1.1.tumour"]
    read = []
    monkeypatch.setattr(pixels, "_native", lambda header, real=pixels._native: read.append(header) or real(header))
    found = prepare(curated.images[0], mask, data_dir, profile())
    assert len(read) == found.image.array.shape[0] < 30
    assert found.sidecar["volume_mm3"] == pytest.approx(156346, rel=0.01)
