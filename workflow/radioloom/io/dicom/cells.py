"""How a file says that its pixels are laid out in bits, and whether they would be read as what they are."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from radioloom.failures import reading

PIECE = 1 << 20  # bytes that are read at once
WIDTHS = (1, 8, 16, 32, 64)  # bits of a pixel's cell


def length_fault(held: int, wanted: int, stated: int) -> str:
    """Why native pixel data are not those of the image that a header describes; "" where they are.

    held : bytes that the file has of them; wanted : of the image; stated : that the element says without padding, with
    one to make their number even (PS3.5, 8.1.1)
    """
    if held < wanted or (held < stated <= wanted + 1):
        whole = max(wanted, min(stated, wanted + 1))
        return f"its pixel data end after {held} of {whole} bytes: the file is truncated"
    if stated > wanted + 1:
        return (
            f"its pixel data are {stated} bytes, and an image of the rows, columns, frames and bits that its header "
            f"says has {wanted}: the two do not belong together"
        )
    return ""


def image_bytes(rows: int, columns: int, samples: int, frames: int, bits: int) -> int:
    """Bytes of an image's native pixels."""
    return (rows * columns * samples * frames * bits + 7) // 8


def zeros_behind(source: Path | bytes, start: int, wanted: int, stated: int) -> int:
    """How many bytes are padding behind an image in pixel data that begin at `start`.

    wanted, stated : as of `length_fault`
    All are where all are 0; others may be pixels of another image than the header's, or those of this one, moved.
    """
    whole = wanted + wanted % 2
    n = max(stated - whole, 0)
    if not n or whole < 0:
        return 0
    sizes = (min(PIECE, n - at) for at in range(0, n, PIECE))
    with reading(source) if isinstance(source, Path) else BytesIO(source) as handle:
        handle.seek(start + whole)
        return n if all(handle.read(size) == bytes(size) for size in sizes) else 0


def misread(size: tuple[int, ...], bits: tuple[int, int, int, int]) -> str:
    """Why pixels would be read wrongly; "" where they would not.

    size : rows, columns, samples, frames; bits : BitsAllocated, BitsStored, HighBit, PixelRepresentation
    """
    allocated, stored, high, sign = bits
    if min(size) < 1:
        return (
            f"Rows {size[0]}, Columns {size[1]}, SamplesPerPixel {size[2]}, NumberOfFrames {size[3]}: it has no pixels"
        )
    if allocated not in WIDTHS or not 0 < stored <= allocated:
        return f"BitsAllocated {allocated} with BitsStored {stored}: its pixels cannot be told apart"
    if high != stored - 1:
        return f"HighBit {high} with BitsStored {stored}, where {stored - 1} is expected: its values would be others"
    return "" if sign in (0, 1) else "PixelRepresentation is neither 0 nor 1: whether values have a sign is unknown"
