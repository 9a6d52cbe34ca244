"""A profile for CT and a PET: refused before a voxel is read, by study, command and interface, with what fits."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

import radioloom
from made.hospital import ct, item, row, square, structures
from made.many_cases import many_cases
from radioloom.cli import main
from radioloom.errors import BadImage, MeasurementWarning, StudyError
from radioloom.io import images
from radioloom.profile import load
from radioloom.stages.images import prepare as stage
from radioloom.stages.images.curate import curate
from radioloom.stages.images.intended import check, check_lowest, check_values
from radioloom.stages.images.perturb import perturb_batch
from radioloom.stages.images.prepare import prepare_batch
from radioloom.stages.images.segment import segment
from radioloom.stages.images.single import measure
from radioloom.study import load as load_study
from radioloom.study import verify
from radioloom.volume import Grid, Volume

FAULT = "the profile ibsi is for CT in HU, and this is PT in SUV: take the profile sts_pet"
GRID = Grid((12, 30, 30), (3.0, 1.5, 1.5))


@pytest.fixture
def files(tmp_path):
    cells = np.indices(GRID.shape) - np.array([6, 15, 15]).reshape(3, 1, 1, 1)
    rough = np.random.default_rng(0).gamma(2, 2, GRID.shape).astype(np.float32)
    images.write(Volume(rough, GRID), tmp_path / "i.nii")
    images.write(Volume(((cells**2).sum(0) < 20).astype(np.uint8), GRID), tmp_path / "m.nii")
    return tmp_path


def of(modality):
    return row(image="i.nii", segmentation="m.nii", modality=modality)


def test_no_voxel_of_a_pet_is_read_by_a_profile_for_ct(files, monkeypatch):
    curated = curate([of("PT")], files)
    masks = segment(curated.images, files).masks
    monkeypatch.setattr(stage.images, "read", None)
    cases, excluded = prepare_batch(curated.images, masks, files, load("ibsi"), None)
    assert cases == []
    assert [(each["stage"], each["reason"]) for each in excluded] == [("prepare", FAULT)]
    asked = {"chain": "RCV", "repeats": 2, "seed": 1}
    rows, skipped = perturb_batch(curated.images, masks, files, load("ibsi"), asked)
    assert (rows, [each["reason"] for each in skipped]) == ([], [FAULT])


@pytest.mark.parametrize("kind", ["NIfTI", "DICOM"])
def test_the_command_and_the_interface_refuse_it_by_default(files, capsys, kind):
    image, mask, roi, more = files / "i.nii", files / "m.nii", "1", ["--modality", "PT"]
    if kind == "DICOM":
        image, mask, roi, more = files / "pt", files / "rs.dcm", "GTV", []
        ct(image, modality="PT", **SUV)
        structures(mask, {"GTV": [np.add(square(-100 + 3 * k, -4.75, 7.25), (0, -10, 0)) for k in (2, 3, 4)]})
    assert main(["extract", str(image), str(mask), "--roi", roi, *more]) != 0
    assert FAULT in capsys.readouterr().err
    with pytest.raises(BadImage) as fault:
        radioloom.extract(image, mask, roi=roi, modality="PT")
    assert str(fault.value) == FAULT
    assert len(measure(image, mask, "sts_pet", roi, "PT").rows) > 90


SUV = {
    "Units": "BQML", "DecayCorrection": "START", "CorrectedImage": ["ATTN", "DECY"], "PatientWeight": 70,
    "SeriesDate": "20200101", "SeriesTime": "120000", "AcquisitionDate": "20200101", "AcquisitionTime": "120000",
    "RadiopharmaceuticalInformationSequence": item(
        RadionuclideTotalDose=3.7e8, RadionuclideHalfLife=6586.2, RadiopharmaceuticalStartTime="110000"
    ),
}  # fmt: skip


@pytest.mark.parametrize("given", [{"modality": "PT"}, {"modality": "PT", "unit": "SUV"}])
def test_the_interface_asks_a_volume(files, given):
    image, mask = images.read(files / "i.nii"), images.read(files / "m.nii")
    with pytest.raises(BadImage) as fault:
        radioloom.extract(replace(image, **given), mask)
    assert str(fault.value) == FAULT
    with pytest.raises(BadImage, match="and this is an image in SUV"):
        radioloom.extract(replace(image, unit="SUV"), mask)
    with pytest.raises(BadImage, match="take the profile sts_pet"):
        radioloom.extract(image.array, mask.array, spacing_mm=GRID.spacing_mm, modality="PT")


def test_an_image_that_says_nothing_is_measured_and_told(files):
    ibsi = load("ibsi")
    assert check(ibsi, "CT", "HU") == check(replace(ibsi, modality="any", unit="any"), "", "") == ()
    (note,) = check(ibsi, "", "")
    assert note.startswith(
        "nothing says of which modality the image is: taken for one that the profile ibsi is for (CT"
    )
    curated = curate([of("")], files)
    kept = []
    prepare_batch(curated.images, segment(curated.images, files).masks, files, ibsi, kept.append)
    assert kept[0].sidecar["notes"][0] == note
    assert note in kept[0].case["notes"]


def test_what_can_be_no_hu_is_refused_where_it_is_said_to_be_and_told_elsewhere():
    """Raw MR goes to tens of thousands: `ibsi` would count nothing of it."""
    bright = np.full(1000, 50000.0)
    with pytest.raises(BadImage, match="are no HU"):
        check_values(load("ibsi"), "HU", bright)
    (note,) = check_values(load("ibsi"), "", bright)
    assert note == "voxels of the region, 50000 to 50000, can be no HU, and are measured as such"
    assert check_values(load("sts_pet"), "", bright) == ()
    assert check_values(load("ibsi"), "SUV", bright) == ()
    assert check_values(load("ibsi"), "", np.full(1000, 3500.0))[0].startswith("1000 of 1000 voxels")


LOWEST = "no voxel around the region lies below 0 HU"


def test_a_ct_without_anything_below_0_is_told_and_no_other():
    ibsi, high, low = load("ibsi"), np.full(9, 40.0), np.array([40.0, np.nan, -1.0])
    for unit in ("HU", ""):
        (note,) = check_lowest(ibsi, unit, high)
        assert note.startswith(LOWEST)
        assert "is the offset of -1024 lacking, or was the image windowed?" in note
    assert check_lowest(ibsi, "HU", np.array([5.0, np.nan])) == (note,)
    assert check_lowest(ibsi, "HU", high.astype(np.uint16)) == (note,)
    assert check_lowest(ibsi, "HU", low) == check_lowest(ibsi, "HU", high, lambda: low) == ()
    assert check_lowest(ibsi, "HU", high, lambda: high) == (note,)
    asked = []
    assert check_lowest(ibsi, "HU", low, lambda: asked.append(1)) == ()
    assert asked == []
    assert check_lowest(load("sts_pet"), "SUV", high) == check_lowest(ibsi, "SUV", high) == ()
    assert check_lowest(replace(ibsi, normalise=[{"method": "zscore"}]), "HU", high) == ()


def soft(shape=(30, 80, 80)):
    """A CT of soft tissue alone but for air at the left border, far from the region in its middle."""
    values = np.random.default_rng(0).normal(50, 5, shape).round().astype(np.int16)
    values[..., :3] = -1000
    cells = (np.indices(shape) - np.array(shape).reshape(3, 1, 1, 1) // 2) * np.reshape((3, 1.5, 1.5), (3, 1, 1, 1))
    return values, (cells**2).sum(0) < 100


FAULTY = {  # what becomes of the voxels, and of the spacing; what is noted
    "sound": (lambda hu: hu, 1.0, ""),
    "offset": (lambda hu: hu + 1024, 1.0, LOWEST),
    "windowed": (lambda hu: np.clip((hu + 160) / 400 * 255, 0, 255), 1.0, LOWEST),
    "large": (lambda hu: hu, 1000.0, "a voxel has 3e+03 x 1.5e+03 x 1.5e+03 mm"),
    "small": (lambda hu: hu, 0.001, "a voxel has 0.003 x 0.0015 x 0.0015 mm"),
}
AS_STORED = {
    "resegment": {"range": None, "sigma": None},
    "grid": None,
    "images": {"original": {}},
    "families": {"intensity": {"settings": {}, "features": "all"}},
}


def given_by(door, values, mask, spacing, place):
    """What `radioloom.extract` is given of a CT, by one of the ways to hand it in."""
    grid = Grid(values.shape, spacing)
    if door == "arrays":
        return (values, mask), {"spacing_mm": spacing, "modality": "CT"}
    if door == "volume":
        return (Volume(values, grid, "HU", "CT"), Volume(mask, grid)), {}
    image = place / "i.nii"
    if door == "DICOM":
        image = place / "ct"
        ct(image, values + 1024, step=spacing[0], PixelSpacing=list(spacing[1:]), SliceThickness=spacing[0])
        grid = curate([row(image="ct", segmentation="m.nii")], place).images[0].grid
    else:
        images.write(Volume(values, grid), image)
    images.write(Volume(mask.astype(np.uint8), grid), place / "m.nii")
    return (image, place / "m.nii"), {"modality": "CT"}


@pytest.mark.parametrize("door", ["arrays", "volume", "NIfTI", "DICOM"])
@pytest.mark.parametrize("fault", FAULTY)
def test_what_no_ct_is_is_a_doubt_by_every_door(tmp_path, door, fault):
    change, factor, note = FAULTY[fault]
    values, mask = soft()
    spacing = tuple(mm * factor for mm in (3.0, 1.5, 1.5))
    given, more = given_by(door, change(values).astype(np.int16), mask, spacing, tmp_path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", MeasurementWarning)
        notes = radioloom.extract(*given, profile=replace(load("ibsi"), **AS_STORED), **more).attrs["notes"]
    assert [str(each.message) for each in caught] == notes
    assert len(notes) == bool(note)
    assert all(each.startswith(note) for each in notes)


def test_the_command_and_a_study_say_it_too(tmp_path, capsys):
    values, mask = soft()
    values += 1024
    given_by("NIfTI", values, ~mask, (3.0, 1.5, 1.5), tmp_path)
    curated = curate([of("CT")], tmp_path)
    masks = segment(curated.images, tmp_path).masks
    cases, _ = prepare_batch(curated.images, masks, tmp_path, load("ibsi"), lambda _: None)
    given_by("NIfTI", values, mask, (3.0, 1.5, 1.5), tmp_path)
    assert (
        main(
            ["extract", str(tmp_path / "i.nii"), str(tmp_path / "m.nii"), "--modality", "CT", "--profile", "aerts2014"]
        )
        == 0
    )
    assert f"note: {LOWEST}" in capsys.readouterr().err
    assert LOWEST in cases[0]["notes"]
    assert "is the mask inverted" in cases[0]["notes"]


def test_a_study_is_told_before_any_job(tmp_path):
    bench = many_cases(tmp_path, 12, data=str(tmp_path / "data"))
    path = bench.write()
    import yaml

    sheet = next(tmp_path.rglob("train.tsv"))
    lines = sheet.read_text().splitlines()
    told = [f"{line}\t{'modality' if k == 0 else 'PT' if k < 4 else 'CT'}" for k, line in enumerate(lines)]
    sheet.write_text("\n".join(told) + "\n")
    study = load_study(yaml.safe_load(path.read_text()), bench.place, path)
    with pytest.raises(StudyError) as fault:
        verify(study, path)
    (line,) = str(fault.value).splitlines()
    assert line.startswith("study.yaml, line ")
    assert ": profile: the profile quick is for CT in HU, and this is PT: take the profile sts_pet (3 cases (" in line
    assert line.endswith("of cohort train, by its sheet)")
