"""Tables of semantic annotations by readers: TRAITS, TRAIT_AGREEMENT, UNREAD."""

from __future__ import annotations

from radioloom.tables.columns import CASE, COHORT, READER
from radioloom.tables.record import Column, Table

TRAITS = Table(
    "TRAITS",
    "answers of readers on each case: one row per answer, several where a reader ticked several values of a trait",
    ("cohort", "case", "reader", "trait", "value"),
    (
        COHORT,
        CASE,
        Column("reader", "string", READER),
        Column("trait", "string", "the template's question; for a DICOM report 'finding: measurement or evaluation'"),
        Column("value", "string", "meaning of the coded answer, or the number as text"),
        Column("number", "float64", "the value of a measurement", null=True),
        Column("level", "int64", "place of the answer among the ordered levels that the study declares", null=True),
        Column("unit", "string", "unit of the number, as the file says it", null=True),
        Column("code", "string", "code of the answer; '+' joins it with its qualifiers", null=True),
        Column("code_system", "string", "where the code stands, as the file says it: RadLex, SCT ...", null=True),
    ),
)
TRAIT_AGREEMENT = Table(
    "TRAIT_AGREEMENT",
    "agreement of each pair of readers on each trait",
    ("cohort", "trait", "value", "first", "second"),
    (
        COHORT,
        Column("trait", "string", "trait as in TRAITS"),
        Column("value", "string", "where readers tick several values: the one that is ticked or not; else ''"),
        Column("first", "string", READER),
        Column("second", "string", READER),
        Column("statistic", "string", "kappa; weighted kappa (ordered levels, quadratic); ICC(A,1) (numbers)"),
        Column("estimate", "float64", "its value", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("same", "float64", "share of cases with the same answer of both; empty for numbers", null=True),
        Column("n", "int64", "cases that both answered"),
    ),
)
UNREAD = Table(
    "UNREAD",
    "annotations, or parts of them, that were not used; the case itself stays in the study",
    ("cohort", "document"),
    (
        COHORT,
        Column("document", "string", "first 12 hex digits of the file's SHA-256; line of a CSV; number if unopened"),
        Column("case", "string", "pseudonym of the patient, where the annotation is of one", null=True),
        Column("reader", "string", READER, null=True),
        Column("reason", "string", "why, for a person"),
    ),
)


def named(trait: str, value: str) -> str:
    """A trait, or one of its answers against all others, for people to read; nothing takes it apart again."""
    return f"{trait} = {value}" if value else trait
