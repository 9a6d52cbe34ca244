"""One image by whichever door it comes (arrays, SimpleITK, files, the command): the same notes, doubts and refusals."""

import shutil
import warnings

import numpy as np
import pytest
import SimpleITK as sitk

import radioloom
from made.hospital import ct, image_slice, save, square, stored, structures
from radioloom.cli import main
from radioloom.errors import CaseError
from radioloom.profile import load

SHAPE, SPACING = (12, 30, 30), (3.0, 1.5, 1.5)
DISTANCE = np.sqrt(((np.indices(SHAPE) - np.reshape((6, 15, 15), (3, 1, 1, 1))) ** 2).sum(0))
BALL = (DISTANCE < 4.5).astype(np.uint8)
SMALL = (DISTANCE < 1.8).astype(np.uint8)
TWO = BALL + (DISTANCE < 2).astype(np.uint8)
ROUGH = np.random.default_rng(0).normal(0, 1, SHAPE)
CT, PET, MR = 40 + 60 * ROUGH, np.abs(4 + ROUGH), 700 + 200 * ROUGH
SCAN = np.where(DISTANCE < 5.5, CT, -900)
LOWEST = "no voxel around the region lies below 0 HU"
NO_HU, NO_SUV = "can be no HU, and are measured as such", "can be no SUV, and are measured as such"
UNSAID = (
    "nothing says of which modality the image is: taken for one that the profile {} is for ({}); give its `modality`"
)
AERTS_UNSAID = UNSAID.format("aerts2014", "CT in HU")
CT_UNSAID, PT_UNSAID = UNSAID.format("ibsi", "CT in HU"), UNSAID.format("sts_pet", "PT in SUV")
VOLUME, ONE_HOT = "mm3 on the profile's grid", "1 of 389 voxels of the region lie beyond -1..1000 SUV"
HOLE = np.where((DISTANCE > 13) & (np.indices(SHAPE)[0] == 6), np.nan, CT)
# image, mask, profile, roi, modality -> words that the notes, each by one, hold; or of the refusal
TABLE = {
    "ct, said": (SCAN, BALL, "ibsi", "", "CT", []),
    "ct, unsaid": (SCAN, BALL, "ibsi", "", "", [CT_UNSAID]),
    "pet, unsaid": (PET, BALL, "sts_pet", "", "", [PT_UNSAID, VOLUME]),
    "pet by the profile for ct": (PET, BALL, "ibsi", "", "", ["of one grey level", LOWEST, CT_UNSAID]),
    "ct by the profile for pet": (CT, BALL, "sts_pet", "", "", [NO_SUV, PT_UNSAID, VOLUME]),
    "mr by the profile for ct": (MR, BALL, "ibsi", "", "", [CT_UNSAID]),
    "mr as it is stored by the profile for ct": (100 * MR, BALL, "aerts2014", "", "", [NO_HU, AERTS_UNSAID]),
    "mr by the profile for pet": (2 * MR, BALL, "sts_pet", "", "", [NO_SUV, PT_UNSAID, VOLUME]),
    "activity, said to be pet": (5000 * PET, BALL, "sts_pet", "", "PT", "voxels of the region are no SUV"),
    "ct, said to be pet": (CT, BALL, "sts_pet", "", "PT", "voxels of the region are no SUV"),
    "mr, said to be ct": (100 * MR, BALL, "ibsi", "", "ct", "voxels of the region are no HU"),
    "pet, said": (PET, BALL, "ibsi", "", "pt", "the profile ibsi is for CT in HU, and this is PT in SUV"),
    "metal": (np.where(BALL & (ROUGH > 1), 5000, CT), BALL, "aerts2014", "", "CT", ["lie beyond -1024..3071 HU"]),
    "one hot voxel": (
        np.where(DISTANCE == 0, 1200, PET),
        BALL,
        "sts_pet",
        "",
        "PT",
        [ONE_HOT, VOLUME],
    ),
    "two values": (np.where(CT > 0, 255, 0), BALL, "aerts2014", "", "CT", ["two values alone", LOWEST]),
    "union": (SCAN, TWO, "aerts2014", "1|2", "CT", ["union of 2 labels"]),
    "several": (CT, TWO, "aerts2014", "", "CT", "the label map has 2 labels"),
    "small": (SCAN, SMALL, "ibsi", "", "CT", [VOLUME]),
    "not finite around": (HOLE, BALL, "aerts2014", "", "CT", ["shown and not measured, are not finite"]),
    "a lost slice": (np.where(np.indices(SHAPE)[0] == 7, -1024, CT), BALL, "aerts2014", "", "CT", ["one value alone"]),
    "empty": (CT, 0 * BALL, "ibsi", "", "CT", "not one voxel is marked"),
}


