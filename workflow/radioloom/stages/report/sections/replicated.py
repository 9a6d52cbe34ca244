"""Section: a map of gene modules that is learnt from one part of the cases, tested in the other."""

from __future__ import annotations

from typing import Any

from radioloom.figures import claims
from radioloom.provenance import digest
from radioloom.stages.report.record import ReportInputs, Section
from radioloom.tables.claims import LEARNT


def build(study: ReportInputs) -> dict[str, Any]:
    """How many entries hold in other cases, and each of them."""
    statement = claims.replicated_in_words(study.replicated, study.gene_parts)
    learnt = sorted(study.gene_parts.loc[study.gene_parts["part"] == LEARNT, "case"])
    return {
        "statement": statement,
        "entries": claims.replicated(study.replicated),
        "digest": digest(learnt),
        "brief": [("Gene modules in other cases", statement)],
    }


REPLICATED = Section("replicated", "Gene modules in other cases", ("gene_parts", "replicated"), build)
