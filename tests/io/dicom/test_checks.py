"""Every check of curation, by its name: each is failed once, and nothing else fails with it."""

import numpy as np
import pydicom
import pytest

from made.hospital import ct, image_slice, real_world, save, stored
from radioloom.errors import FailedCheck
from radioloom.io.dicom import checks, headers
from radioloom.io.dicom.series import assemble, distinct


def slices(folder):
    return list(headers.scan(folder).headers)


def odd(**change):
    """One more slice on top, with a fault."""
    return lambda folder: save(image_slice(stored(1)[0], (-10, -20, -76), **change), folder / "odd")


def rewritten(folder, change):
    """Every file with one change; `change` takes a dataset and its place from below."""
    for k, path in enumerate(sorted(folder.iterdir(), reverse=True)):
        data = pydicom.dcmread(path)
        change(data, k)
        save(data, path)


def tilted(data, k):
    data.ImagePositionPatient = [-10, -20 + 3 * k * np.tan(np.radians(12)), -100 + 3 * k]


def half_scaled(data, k):
    data.Modality, data.RescaleSlope = "MR", 2.5
    if k in (4, 5):
        del data.RescaleSlope


def part(data, k):
    data.ConcatenationUID, data.InConcatenationNumber, data.InConcatenationTotalNumber = "2.25.4", k + 1, 9


def turned(degrees):
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))

    def change(data, k):
        data.ImageOrientationPatient = [1, 0, 0, 0, cosine, sine]
        data.ImagePositionPatient = [0, -3 * k * sine, 3 * k * cosine]

    return change


def one_slice(folder):
    for path in sorted(folder.iterdir())[1:]:
        path.unlink()
    rewritten(folder, lambda data, k: delattr(data, "SliceThickness"))


def conflict(folder):
    data = pydicom.dcmread(folder / "IM003")
    data.PixelData = bytes(len(data.PixelData))
    save(data, folder / "other")


def cut(folder):
    path = folder / "IM003"
    path.write_bytes(path.read_bytes()[:-300])


def colour(folder):
    rewritten(folder, lambda data, k: (setattr(data, "SamplesPerPixel", 3), setattr(data, "Rows", 8)))


def turns(folder):
    """A second acquisition between the slices of the first, counted as these are."""
    rewritten(folder, lambda data, k: (setattr(data, "AcquisitionNumber", 1), setattr(data, "InstanceNumber", k + 1)))
    for k in range(8):
        numbers = {"AcquisitionNumber": 2, "InstanceNumber": k + 1}
        save(image_slice(stored(1, seed=k)[0], (-10, -20, -98.5 + 3 * k), **numbers), folder / f"second{k}")


FAULTS = {
    "truncated": cut,
    "colour": colour,
    "two_acquisitions": turns,
    "frames": odd(NumberOfFrames=2, Rows=12),
    "reprojection": odd(SeriesType=["WHOLE BODY", "REPROJECTION"]),
    "mosaic": odd(ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"]),
    "no_place": odd(ImagePositionPatient=None),
    "no_rescale": odd(RescaleIntercept=None),
    "bad_rescale": odd(RescaleSlope=0),
    "pixel_layout": odd(BitsStored=12),
    "several_patients": odd(PatientID="OTHER"),
    "several_modalities": odd(Modality="MR"),
    "mixed_geometry": odd(PixelSpacing=[1, 1]),
    "no_hu": odd(RescaleType="Z_EFF"),
    "several_kinds": lambda folder: rewritten(
        folder, lambda data, k: setattr(data, "ConvolutionKernel", f"CANARY{k % 2}")
    ),
    "incomplete": lambda folder: rewritten(folder, part),
    "half_scaled": lambda folder: rewritten(folder, half_scaled),
    "no_thickness": one_slice,
    "conflicting_copies": conflict,
    "repeated_slices": lambda folder: save(image_slice(stored(1)[0], (-10, -20, -94)), folder / "again"),
    "missing_slices": lambda folder: (folder / "IM003").unlink(),
    "uneven_slices": lambda folder: save(image_slice(stored(1)[0], (-10, -20, -75.3)), folder / "high"),
    "real_world": odd(RealWorldValueMappingSequence=real_world(1.0, -1000.0, "[hnsf'U]")),
    "gantry_tilt": lambda folder: rewritten(folder, tilted),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.filterwarnings("ignore:Invalid value for VR DS")
def test_each_check_by_its_name(tmp_path, name):
    ct(tmp_path)
    assert assemble(slices(tmp_path)).notes == ()
    FAULTS[name](tmp_path)
    with pytest.raises(FailedCheck) as fault:
        assemble(slices(tmp_path))
    assert fault.value.check == name
    assert "CANARY" not in str(fault.value)


def test_no_check_is_left_out():
    known = {check.name for table in (checks.FILE, checks.SLICE, checks.SERIES, checks.STACK) for check in table}
    assert known | {"frames", "conflicting_copies"} == set(FAULTS)


@pytest.mark.parametrize(
    ("degrees", "told"), [(0.5, ()), (12, ("oblique slices: 12.0 degrees from the patient's axes",))]
)
def test_oblique_slices_are_used_and_told(tmp_path, degrees, told):
    ct(tmp_path)
    rewritten(tmp_path, turned(degrees))
    assert assemble(slices(tmp_path)).notes == told


def test_lossy_compression_is_told(tmp_path):
    ct(tmp_path, LossyImageCompression="01")
    assert assemble(slices(tmp_path)).notes == ("lossy compression",)


def test_sagittal_and_coronal_are_not_oblique(tmp_path):
    for k in range(4):
        save(image_slice(stored(1)[0], (3 * k, 0, 0), ImageOrientationPatient=[0, 1, 0, 0, 0, -1]), tmp_path / str(k))
    assert assemble(slices(tmp_path)).notes == ()


@pytest.mark.parametrize("compress", [False, True])
def test_copies_of_an_instance_are_left_out_and_counted(tmp_path, compress):
    files = ct(tmp_path, stored(4))
    if compress:
        for file in files:
            data = pydicom.dcmread(file)
            data.compress("1.2.840.10008.1.2.5", generate_instance_uid=False)
            save(data, file)
    for file in files[:3]:
        (tmp_path / "copies" / file.name).parent.mkdir(exist_ok=True)
        (tmp_path / "copies" / file.name).write_bytes(file.read_bytes())
    found = slices(tmp_path)
    assert [len(part) for part in distinct(found)] == [4, 3]
    made = assemble(found)
    assert made.grid.shape[0] == 4
    assert made.notes == ("3 file(s) left out: copies of others",)
    assert {header.path.parent.name for header in made.headers} == {tmp_path.name}
