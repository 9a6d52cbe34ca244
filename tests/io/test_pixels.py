"""Pixels and units: against pydicom, against the SUV that others computed, and by hand."""

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLSLossless, RLELossless

from hospital import ct, image_slice, save, stored
from radioloom.errors import BadImage
from radioloom.io import dicom, images, pixels, suv
from radioloom.io.series import assemble


def volume(folder, factor=1.0):
    made = assemble(list(dicom.scan(folder).headers))
    return pixels.read(made.headers, made.grid, (0, 0), factor)


def test_hounsfield_units_and_window(tmp_path):
    values = stored()
    ct(tmp_path, values, RescaleSlope=0.5, RescaleIntercept=-1000)
    whole = volume(tmp_path)
    assert (whole.unit, whole.modality, whole.array.dtype) == ("HU", "CT", np.float64)
    assert np.array_equal(whole.array, 0.5 * values - 1000)
    made = assemble(list(dicom.scan(tmp_path).headers))
    part = pixels.read(made.headers[2:5], made.grid.crop((2, 4, 6), (3, 10, 7)), (4, 6), 1.0)
    assert np.array_equal(part.array, whole.array[2:5, 4:14, 6:13])


def test_each_slice_has_its_own_slope(tmp_path):
    values = stored(2)
    save(image_slice(values[0], (0, 0, 0), RescaleSlope=2), tmp_path / "0")
    save(image_slice(values[1], (0, 0, 3), RescaleSlope=3), tmp_path / "1")
    assert np.array_equal(volume(tmp_path).array, values * np.array([2, 3])[:, None, None] - 1024.0)


@pytest.mark.parametrize(("kind", "dtype", "sign"), [(8, "u1", 0), (16, "<u2", 0), (16, "<i2", 1), (32, "<i4", 1)])
def test_any_width_of_stored_values(tmp_path, kind, dtype, sign):
    values = stored(1)[0] % 120 - (60 if sign else 0)
    save(
        image_slice(values, (0, 0, 0), BitsAllocated=kind, BitsStored=kind, HighBit=kind - 1, PixelRepresentation=sign,
                    PixelData=values.astype(dtype).tobytes()), tmp_path / "x")  # fmt: skip
    assert np.array_equal(volume(tmp_path).array[0], values - 1024.0)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
def test_compressed_slices(tmp_path, syntax):
    values = stored(1)
    for k in range(3):
        data = image_slice(values[0] + k, (0, 0, 3 * k))
        data.compress(syntax, generate_instance_uid=False)
        save(data, tmp_path / str(k))
    found = volume(tmp_path).array
    assert np.array_equal(found, values + np.arange(3)[:, None, None] - 1024.0)


@pytest.mark.parametrize("compressor", ["", "JPEG2000"])
def test_slices_as_itk_writes_them(tmp_path, compressor):
    sitk = pytest.importorskip("SimpleITK")
    image = sitk.GetImageFromArray(stored(1) % 500)
    writer = sitk.ImageFileWriter()
    if compressor:
        writer.SetCompressor(compressor)
    writer.UseCompressionOn()
    image.SetMetaData("0020|0032", "0\\0\\0")
    image.SetMetaData("0008|0060", "CT")
    writer.SetFileName(str(tmp_path / "x.dcm"))
    writer.Execute(image)
    header = dicom.read_header(tmp_path / "x.dcm")
    assert header.pixel_offset == -1
    assert np.array_equal(pixels.stored(header), stored(1)[0] % 500)


def test_big_endian_and_deflated(tmp_path):
    values = stored(1)[0]
    for name, syntax, raw in (("big", "1.2.840.10008.1.2.2", ">i2"), ("deflated", "1.2.840.10008.1.2.1.99", "<i2")):
        data = image_slice(values, (0, 0, 0), PixelData=values.astype(raw).tobytes())
        data.file_meta.TransferSyntaxUID = syntax
        save(data, tmp_path / name)
        assert np.array_equal(pixels.stored(dicom.read_header(tmp_path / name)), values)


def test_a_damaged_compressed_slice_is_named(tmp_path):
    data = image_slice(stored(1)[0], (0, 0, 0))
    data.compress(RLELossless, generate_instance_uid=False)
    path = save(data, tmp_path / "x")
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(BadImage, match=r"x: its pixels \(RLE Lossless\) cannot be decoded"):
        pixels.stored(dicom.read_header(path))


def test_an_enhanced_multi_frame_image_is_its_single_frames(data_dir):
    folder = data_dir / "dicom_samples" / "dcmqi" / "segmentations" / "24x38x3"
    one, many = volume(folder / "image"), volume(folder / "multiframe")
    assert one.grid.same_place(many.grid)
    assert np.array_equal(one.array, many.array)


def test_pixels_are_those_that_pydicom_decodes(data_dir):
    folder = data_dir / "lung1" / "LUNG1-001" / "image"
    made = assemble(list(dicom.scan(folder).headers))
    for header in made.headers[::30]:
        data = pydicom.dcmread(header.path)
        assert np.array_equal(pixels.stored(header), data.pixel_array)


