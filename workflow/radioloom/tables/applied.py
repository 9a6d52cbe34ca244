"""Risks of new patients by a frozen signature, as `radioloom apply` writes them."""

from __future__ import annotations

from radioloom.tables.columns import CASE, COHORT
from radioloom.tables.record import Column, Table

HIGH, LOW = "high", "low"
APPLIED = Table(
    "APPLIED",
    "risks of new patients by a frozen signature: one row for each horizon that was asked for",
    ("cohort", "case", "model", "horizon_days"),
    (
        COHORT,
        CASE,
        Column("model", "string", "signature, or the baseline of its file that was asked for"),
        Column("horizon_days", "float64", "of the absolute risk; 0 of a binary outcome, and where none was asked", "d"),
        Column("risk", "float64", "linear predictor: log relative hazard or log odds; empty where none", null=True),
        Column("group", "string", f"{HIGH}: above the frozen cut-point, or {LOW}; '' where there is none"),
        Column("absolute_risk", "float64", "probability of the event by the horizon", null=True),
        Column("n_missing", "int64", "values that were missing"),
        Column("missing", "string", "what was missing"),
        Column("note", "string", "why there is no risk, what was done about missing values; values far from training"),
    ),
)
