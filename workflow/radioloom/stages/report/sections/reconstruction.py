"""Section: trees of features and annotations that explain gene modules, and what they reconstruct."""

from __future__ import annotations

from typing import Any

from radioloom.figures import style, trees
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any]:
    """The map of splits, shares of variance beside each other, and each tree in words."""
    splits, modules = study.trees, study.reconstructed
    drawn = trees.best(modules)
    figures = {"shares": style.svg(trees.shares(modules, drawn), "tree-shares", "Variance of modules reconstructed")}
    if len(splits):
        figures["map"] = style.svg(trees.split_map(splits, drawn), "tree-map", "Modules and what their trees ask for")
    statement = trees.in_words(study.reconstruction, len(modules))
    return {
        "figures": figures,
        "statement": statement,
        "table": trees.table(splits, modules),
        "n_drawn": len(drawn),
        "n_modules": len(modules),
        "tested": modules["p"].notna().any(),
        "brief": [("Reconstruction of genes", statement)],
    }


RECONSTRUCTION = Section(
    "reconstruction", "What reconstructs the genes", ("trees", "reconstructed", "reconstruction"), build
)
