"""A fault of the machine says at which file of which case it came, as the sheet calls it, and is no exclusion."""

import errno
import os

import pytest

from made.drives import failing
from made.hospital import ct, row, square, structures
from radioloom.failures import in_words
from radioloom.io.failed import of_case
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment

AGAIN = "; run again once the disk or file server answers"


@pytest.fixture
def case(tmp_path):
    """A CT and its structures below `CANARY/P1`."""
    files = ct(tmp_path / "CANARY" / "P1" / "ct")
    structures(tmp_path / "CANARY" / "P1" / "rs.dcm", {"GTV": [square(-97 + 3 * k, 0, 12) for k in range(4)]})
    return files, row(image="CANARY/P1/ct", segmentation="CANARY/P1/rs.dcm")


def test_curation_names_the_slice(tmp_path, case, monkeypatch):
    failing(monkeypatch, case[0][2], 100)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)) as fault:
        curate([case[1]], tmp_path)
    assert in_words(fault.value) == f"{os.strerror(errno.EIO)} (train/P1: ct: IM006){AGAIN}"


def test_segmentation_names_its_file(tmp_path, case, monkeypatch):
    images = curate([case[1]], tmp_path).images
    failing(monkeypatch, tmp_path / "CANARY" / "P1" / "rs.dcm", 100)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)) as fault:
        segment(images, tmp_path)
    assert in_words(fault.value) == f"{os.strerror(errno.EIO)} (train/P1: rs.dcm){AGAIN}"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (None, " (train/P1)"),
        ("elsewhere/CANARY.dcm", " (train/P1)"),
        ("data/P1/ct/CANARY", " (train/P1: ct: file 1 of 1)"),
        ("study/results/demo/x.json", " (results/demo/x.json)"),
    ],
)
def test_what_is_named(tmp_path, name, told):
    place = tmp_path / "data" / "P1" / "ct"
    place.mkdir(parents=True)
    (place / "CANARY").touch()
    fault = OSError(errno.EIO, "CANARY", *([str(tmp_path / name)] if name else []))
    with pytest.raises(OSError, match="CANARY") as error, of_case("train/P1", tmp_path / "data", "P1/ct", "P1/rs.dcm"):
        raise fault
    assert error.value is fault
    assert in_words(fault) == f"{os.strerror(errno.EIO)}{told}{AGAIN}"
