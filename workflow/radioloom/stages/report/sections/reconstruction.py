"""Section: trees of features and annotations that explain gene modules, and what they reconstruct."""

from __future__ import annotations

from typing import Any

from radioloom.figures import style, tree_map, trees
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any]:
    """The map of splits and shares of variance, and each tree in words."""
    splits, modules = study.trees, study.reconstructed
    figures = {}
    if len(splits):
        drawn = tree_map.tree_map(splits, modules)
        figures["map"] = style.svg(drawn, "tree-map", "Modules, what their trees ask for, and what is reconstructed")
    statement = trees.in_words(study.reconstruction, len(modules))
    return {
        "figures": figures,
        "statement": statement,
        "table": trees.table(splits, modules),
        "most": (tree_map.MOST_ROWS, tree_map.MOST_COLUMNS),
        "n_asked": splits["feature_id"].nunique(),
        "n_modules": len(modules),
        "tested": modules["p"].notna().any(),
        "brief": [("Reconstruction of genes", statement)],
    }


RECONSTRUCTION = Section(
    "reconstruction", "What reconstructs the genes", ("trees", "reconstructed", "reconstruction"), build
)
