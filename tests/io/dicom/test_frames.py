"""Enhanced multi-frame CT, MR and PET: each frame at its place, with its own scale, in whatever order and encoding."""

import numpy as np
import pytest
from pydicom.uid import JPEGLSLossless, RLELossless

from made.hospital import enhanced, row, save, stored
from radioloom.errors import FailedCheck
from radioloom.io.dicom import headers, pixels
from radioloom.io.dicom.series import assemble
from radioloom.stages.images.curate import curate
from radioloom.stages.images.prepare import _read

ORDER = (3, 0, 4, 1, 2)


@pytest.mark.parametrize("modality", ["CT", "MR", "PT"])
@pytest.mark.parametrize("syntax", [None, RLELossless, JPEGLSLossless])
def test_frames_are_slices(tmp_path, modality, syntax):
    values = stored(5)
    data = enhanced(values, ORDER, modality)
    if syntax:
        data.compress(syntax, generate_instance_uid=False)
    save(data, tmp_path / "x")
    made = assemble(headers.scan(tmp_path).headers)
    assert made.grid.shape == (5, 24, 20)
    assert made.grid.spacing_mm == (3.0, 1.5, 1.5)
    assert made.grid.origin_mm == (-100.0, -20.0, -10.0)
    assert [header.index for header in made.headers] == [ORDER.index(k) for k in range(5)]
    found = pixels.read(made.headers, made.grid, (0, 0), 1.0).array
    assert np.array_equal(found, values * (1.0 + np.arange(5))[:, None, None] - 1024)


def test_from_folder_to_voxels(tmp_path):
    values = stored(5)
    save(enhanced(values, ORDER), tmp_path / "ct" / "x")
    made = curate([row(image="ct")], tmp_path)
    image = made.images[0]
    assert (image.file_numbers, image.frame_order) == ((1,), tuple(ORDER.index(k) for k in range(5)))
    assert (made.series[0]["n_slices"], made.series[0]["slice_thickness_mm"]) == (5, 3.0)
    box = (slice(1, 4), slice(2, 9), slice(3, 20))
    found = _read(image, box, tmp_path, box)
    assert np.array_equal(found.array, (values * (1.0 + np.arange(5))[:, None, None] - 1024)[box])


def test_the_units_of_an_enhanced_pet_are_told_to_be_unknown(tmp_path):
    save(enhanced(stored(5), ORDER, "PT"), tmp_path / "ct" / "x")
    made = curate([row(image="ct")], tmp_path)
    assert made.exclusions[0]["reason"] == "PET in units not given; BQML, GML and Philips' CNTS can be converted to SUV"
    assert made.series[0]["check"] == "suv"


@pytest.mark.parametrize(
    ("change", "check", "said"),
    [
        (lambda data: data.PerFrameFunctionalGroupsSequence.pop(), "frames", "5 frames, and 4 are described"),
        (lambda data: delattr(data, "PerFrameFunctionalGroupsSequence"), "frames", "0 are described"),
        (lambda data: delattr(data, "SharedFunctionalGroupsSequence"), "no_place", "without ImageOrientationPatient"),
        (lambda data: setattr(data, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2"), "frames", "5 frames without a place"),
        (
            lambda data: data.PerFrameFunctionalGroupsSequence.__setitem__(1, data.PerFrameFunctionalGroupsSequence[3]),
            "repeated_slices",
            "frame 2 and file 1 of 1, frame 4 lie at the same place .-97.00 mm. with other pixels: two volumes",
        ),
    ],
)  # fmt: skip
def test_frames_that_make_no_volume(tmp_path, change, check, said):
    data = enhanced(stored(5), ORDER)
    change(data)
    save(data, tmp_path / "x")
    with pytest.raises(FailedCheck, match=said) as fault:
        assemble(headers.scan(tmp_path).headers)
    assert fault.value.check == check
