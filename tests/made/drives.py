"""Drives that fail while a file is read."""

import builtins
import errno
import io
import os
from pathlib import Path


class Failing(io.FileIO):
    """A file of which the drive gives `n` bytes and an error then; with `cut`, the file ends there."""

    def __init__(self, path, n, cut=False):
        super().__init__(path)
        self.n, self.cut = n, cut

    def readinto(self, room):
        left = self.n - self.tell()
        if left <= 0:
            if self.cut:
                return 0
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().readinto(memoryview(room)[:left])

    def readall(self):
        parts = []
        while piece := self.read(1 << 16):
            parts.append(piece)
        return b"".join(parts)

    def read(self, size=-1):
        if size < 0:
            return self.readall()
        room = bytearray(size)
        return bytes(room[: self.readinto(room)])


def failing(monkeypatch, path, n, cut=False):
    """Let a file be read up to its byte `n`, by whoever opens it in Python."""
    real = builtins.open

    def opened(file, mode="r", *args, **kwargs):
        if isinstance(file, (str, os.PathLike)) and Path(file) == path and mode == "rb":
            return io.BufferedReader(Failing(file, n, cut))
        return real(file, mode, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", opened)
