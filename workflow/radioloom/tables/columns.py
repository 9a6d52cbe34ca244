"""Columns that several tables share: cohort, case, replicate, region."""

from __future__ import annotations

from radioloom.tables.record import Column

COHORT = Column("cohort", "string", "cohort of the study")
CASE = Column("case", "string", "pseudonym of one patient")
REPLICATE = Column(
    "replicate", "string", "what is repeated of a case: visit of a test-retest pair, reader; '1' elsewhere"
)
ROI = Column("roi", "string", "the study's name of the region")
READER = "pseudonym: reader-1 ..., in no order that says who"
