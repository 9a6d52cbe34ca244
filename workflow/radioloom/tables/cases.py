"""Tables of who is who: PATIENTS, of which patient each case is; IDENTITIES, what two cases share."""

from __future__ import annotations

from radioloom.tables.columns import CASE, COHORT
from radioloom.tables.record import Column, Table

PATIENT, NAME, ALIKE, EXAMINATION = "patient", "name", "alike", "examination"
IMAGE, REGION, ROW = "image", "region", "features"
KINDS = (PATIENT, NAME, ALIKE, EXAMINATION, IMAGE, REGION, ROW)  # what two cases can share: values of `kind`, in order
ALLOWED, REFUSED = "allowed", "refused"  # the values of `verdict`

PATIENTS = Table(
    "PATIENTS",
    "of which patient each case is: by the column `patient` of sheet or table, else the case of its cohort",
    ("cohort", "case"),
    (
        COHORT,
        CASE,
        Column("patient", "string", "pseudonym of the patient; one in all cohorts where it is named"),
        Column("named", "bool", "whether the sheet or table names the patient; else this is the name of the case"),
    ),
)
IDENTITIES = Table(
    "IDENTITIES",
    "what two cases share that should be of one alone, and whether the study may go on with it",
    ("cohort", "case", "other_cohort", "other_case", "kind"),
    (
        COHORT,
        CASE,
        Column("other_cohort", "string", "cohort of the other case"),
        Column("other_case", "string", "the other case; the same one where its replicates share what they should not"),
        Column(
            "kind",
            "string",
            f"what they share: {', '.join(KINDS)} (`{NAME}`: of cases alone; `{ALIKE}`: almost)",
        ),
        Column("shared", "string", "how that is known, in words"),
        Column("verdict", "string", f"{ALLOWED}, or {REFUSED}: then nothing is learnt"),
        Column("reason", "string", "why, for a person"),
    ),
)
