"""Checklists: the published items are all there, answers are the study's own, and nothing unknown is asserted."""

import re
from dataclasses import replace

import pytest

from made.synthetic_study import binary_study, html, survival_study
from radioloom.profile import Profiles, load
from radioloom.stages.report.checklists import FACTS, _answer, answers, checklists, score
from radioloom.stages.report.checklists.record import ABSENT, KNOWN, UNKNOWN, Fact, Item
from radioloom.tables import CHECKLIST
from radioloom.tables.checklist import ANSWERED, AUTHORS, IN_PART, NOT_APPLICABLE, NOT_DONE, STATES

LISTS = {each.name: each for each in checklists()}
STUDIES = {"survival": survival_study, "binary": binary_study}


def answered(study, name="TRIPOD+AI"):
    """Rows of one list by item."""
    rows = [row for row in answers(study) if row["checklist"] == name]
    return {row["item"]: row for row in rows}


def test_all_items_as_published():
    """27 items of TRIPOD+AI in 52 parts (its own count), 58 of CLEAR, 30 of METRICS with weights of 100 %."""
    tripod = [each.item for each in LISTS["TRIPOD+AI"].items]
    assert len(tripod) == len(set(tripod)) == 52
    assert [int(n) for n in dict.fromkeys(re.sub("[a-z]", "", item) for item in tripod)] == list(range(1, 28))
    of_development = {each.item for each in LISTS["TRIPOD+AI"].items if each.only == "D"}
    assert of_development == {"9a", "12a", "12b", "12c", "15", "22", "27a", "27b"}
    assert {each.item for each in LISTS["TRIPOD+AI"].items if each.only == "E"} == {"12f", "12g", "20c", "24"}
    for name, n in (("CLEAR", 58), ("METRICS", 30)):
        assert [each.item for each in LISTS[name].items] == [str(k) for k in range(1, n + 1)]
    assert sum(each.weight for each in LISTS["METRICS"].items) == pytest.approx(1, abs=1e-9)


def test_every_item_has_somebody_to_answer_it_and_every_fact_an_item():
    items = [item for each in LISTS.values() for item in each.items]
    assert {name for item in items for name in item.by} == set(FACTS)
    assert all(item.by or item.authors or item.not_applicable for item in items)


@pytest.mark.parametrize("kind", STUDIES)
def test_what_is_said_to_stand_in_a_section_has_one(kind):
    rows, page = CHECKLIST.frame(answers(STUDIES[kind]())), html(kind)
    assert len(rows) == 140
    named = {name for sections in rows["section"] for name in sections.split(", ") if name}
    assert {"cohorts", "performance", "signature"} <= named
    assert named == {name for name in named if f'<section id="{name}"' in page}
    assert set(rows["state"]) <= set(STATES)
    assert "Score between" in page


FACTS_OF = {state: Fact(state, state, "size") for state in (KNOWN, ABSENT, UNKNOWN)}


@pytest.mark.parametrize(
    ("item", "facts", "state"),
    [
        ({}, [KNOWN, ABSENT], ANSWERED),
        ({"authors": "why"}, [KNOWN], IN_PART),
        ({}, [KNOWN, UNKNOWN], IN_PART),
        ({"authors": "why"}, [ABSENT], AUTHORS),
        ({}, [UNKNOWN, ABSENT], AUTHORS),
        ({}, [ABSENT], NOT_DONE),
        ({"if_done": True}, [ABSENT], NOT_APPLICABLE),
        ({"only": "E"}, [KNOWN], NOT_APPLICABLE),
        ({"only": "D"}, [KNOWN], ANSWERED),
        ({"not_applicable": "never"}, [], NOT_APPLICABLE),
    ],
)
def test_the_state_of_an_item(item, facts, state):
    """The binary study has training cohorts alone."""
    row = _answer(binary_study(), Item("1", "x", **item), [FACTS_OF[each] for each in facts])
    assert row["state"] == state
    if state == NOT_APPLICABLE:
        assert row["answer"]
        assert not row["section"] + row["authors"]


def test_the_score_is_a_range_that_leaves_open_what_authors_have_to_say():
    states = (ANSWERED, IN_PART, AUTHORS, NOT_DONE, NOT_APPLICABLE)
    rows = [{"state": state, "weight": 2.0**-k} for k, state in enumerate(states)]
    assert score(rows) == pytest.approx((1 / 1.875, 1.75 / 1.875))


@pytest.mark.parametrize("kind", STUDIES)
def test_what_no_table_can_know_is_left_to_the_authors(kind):
    """Guidelines, eligibility, centres, protocol, interval, readers, and whether anything is public."""
    quality = answered(STUDIES[kind](), "METRICS")
    assert {quality[n]["state"] for n in ("1", "2", "3", "4", "5", "7", "10", "23", "28", "29", "30")} <= {
        AUTHORS,
        IN_PART,
    }
    assert quality["27"]["state"] == (AUTHORS if kind == "survival" else NOT_DONE)
    assert quality["17"]["state"] == NOT_APPLICABLE
    told = answered(STUDIES[kind]())
    for item in ("1", "2", "3a", "5b", "6c", "8b", "8c", "17", "18a", "18b", "18c", "18d", "19", "25", "27c"):
        assert (told[item]["state"], told[item]["answer"]) == (AUTHORS, "")
        assert told[item]["authors"]


