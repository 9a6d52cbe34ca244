"""Table of what was not measured of the variables of models."""

from __future__ import annotations

from radioloom.tables.columns import BASELINE, COHORT, OUTCOME, SIGNATURE
from radioloom.tables.record import Column, Table

MISSING = Table(
    "MISSING",
    "what was not measured of each variable that a model takes, by cohort",
    ("cohort", "role", "variable"),
    (
        COHORT,
        Column("role", "string", f"{OUTCOME}, covariate, {BASELINE}: feature of one, {SIGNATURE}: feature of it"),
        Column("variable", "string", "name in the study, or the feature"),
        Column("n", "int64", "cases: with features of an outcome, with features and outcome of all else"),
        Column("missing", "int64", "of them without a value"),
        Column("share", "float64", "of them; empty where there is no case", null=True),
    ),
)
