"""IBSI 2: every reference response map (phase 1), every feature value of filtered images (phase 2), and the axes."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from radioloom.cli import main
from radioloom.conformance import ibsi2 as stage
from radioloom.errors import StudyError


@pytest.fixture(scope="module")
def maps(data_dir):
    return {each.test: each for each in stage.response_maps(data_dir)}


@pytest.fixture(scope="module")
def values(data_dir):
    return stage.feature_values(data_dir)


@pytest.mark.parametrize("test", ["orientation", *stage.tests()])
def test_response_maps(test, maps):
    found = maps[test]
    assert found.result == "within tolerance", f"{found.image}: largest deviation {100 * found.largest:.3f} % of range"
    assert found.within == 1.0


@pytest.mark.parametrize("letter", ["A", "B"])
@pytest.mark.parametrize("number", range(1, 10))
def test_feature_values(number, letter, values):
    mine = [each for each in values if each.dataset == f"IBSI 2, {number}.{letter}"]
    assert len(mine) == (17 if (number, letter) == (8, "B") else 18)
    faults = [each for each in mine if each.result != "within tolerance"]
    assert not faults, "\n".join(map(str, faults))


def test_no_reference_is_left_out(data_dir):
    assert len(stage.tests()) == 33
    present = {path.name.split("-")[0].replace("_", ".") for path in (data_dir / stage.MAPS).glob("*.nii.gz")}
    assert present == set(stage.tests())
    counts = Counter(row["filter_id"] for letter in "AB" for row in stage.references(letter))
    assert sum(counts.values()) == 323  # 18 statistics x 18 tests; one has no value: no consensus was reached
    assert len(counts) == 18


def test_axes_that_are_swapped_fall_short(data_dir, monkeypatch):
    whole = stage.read_phantom

    def swapped(data, name):
        image = whole(data, name)
        return replace(image, array=image.array.transpose(2, 1, 0))

    monkeypatch.setattr(stage, "read_phantom", swapped)
    assert next(stage.response_maps(data_dir)).result == "differs"


def test_without_the_phantoms_the_user_is_told_what_to_fetch(tmp_path):
    assert not stage.there(None)
    with pytest.raises(StudyError, match="filter_phantoms"):
        next(stage.response_maps(tmp_path))


def test_the_command_prints_both_phases(data_dir, maps, values, monkeypatch, capsys):
    monkeypatch.setattr("radioloom.conformance.ibsi1.conformance", lambda *_: [])
    monkeypatch.setattr(stage, "feature_values", lambda _: values)
    monkeypatch.setattr(stage, "response_maps", lambda _: maps.values())
    assert main(["conformance", "--data", str(data_dir)]) == 0
    printed = capsys.readouterr().out
    assert "# IBSI 2, response maps: 34 within tolerance" in printed
    assert len(re.findall(r"^# IBSI 2, \d\.[AB]: 1[78] within tolerance$", printed, re.M)) == 18
    wrong = replace(maps["1.a.1"], result="differs", largest=0.5)
    monkeypatch.setattr(stage, "response_maps", lambda _: [wrong])
    assert main(["conformance", "--data", str(data_dir)]) == 1
    assert "50.0000 %\tdiffers" in capsys.readouterr().out
