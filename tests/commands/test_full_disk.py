"""What commands write on a disk that is full: all of it, or nothing that would be in the way of the next try."""

import resource
import shutil
import signal
from contextlib import contextmanager

import pydicom
import pytest

from made.hospital import ct, square, structures
from radioloom.commands import idc
from radioloom.commands.deidentify import export
from radioloom.commands.discover import write_sheet
from radioloom.commands.idc_sheet import Listing
from radioloom.commands.new import write_starter
from radioloom.pseudonym import make_key
from radioloom.stages.images import single

ROWS = [dict.fromkeys(single.COLUMNS, f"a value of some length {k}") for k in range(2000)]
LISTING = Listing([{"case": f"P{k}", "image": "1.2.3"} for k in range(2000)], [], 1.0, [])


@contextmanager
def full_disk(size):
    """No file grows beyond so many bytes, as the system sees to it."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def sheet_of_idc(place):
    class Chosen:
        collection, out, modality, segmentation, result, look = "c", place / "x.tsv", "CT", "SEG", "", None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("radioloom.io.archives.idc.index_file", lambda: None)
        patch.setattr("radioloom.io.archives.idc.collection", lambda *_: [])
        patch.setattr("radioloom.commands.idc_sheet.cohort_sheet", lambda *_: LISTING)
        idc._run(Chosen)


def discovered(place):
    write_sheet(place.parent / "data", place / "x.tsv", "", "", place / "patients.tsv")


COMMANDS = {  # what is written -> by what, and how many files it is
    "features as text": (lambda place: single.write(ROWS, place / "x.csv"), 1),
    "features as Parquet": (lambda place: single.write(ROWS, place / "x.parquet"), 1),
    "a sheet of the Commons": (sheet_of_idc, 1),
    "a sheet of a folder": (discovered, 4),
    "a copy without identity": (lambda place: export(place.parent / "data", place, b"k" * 32, ""), 9),
    "a new study": (lambda place: write_starter("mine", place), 3),
    "a key": (lambda place: make_key(place / "key"), 1),
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to write into, beside images and a key."""
    monkeypatch.setenv("RADIOLOOM_KEY_FILE", str(tmp_path / "secret"))
    make_key()
    ct(tmp_path / "data" / "ct")
    structures(tmp_path / "data" / "rs.dcm", {"GTV": [square(-94.0, -4.75, 7.25)]})
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            data = pydicom.dcmread(path)
            data.PatientID = "A"
            data.save_as(path)
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.mark.parametrize("size", [0, 15, 40, 60])
@pytest.mark.parametrize("what", COMMANDS)
def test_nothing_is_left_of_what_did_not_fit(place, what, size):
    write, n = COMMANDS[what]
    with full_disk(size), pytest.raises(OSError, match="File too large"):
        write(place)
    left = [path for path in place.rglob("*") if path.is_file() and not path.name.endswith(".left_out.tsv")]
    assert left == []
    for folder in place.glob("*/"):  # an empty folder is in nobody's way but that of the copies
        assert what == "a copy without identity"
        shutil.rmtree(folder)
    write(place)
    written = [path.name for path in place.rglob("*") if path.is_file()]
    assert (len(written), [name for name in written if name.endswith(".part")]) == (n, [])
