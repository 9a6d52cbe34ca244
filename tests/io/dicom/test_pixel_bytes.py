"""What lies in pixel data beside the image is gone from copies, and every pixel has its value."""

import io
import struct

import jpeg_ls
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from made.hospital import image_slice
from radioloom.errors import BadImage
from radioloom.io.dicom.codestreams import clean
from radioloom.io.dicom.deidentify import deidentify
from radioloom.io.write.header import encode

KEY, SECRET = bytes(range(32)), b"QZCANARY^SMITH"
PIXELS = np.random.default_rng(5).integers(0, 4096, (24, 20))


def jpeg():
    stream = io.BytesIO()
    comment = {"comment": SECRET, "exif": b"Exif\0\0" + SECRET, "icc_profile": SECRET}
    Image.fromarray((PIXELS // 16).astype(np.uint8)).save(stream, "JPEG", quality=95, **comment)
    return stream.getvalue()


def jpeg_lossless_ls(pixels):
    return bytes(jpeg_ls.encode_array(np.ascontiguousarray(pixels)))


def jpeg2000(pixels, kind="J2K"):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG2000", irreversible=False, no_jp2=kind == "J2K")
    return stream.getvalue()


def segment(marker, content=SECRET):
    return struct.pack(">HH", marker, len(content) + 2) + content


def after(frame, marker):
    """The frame with a segment of the secret after its first marker."""
    return frame[:2] + segment(marker) + frame[2:]


def in_tile(frame):
    """A comment in the header of the first tile-part, which is that much longer."""
    at = frame.index(b"\xff\x90")
    (length,) = struct.unpack_from(">L", frame, at + 6)
    comment = segment(0xFF64, b"\0\1" + SECRET)
    longer = struct.pack(">L", length + len(comment) if length else 0)
    return frame[: at + 6] + longer + frame[at + 10 : at + 12] + comment + frame[at + 12 :]


def in_main(frame):
    """A comment after SIZ."""
    at = 4 + struct.unpack_from(">H", frame, 4)[0]
    return frame[:at] + segment(0xFF64, b"\0\1" + SECRET) + segment(0xFF55) + frame[at:]


def endless(frame):
    """The last tile-part does not say its length."""
    at = frame.rindex(b"\xff\x90")
    return frame[: at + 6] + bytes(4) + frame[at + 10 :]


TWELVE, EIGHT = PIXELS.astype(np.uint16), (PIXELS // 16).astype(np.uint8)
LS, J2K = jpeg_lossless_ls(TWELVE), jpeg2000(TWELVE)
LS16 = jpeg_lossless_ls(TWELVE | np.uint16(0x8000))  # an old overlay in the bits that the image does not use
FRAMES = {
    "jpeg with exif, comment and profile": (JPEGBaseline8Bit, jpeg(), 8),
    "jpeg with segments of applications": (JPEGBaseline8Bit, after(after(jpeg(), 0xFFEF), 0xFFFE), 8),
    "jpeg with filling bytes and an end": (JPEGBaseline8Bit, b"\xff\xd8\xff\xff" + jpeg()[2:] + SECRET, 8),
    "jpeg-ls": (JPEGLSLossless, after(after(LS, 0xFFFE), 0xFFE8) + SECRET, 12),
    "jpeg-ls with bits beyond the image": (JPEGLSLossless, after(LS16, 0xFFFE), 12),
    "jpeg 2000": (JPEG2000Lossless, in_main(J2K) + SECRET, 16),
    "jpeg 2000 tile": (JPEG2000Lossless, in_tile(in_main(J2K)) + SECRET, 16),
    "jpeg 2000 endless tile": (JPEG2000Lossless, endless(in_tile(J2K)) + SECRET, 16),
    "jpeg 2000 in a file": (
        JPEG2000Lossless,
        jpeg2000(TWELVE, "JP2") + struct.pack(">L4s", 8 + 14, b"uuid") + SECRET,
        16,
    ),
}


def compressed(syntax, frame, bits):
    data = image_slice(np.zeros(PIXELS.shape, np.int16), (0, 0, 0))
    data.file_meta.TransferSyntaxUID = syntax
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = (
        8 if bits == 8 else 16,
        bits,
        bits - 1,
        0,
    )
    data.PixelData = encapsulate([frame])
    data["PixelData"].is_undefined_length = True
    return read(encode(data))


def read(content):
    return pydicom.dcmread(io.BytesIO(content))


@pytest.mark.parametrize(("syntax", "frame", "bits"), FRAMES.values(), ids=FRAMES)
def test_compressed_frames_hold_the_image_alone(syntax, frame, bits):
    before = compressed(syntax, jpeg(), bits).pixel_array if bits == 8 else TWELVE
    assert SECRET in frame
    content = encode(deidentify(compressed(syntax, frame, bits), KEY))
    assert SECRET not in content
    made = read(content)
    assert np.array_equal(made.pixel_array, before)
    assert int(made.pixel_array.max()) < 1 << bits
    beyond = frame is FRAMES["jpeg-ls with bits beyond the image"][1]
    assert made.file_meta.TransferSyntaxUID == (ExplicitVRLittleEndian if beyond else syntax)
    if not beyond:
        assert made.PixelData == deidentify(read(content), KEY).PixelData


def test_run_lengths_are_undone():
    data = image_slice(np.asarray(TWELVE, np.int16), (0, 0, 0))
    data.PixelRepresentation = 0
    data.compress(RLELossless, np.asarray(TWELVE), generate_instance_uid=False)
    made = read(encode(deidentify(read(encode(data)), KEY)))
    assert made.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert np.array_equal(made.pixel_array, TWELVE)
    frame = next(pydicom.encaps.generate_frames(data.PixelData, number_of_frames=1))
    data.PixelData = encapsulate([frame + SECRET])
    data["PixelData"].is_undefined_length = True
    with pytest.raises(BadImage, match="cannot be decoded"):
        deidentify(read(encode(data)), KEY)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("allocated", "stored"), [(16, 12), (16, 10), (16, 16), (8, 7), (32, 17)])
def test_unused_bits_and_what_follows_the_pixels_are_gone(signed, allocated, stored):
    low = -(1 << (stored - 1)) if signed else 0
    values = np.random.default_rng(2).integers(low, low + (1 << stored), (5, 3))
    unused = np.random.default_rng(3).integers(0, 1 << (allocated - stored), (5, 3)) << stored
    raw = (values & ((1 << stored) - 1) | unused).astype(f"<u{allocated // 8}").tobytes()
    data = image_slice(np.zeros((5, 3), np.int16), (0, 0, 0))
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = (
        allocated,
        stored,
        stored - 1,
        int(signed),
    )
    data.PixelData = raw + b"!" * (len(raw) % 2)
    data["PixelData"].VR = "OB" if allocated == 8 else "OW"
    content = encode(deidentify(read(encode(data)), KEY))
    kind = np.dtype(f"<{'i' if signed else 'u'}{allocated // 8}")
    assert np.array_equal(np.frombuffer(read(content).PixelData, kind, 15).reshape(5, 3), values)
    assert read(content).PixelData[len(raw) :] == b"\0" * (len(raw) % 2)
    data.PixelData = raw + b"\0" * (len(raw) % 2) + SECRET
    refused_as_longer(data)


def test_zeros_behind_the_image_are_left_out():
    data = image_slice(np.ones((5, 3), np.int16), (0, 0, 0))
    pixels = data.PixelData
    data.PixelData = pixels + bytes(64)
    assert deidentify(read(encode(data)), KEY).PixelData == pixels


def refused_as_longer(data):
    """What follows the image is no image, or the image is not what its header says: no copy is made of either."""
    with pytest.raises(BadImage, match="its pixel data are longer than the image that its header describes"):
        deidentify(read(encode(data)), KEY)


def test_bits_of_the_last_byte_of_a_binary_segmentation():
    data = image_slice(np.zeros((3, 3), np.int16), (0, 0, 0))
    data.BitsAllocated = data.BitsStored = 1
    data.HighBit = 0
    data.PixelData = b"\xab\xff"
    data["PixelData"].VR = "OB"
    assert read(encode(deidentify(read(encode(data)), KEY))).PixelData == b"\xab\x01"
    data.PixelData = b"\xab\xff" + SECRET
    refused_as_longer(data)


def test_other_bytes_and_bits_are_refused_by_name():
    for changes, said in (
        ({"HighBit": 15, "BitsStored": 12}, "used up to bit"),
        ({"BitsAllocated": 12, "BitsStored": 12, "HighBit": 11}, "pixels of 12 bits"),
        ({"Rows": 999}, "its pixel data end before its image does"),
        ({"NumberOfFrames": 9}, "its pixel data end before its image does"),
        ({"Rows": 4}, "its pixel data are longer than the image"),
        ({"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}, "its pixel data are longer than the image"),
        ({"SamplesPerPixel": 3}, "a colour image"),
    ):
        data = image_slice(np.ones((5, 3), np.int16), (0, 0, 0))
        for name, value in changes.items():
            setattr(data, name, value)
        with pytest.raises(BadImage, match=said):
            deidentify(data, KEY)
    meta = image_slice(np.zeros((5, 3), np.int16), (0, 0, 0))
    meta.file_meta.TransferSyntaxUID = "1.2.3.4"
    with pytest.raises(BadImage, match="transfer syntax"):
        deidentify(meta, KEY)


def test_big_endian_pixels():
    data = image_slice(np.zeros((5, 3), np.int16), (0, 0, 0))
    values = np.arange(15).reshape(5, 3)
    data.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    data.BitsStored, data.HighBit = 12, 11
    data.PixelData = (values | 0x7000).astype(">u2").tobytes()
    made = deidentify(read(encode(data)), KEY)
    assert np.array_equal(np.frombuffer(made.PixelData, ">i2").reshape(5, 3), values)
    data.PixelData += SECRET
    refused_as_longer(data)


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEGLSLossless, JPEG2000Lossless, RLELossless])
def test_damaged_frames_end_in_an_error_of_ours(syntax):
    sound = {JPEGBaseline8Bit: jpeg(), JPEGLSLossless: LS}.get(syntax, J2K)
    rng = np.random.default_rng(7)
    for n in range(300):
        frame = bytearray(sound[: int(rng.integers(0, len(sound)))] if n % 2 else sound)
        for at in rng.integers(0, min(200, max(len(frame), 1)), 3):
            if frame:
                frame[at % len(frame)] = int(rng.integers(0, 256))
        try:
            kept, bits = clean(bytes(frame), syntax)
        except BadImage:
            continue
        assert len(kept) <= len(frame) + 2
        assert 0 <= bits <= 255