def pet(folder, drug=None, **other):
    """Three PET slices, 370 MBq injected an hour before the scan starts, half-life of fluorine-18."""
    dose = Dataset()
    given = {
        "RadionuclideTotalDose": 3.7e8,
        "RadionuclideHalfLife": 6586.2,
        "RadiopharmaceuticalStartTime": "110000.00",
    }
    for key, value in (given | (drug or {})).items():
        if value is not None:
            setattr(dose, key, value)
    said = {
        "Units": "BQML", "DecayCorrection": "START", "PatientWeight": 70.0, "SeriesDate": "20100203",
        "SeriesTime": "120000", "AcquisitionDate": "20100203", "AcquisitionTime": "120000.00",
        "RadiopharmaceuticalInformationSequence": [dose], "RescaleIntercept": 0, "RescaleSlope": 2.5,
    } | other  # fmt: skip
    for k in range(3):
        save(
            image_slice(stored(1)[0], (0, 0, 3 * k), "PT", **{a: v for a, v in said.items() if v is not None}),
            folder / str(k),
        )
    return assemble(list(dicom.scan(folder).headers)).headers


def test_suv_by_hand(tmp_path):
    left = 3.7e8 * 0.5 ** (3600 / 6586.2)
    assert suv.factor(pet(tmp_path / "start")) == pytest.approx(70000 / left, rel=1e-12)
    assert suv.factor(pet(tmp_path / "admin", DecayCorrection="ADMIN")) == pytest.approx(70000 / 3.7e8, rel=1e-12)
    assert suv.factor(pet(tmp_path / "gml", Units="GML")) == 1.0
    assert volume(tmp_path / "start", 2.0).unit == "SUV"
    assert np.array_equal(volume(tmp_path / "start", 2.0).array[0], stored(1)[0] * 2.5 * 2)


def test_suv_where_the_series_was_reconstructed_later(tmp_path):
    headers = pet(tmp_path, SeriesTime="164500")
    assert suv.factor(headers) == pytest.approx(70000 / (3.7e8 * 0.5 ** (3600 / 6586.2)))


def test_suv_over_midnight_and_with_full_date(tmp_path):
    late = {"RadiopharmaceuticalStartTime": "233000"}
    times = {"SeriesTime": "003000", "AcquisitionTime": "003000"}
    expected = pytest.approx(70000 / (3.7e8 * 0.5 ** (3600 / 6586.2)))
    assert suv.factor(pet(tmp_path / "a", late, **times)) == expected
    full = {"RadiopharmaceuticalStartDateTime": "20100202233000.000000+0100", "RadiopharmaceuticalStartTime": None}
    assert suv.factor(pet(tmp_path / "b", full, **times)) == expected


def philips(folder, **private):
    headers = pet(folder, Units="CNTS")
    for header in headers:
        data = pydicom.dcmread(header.path)
        block = data.private_block(0x7053, "Philips PET Private Group", create=True)
        for element, value in private.items():
            block.add_new({"suv": 0x00, "bqml": 0x09}[element], "DS", str(value))
        data.save_as(header.path)
    return assemble(list(dicom.scan(folder).headers)).headers


def test_suv_of_philips_counts(tmp_path):
    assert suv.factor(philips(tmp_path / "suv", suv=0.00042, bqml=1.5)) == 0.00042
    factor = suv.factor(philips(tmp_path / "bqml", bqml=1.5))
    assert factor == pytest.approx(1.5 * 70000 / (3.7e8 * 0.5 ** (3600 / 6586.2)))
    with pytest.raises(BadImage, match="without Philips' private"):
        suv.factor(philips(tmp_path / "none"))


@pytest.mark.parametrize(
    ("drug", "other", "said"),
    [
        ({}, {"PatientWeight": None}, "without PatientWeight"),
        ({}, {"RadiopharmaceuticalInformationSequence": None}, "without its radiopharmaceutical"),
        ({"RadionuclideTotalDose": 370.0}, {}, "dose of 370.0 Bq.*MBq"),
        ({"RadionuclideHalfLife": None}, {}, "half-life"),
        ({"RadiopharmaceuticalStartTime": None}, {}, "time of injection"),
        ({"RadiopharmaceuticalStartTime": "1x00"}, {}, "time of injection"),
        ({}, {"SeriesTime": None, "AcquisitionTime": None}, "series and acquisition time"),
        ({}, {"DecayCorrection": "SOME"}, "decay correction SOME; START, ADMIN, NONE can be made SUV"),
        ({}, {"Units": "PROPCPS"}, "units PROPCPS"),
        ({}, {"Units": "GML", "SUVType": "LBM"}, "SUV of type LBM"),
        ({"RadiopharmaceuticalStartDateTime": "20100101110000"}, {}, "minutes after injection"),
    ],
)
def test_what_suv_needs_is_named(tmp_path, drug, other, said):
    with pytest.raises(BadImage, match=said):
        suv.factor(pet(tmp_path, drug, **other))


def test_suv_is_that_of_the_ibsi_images(data_dir):
    """STS_025: the NIfTI image was made from the same PET by the IBSI authors."""
    made = assemble(list(dicom.scan(data_dir / "sts" / "dicom" / "STS_025" / "PET" / "image").headers))
    found = pixels.read(made.headers, made.grid, (0, 0), suv.factor(made.headers))
    given = images.read(data_dir / "sts" / "nifti" / "STS_025" / "PET_image.nii.gz")
    assert found.grid.same_place(given.grid)
    assert np.abs(found.array - given.array).max() < 1e-6 * given.array.max()
