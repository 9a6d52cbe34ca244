"""Pixel data that are not those of the image that the header describes are refused, whichever way they are stored."""

import io
import zlib

import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from made.hospital import image_slice, save, stored
from radioloom.errors import BadImage
from radioloom.io.dicom import headers, meaning, pixels
from radioloom.io.dicom.values import BROKEN

NATIVE = {"explicit": ExplicitVRLittleEndian, "implicit": ImplicitVRLittleEndian, "big": ExplicitVRBigEndian}
PACKED = {"rle": RLELossless, "jpeg-ls": JPEGLSLossless, "jpeg 2000": JPEG2000Lossless}
VALUES = stored(1)[0]  # (24, 20) of 16 bits


def fewer(name, n):
    return lambda data: setattr(data, name, n)


def half(data):
    data.BitsAllocated, data.BitsStored, data.HighBit = 8, 8, 7


def bit(data):
    data.BitsAllocated, data.BitsStored, data.HighBit = 1, 1, 0


def inserted(at, more=b"\0\0"):
    def change(data):
        data.PixelData = data.PixelData[:at] + more + data.PixelData[at:]

    return change


LONGER = {
    "8 bits": half, "1 bit": bit, "a row fewer": fewer("Rows", 23), "a column fewer": fewer("Columns", 19),
    "2 bytes before": inserted(0), "2 bytes within": inserted(400), "2 bytes after": inserted(960, b"\0\1"),
}  # fmt: skip


def told(path):
    """Why a file is refused: by its header or as its pixels are read; "" where it is read."""
    try:
        header = headers.read_header(path)
        if not (header.fault or header.cells):
            pixels.stored(header)
    except BROKEN as error:
        return str(error)
    except BadImage as error:
        return str(error)
    return header.fault or header.cells


def slice_of(syntax):
    data = image_slice(VALUES, (0, 0, 0))
    data.file_meta.TransferSyntaxUID = syntax
    data.PixelData = VALUES.astype(">i2" if syntax == ExplicitVRBigEndian else "<i2").tobytes()
    return data


@pytest.mark.parametrize("syntax", NATIVE.values(), ids=NATIVE)
@pytest.mark.parametrize("change", LONGER.values(), ids=LONGER)
def test_native_pixels_that_are_longer(tmp_path, syntax, change):
    data = slice_of(syntax)
    path = save(data, tmp_path / "x")
    assert told(path) == ""
    assert np.array_equal(pixels.stored(headers.read_header(path)), VALUES)
    change(data)
    words = told(save(data, path))
    assert "that its header says has" in words
    assert words.endswith("the two do not belong together; fetch the file again")


@pytest.mark.parametrize("syntax", NATIVE.values(), ids=NATIVE)
@pytest.mark.parametrize("n", [2, 40, 960, 64 * 1024], ids=str)
def test_zeros_behind_the_image_are_padding(tmp_path, syntax, n):
    """Of any number: NumberOfFrames says how many frames there are. pydicom passes them over too."""
    data = slice_of(syntax)
    data.PixelData += bytes(n)
    path = save(data, tmp_path / "x")
    assert told(path) == ""
    header = headers.read_header(path)
    assert np.array_equal(pixels.stored(header), VALUES)
    assert header.excess == (n if syntax != ExplicitVRBigEndian else 0)
    assert meaning.padded([header] * 2) == (
        f"zeros behind the image in the pixel data of 1 file(s), up to {n} bytes of them, are passed over"
        if header.excess else ""
    )  # fmt: skip
    path.write_bytes(path.read_bytes()[:-1])
    assert "fetch the file again" in told(path) or syntax == ExplicitVRBigEndian


@pytest.mark.parametrize("syntax", NATIVE.values(), ids=NATIVE)
def test_a_byte_that_makes_their_number_even_is_none_too_many(tmp_path, syntax):
    odd = (VALUES[:23, :19] % 200).astype("u1")
    data = image_slice(odd.astype("i2"), (0, 0, 0), PixelRepresentation=0)
    half(data)
    data.file_meta.TransferSyntaxUID = syntax
    data.PixelData = odd.tobytes() + b"\0"
    data["PixelData"].VR = "OB"
    path = save(data, tmp_path / "x")
    assert np.array_equal(pixels.stored(headers.read_header(path)), odd)
    if syntax != ExplicitVRBigEndian:
        path.write_bytes(path.read_bytes()[:-1])
        assert "its pixel data end after 437 of 438 bytes: the file is truncated" in told(path)


