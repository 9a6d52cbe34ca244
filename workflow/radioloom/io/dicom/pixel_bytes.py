"""Pixel data with the image alone: no unused bits (old overlays lie there), no segments beside it, nothing after it."""

from __future__ import annotations

from itertools import islice

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, RLELossless

from radioloom.errors import BadImage
from radioloom.io.dicom.codestreams import clean
from radioloom.io.dicom.pixels import frames as decoded_frames
from radioloom.io.dicom.pixels import in_order

FLOATS = {"FloatPixelData": 4, "DoubleFloatPixelData": 8}
LONG = "its pixel data are longer than the image that its header describes"
PALE = "its pixel data end before its image does"


def clean_pixels(data: Dataset) -> None:
    """Clean the pixel data of a dataset in place; the values of its pixels stay what they are.

    Frames are decompressed where their samples have more bits than the image uses, and where run lengths are coded
    (RLE): nothing else shows that all of their bits are pixels. BadImage where they cannot be cleaned.
    """
    count = int(data.get("Rows") or 0) * int(data.get("Columns") or 0) * int(data.get("NumberOfFrames") or 1)
    for keyword, size in FLOATS.items():
        if keyword in data:
            data[keyword].value = _exactly(data[keyword].value, count * size)
    if "PixelData" not in data:
        return
    if int(data.get("SamplesPerPixel") or 1) != 1:
        raise BadImage("a colour image, which is not measured")
    syntax = data.file_meta.TransferSyntaxUID
    if not syntax.is_encapsulated:
        data["PixelData"].value = _native(data, data.PixelData, count, ">" if syntax == ExplicitVRBigEndian else "<")
    else:
        _compressed(data, count, syntax)


def _compressed(data: Dataset, count: int, syntax: UID) -> None:
    frames = int(data.get("NumberOfFrames") or 1)
    packed = list(islice(generate_frames(data.PixelData, number_of_frames=frames), frames + 1))
    if len(packed) != frames:
        raise BadImage(PALE if len(packed) < frames else LONG)
    if syntax != RLELossless:
        cleaned = [clean(frame, syntax) for frame in packed]
        if max(bits for _, bits in cleaned) <= int(data.BitsStored):
            data["PixelData"].value = encapsulate([frame for frame, _ in cleaned])
            return
    _decompress(data, frames, count)


def _decompress(data: Dataset, frames: int, count: int) -> None:
    kind = np.dtype(f"<{'i' if int(data.PixelRepresentation) else 'u'}{int(data.BitsAllocated) // 8}")
    try:
        values = np.concatenate([frame.astype(kind).ravel() for frame in decoded_frames(data, range(frames))])
    except RuntimeError as error:
        raise BadImage("its compressed pixels cannot be decoded") from error
    del data["PixelData"]
    data.add_new("PixelData", "OW", _native(data, values.tobytes(), count, "<"))
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian


def _native(data: Dataset, raw: bytes, count: int, order: str) -> bytes:
    bits, used = int(data.BitsAllocated), int(data.BitsStored)
    if bits == 1:
        pixels, rest = _exactly(in_order(data, raw), (count + 7) // 8), count % 8
        return in_order(data, _even(pixels[:-1] + bytes([pixels[-1] & ((1 << rest) - 1)]) if rest else pixels))
    if bits not in (8, 16, 32) or not 0 < used <= bits or int(data.get("HighBit", used - 1)) != used - 1:
        raise BadImage(f"pixels of {bits} bits, of which {used} are used up to bit {data.get('HighBit')}: unknown")
    pixels = _exactly(raw, count * bits // 8)
    kind = np.dtype(f"{order}{'i' if int(data.PixelRepresentation) else 'u'}{bits // 8}")
    return _even(((np.frombuffer(pixels, kind) << bits - used) >> bits - used).astype(kind).tobytes())


def _exactly(raw: bytes, size: int) -> bytes:
    if not 0 < size <= len(raw):
        raise BadImage(PALE)
    if len(raw) > size + 1 and raw[size:].strip(b"\0"):  # one of any value makes their number even
        raise BadImage(LONG)
    return raw[:size]


def _even(raw: bytes) -> bytes:
    return raw + b"\0" * (len(raw) % 2)
