"""Section: linear programs of features and annotations that foretell gene modules."""

from __future__ import annotations

from typing import Any

from radioloom.figures import programs
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any]:
    """The statement, and each module's program."""
    slopes, foretold = study.programs, study.program_shares
    statement = programs.in_words(slopes, foretold, study.settings["genomics"]["programs"]["folds"])
    return {
        "statement": statement,
        "table": programs.table(slopes, foretold),
        "brief": [("Programs of genes", statement)],
    }


PROGRAMS = Section("programs", "What foretells the genes", ("programs", "program_shares"), build)
