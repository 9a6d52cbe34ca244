"""Section: gene modules drawn one by one, each under its tree."""

from __future__ import annotations

from typing import Any

from radioloom.figures import module_tree, style
from radioloom.figures.words import count, percent
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any] | None:
    """A drawing of each module that the stage chose; None where no tree has a split."""
    values, known = study.tree_values, study.reconstructed.set_index("module")
    figures = []
    for name in known.loc[values["module"].unique()].sort_values("held_out", ascending=False).index:
        row = known.loc[name]
        title = (
            f"{name}: {count(int(row['n_genes']), 'gene')}, {percent(row['explained'])} of the variance reconstructed"
        )
        title += f", {percent(row['held_out'])} in cases left out"
        splits = study.trees[study.trees["module"] == name]
        drawn = module_tree.module_tree(values[values["module"] == name], splits, title)
        figures.append(style.svg(drawn, f"module-tree-{name}", title))
    if not figures:
        return None
    return {"figures": figures, "n_modules": len(known), "most": module_tree.NAMED}


MODULE_TREES = Section(
    "module_trees",
    "Gene modules under their trees",
    ("trees", "tree_values", "reconstructed"),
    build,
    empty="no tree has a split",
)
