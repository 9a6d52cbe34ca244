"""What the report says of subgroups: only what a test of interaction shows, with all of them counted."""

from dataclasses import replace

import pandas as pd
import pytest

from made.validated_study import section, study
from radioloom.figures import subgroups
from radioloom.stages.report.sections.subgroups import SUBGROUPS as SECTION
from radioloom.tables import LOOKS, SUBGROUPS

ENTRIES = [{"column": "sex", "levels": ["m", "f"]}, {"column": "age", "cuts": [60]}]
LEVELS = {"sex": ("m", "f"), "age": ("below 60", "60 and above")}


def rows(p=(0.4, 0.2), q=(0.4, 0.4), few=(), why="events"):
    """SUBGROUPS of one cohort: signature and volume in two subgroups; `few`: levels without an interval."""
    made = []
    for kind, model, gain in (("signature", "signature", 0.1), ("baseline", "volume", 0.0)):
        shared = {"cohort": "valid1", "kind": kind, "model": model, "q": None, "withheld": ""}
        for k, (subgroup, levels) in enumerate(LEVELS.items()):
            for level in levels:
                bounds = {"low": None, "high": None} if level in few else {"low": 0.5, "high": 0.8}
                value = {"metric": "c_index", "estimate": 0.6 + gain, **bounds, "n": 15, "n_events": 11}
                made.append({**shared, "subgroup": subgroup, "level": level, **value})
            value = {"metric": "interaction_p", "estimate": p[k], "low": None, "high": None, "n": 30, "n_events": 22}
            value["withheld"] = "" if p[k] is not None else why
            made.append({**shared, "subgroup": subgroup, "level": "", **value, "q": q[k]})
    return SUBGROUPS.frame(made)


def asked(frame):
    return replace(study(subgroups=ENTRIES), subgroups=frame)


def test_nothing_significant_is_no_proof_that_there_is_nothing():
    (line,) = subgroups.statements(rows())
    assert line.startswith("2 tests of whether the signature has another weight in some subgroup: none is significant")
    assert "(smallest p 0.20, age in valid1). That is no evidence that the weight is the same" in line


def test_a_small_p_alone_is_not_enough():
    (line,) = subgroups.statements(rows(p=(0.04, 0.6), q=(0.08, 0.6)))
    assert "none is significant with all of them counted (smallest p 0.040, sex in valid1)" in line
    (line,) = subgroups.statements(rows(p=(0.01, 0.6), q=(0.02, 0.6)))
    assert line.endswith("significant with all of them counted for sex in valid1 (p 0.010, q 0.020).")


def test_what_could_not_be_tested_is_told():
    lines = subgroups.statements(rows(p=(0.3, None), q=(0.3, None)))
    assert lines[0].startswith("1 test of whether")
    assert lines[1].startswith("1 of 2 tests could not be made: a level with fewer than 10 patients of the rarer")
    assert subgroups.statements(rows(p=(None, None), q=(None, None))) == [
        "2 of 2 tests could not be made: a level with fewer than 10 patients of the rarer outcome."
    ]
    for why, words in (("same risk", "every patient has the same risk."), ("cases", "several cases of one patient."),
                       ("not asked", "does not ask for it."), ("undefined", "all but separated.")):  # fmt: skip
        assert subgroups.statements(rows(p=(0.3, None), q=(0.3, None), why=why))[1].endswith(words)


def test_p_stands_once_beside_a_subgroup_and_models_beside_each_other():
    table = subgroups.table(rows(few=("below 60",)).sort_values("kind", ascending=False, kind="stable"))
    assert table.columns == (
        "cohort", "subgroup", "level", "cases", "events", "signature", "volume", "p of interaction (q)",
    )  # fmt: skip
    assert [row[-1] for row in table.rows if row[1] == "sex"] == ["0.40 (0.40)", ""]
    (below,) = (row for row in table.rows if row[2] == "below 60")
    assert below[5:7] == ("0.70", "0.60")


@pytest.mark.parametrize("absent", ["volume", "signature"])
def test_a_model_that_one_cohort_cannot_judge_has_a_dash_there(absent):
    """Without imputation a model that too many lack a value of is in no row of that cohort."""
    both = rows()
    frame = pd.concat([both[both["model"] != absent].assign(cohort="valid2"), both], ignore_index=True)
    table = subgroups.table(SUBGROUPS.frame(frame.to_dict("records")))
    place = table.columns.index(absent)
    assert {row[place] for row in table.rows if row[0] == "valid2"} == {"–"}
    assert "–" not in {row[place] for row in table.rows if row[0] == "valid1"}
    assert SECTION.build(asked(frame))["figures"]


def test_everybody_stands_above_the_levels():
    whole = pd.Series({"estimate": 0.66, "low": 0.6, "high": 0.7, "n": 30, "n_events": 22}, dtype=object)
    frame = subgroups.lines(rows(), whole)
    assert frame["label"].tolist()[0] == "everybody (30, 22)"
    assert set(frame["kind"]) == {"signature"}
    assert len(frame) == 5
    assert len(subgroups.lines(rows(), None)) == 4


@pytest.mark.parametrize("few", [(), ("below 60", "60 and above", "m", "f")])
def test_the_section_has_the_order_of_the_study(few):
    shown = SECTION.build(asked(rows(few=few)))
    assert [row[2] for row in shown["table"].rows] == ["m", "f", "below 60", "60 and above"]
    assert shown["table"].columns[5:7] == ("signature", "volume")
    assert shown["brief"][0][0] == "Subgroups"
    assert "everybody (30, 22)" in shown["figures"][0]


def test_the_section_on_the_page():
    assert "fewer than 10 patients of the rarer outcome" in section("subgroups", asked(rows()))
    assert SECTION.build(asked(SUBGROUPS.frame([]))) is None


@pytest.mark.parametrize(("times", "told"), [(1, False), (2, True)])
def test_that_subgroups_were_declared_beforehand_is_not_taken_for_granted(times, told):
    counts = {column.name: 1 for column in LOOKS.columns} | {"evaluation": "validation", "cohort": "valid1"}
    looks = LOOKS.frame([counts | {"declarations": times}])
    text = section("subgroups", replace(asked(rows()), looks=looks))
    assert "Subgroups are those that the study declares" in text
    assert ("they are not known to have been declared beforehand" in text) == told