def test_answers_have_the_values_of_the_study():
    study = survival_study()
    told = answered(study)
    assert "overall survival (survival)" in told["8a"]["answer"]
    assert told["23a"]["answer"].startswith("C-index train, cross-validation 0.74 (0.67–0.81); valid1 0.71")
    assert told["23a"]["state"] == ANSWERED
    assert told["4"]["answer"] == "no primary comparison is declared"
    asked = study.settings["validation"] | {"primary": {"cohort": "valid1", "against": "volume"}}
    outcome = study.settings["outcome"] | {"horizons": [365, 730]}
    told = answered(replace(study, settings=study.settings | {"validation": asked, "outcome": outcome}))
    assert told["4"]["answer"] == "declared in advance: signature against volume, valid1"
    assert "at 365 and 730 days" in told["8a"]["answer"]
    silent = study.metrics.assign(low=None, high=None).astype({"low": float, "high": float})
    assert answered(replace(study, metrics=silent))["23a"]["state"] == NOT_DONE


def test_of_a_signature_of_a_file_its_learning_is_known_elsewhere():
    study = survival_study()
    cohorts = {name: {"role": "validation"} for name in study.settings["cohorts"]}
    settings = study.settings | {"cohorts": cohorts, "signature": "s.json"}
    alone = replace(study, settings=settings, selection=None, reliability=None, acquisition=None)
    told, quality = answered(alone), answered(alone, "METRICS")
    assert {told[n]["state"] for n in ("9a", "12c", "22")} == {NOT_APPLICABLE}
    assert {quality[n]["state"] for n in ("14", "15", "16")} == {AUTHORS}


def test_of_features_of_another_program_nothing_is_said_but_that():
    study = survival_study()
    cohorts = {**study.settings["cohorts"], "train": {"role": "training", "features": {"tool": "P 3"}}}
    imaged = replace(study, profile=load("ibsi"))
    rows = answered(imaged, "CLEAR")
    assert {rows[n]["state"] for n in ("21", "22", "23", "24", "25", "26", "28")} == {ANSWERED}
    assert rows["22"]["answer"].startswith("spacing_mm [2, 2, 2]")
    two = replace(study, profile=Profiles({"PT": load("sts_pet"), "CT": load("ibsi")}))
    rows = answered(two, "CLEAR")
    assert rows["22"]["answer"].startswith(
        "CT: spacing_mm [2, 2, 2], image cubic and mask linear; PT: spacing_mm [4, 4, 4]"
    )
    assert answered(replace(two, profile=Profiles({"MR": load("demo")})), "CLEAR")["22"]["answer"].startswith("none")
    mixed = replace(imaged, settings={**study.settings, "cohorts": cohorts}, series=None, masks=None)
    assert answered(mixed, "CLEAR")["25"]["answer"].endswith("train: measured by another program")
    rows = answered(replace(mixed, profile=None), "CLEAR")
    assert {answered(mixed, "CLEAR")[n]["state"] for n in ("22", "25", "28")} == {AUTHORS}
    assert {rows[n]["state"] for n in ("16", "19", "21", "22", "23", "24", "25", "26", "28")} == {AUTHORS}
    assert rows["25"]["answer"] == "train: measured by another program"
    assert "train: a table of features of P 3" in rows["13"]["answer"]


def changed(study, block, **settings):
    """The study with other settings in one block."""
    return replace(study, settings=study.settings | {block: study.settings[block] | settings})


def test_what_was_not_done_is_not_said_to_be():
    """Each of these was once answered by something else that the study has."""
    study, sparse = survival_study(), {"low": float("nan"), "high": float("nan")}
    own = study.metrics["kind"] != "null"
    ranges = study.metrics.assign(**{end: study.metrics[end].mask(own) for end in sparse})
    unjudged = ranges.assign(estimate=ranges["estimate"].mask(ranges["cohort"] == "valid2"))
    compared = study.comparisons.assign(p=float("nan"))
    few = changed(replace(study, metrics=unjudged, comparisons=compared), "reduce", redundancy=1.0)
    told, quality = answered(few, "CLEAR"), answered(few, "METRICS")
    assert {told[n]["state"] for n in ("40", "41")} == {quality[n]["state"] for n in ("15", "21")} == {NOT_DONE}
    assert "judged in valid1, which" in told["38"]["answer"]
    assert quality["24"]["state"] == told["48"]["state"] == AUTHORS
    assert quality["25"]["answer"] == "beside volume and 50 null models"
    whole, quality = answered(study, "CLEAR"), answered(study, "METRICS")
    assert {whole[n]["state"] for n in ("40", "41")} == {quality[n]["state"] for n in ("15", "21")} == {ANSWERED}
    assert "judged in valid1 and valid2, which" in whole["38"]["answer"]
    clinical = study.metrics.replace({"model": {"volume": "clinical"}})
    assert answered(replace(study, metrics=clinical), "METRICS")["24"]["state"] == ANSWERED


def test_a_penalty_that_inner_folds_choose_is_a_setting_that_is_searched():
    net = changed(survival_study(), "model", kind="elastic_net_cox")
    assert "; searched: the strength of the penalty, in inner folds; all else is declared" in of_training(net)
    assert of_training(survival_study()).endswith("no setting is searched: all are declared")


def test_beside_another_event_a_calibration_slope_is_not_of_absolute_risks():
    study = survival_study()
    slopes = study.metrics.replace({"metric": {"hazard_ratio": "calibration_slope"}})
    aside = changed(replace(study, metrics=slopes), "outcome", competing="death")
    assert answered(aside, "METRICS")["22"]["answer"] == "calibration slope of the hazards, not of absolute risks"


def of_training(study):
    return answered(study, "CLEAR")["35"]["answer"]
