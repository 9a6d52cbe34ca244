"""Section: association rules, with chance beside each and the same rules in validation cohorts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import rules, style
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """How many rules there are and how many by chance; the least likely of them."""
    settings, counted = study.settings["unsupervised"]["rules"], study.rules_by_chance.to_dict("records")[0]
    frame, words = study.association_rules, rules.in_words(study.rule_items)
    there = set(frame["cohort"]) - {counted["cohort"]}
    places = [counted["cohort"], *(name for name in study.settings["cohorts"] if name in there)]
    line = rules.statement(counted, frame, settings)
    return {
        "statement": line,
        "settings": settings,
        "several": len(places) > 1,
        "figure": style.svg(rules.lifts(frame, words, places), "rules", "Lift of rules") if words else "",
        "table": rules.table(frame, words, places) if words else None,
        "drawn": min(rules.DRAWN, len(words)),
        "shown": min(rules.SHOWN, len(words)),
        "all": len(words),
        "brief": [("Association rules", line)],
    }


RULES = Section("rules", "Association rules", ("association_rules", "rule_items", "rules_by_chance"), build)
