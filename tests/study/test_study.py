"""Batches: adding a patient touches one of them."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radioloom.io.files import stamp
from radioloom.study.batches import batched
from radioloom.study.record import Study

names = st.lists(st.from_regex(r"[A-Z][0-9]{1,3}", fullmatch=True), min_size=1, max_size=60, unique=True)


def rows(cases):
    return [{"case": case, "replicate": r, "roi": "tumour"} for case in cases for r in "12"]


@given(names, st.integers(1, 12))
def test_every_row_is_in_one_batch(cases, size):
    batches = batched(rows(cases), size)
    members = [(row["case"], row["replicate"]) for batch in batches.values() for row in batch]
    assert sorted(members) == sorted((row["case"], row["replicate"]) for row in rows(cases))


@given(names, st.integers(1, 12))
def test_a_case_is_never_torn_apart(cases, size):
    homes = [
        {name for name, batch in batched(rows(cases), size).items() for row in batch if row["case"] == case}
        for case in cases
    ]
    assert all(len(home) == 1 for home in homes)


@given(names, st.integers(1, 12), st.randoms())
def test_order_of_the_sheet_does_not_matter(cases, size, random):
    shuffled = rows(cases)
    random.shuffle(shuffled)
    assert batched(shuffled, size) == batched(rows(cases), size)


@given(names, st.integers(2, 12))
def test_adding_a_case_changes_one_batch_or_cuts_one_in_two(cases, size):
    before, after = batched(rows(cases[1:]), size), batched(rows(cases), size)
    changed = [name for name in after if after[name] != before.get(name)]
    assert len(changed) <= 2
    assert sum(row["case"] == cases[0] for name in changed for row in after[name]) == 2


def test_batches_are_about_as_large_as_asked():
    batches = batched(rows([f"P{n:04d}" for n in range(2000)]), 10)
    assert 150 <= len(batches) <= 260


CHANGES = {  # what happens to the files of a case
    "a file comes deep below an image": lambda place: (place / "P1" / "series" / "0002").touch(),
    "one is deleted": lambda place: (place / "P1" / "series" / "0001").unlink(),
    "one is renamed": lambda place: (place / "P1" / "series" / "0001").rename(place / "P1" / "series" / "0003"),
    "one is exchanged for an older one": lambda place: os.utime(place / "P1" / "series" / "0001", (1, 1)),
    "one is longer, of the same time": lambda place: put(place / "P1" / "series" / "0001", "longer"),
    "the segmentation is exchanged for an older one": lambda place: os.utime(place / "rs.dcm", (1, 1)),
    "the segmentation is longer, of the same time": lambda place: put(place / "rs.dcm", "longer"),
    "the segmentation is gone": lambda place: (place / "rs.dcm").unlink(),
}


def put(path, text):
    """A file with a text, of a time that never changes."""
    path.write_text(text)
    os.utime(path, (9, 9))


def watched(place, **settings):
    sheet = [row | {"image": "P1", "segmentation": "rs.dcm"} for row in rows(["P1"])]
    study = Study({"cohorts": {"train": {}}, "batch_size": 9, **settings}, {"train": sheet}, place, None)
    return study.watched("train", "last")["data"]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_happens_to_a_file_of_a_batch_is_seen(tmp_path, change):
    (tmp_path / "P1" / "series").mkdir(parents=True)
    put(tmp_path / "P1" / "series" / "0001", "slice")
    put(tmp_path / "rs.dcm", "contours")
    before = watched(tmp_path)
    os.utime(tmp_path / "P1")  # times of folders are nobody's
    assert watched(tmp_path) == before
    assert watched(tmp_path, simulate={}) == ""
    change(tmp_path)
    assert watched(tmp_path) != before
    (tmp_path / "P1").rename(tmp_path / "gone")
    watched(tmp_path)


def test_voxels_beside_their_header_are_watched(tmp_path):
    for name in ("ct.mhd", "ct.raw"):
        put(tmp_path / name, name)
    before = stamp([tmp_path / "ct.mhd"])
    os.utime(tmp_path / "ct.raw", (1, 1))
    assert stamp([tmp_path / "ct.mhd"]) != before
