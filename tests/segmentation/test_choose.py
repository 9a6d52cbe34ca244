"""What of a segmentation is the region: names in order, unions, the first, the largest part."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.segmentation.choose import Choice, absent, largest_part, pick
from radioloom.segmentation.mask import Mask, cut

NAMES = [("Lung L",), ("GTV-2",), ("gtv-1",), ("GTV",), ("GTVn",)]


def picked(*patterns, take="union", **other):
    found, notes = pick(Choice(patterns, take), NAMES, **other)
    return [NAMES[k][0] for k in found], notes


def test_the_first_pattern_with_a_match_decides():
    assert picked("GTV", "GTV-1") == (["GTV"], [])
    assert picked("tumou?r", "GTV-1", "GTV.*") == (["gtv-1"], ["found by 'GTV-1': nothing matches 'tumou?r'"])
    assert picked("GTV-[12]") == (["GTV-2", "gtv-1"], [])
    assert picked("PTV") == ([], [])


def test_whole_names_only():
    assert picked("Lung") == ([], [])
    assert picked("lung.*") == (["Lung L"], [])


def test_the_first_of_several_is_the_first_in_the_file():
    assert picked("GTV-.", take="first") == (["GTV-2"], ["the first of 2 that match"])
    assert picked("GTV", take="first") == (["GTV"], [])


def test_what_is_not_usable_lets_the_next_pattern_try():
    assert picked("GTV", "GTV-.", usable=lambda k: k != 3)[0] == ["GTV-2", "gtv-1"]


def test_a_candidate_may_have_several_names():
    assert pick(Choice(("2",)), [("liver", "1"), ("spleen", "2")])[0] == [1]


SIGNS = ["GTV+LN (cm)", "*GTV", "GTV[1]", "GTV (", "GTV|LN", "a.b", "GTV?", "^GTV$", "GTV\\1", "{2}", "GTV {1,0}", ".*"]


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("turned", [str, str.upper, str.lower, lambda name: f" {name}  "])
def test_a_name_is_a_name_whatever_its_signs(name, turned):
    names = [("GTV",), (name,), ("LN",), ("axb",), ("GTVV",)]
    assert pick(Choice((turned(name),)), names) == ([1], [])


@settings(max_examples=200)
@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=5, unique_by=lambda t: t.casefold()), st.data())
def test_any_name_of_a_file_picks_itself(names, data):
    """Seeds that failed would be kept here; whatever else a name means as an expression, itself comes first."""
    name = data.draw(st.sampled_from(names))
    found, _ = pick(Choice((name,)), [(each,) for each in names])
    reads = {" ".join(unicodedata.normalize("NFC", names[k]).split()).casefold() for k in found}
    assert reads == {" ".join(unicodedata.normalize("NFC", name).split()).casefold()}
    assert names.index(name) in found


@pytest.mark.parametrize("asked", ["NFC", "NFD"])
@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("pattern", ["Tumör (1)", "tumör (1)", "TUM.R .*", "(tumör|x).*"])
def test_an_umlaut_of_two_characters_is_that_of_one(asked, stored, pattern):
    names = [("Heart",), (unicodedata.normalize(stored, "Tumör (1)"),)]
    assert pick(Choice((unicodedata.normalize(asked, pattern),)), names)[0] == [1]


def test_the_exact_name_goes_before_other_letters_of_case_and_those_before_expressions():
    names = [("gtv.1",), ("GTV.1",), ("GTV-1",)]
    assert pick(Choice(("GTV.1",)), names)[0] == [1]
    assert pick(Choice(("Gtv.1",)), names)[0] == [0, 1]
    assert pick(Choice(("GTV[.-]1",)), names)[0] == [0, 1, 2]
    assert pick(Choice(("GTV.1",)), names, usable=lambda k: k != 1)[0] == []  # the exact one has no contour


def test_a_label_goes_before_a_number_that_reads_the_same():
    assert pick(Choice(("2",)), [("2", "1"), ("liver", "2")])[0] == [0]


def test_without_a_pattern_the_only_one_is_taken():
    assert pick(Choice(), [("Heart",)]) == ([0], [])
    assert pick(Choice(), [("a",), ("b",)], usable=lambda k: k == 1) == ([1], [])
    assert pick(Choice(), [("a",), ("b",)]) == pick(Choice(), []) == ([], [])
    assert str(absent("structure", Choice(), ["a", "b"])) == "2 structures, and none is named as the region: 'a', 'b'"
    assert str(absent("structure", Choice(), [])) == "no structure there; found: none"


def test_a_name_that_is_not_there_and_no_expression_is_told():
    assert picked("(") == ([], [])
    said = str(absent("structure", Choice(("(",)), ["a"]))
    assert said.startswith("no structure matches '(' (and '(' is no regular expression: missing ), unterminated")
    assert said.endswith("; found: 'a'")


def test_all_that_was_found_is_listed_up_to_a_limit():
    said = str(absent("structure", Choice(("GTV", "PTV")), [f"s{k}" for k in range(23)]))
    assert said.startswith("no structure matches 'GTV' or 'PTV'; found: 's0', 's1'")
    assert said.endswith("'s19' and 3 more")


def flood(array):
    """Sizes of the parts, by a walk over 26 neighbours."""
    left, sizes = set(map(tuple, np.argwhere(array))), []
    while left:
        waiting, part = [left.pop()], set()
        while waiting:
            voxel = waiting.pop()
            part.add(voxel)
            near = {tuple(np.add(voxel, step) - 1) for step in np.ndindex(3, 3, 3)} & left
            left -= near
            waiting += near
        sizes.append(part)
    return sizes


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.05, 0.1, 0.2]))
def test_the_largest_part_is_that_of_a_flood(seed, share):
    array = np.random.default_rng(seed).random((5, 7, 6)) < share
    array[2, 3, 4] = True
    parts = flood(array)
    kept = largest_part(Mask(*cut(array), "test", 10.0))
    where = {tuple(np.add(voxel, kept.offset)) for voxel in np.argwhere(kept.array).tolist()}
    assert where in parts
    assert len(where) == max(map(len, parts))
    if len(parts) > 1:
        assert kept.contour_mm3 is None
        assert kept.notes[-1].startswith(f"the largest of {len(parts)} parts taken; the others held ")
    else:
        assert kept.contour_mm3 == 10.0


@pytest.mark.parametrize(
    ("pattern", "names", "nearest"),
    [
        ("gtv1", ["Heart", "GTV-1", "GTV 1", "GTV-2"], "'GTV-1', 'GTV 1'"),
        ("GTV-1", ["Heart", "gtv_01", "GTV-11"], "'gtv_01'"),
        ("GTV", ["Heart", "GTV-12", "GTV-1"], "'GTV-1'"),
        ("Lung-Lefft", ["Heart", "Lung-Left"], "'Lung-Left'"),
        ("PTV", ["Heart", "GTV"], ""),
        ("gtv1", ["GTV-1"], ""),  # the only one is named already
    ],
)
def test_the_nearest_name_of_a_region_that_is_not_there(pattern, names, nearest):
    said = str(absent("structure", Choice((pattern,)), names))
    assert f"found: {', '.join(map(repr, names))}" in said
    assert said.endswith(f"; nearest: {nearest}" if nearest else repr(names[-1]))
