"""Table of the checklists of reporting, item by item."""

from __future__ import annotations

from radioloom.tables.record import Column, Table

ANSWERED, IN_PART, AUTHORS = "answered", "in part", "authors to say"
NOT_DONE, NOT_APPLICABLE = "not done", "not applicable"
STATES = (ANSWERED, IN_PART, AUTHORS, NOT_DONE, NOT_APPLICABLE)
CHECKLIST = Table(
    "CHECKLIST",
    "items of checklists of reporting and quality, and what the study answers",
    ("checklist", "place"),
    (
        Column("checklist", "string", "TRIPOD+AI, CLEAR or METRICS"),
        Column("place", "int64", "place of the item in its list, from 1"),
        Column("item", "string", "its number as published"),
        Column("asks", "string", "what it is about, in words of our own"),
        Column(
            "state",
            "string",
            f"{ANSWERED}; {IN_PART}: the rest is for the authors; {AUTHORS}; {NOT_DONE} in this study; "
            f"{NOT_APPLICABLE}: the answer says why",
        ),
        Column("answer", "string", "what the study knows; '' for nothing"),
        Column("section", "string", "sections of the report that show it; '' for none"),
        Column("source", "string", "tables, or settings of the study's file, that it is from"),
        Column("authors", "string", "what the authors have to say; '' for nothing"),
        Column("weight", "float64", "of METRICS, as published", null=True),
    ),
)