def itk(array):
    made = sitk.GetImageFromArray(array)
    made.SetSpacing(SPACING[::-1])
    return made


def told(capsys, *given, **more):
    """Values, notes, warnings and what is printed; or the refusal with its kind."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            table = radioloom.extract(*given, **more)
        except CaseError as error:
            return type(error), str(error)
    assert {each.filename for each in caught} <= {__file__}
    return table.attrs["notes"], [str(each.message) for each in caught], capsys.readouterr().err, len(table)


@pytest.mark.parametrize("case", TABLE)
def test_every_door_says_the_same(tmp_path, capsys, case):
    array, mask, profile, roi, modality, wanted = TABLE[case]
    array, more = array.astype(np.float32), {"profile": profile, "roi": roi, "modality": modality}
    image_file, mask_file = tmp_path / "i.nii", tmp_path / "m.nrrd"
    sitk.WriteImage(itk(array), image_file)
    sitk.WriteImage(itk(mask), mask_file)
    by_arrays = told(capsys, array, mask, spacing_mm=SPACING, **more)
    assert told(capsys, itk(array), itk(mask), **more) == by_arrays
    assert told(capsys, image_file, mask_file, **more) == by_arrays
    options = ["--profile", profile, "--roi", roi, *(["--modality", modality] if modality else [])]
    code = main(["extract", str(image_file), str(mask_file), *options])
    printed = capsys.readouterr().err.splitlines()
    if isinstance(wanted, str):
        assert (code, by_arrays[1].partition(";")[0]) == (1, printed[0].removeprefix("radioloom: ").partition(";")[0])
        assert wanted in by_arrays[1]
        return
    notes, warned, err, _ = by_arrays
    assert sorted(err.splitlines() + [f"note: {each}" for each in warned]) == sorted(f"note: {each}" for each in notes)
    assert (code, printed) == (0, [f"note: {each}" for each in notes])
    assert len(notes) == len(wanted)
    for word in wanted:
        assert any(word in note for note in notes)
    assert bool(warned) == any(word in (NO_HU, NO_SUV, LOWEST, "of one grey level") for word in wanted)
    if warned and not modality:
        assert warned[-1].startswith("nothing says of which modality")  # what may explain it


def test_no_profile_measures_an_image_of_unknown_modality_without_a_word(capsys):
    from radioloom.profile import ANY, known

    for name in known():
        profile = load(name)
        notes = told(capsys, PET, BALL, profile, SPACING)[0]
        assert any("nothing says of which modality" in note for note in notes) == (profile.modality != ANY)


NOTED = {
    "lossy": ({"LossyImageCompression": "01"}, "lossy compression"),
    "rescale": ({"RescaleIntercept": 0}, "rescale by slice: 1 of 8 slices"),
    "copies": (None, "1 file(s) left out: copies of others"),
}


@pytest.mark.parametrize("kind", NOTED)
def test_what_is_noted_of_a_series_reaches_command_and_interface(tmp_path, kind, capsys):
    """As a study has it in SERIES: a folder of DICOM is not measured in silence."""
    change, note = NOTED[kind]
    files = ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", {"GTV": [square(z, -5, 5) for z in (-94, -91, -88)]})
    if change:
        save(image_slice(stored()[3], (-10.0, -20.0, -91.0), **change), files[3])
    else:
        shutil.copy(files[3], tmp_path / "ct" / "copy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = radioloom.extract(tmp_path / "ct", tmp_path / "rs.dcm", profile="aerts2014", roi="GTV")
    assert [each[: len(note)] for each in table.attrs["notes"]] == [note]
    assert main(["extract", str(tmp_path / "ct"), str(tmp_path / "rs.dcm"), "--profile", "aerts2014"]) == 0
    assert f"note: {note}" in capsys.readouterr().err
