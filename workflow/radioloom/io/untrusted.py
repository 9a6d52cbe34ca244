"""Limits for untrusted files: size of the image, of the header and once inflated; no data in foreign files."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import BinaryIO

MOST_VOXELS = 2**30  # of an image (1024 slices of 1024 x 1024): beyond, a header is absurd, or a memory bomb
MOST_PIXELS = 2**26  # of one slice
MOST_INFLATED = 2**28  # bytes of a deflated DICOM file
MOST_HEADER = 2**20  # bytes before the voxels of NIfTI, NRRD and MetaImage
DEFLATED = b"1.2.840.10008.1.2.1.99"
# Value representations with 4 bytes of length.
LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})


def refuse_inflation(handle: BinaryIO) -> None:
    """ValueError where a DICOM file is deflated and holds more than 256 MB; the handle is at its start after."""
    start = 132 if handle.seek(128) and handle.read(4) == b"DICM" else 0
    handle.seek(start)
    if _syntax(handle) == DEFLATED:
        unpacker, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
        while (  # behind its end every block would be added to all that came before
            size <= MOST_INFLATED and not unpacker.eof and (packed := unpacker.unconsumed_tail or handle.read(1 << 16))
        ):
            size += len(unpacker.decompress(packed, 1 << 20))
        if size > MOST_INFLATED:
            raise ValueError("it inflates to more than one image or segmentation can hold")
    handle.seek(0)


def _syntax(handle: BinaryIO) -> bytes:
    """The transfer syntax in the file meta group, b"" where there is none; the handle is at the first element after."""
    syntax = b""
    while True:
        head = handle.read(8)
        if head[:2] != b"\x02\x00" or len(head) < 8:
            handle.seek(-len(head), 1)
            return syntax
        length = int.from_bytes(handle.read(4) if head[4:6] in LONG else head[6:8], "little")
        if head[2:4] == b"\x10\x00":
            syntax = handle.read(min(length, 64)).rstrip(b" \0")
        else:
            handle.seek(length, 1)


def not_beside(header: Path, name: str) -> str:
    """Why a file that a header names is not opened, "" where it may be: it lies beside the header.

    A per cent sign makes it a pattern, which ITK hands to C's printf.
    """
    if any(sign in name for sign in ("/", "\\", "..", "\0")) or leads_away(header.parent / name):
        return "its header names voxels in another folder; put their file beside it"
    return (
        "its header names voxels by a pattern (%); write the names of their files, or save it as one"
        if "%" in name
        else ""
    )


def leads_away(file: Path) -> bool:
    """Whether a path is a link to a file neither beside it nor in the git-annex of a repository that holds it."""
    if not file.is_symlink():
        return False
    target, folder = file.resolve(), file.parent.resolve()
    annexes = (each / ".git" / "annex" / "objects" for each in (folder, *folder.parents))
    return target.parent != folder and not any(target.is_relative_to(annex) for annex in annexes)
