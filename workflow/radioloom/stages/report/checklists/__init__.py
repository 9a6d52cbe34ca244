"""Checklists of reporting and quality, item by item: what the study answers, and what is left to its authors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.stages.report.checklists import design, images, models, results
from radioloom.stages.report.checklists.record import KNOWN, UNKNOWN, Checklist, Fact, Facts, Item, load
from radioloom.tables.checklist import ANSWERED, AUTHORS, CHECKLIST, IN_PART, NOT_APPLICABLE, NOT_DONE, STATES
from radioloom.tables.cohorts import TRAINING, VALIDATION

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs

__all__ = ["CHECKLIST", "CHECKLISTS", "FACTS", "answers", "checklists", "score"]

CHECKLISTS = ("tripod_ai", "clear", "metrics")  # files of resources/checklists
FACTS: Facts = {**design.FACTS, **images.FACTS, **models.FACTS, **results.FACTS}
ONLY = {"D": (TRAINING, "nothing is learnt here"), "E": (VALIDATION, "there is no validation cohort")}


def checklists() -> list[Checklist]:
    """The lists, in the order that they are shown in."""
    return [load(file) for file in CHECKLISTS]


def answers(study: ReportInputs) -> list[dict[str, Any]]:
    """CHECKLIST rows: each item of each list, with what the study says to it."""
    facts = {name: fact(study) for name, fact in FACTS.items()}
    return [
        {"checklist": each.name, "place": place, **_answer(study, item, [facts[name] for name in item.by])}
        for each in checklists()
        for place, item in enumerate(each.items, 1)
    ]


def _answer(study: ReportInputs, item: Item, facts: list[Fact]) -> dict[str, Any]:
    state, why = _state(study, item, facts)
    applies = state != NOT_APPLICABLE
    joined = {
        field: tuple(dict.fromkeys(filter(None, (getattr(fact, field) for fact in facts))))
        for field in ("words", "section", "source")
    }
    return {
        "item": item.item,
        "asks": item.asks,
        "state": state,
        "answer": why or "; ".join(joined["words"]),
        "section": ", ".join(joined["section"]) if applies else "",
        "source": "; ".join(joined["source"]) if applies else "",
        "authors": item.authors if applies else "",
        "weight": item.weight,
    }


def _state(study: ReportInputs, item: Item, facts: list[Fact]) -> tuple[str, str]:
    """State of an item, and why it is not applicable."""
    role, why = ONLY.get(item.only, ("", ""))
    if item.not_applicable or (role and role not in {each["role"] for each in study.settings["cohorts"].values()}):
        return NOT_APPLICABLE, item.not_applicable or why
    states = {fact.state for fact in facts}
    if KNOWN in states:
        return IN_PART if item.authors or UNKNOWN in states else ANSWERED, ""
    if item.authors or UNKNOWN in states:
        return AUTHORS, ""
    return (NOT_APPLICABLE, "; ".join(fact.words for fact in facts)) if item.if_done else (NOT_DONE, "")


def score(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Lowest and highest score of a list with weights: items that are open count as not met, and as met.

    rows : CHECKLIST rows of one list
    Met weights over the weights of the items that are applicable, as METRICS has it (Kocak 2024).
    """
    weights = {state: sum(row["weight"] for row in rows if row["state"] == state) for state in STATES}
    applicable = sum(weights.values()) - weights[NOT_APPLICABLE]
    low = weights[ANSWERED] / applicable
    return low, low + (weights[IN_PART] + weights[AUTHORS]) / applicable
