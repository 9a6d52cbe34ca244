"""Table of what the drawn trees stand on: genes of a module, and the values that its tree asks for, case by case."""

from __future__ import annotations

from radioloom.tables.genomics import FEATURE, TRAIT
from radioloom.tables.record import Column, Table

GENE = "gene"
TREE_VALUES = Table(
    "TREE_VALUES",
    "genes of the modules whose trees the report draws, and what the trees ask for, by case",
    ("module", "kind", "name", "case"),
    (
        Column("module", "string", "module"),
        Column("kind", "string", f"{GENE}, {FEATURE} or {TRAIT}"),
        Column("name", "string", "gene, feature as in FEATURES, or a trait's label"),
        Column("case", "string", "case"),
        Column("leaf", "int64", "leaf of the case, as in TREES: 0, or k for the upper side of split k"),
        Column(
            "value",
            "float64",
            "gene: standard deviations from its mean, in the direction of the module's score; else as measured",
            null=True,
        ),
    ),
)