@pytest.mark.parametrize("syntax", PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("change", [change for name, change in LONGER.items() if "2 bytes" not in name])
def test_compressed_pixels_of_another_image(tmp_path, syntax, change):
    data = image_slice(VALUES % 4000, (0, 0, 0), PixelRepresentation=0)
    if syntax == JPEG2000Lossless:
        from PIL import Image
        from pydicom.encaps import encapsulate

        stream = io.BytesIO()
        Image.fromarray((VALUES % 4000).astype(np.uint16)).save(stream, "JPEG2000", irreversible=False, no_jp2=True)
        data.PixelData = encapsulate([stream.getvalue()])
        data["PixelData"].is_undefined_length = True
        data.file_meta.TransferSyntaxUID = syntax
    else:
        data.compress(syntax, generate_instance_uid=False)
    path = save(data, tmp_path / "x")
    assert told(path) == ""
    change(data)
    read = told(save(data, path)) == "" and pixels.stored(headers.read_header(path))
    assert read is False or np.array_equal(read, VALUES % 4000)  # a codestream knows its bits itself


PADDING = b"\xfc\xff\xfc\xffOB\0\0\x04\0\0\0\0\0\0\0"
ODD = (
    b"\1\1", b"\0", b"\0\0", bytes(8), bytes(64), VALUES[0, :4].tobytes(), PADDING[:-2], PADDING + b"\1\1",
    b"\x10\0\x20\0LO\4\0abcd", b"\xe0\x7f\x10\0OW\0\0\0\0\0\0",  # an attribute of before, the pixels again
)  # fmt: skip


@pytest.mark.parametrize("syntax", NATIVE.values(), ids=NATIVE)
def test_what_lies_behind_the_pixels(tmp_path, syntax):
    """Elements of larger tags do; bytes that were put into the pixels moved the last of them there."""
    data = slice_of(syntax)
    path = save(data, tmp_path / "x")
    raw, pixel_data = path.read_bytes(), data.PixelData
    assert raw.endswith(pixel_data)
    at = len(raw) - len(pixel_data) + 100
    for n in (1, 2, 8, 64, 300):
        path.write_bytes(raw[:at] + b"\1" * n + raw[at:])
        assert f"{n} bytes that are no elements follow its pixels: the file has more bytes than its" in told(path)
    for more in ODD if syntax == ExplicitVRLittleEndian else (b"\0\0", VALUES[0, :4].tobytes()):
        path.write_bytes(raw + more)
        assert "follow its pixels" in told(path), more
    data.add_new(0xFFFCFFFC, "OB", bytes(138))
    data.add_new(0x7FE10010, "LO", "MAKER")
    assert told(save(data, path)) == ""
    for padding in (b"", PADDING, bytes(-len(raw) % 512)):
        path.write_bytes(raw + (padding if padding != PADDING or syntax == ExplicitVRLittleEndian else b""))
        assert told(path) == ""


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1.99", RLELossless])
def test_what_lies_behind_packed_pixels(tmp_path, syntax):
    data = slice_of(ExplicitVRLittleEndian)
    if syntax == RLELossless:
        data.compress(syntax, generate_instance_uid=False)
        path = save(data, tmp_path / "x")
        path.write_bytes(path.read_bytes() + b"\1\1")
        assert "cannot be decoded; decompress or fetch the file again" in told(path)
        return
    raw = save(data, tmp_path / "plain").read_bytes()
    data.file_meta.TransferSyntaxUID = syntax
    path = save(data, tmp_path / "x")
    head = path.read_bytes()
    head = head[: 144 + int.from_bytes(head[140:144], "little")]
    inner = raw[144 + int.from_bytes(raw[140:144], "little") :]
    for more in (b"", b"\1\1"):
        pack = zlib.compressobj(9, zlib.DEFLATED, -15)
        path.write_bytes(head + pack.compress(inner + more) + pack.flush())
        assert ("2 bytes that are no elements" in told(path)) is bool(more)


@pytest.mark.parametrize("kind", [b"OB", b"OW", b"UN", b"OV", b"OF", b"OL", b"OD"])
def test_pixel_data_of_any_kind_of_bytes_are_read_from_where_they_begin(tmp_path, kind):
    path = written_as(tmp_path, kind)
    assert np.array_equal(pixels.stored(headers.read_header(path)), VALUES)
    assert headers.read_header(path).pixel_offset == len(path.read_bytes()) - 960


@pytest.mark.parametrize("kind", [b"US", b"SS", b"AT", b"LO", b"ox", b"??", b"\0\0"])
def test_pixel_data_of_another_kind_are_refused_by_name(tmp_path, kind):
    words = told(written_as(tmp_path, kind))
    assert "where OB or OW is expected" in words or "cut off" in words or "bytes where" in words, words


def written_as(folder, kind):
    path = save(slice_of(ExplicitVRLittleEndian), folder / "x")
    raw = path.read_bytes()
    mark = b"\xe0\x7f\x10\x00OW"
    assert raw.count(mark) == 1
    path.write_bytes(raw.replace(mark, mark[:4] + kind))
    return path


def test_pixels_with_a_length_in_a_file_that_says_they_are_compressed(tmp_path):
    path = save(slice_of(ExplicitVRLittleEndian), tmp_path / "x")
    raw = path.read_bytes()
    assert raw.count(b"1.2.840.10008.1.2.1\0") == 1
    path.write_bytes(raw.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0"))
    assert "(RLE Lossless) cannot be decoded" in told(path)


def test_each_way_to_store_is_what_pydicom_reads(tmp_path):
    for name, syntax in NATIVE.items():
        path = save(slice_of(syntax), tmp_path / name)
        assert np.array_equal(pydicom.dcmread(path).pixel_array, VALUES)
