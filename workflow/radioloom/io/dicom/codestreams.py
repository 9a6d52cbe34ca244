"""Compressed frames without what is not image: comments, EXIF and other application segments, bytes after the end.

JPEG and JPEG-LS (ISO 10918-1, 14495-1) are rows of segments; JPEG 2000 (ISO 15444-1) has a main header and tile-parts.
The entropy-coded data are not touched: a frame decodes to the same values.
"""

from __future__ import annotations

import struct

from pydicom.uid import JPEG2000TransferSyntaxes, JPEGLSTransferSyntaxes, JPEGTransferSyntaxes

from radioloom.errors import BadImage

BAD = "its compressed pixels are damaged, or of a kind that cannot be cleaned"
SOI, EOI, SOS = 0xD8, 0xD9, 0xDA
# Frames and their tables: SOF of all kinds, DHT, DAC, DQT, DNL, DRI, DHP, EXP, and of JPEG-LS SOF and LSE.
JPEG = frozenset({*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xF7, 0xF8})
FRAMES = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7})
SOC, SIZ, SOT, SOD, EOC = 0xFF4F, 0xFF51, 0xFF90, 0xFF93, 0xFFD9
# SIZ, CAP, CPF, COD, COC, QCD, QCC, RGN, POC, PPM, PPT, PRF; lengths of packets and tile-parts (TLM, PLM, PLT) and
# comments (COM) are left out: nothing needs them.
JPEG2000 = frozenset({SIZ, 0xFF50, 0xFF59, 0xFF52, 0xFF53, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF5F, 0xFF60, 0xFF61, 0xFF56})
BOX = b"\0\0\0\x0cjP  "  # how a JP2 file begins, in which some programs put a frame


def clean(frame: bytes, syntax: str) -> tuple[bytes, int]:
    """A frame with the image alone, and the bits of its samples; BadImage where it is not as its syntax says."""
    try:
        if syntax in JPEG2000TransferSyntaxes:
            return _jpeg2000(frame)
        if syntax in JPEGTransferSyntaxes or syntax in JPEGLSTransferSyntaxes:
            return _jpeg(frame)
    except (IndexError, ValueError, struct.error):
        raise BadImage(BAD) from None
    raise BadImage(BAD)


def precision(frame: bytes, syntax: str) -> int:
    """Bits of the samples of a frame; 0 where nothing says them (RLE), or the decoder has to (a damaged frame)."""
    try:
        return clean(frame, syntax)[1]
    except BadImage:
        return 0


def _jpeg(frame: bytes) -> tuple[bytes, int]:
    if frame[:2] != b"\xff\xd8":
        raise BadImage(BAD)
    kept, at, bits = [frame[:2]], 2, 0
    while True:
        at, marker = _marker(frame, at)
        if marker == EOI:
            return b"".join([*kept, b"\xff\xd9"]), bits
        (length,) = struct.unpack_from(">H", frame, at + 2)
        end = at + 2 + length
        if marker in FRAMES:
            bits = frame[at + 4]
        if marker == SOS:
            end = _scan_end(frame, end)
        if marker in JPEG or marker == SOS:
            kept.append(frame[at:end])
        at = end


def _marker(frame: bytes, at: int) -> tuple[int, int]:
    """The marker that has to stand here, after filling bytes, and where it begins."""
    if frame[at] != 0xFF:
        raise BadImage(BAD)
    while frame[at + 1] == 0xFF:
        at += 1
    return at, frame[at + 1]


def _scan_end(frame: bytes, at: int) -> int:
    """Where the data of a scan end: at the next marker that is no restart."""
    while True:
        at = frame.find(b"\xff", at)
        if at < 0:
            raise BadImage(BAD)
        if frame[at + 1] >= 0x80 and not 0xD0 <= frame[at + 1] <= 0xD7:
            return at
        at += 1 if frame[at + 1] == 0xFF else 2


def _jpeg2000(frame: bytes) -> tuple[bytes, int]:
    if frame.startswith(BOX):
        frame = _boxed(frame)
    if frame[:2] != b"\xff\x4f":
        raise BadImage(BAD)
    kept, at = _header(frame, 2, (SOT,))
    siz = kept.index(b"\xff\x51")
    bits = (kept[siz + 40] & 0x7F) + 1  # Ssiz of the first component
    parts = [frame[:2], kept]
    while at + 2 <= len(frame) and frame[at : at + 2] == b"\xff\x90":
        (length,) = struct.unpack_from(">L", frame, at + 6)
        head, start = _header(frame, at + 12, (SOD,))
        end = at + length if length else _end(frame, start)
        if not start + 2 <= end <= len(frame):
            raise BadImage(BAD)
        data = frame[start:end]
        parts.append(frame[at : at + 6] + struct.pack(">L", 12 + len(head) + len(data)) + frame[at + 10 : at + 12])
        parts += [head, data]
        at = end
    if len(parts) == 2:
        raise BadImage(BAD)
    return b"".join([*parts, b"\xff\xd9"]), bits


def _header(frame: bytes, at: int, until: tuple[int, ...]) -> tuple[bytes, int]:
    """Segments that an image needs, up to a marker, and where that stands."""
    kept = []
    while True:
        marker, length = struct.unpack_from(">HH", frame, at)
        if marker in until:
            return b"".join(kept), at
        if marker < 0xFF00 or marker == EOC:
            raise BadImage(BAD)
        if marker in JPEG2000:
            kept.append(frame[at : at + 2 + length])
        at += 2 + length


def _end(frame: bytes, at: int) -> int:
    """Where the last tile-part ends, which does not say its length: at the end of the codestream."""
    end = frame.find(b"\xff\xd9", at)
    return end if end >= 0 else len(frame)


def _boxed(frame: bytes) -> bytes:
    """The codestream in a JP2 file."""
    at = 0
    while True:
        length, kind = struct.unpack_from(">L4s", frame, at)
        head = 16 if length == 1 else 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", frame, at + 8)
        end = at + length if length else len(frame)
        if kind == b"jp2c":
            return frame[at + head : end]
        if end <= at:
            raise BadImage(BAD)
        at = end
