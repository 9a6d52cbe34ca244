"""Section: samples, genes and traits that maps of genes are made of, and what was left out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import expression
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """Samples and genes in words, and every decision on a trait."""
    decisions = study.trait_filters
    some = decisions is not None and len(decisions) > 0
    return {
        "samples": expression.samples_in_words(study.expression["samples"]),
        "genes": expression.genes_in_words(study.expression),
        "remarks": expression.remarks(study.expression),
        "traits": expression.traits_in_words(decisions) if some else "",
        "decisions": expression.decisions(decisions) if some else None,
    }


EXPRESSION = Section("expression", "Gene expression and traits", ("samples", "expression"), build, ("trait_filters",))
