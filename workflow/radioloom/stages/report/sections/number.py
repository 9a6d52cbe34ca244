"""Section: the number of gene modules, and what the rule has seen that took it."""

from __future__ import annotations

from typing import Any

from radioloom.figures import module_stability
from radioloom.genomics.module_numbers import RULES, Settings
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any]:
    """The statement, and each number that was tried."""
    numbers = study.module_numbers
    settings = Settings(**study.settings["genomics"].get("number", {}))
    return {
        "statement": module_stability.numbers_in_words(numbers, RULES[settings.rule].definition),
        "table": module_stability.numbers(numbers),
        "resamples": settings.resamples,
    }


NUMBER = Section("number", "Number of gene modules", ("module_numbers",), build)
