"""Every fault of a study's settings is told at once, by line, each with its key, remedy and what was meant."""

from pathlib import Path

import pytest
import yaml

from radioloom import study
from radioloom.errors import StudyError

ROOT = Path(__file__).resolve().parents[1]
DEMO = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")


@pytest.fixture
def told(tmp_path):
    """What is said of the demo study with keys changed; None takes one out."""

    def lines(**changes):
        settings = yaml.safe_load(DEMO) | {key: value for key, value in changes.items() if value is not ...}
        for key in [key for key, value in changes.items() if value is ...]:
            del settings[key]
        source = tmp_path / "study.yaml"
        source.write_text(yaml.safe_dump(settings, sort_keys=False))
        with pytest.raises(StudyError) as caught:
            study.load(settings, ROOT, source)
        return str(caught.value).splitlines()

    return lines


@pytest.mark.parametrize(
    ("rois", "words"),
    [("GTV", "rois: 'GTV' is not accepted. Expected: a block of keys. Write {name: "),
     ({"tumour": "GTV"}, "Write {patterns: [GTV]}."),
     ({"tumour": ["GTV", "gtv"]}, "Write {patterns: ['GTV', 'gtv']}.")],
)  # fmt: skip
def test_the_form_of_a_block_is_shown_with_what_stands_there(told, rois, words):
    cohorts = yaml.safe_load(DEMO)["cohorts"]
    cohorts["train"]["rois"] = rois
    assert words in "\n".join(told(cohorts=cohorts))


def test_each_unknown_key_is_told_and_what_was_meant(told):
    found = told(sed=1, titel=2, mdoel={"kind": "cox"}, strange=3)
    assert [line.split(": ", 1)[1].split(" Known")[0] for line in found] == [
        "sed: unknown key; did you mean 'seed'?",
        "titel: unknown key; did you mean 'title'?",
        "mdoel: unknown key; did you mean 'model'?",
        "strange: unknown key; take it out.",
    ]
    numbers = [int(line.split("line ")[1].split(":")[0]) for line in found]
    assert numbers == sorted(set(numbers))


def test_missing_and_unknown_keys_of_all_blocks_are_told_in_the_order_of_lines(told):
    found = told(seed=..., title=..., model={"knd": "cox", "selecter": "top"}, outcome={"kind": "survivl", "name": 3})
    assert sum("is missing; add it" in line for line in found) == 3
    assert all(
        any(words in line for line in found)
        for words in ("'seed' is missing", "'title' is missing", "'kind' is missing", "mean 'kind'", "mean 'selector'",
                      "'survivl' is not accepted. Did you mean 'survival'?", "outcome.name: '3' is not accepted")
    )  # fmt: skip
    assert len(found) == 7


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"controls": ["shufled_roi", "uniform_rio"]}, ["Did you mean 'shuffled_roi'?", "Did you mean 'uniform_roi'?"]),
        ({"controls": "shuffled_roi"}, ["'shuffled_roi' is not accepted", "Write a list, such as [shuffled_roi]."]),
        ({"controls": {"all": 1}}, ["controls: a block of keys is not accepted. Expected: all, or a list of names"]),
        ({"cohorts": None}, ["cohorts: nothing stands there. Expected: a block of keys."]),
        ({"reliability": {"form": "ICC2"}}, ["'ICC2' is not accepted. Did you mean 'ICC(A,1)'?"]),
        ({"reliability": {"form": "ICC(3, k)"}}, ["Did you mean 'ICC(C,k)'? Allowed"]),
        ({"robustness": {"chain": "V", "form": "ICC2k"}}, ["'ICC2k' is not accepted. Allowed: ICC(1), ICC(k)."]),
        ({"model": {"kind": "cox", "cut_points": "optimal"}}, ["Write a list, such as [0.5, 1.5]."]),
        ({"model": {"kind": "cox", "cut_points": "tertile"}}, ["Did you mean 'tertiles'? Expected: "]),
        ({"harmonise": "combat"}, ["Expected: a block of keys. Write {method: combat}."]),
        ({"model": {"kind": "cox", "covariates": {"stage": ["I", "II"]}}}, ["such as [{stage: [I, II]}]."]),
        ({"model": {"kind": "cox", "covariates": "age"}}, ["Write a list, such as [age]."]),
        ({"baselines": {"volume": "morphology_volume"}}, ["Write a list, such as [morphology_volume]."]),
        ({"baselines": ["morphology_volume"]}, ["Write {morphology_volume: ...}."]),
        ({"outcome": "survival"}, ["Write {kind: survival"]),
        ({"title": True}, ["false: write the word (or 'true') in quotes."]),
        ({"seed": "1e3"}, ["YAML reads 1e3 as text: write a point, such as 1.0e3."]),
        ({"model": {"kind": "cox", True: 1, 3: 4}}, ["True: unknown key; YAML takes", "3: unknown key; take it"]),
    ],
)  # fmt: skip
def test_what_is_written_in_another_way_than_meant(told, changes, words):
    found = "\n".join(told(**changes))
    assert all(each in found for each in words), found
    assert "additionalProperties" not in found
    assert "enum" not in found


@pytest.mark.parametrize("name", [2019, 1.5, False])
def test_names_that_yaml_takes_for_numbers_or_truth_are_wanted_in_quotes(told, name):
    demo = yaml.safe_load(DEMO)
    rows = {"features": {"file": "f.csv", "columns": {"case": "id"}, "rows": {name: ["a"]}}, "role": "validation"}
    for changes, key in (
        ({"cohorts": demo["cohorts"] | {name: demo["cohorts"]["train"]}}, "cohorts"),
        ({"cohorts": demo["cohorts"] | {"more": rows}}, "cohorts.more.features.rows"),
        ({"baselines": demo["baselines"] | {name: ["intensity_mean"]}}, "baselines"),
        ({"model": {"kind": "cox", "covariates": [{name: ["a", "b"]}]}}, "model.covariates.0"),
    ):
        lines = [line for line in told(**changes) if f": {key}: " in line or f"{key}: " in line]
        assert any("in quotes" in line or f'write "{name}"' in line for line in lines), (key, lines)
