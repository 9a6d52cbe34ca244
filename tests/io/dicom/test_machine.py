"""A fault of the machine (file server, memory) ends the job; only a fault of the file itself leaves a case out."""

import builtins
import errno
import os
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.pixels.decoders import rle
from pydicom.uid import RLELossless

from made.drives import failing
from made.hospital import drawn_twice, row, save
from radioloom.commands.deidentify import export
from radioloom.commands.pairing import Wanted, discover
from radioloom.errors import BadImage
from radioloom.io.annotations import read as annotations
from radioloom.io.dicom import acquisition, headers, identity, pixels, values
from radioloom.io.files import leads_nowhere
from radioloom.profile import load
from radioloom.stages.images.curate import curate
from radioloom.stages.images.prepare import prepare_batch
from radioloom.stages.images.segment import segment

FAULTS = [OSError(code, os.strerror(code)) for code in (errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOENT)]
FAULTS.append(MemoryError())


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return drawn_twice(tmp_path_factory.mktemp("small"))


class Sick:
    """An open file that fails after some reads."""

    def __init__(self, handle, reads, fault):
        self.handle, self.reads, self.fault = handle, reads, fault

    def __getattr__(self, name):
        return getattr(self.handle, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.handle.close()

    def read(self, *args):
        if self.reads <= 0:
            raise self.fault
        self.reads -= 1
        return self.handle.read(*args)


def sick(monkeypatch, name, fault, reads):
    """Lets the file of that name fail after some reads (0: when it is opened)."""
    real = builtins.open

    def opened(file, mode="r", *args, **kwargs):
        if isinstance(file, (str, os.PathLike)) and Path(file).name == name and "b" in mode:
            if reads == 0:
                raise fault
            return Sick(real(file, mode, *args, **kwargs), reads, fault)
        return real(file, mode, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", opened)


def whole(place, drawing):
    """From a row of a sheet to prepared voxels."""
    curated = curate([row(image="ct", segmentation=drawing, pattern="GTV")], place)
    segmented = segment(curated.images, place)
    left = prepare_batch(curated.images, segmented.masks, place, load("demo"), lambda each: None)[1]
    return [*curated.exclusions, *segmented.exclusions, *left]


@pytest.mark.parametrize("reads", [0, 1, 3, 5])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: errno.errorcode.get(getattr(fault, "errno", 0), "memory"))
@pytest.mark.parametrize("name", ["IM005", "rs.dcm", "seg.dcm"])
def test_it_ends_the_job(small, monkeypatch, name, fault, reads):
    drawing = "seg.dcm" if name == "seg.dcm" else "rs.dcm"
    assert whole(small, drawing) == []
    sick(monkeypatch, name, fault, reads)
    with pytest.raises(type(fault)) as raised:
        whole(small, drawing)
    assert raised.value is fault


READERS = {
    "scan": lambda place: headers.scan(place / "ct"),
    "kind": lambda place: headers.kind(place / "ct" / "IM005"),
    "identity": lambda place: identity.identity(place / "ct" / "IM005"),
    "discover": lambda place: discover(place, Wanted(b"k" * 32)),
    "annotations": lambda place: annotations.read(place / "ct"),
    "deidentify": lambda place: export(place / "ct", place / "out", b"k" * 32, ".*"),
}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_lets_it_pass(small, monkeypatch, reader):
    sick(monkeypatch, "IM005", FAULTS[0], 1 if reader in ("annotations", "kind") else 0)
    with pytest.raises(OSError, match="Input/output error"):
        READERS[reader](small)


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("n", [0, 1, 500, 959])
def test_pixels_of_which_a_drive_gives_some(small, monkeypatch, n, cut):
    """A drive that fails ends the job; a file that has become shorter is told as that."""
    path = small / "ct" / "IM005"
    header = headers.read_header(path)
    assert header.rows * header.columns * 2 == 960
    failing(monkeypatch, path, header.pixel_offset + n, cut)
    words = rf"IM005: its pixel data end after {n} of 960 bytes; the file has become shorter" if cut else "Input/output"
    with pytest.raises(BadImage if cut else OSError, match=words):
        pixels.stored(header)


def test_acquisition_is_not_left_out_quietly(small, monkeypatch):
    found = headers.scan(small / "ct").headers
    assert found[len(found) // 2].path.name == "IM005"
    sick(monkeypatch, "IM005", FAULTS[0], 0)
    with pytest.raises(OSError, match="Input/output error"):
        acquisition.acquired(found)


@pytest.mark.parametrize("of_itk", [False, True])
def test_a_decoder_without_memory_says_nothing_of_the_file(small, tmp_path, monkeypatch, of_itk):
    """pydicom hides what its decoders raise in a RuntimeError; ITK raises one for all that happens."""
    data = pydicom.dcmread(small / "ct" / "IM005")
    data.compress(RLELossless)
    header = headers.read_header(save(data, tmp_path / "packed"))
    plain = headers.read_header(small / "ct" / "IM005")
    assert np.array_equal(pixels.stored(header), pixels.stored(plain))

    def full(*args, **kwargs):
        if of_itk:
            raise RuntimeError("Failed to allocate memory for image.")
        raise MemoryError

    monkeypatch.setattr(*((pixels, "_decoded") if of_itk else (rle, "_rle_decode_frame")), full)
    with pytest.raises(MemoryError):
        pixels.stored(header)


def test_a_fault_without_number_is_the_files():
    with pytest.raises(values.Malformed), values.files_own_fault():
        raise OSError("No tag to read at file position 8")
    with pytest.raises(OSError, match="full"), values.files_own_fault():
        raise OSError(errno.ENOSPC, "full")


def test_a_link_to_nothing_is_the_files_and_a_server_that_is_away_is_not(tmp_path, monkeypatch):
    (tmp_path / "to nothing").symlink_to(tmp_path / "gone")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "file").write_text("x")
    (tmp_path / "good").symlink_to(tmp_path / "file")
    found = [leads_nowhere(tmp_path / name) for name in ("to nothing", "circle", "file", "good")]
    assert found == [True, True, False, False]

    def away(self, **_):
        raise FAULTS[0]

    monkeypatch.setattr(Path, "stat", away)
    with pytest.raises(OSError, match="Input/output error"):
        leads_nowhere(tmp_path / "good")
