"""Batches: adding a patient touches one of them."""

from hypothesis import given
from hypothesis import strategies as st

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


def test_a_file_that_comes_deep_below_an_image_is_seen(tmp_path):
    (tmp_path / "P1" / "series").mkdir(parents=True)
    (tmp_path / "P1" / "series" / "0001").touch()
    sheet = [row | {"image": "P1", "segmentation": "rs.dcm"} for row in rows(["P1"])]
    study = Study({"cohorts": {"train": {}}, "batch_size": 9}, {"train": sheet}, tmp_path, None)
    before = study.listing("train", "last")
    assert study.listing("train", "last") == before
    (tmp_path / "P1" / "series" / "0002").touch()
    assert study.listing("train", "last") != before
    made = Study({"cohorts": {"train": {}}, "batch_size": 9, "simulate": {}}, {"train": sheet}, tmp_path, None)
    assert made.listing("train", "last") == ""
