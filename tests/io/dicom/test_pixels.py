"""Pixels and units: against pydicom, against the SUV that others computed, and by hand."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from made.hospital import ct, enhanced, image_slice, save, stored
from radioloom.errors import BadImage
from radioloom.io.dicom import headers, pixels
from radioloom.io.dicom.series import assemble
from radioloom.volume import Grid


def volume(folder, factor=1.0):
    made = assemble(list(headers.scan(folder).headers))
    return pixels.read(made.headers, made.grid, (0, 0), factor)


def test_hounsfield_units_and_window(tmp_path):
    values = stored()
    ct(tmp_path, values, RescaleSlope=0.5, RescaleIntercept=-1000)
    whole = volume(tmp_path)
    assert (whole.unit, whole.modality, whole.array.dtype) == ("HU", "CT", np.float64)
    assert np.array_equal(whole.array, 0.5 * values - 1000)
    made = assemble(list(headers.scan(tmp_path).headers))
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
                    RescaleSlope=8, PixelData=values.astype(dtype).tobytes()), tmp_path / "x")  # fmt: skip
    assert np.array_equal(volume(tmp_path).array[0], values * 8 - 1024.0)


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
    image = sitk.GetImageFromArray(stored(1) % 500)
    writer = sitk.ImageFileWriter()
    if compressor:
        writer.SetCompressor(compressor)
    writer.UseCompressionOn()
    image.SetMetaData("0020|0032", "0\\0\\0")
    image.SetMetaData("0008|0060", "CT")
    writer.SetFileName(str(tmp_path / "x.dcm"))
    writer.Execute(image)
    header = headers.read_header(tmp_path / "x.dcm")
    assert header.pixel_offset == -1
    assert np.array_equal(pixels.stored(header), stored(1)[0] % 500)


def test_big_endian_and_deflated(tmp_path):
    values = stored(1)[0]
    for name, syntax, raw in (("big", "1.2.840.10008.1.2.2", ">i2"), ("deflated", "1.2.840.10008.1.2.1.99", "<i2")):
        data = image_slice(values, (0, 0, 0), PixelData=values.astype(raw).tobytes())
        data.file_meta.TransferSyntaxUID = syntax
        save(data, tmp_path / name)
        assert np.array_equal(pixels.stored(headers.read_header(tmp_path / name)), values)


def test_a_damaged_compressed_slice_is_named(tmp_path):
    data = image_slice(stored(1)[0], (0, 0, 0))
    data.compress(RLELossless, generate_instance_uid=False)
    path = save(data, tmp_path / "x")
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(BadImage, match=r"x: its pixels \(RLE Lossless\) cannot be decoded"):
        pixels.stored(headers.read_header(path))


def test_real_pixels_are_told_by_their_name(tmp_path):
    data = image_slice(stored(1)[0], (0, 0, 0), FloatPixelData=stored(1)[0].astype("<f4").tobytes())
    data.BitsAllocated = 32
    del data.PixelData
    with pytest.raises(BadImage, match="x: its pixels are FloatPixelData, real numbers, which are not read; export"):
        pixels.stored(headers.read_header(save(data, tmp_path / "x")))


def test_an_enhanced_multi_frame_image_is_its_single_frames(data_dir):
    folder = data_dir / "dicom_samples" / "dcmqi" / "segmentations" / "24x38x3"
    one, many = volume(folder / "image"), volume(folder / "multiframe")
    assert one.grid.same_place(many.grid)
    assert np.array_equal(one.array, many.array)


def test_pixels_are_those_that_pydicom_decodes(data_dir):
    folder = data_dir / "lung1" / "LUNG1-001" / "image"
    made = assemble(list(headers.scan(folder).headers))
    for header in made.headers[::30]:
        data = pydicom.dcmread(header.path)
        assert np.array_equal(pixels.stored(header), data.pixel_array)


@pytest.mark.parametrize(("dtype", "low"), [("u2", 0), ("i2", -700), ("u1", 0)])
def test_jpeg_lossless(tmp_path, dtype, low):
    """What most archives compress to: pydicom alone has no decoder for it. Written by ITK, in two slices and frames."""
    values = (stored(2) % 200 + low).astype(dtype)
    for k in range(2):
        writer = sitk.ImageFileWriter()
        writer.SetCompressor("JPEG")
        writer.UseCompressionOn()
        writer.SetFileName(str(tmp_path / f"{k}.dcm"))
        writer.Execute(sitk.GetImageFromArray(values[k : k + 1]))
        header = headers.read_header(tmp_path / f"{k}.dcm")
        assert header.syntax == "1.2.840.10008.1.2.4.70"
        assert np.array_equal(pixels.stored(header), values[k])
    many = pydicom.dcmread(tmp_path / "0.dcm")
    frames = [get_frame(pydicom.dcmread(tmp_path / f"{k}.dcm").PixelData, 0, number_of_frames=1) for k in range(2)]
    many.NumberOfFrames, many.PixelData = 2, encapsulate(frames)
    header = headers.read_header(save(many, tmp_path / "many"))
    assert np.array_equal(pixels.stored(replace(header, index=1)), values[1])
    path = tmp_path / "cut"
    path.write_bytes((tmp_path / "0.dcm").read_bytes()[:-300])
    with pytest.raises(BadImage, match=r"cut: its pixels \(JPEG Lossless, .*\) cannot be decoded"):
        pixels.stored(headers.read_header(path))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("MR_small_RLE.dcm", "RLE Lossless"),
        ("MR_small_jpeg_ls_lossless.dcm", "JPEG-LS Lossless"),
        ("MR_small_jp2klossless.dcm", "JPEG 2000"),
        ("MR_small_bigendian.dcm", "Explicit VR Big Endian"),
        ("MR_small_implicit.dcm", "Implicit VR Little Endian"),
    ],
)
def test_one_image_in_every_encoding(name, kind):
    """pydicom's own test files: one MR slice, encoded by others in many ways."""
    plain = pydicom.dcmread(get_testdata_file("MR_small.dcm")).pixel_array
    header = headers.read_header(Path(get_testdata_file(name)))
    assert kind in pydicom.uid.UID(header.syntax).name
    assert np.array_equal(pixels.stored(header), plain)


