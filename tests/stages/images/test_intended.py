"""A profile for CT and a PET: refused before a voxel is read, by study, command and interface, with what fits."""

from dataclasses import replace

import numpy as np
import pytest

import radioloom
from made.hospital import ct, item, row, square, structures
from made.many_cases import many_cases
from radioloom.cli import main
from radioloom.errors import BadImage, StudyError
from radioloom.io import images
from radioloom.profile import load
from radioloom.stages.images import prepare as stage
from radioloom.stages.images.curate import curate
from radioloom.stages.images.intended import check, check_values
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
    assert check_values(load("sts_pet"), "HU", np.full(1000, 2500.0)) == ()
    assert check_values(load("ibsi"), "", np.full(1000, 3500.0))[0].startswith("1000 of 1000 voxels")


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
