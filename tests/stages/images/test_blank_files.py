"""Files that hold nothing beside the slices: named, and refused where the region goes on where one may have been."""

import gzip
import re
from collections import Counter

import numpy as np
import pytest

from made.hospital import ct, row, square, stored, structures
from made.segs import seg
from radioloom.cli import main
from radioloom.commands.pairing import Wanted, discover
from radioloom.io.files import blank
from radioloom.io.foreign import in_place_of_a_slice, pattern, patterns
from radioloom.stages.images.curate import curate
from radioloom.stages.images.curated import from_json, to_json
from radioloom.stages.images.segment import segment

# what a file that was copied or fetched in vain holds -> how messages say it
NOTHING = {
    "empty": (b"", "is empty (0 bytes)"),
    "a preamble of zeros": (bytes(128), "begins with nothing but zeros (128 bytes)"),
    "zeros": (bytes(1500), "begins with nothing but zeros (1500 bytes)"),
    "zeros where it begins": (bytes(4096) + b"rest", "begins with nothing but zeros (4100 bytes)"),
}
# what stands in the place of a slice and begins with no zeros -> how messages say it
PACKED = "is compressed by bzip2, xz or zstd"
REPLACED = {
    "the answer of a server": (b"404: Not Found", "", "is no DICOM (14 bytes) and named as the slices are"),
    "half a preamble": (bytes(128) + b"DIC", "", "is no DICOM (131 bytes) and named as the slices are"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(300), ".zst", PACKED),
    "a fetch that broke off": (
        b"\x08\0\x05\0CS\x0a\0ISO_IR",
        ".part",
        "is no DICOM (14 bytes) and named as the slices are",
    ),
}
# what lies beside slices in real folders
INNOCENT = (
    "Thumbs.db", "desktop.ini", "notes.txt", "IM001.txt", "README", "VERSION", "2019.doc", "report 1.pdf", "IM001.jpg",
    "IM008.bz2", "._IM001", ".lock", "LICENSE", "index2", "IM001.json", "Series 3",
)  # fmt: skip


def drawn(low, high):
    return {"GTV": [square(-100 + 3 * k, -5, 5) for k in range(low, high)]}


def case(place, segmentation="rs.dcm"):
    curated = curate([row(image="ct", segmentation=segmentation, pattern="GTV")], place)
    segmented = segment(from_json(to_json(curated.images)), place)
    left = [each["reason"] for each in (*curated.exclusions, *segmented.exclusions)]
    return curated.series, segmented.rows, left


def series_without(place, content, lost, name=None):
    """A series of 8 slices, of which one is a file that holds nothing; its own name counts backwards."""
    files = ct(place / "ct")
    files[lost].unlink()
    (place / "ct" / (name or files[lost].name)).write_bytes(content)


