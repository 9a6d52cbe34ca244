"""Read the stored voxels of an image file: compared with the size that its header says, checksums verified."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from radioloom.failures import reading
from radioloom.io.files import filled
from radioloom.io.formats.record import GZIPPED, Header, Unreadable
from radioloom.volume import Voxels

CHUNK = 2**20  # bytes that are unpacked at once
PACKED_CHUNK = 2**16
PIECE = 2**20  # voxels that are read at once where few of many are kept
MOST_MEMBERS = 10**5  # of one gzip file; those of programs that compress in blocks have one for each 64 kB
CUT = "it cannot be read to its end; the file is truncated or damaged"


def read(header: Header, first: int, last: int) -> np.ndarray:
    """Slices `first` to `last` (which is not one of them) as they are stored, (z, y, x), in the machine's byte order.

    Of a compressed file all is unpacked and only these are kept. Raises Unreadable where the files hold less, or more,
    than the header says, or another content than what was compressed.
    """
    depth, rows, columns = header.grid.shape
    each, row = depth // len(header.files), rows * columns * header.voxel_bytes
    parts = []
    for number, file in enumerate(header.files):
        low, high = (min(max(k - number * each, 0), each) * row for k in (first, last))
        with reading(file) as handle:
            parts += (_unpacked if header.window else _plain)(handle, header, each * row, [slice(low, high)])
    flat = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return header.one_layer(flat).reshape(last - first, rows, columns)


def pieces(header: Header) -> Iterator[tuple[Voxels, np.ndarray]]:
    """All voxels in order, as `read` gives them, some slices or some rows of a slice at once: the first of each, array.

    Raises Unreadable as `read`, of a compressed file after its last piece.
    """
    depth, rows, columns = header.grid.shape
    each, row = depth // len(header.files), columns * header.voxel_bytes
    high = min(max(PIECE // columns, 1), rows)
    deep = max(PIECE // (rows * columns), 1)
    boxes = [
        (k, y, min(deep, each - k), min(high, rows - y)) for k in range(0, each, deep) for y in range(0, rows, high)
    ]
    wanted = [slice((k * rows + y) * row, ((k + n - 1) * rows + y + m) * row) for k, y, n, m in boxes]
    for number, file in enumerate(header.files):
        with reading(file) as handle:
            parts = (_unpacked if header.window else _plain)(handle, header, each * rows * row, wanted)
            for (k, y, n, m), part in zip(boxes, parts, strict=True):
                yield (number * each + k, y, 0), header.one_layer(part).reshape(n, m, columns)


def beginning(path: Path, size: int) -> tuple[bytes, bool]:
    """Up to `size` bytes from the start of a file, unpacked where it is gzipped, and whether it is."""
    with reading(path) as handle:
        head = handle.read(size)
        if not head.startswith(GZIPPED):
            return head, False
        handle.seek(0)
        unpacked = b""
        for piece in inflated(handle, 31):
            unpacked += piece
            if len(unpacked) >= size:
                break
    return unpacked[:size], True


def inflated(handle: BinaryIO, window: int) -> Iterator[bytes]:
    """What a compressed file holds from here to its end, in pieces; its checksums and lengths are verified.

    window : as zlib wants it
    Several gzip members one after the other are one file; zeros after the last are padding.
    """
    packed = handle.read(PACKED_CHUNK)
    for _ in range(MOST_MEMBERS):
        unpacker = zlib.decompressobj(window)
        while not unpacker.eof:
            packed = packed or handle.read(PACKED_CHUNK)
            try:
                piece = unpacker.decompress(packed, CHUNK)
            except zlib.error as error:
                raise Unreadable(CUT) from error
            if not packed and not piece and not unpacker.eof:
                raise Unreadable(CUT)
            packed = unpacker.unconsumed_tail
            yield piece
        packed = unpacker.unused_data.lstrip(b"\0")
        while not packed:
            packed = handle.read(PACKED_CHUNK)
            if not packed:
                return
            packed = packed.lstrip(b"\0")
    raise Unreadable("it is compressed in too many pieces; unpack it, and compress it again")


def _plain(handle: BinaryIO, header: Header, size: int, wanted: Sequence[slice]) -> Iterator[np.ndarray]:
    """Voxels at some bytes of a file that holds `size` bytes of them."""
    end = os.fstat(handle.fileno()).st_size
    start = end - size if header.start < 0 else header.start
    if start < 0 or end - start < size:
        raise Unreadable(f"its voxels end after {max(min(end - start, end), 0)} of {size} bytes; the file is truncated")
    if end - start > size:
        handle.seek(start + size)
        _check_padding(handle.read(_slice(header)), size, header)
    for part in wanted:
        handle.seek(start + part.start)
        array = np.empty((part.stop - part.start) // header.stored.itemsize, header.stored)
        if filled(handle, array) < array.nbytes:
            raise Unreadable(CUT)
        yield array


def _unpacked(handle: BinaryIO, header: Header, size: int, wanted: Sequence[slice]) -> Iterator[np.ndarray]:
    """The same of a compressed file, whose parts follow one another; it is read to its end after the last of them."""
    handle.seek(header.start)
    kept, at, behind = bytearray(), -header.skip, bytearray()  # byte of the voxels that comes next
    waiting = iter(wanted)
    part = next(waiting)
    for piece in inflated(handle, header.window):
        while part is not None and part.stop <= at + len(piece):
            kept += piece[max(part.start - at, 0) : max(part.stop - at, 0)]
            yield np.frombuffer(kept, header.stored)
            kept, part = bytearray(), next(waiting, None)
        if part is not None:
            kept += piece[max(part.start - at, 0) : max(part.stop - at, 0)]
        at += len(piece)
        if at > size:
            behind += piece[-min(at - size, len(piece)) :]
            _check_padding(behind, size, header)
    if at < size:
        raise Unreadable(f"its voxels end after {max(at, 0)} of {size} bytes; the file is truncated")


def _slice(header: Header) -> int:
    """Bytes of a slice."""
    return header.grid.shape[1] * header.grid.shape[2] * header.voxel_bytes


def _check_padding(behind: bytes, size: int, header: Header) -> None:
    """Unreadable where more lies behind the voxels than zeros that are no slice: padding to the end of a block."""
    if len(behind) >= _slice(header) or behind.strip(b"\0"):
        raise Unreadable(
            f"it holds more than the {size} bytes of voxels that its header says; the two do not belong together: "
            "export it again"
        )
