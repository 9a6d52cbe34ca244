"""Section: every gene by itself against every feature and trait."""

from __future__ import annotations

from typing import Any

from radioloom.figures import scanned
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any]:
    """How many pairs pass, by feature, and the strongest of them."""
    statement = scanned.in_words(study.gene_counts)
    return {
        "statement": statement,
        "counts": scanned.counts(study.gene_counts),
        "pairs": scanned.pairs(study.gene_pairs),
        "brief": [("Genes one by one", statement)],
    }


SCANNED = Section("scanned", "Genes one by one", ("gene_counts", "gene_pairs"), build)