@pytest.mark.parametrize("content", NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize("lost", [0, 7])
@pytest.mark.parametrize("name", ["", "SMITH_JOHN.dcm"])
def test_beside_a_whole_region_it_is_a_note(tmp_path, content, lost, name):
    series_without(tmp_path, content[0], lost, name)
    structures(tmp_path / "rs.dcm", drawn(2, 6))
    series, rows, left = case(tmp_path)
    shown = "file 8 of 8" if name else f"IM00{8 - lost}"
    assert not left
    assert series[0]["reason"] == f"{shown} {content[1]}"
    assert rows[0]["notes"].endswith(f"{shown} {content[1]}")
    assert rows[0]["n_voxels"] == 4 * 42


@pytest.mark.parametrize("content", NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize(("lost", "low", "high"), [(7, 4, 8), (0, 0, 4)])
@pytest.mark.parametrize("kind", ["RTSTRUCT", "SEG"])
def test_a_region_that_goes_on_there_is_refused(tmp_path, content, lost, low, high, kind):
    series_without(tmp_path, content[0], lost)
    if kind == "RTSTRUCT":
        structures(tmp_path / "rs.dcm", drawn(low, high))
    else:
        mask = np.zeros(stored().shape, bool)
        mask[low:high, 6:16, 5:15] = True
        seg(tmp_path / "rs.dcm", {"GTV": mask})
    what = "plane(s) of contours" if kind == "RTSTRUCT" else "slice(s) of the mask"
    assert case(tmp_path)[2] == [
        f"1 {what} lie beyond the image's slices, and beside these IM00{8 - lost} {content[1]}: is it a slice that is "
        "missing? Copy or fetch it again, or delete it if it is none"
    ]


@pytest.mark.parametrize("what", REPLACED)
def test_a_file_that_is_no_slice_and_is_named_as_one(tmp_path, what):
    content, ending, said = REPLACED[what]
    series_without(tmp_path, content, 7, f"IM001{ending}")
    structures(tmp_path / "rs.dcm", drawn(2, 6))
    series, rows, left = case(tmp_path)
    shown = "file 1 of 8" if ending else "IM001"
    assert series[0]["reason"] == f"{shown} {said}"
    assert (rows[0]["notes"].endswith(f"{shown} {said}"), left) == (True, [])
    structures(tmp_path / "rs.dcm", drawn(4, 8))
    assert f"beyond the image's slices, and beside these {shown} {said}: is it" in case(tmp_path)[2][0]


def test_a_gap_names_what_lies_in_its_place(tmp_path):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:a\nsize 1\n"
    series_without(tmp_path, pointer, 4)
    structures(tmp_path / "rs.dcm", drawn(2, 6))
    (reason,) = case(tmp_path)[2]
    assert reason.startswith("1 slice(s) missing between -91.00 and -85.00 mm")
    assert reason.endswith(
        "; beside the slices IM004 is a Git LFS pointer, which stands for a file that is not here: run `git lfs pull` "
        "in its repository"
    )


def test_what_lies_beside_slices_in_real_folders_is_passed_over(tmp_path):
    series_without(tmp_path, b"", 7, "x")
    (tmp_path / "ct" / "x").unlink()
    for name in INNOCENT:
        (tmp_path / "ct" / name).write_bytes(b"done")
    structures(tmp_path / "rs.dcm", drawn(4, 8))
    series, rows, left = case(tmp_path)
    assert (series[0]["reason"], left) == (None, [])
    assert rows[0]["notes"] == "1 of 4 planes of contours lie outside the image"


@pytest.mark.parametrize(
    ("slices", "stands", "other"),
    [
        (("1.2.840.7.3.1.dcm", "1.2.840.7.3.12.dcm"), "1.2.840.9.dcm", "1.dcm.txt"),
        (("3fa85f64c0.dcm", "91bc4e0dda.dcm"), "ffa01b22c3.dcm", "abcdef.dcm"),
        (("1-01.dcm", "1-02.dcm"), "1-03.dcm", "03.dcm"),
        (("I10", "I20"), "i30", "I30.db"),
        (("1", "2"), "3", "3.db"),
        (("IMAGE", "README"), "", "IMAGE"),  # nothing is counted
        (("IM1", "CT2.dcm"), "", "IM2"),  # two names are no pattern
    ],
)
def test_patterns_of_names(tmp_path, slices, stands, other):
    found = patterns(Counter(map(pattern, slices)))
    for name in filter(None, (stands, other)):
        (tmp_path / name).write_bytes(b"x")
        assert bool(in_place_of_a_slice(tmp_path / name, found)[0]) == (name == stands)


def test_elsewhere_in_the_folder_it_says_nothing_of_the_slices(tmp_path):
    ct(tmp_path / "ct" / "a")
    (tmp_path / "ct" / "b").mkdir()
    (tmp_path / "ct" / "b" / "done").write_bytes(b"")
    structures(tmp_path / "rs.dcm", drawn(2, 6))
    series, rows, _ = case(tmp_path)
    assert (series[0]["reason"], rows[0]["notes"]) == (None, None)


@pytest.mark.parametrize("content", NOTHING.values(), ids=NOTHING)
def test_nothing_but_such_files(tmp_path, content):
    (tmp_path / "ct").mkdir()
    (tmp_path / "ct" / "IM001").write_bytes(content[0])
    reason = case(tmp_path)[2][0]
    assert reason == f"ct: no DICOM image among 1 file(s): IM001 {content[1]}; copy or fetch it again"


@pytest.mark.parametrize("content", NOTHING.values(), ids=NOTHING)
def test_segmentations(tmp_path, content):
    ct(tmp_path / "ct")
    (tmp_path / "rs").mkdir()
    (tmp_path / "rs" / "2.dcm").write_bytes(content[0])
    absent = "no RTSTRUCT, SEG or label map there; 2.dcm"
    assert case(tmp_path, "rs")[2] == [f"rs: {absent} {content[1]}; copy or fetch it again"]
    assert case(tmp_path, "rs/2.dcm")[2] == [f"2.dcm: it {content[1]}; copy or fetch it again"]
    structures(tmp_path / "rs" / "1.dcm", drawn(2, 6))
    assert case(tmp_path, "rs")[1][0]["notes"] == f"2.dcm {content[1]}"


# the same at doors that read trees: also what is known by its content alone
ANYWHERE = {
    **{name: (content, "", said) for name, (content, said) in NOTHING.items()},
    **REPLACED,
    "LFS": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:a\nsize 1\n",
        "",
        "is a Git LFS pointer, which stands for a file that is not here",
    ),
    "a page": (
        b"<!DOCTYPE html><title>x",
        "",
        "is a web page (the answer of a server that asks for a login, or that failed?)",
    ),
    "gzip": (gzip.compress(b"x" * 99), ".gz", "is compressed (gzip)"),
    "gzip of a slice": (
        gzip.compress(bytes(128) + b"DICM"),
        "",
        "is a DICOM file that is compressed as a whole (gzip)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ANYWHERE)
def test_discover_and_deidentify_name_them(tmp_path, monkeypatch, capfd, what):
    content, ending, said = ANYWHERE[what]
    monkeypatch.setenv("RADIOLOOM_KEY_FILE", str(tmp_path / "key"))
    assert main(["key"]) == 0
    series_without(tmp_path / "in", content, 7, f"IM001{ending}")
    (tmp_path / "in" / "text").write_text("none")
    structures(tmp_path / "in" / "rs.dcm", drawn(2, 6))
    found = discover(tmp_path / "in", Wanted(bytes(32)))
    assert len(found.pairs) == 1
    assert ("", ".", "1 file(s) that are not DICOM") in found.left_out
    (reason,) = [why for _, path, why in found.left_out if path == f"ct/IM001{ending}"]
    assert reason.startswith(f"it {said}; ")
    assert reason.endswith(", if it was a DICOM file")
    assert main(["deidentify", str(tmp_path / "in"), str(tmp_path / "out")]) == 0
    counted = re.sub(r" \(\d+ bytes\)", "", said)
    assert capfd.readouterr().err.splitlines()[-2:] == [
        f"1 file(s) left out: {counted}",
        "1 file(s) left out: not DICOM",
    ]


def test_what_is_named_as_slices_elsewhere_is_passed_over(tmp_path):
    ct(tmp_path / "ct")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "IM009").write_bytes(b"a note")
    structures(tmp_path / "rs.dcm", drawn(2, 6))
    assert discover(tmp_path, Wanted(bytes(32))).left_out == [("", ".", "1 file(s) that are not DICOM")]


def test_voxels_beside_their_header_may_be_zeros(tmp_path):
    (tmp_path / "x.RAW").write_bytes(bytes(9000))
    (tmp_path / "x.img.gz").write_bytes(b"")
    assert blank(tmp_path / "x.RAW") == ""
    assert blank(tmp_path / "x.img.gz") == "is empty (0 bytes)"