def test_twelve_bits_of_lossy_jpeg():
    """ITK and pydicom's pixel data handlers part by rounding alone; the file is pydicom's."""
    path = Path(get_testdata_file("JPEG-lossy.dcm"))
    header = headers.read_header(path)
    assert header.syntax == "1.2.840.10008.1.2.4.51"
    whole = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))[0]
    found = pixels.stored(header)
    assert found.max() > 255
    assert np.array_equal(found * (header.slope or 1) + (header.intercept or 0), whole)


def test_an_encoding_without_decoder_is_refused_by_name(tmp_path):
    data = image_slice(stored(1)[0], (0, 0, 0))
    data.compress(RLELossless, generate_instance_uid=False)
    data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.201"
    path = save(data, tmp_path / "x")
    with pytest.raises(BadImage, match=r"x: its pixels \(High-Throughput JPEG 2000 .*\) cannot be decoded; decompress"):
        pixels.stored(headers.read_header(path))


@pytest.mark.parametrize("sign", [0, 1])
def test_bits_that_are_not_used_may_hold_anything(tmp_path, sign):
    """Twelve bits in sixteen, with an overlay above them as old scanners left it; as pydicom takes it."""
    values = np.arange(480, dtype=np.int16).reshape(24, 20) * 8 - (2048 if sign else 0)
    cells = (values & 0x0FFF).astype(np.uint16) | (np.arange(480, dtype=np.uint16).reshape(24, 20) << 12)
    data = image_slice(values, (0, 0, 0), BitsStored=12, HighBit=11, PixelRepresentation=sign)
    data.PixelData = cells.astype("<u2").tobytes()
    found = pixels.stored(headers.read_header(save(data, tmp_path / "x")))
    assert np.array_equal(found, values)
    assert np.array_equal(found, pydicom.dcmread(tmp_path / "x").pixel_array)


def in_words(values, compressor, bits, sign):
    """A slice whose compressed frames are of 16 bits, and whose header says that fewer are used."""
    data = image_slice(values, (0, 0, 0), PixelRepresentation=0)
    if compressor == "JPEG2000":
        packed = BytesIO()
        Image.fromarray(values.astype(np.uint16)).save(packed, "JPEG2000", no_jp2=True, irreversible=False)
        data.PixelData, data.file_meta.TransferSyntaxUID = encapsulate([packed.getvalue()]), JPEG2000Lossless
        data["PixelData"].VR = "OB"
    elif compressor:
        data.compress(compressor, generate_instance_uid=False)
    data.BitsStored, data.HighBit, data.PixelRepresentation = bits, bits - 1, sign
    return data


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("bits", [12, 13, 16])
@pytest.mark.parametrize("compressor", [JPEGLSLossless, "JPEG2000", RLELossless])
def test_compressed_words_are_of_the_values_that_native_ones_are(tmp_path, compressor, bits, sign):
    low = -(1 << bits - 1) if sign else 0
    values = (np.arange(480).reshape(24, 20) * ((1 << bits) // 480) + low).astype(np.int32)
    words = (values & (1 << bits) - 1).astype(np.uint16)
    native, packed = (
        save(in_words(words, each, bits, sign), tmp_path / name) for each, name in (("", "native"), (compressor, "x"))
    )
    found = pixels.stored(headers.read_header(packed))
    assert headers.read_header(packed).pixel_offset == -1
    assert np.array_equal(found, values)
    assert np.array_equal(found, pixels.stored(headers.read_header(native)))
    assert np.array_equal(found, pydicom.dcmread(native).pixel_array)


def test_frames_of_words_are_slices_of_words(tmp_path):
    values = (stored(3) % 4096).astype(np.int32) - 2048
    data = enhanced((values & 0xFFF).astype(np.uint16), range(3), "MR")
    data.PixelRepresentation = 0
    data.compress(JPEGLSLossless, generate_instance_uid=False)
    data.BitsStored, data.HighBit, data.PixelRepresentation = 12, 11, 1
    header = headers.read_header(save(data, tmp_path / "x"))
    assert np.array_equal([pixels.stored(replace(header, index=k)) for k in range(3)], values)


def test_a_compressed_file_of_many_frames_is_read_once(tmp_path, monkeypatch):
    data = image_slice(stored(1)[0], (0, 0, 0), NumberOfFrames=5)
    data.PixelData = stored(5).astype("<i2").tobytes()
    data.compress(RLELossless, generate_instance_uid=False)
    header = headers.read_header(save(data, tmp_path / "x"))
    read = []
    monkeypatch.setattr(pydicom, "dcmread", lambda *a, real=pydicom.dcmread, **k: read.append(a) or real(*a, **k))
    grid = Grid((5, 24, 20), (1.0, 1.0, 1.0))
    found = pixels.read([replace(header, index=k) for k in range(5)], grid, (0, 0), 1.0)
    assert np.array_equal(found.array, stored(5) - 1024.0)
    assert len(read) == 1
