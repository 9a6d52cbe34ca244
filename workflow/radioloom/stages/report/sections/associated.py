"""Section: associations of gene modules drawn, as a volcano and as a network."""

from __future__ import annotations

from typing import Any

from radioloom.figures import module_network, style, volcano
from radioloom.stages.report.record import ReportInputs, Section
from radioloom.tables.columns import SIGNIFICANT


def build(study: ReportInputs) -> dict[str, Any] | None:
    """The volcano, and the network where lines pass; None where nothing was tested."""
    pairs = study.associations
    if not pairs["p"].notna().any():
        return None
    edges = module_network.edges_of(pairs)
    figures = {"volcano": style.svg(volcano.volcano(pairs), "volcano", "Correlation and p of each pair tested")}
    if len(edges) >= module_network.FEWEST:
        drawn = module_network.network(edges)
        figures["network"] = style.svg(drawn, "module-network", "Network of gene modules and what they go with")
    return {
        "figures": figures,
        "numbered": volcano.in_words(pairs),
        "n_passed": int((pairs["q"] < SIGNIFICANT).sum()),
        "n_drawn": len(edges),
    }


ASSOCIATED = Section(
    "associated",
    "Associations of gene modules drawn",
    ("associations",),
    build,
    empty="no pair of module and feature was tested",
)
