"""The report says how a cohort was split, and how many cases each part has."""

import pytest

from radioloom.stages.report.record import ReportInputs
from radioloom.stages.report.sections.cohorts import COHORTS
from radioloom.tables import EXCLUSIONS

DAY = {"column": "scanned", "before": "2015-01-01"}
WORDS = {"column": "part", "training": ["train", 1], "validation": ["test"], "file": "parts.csv", "case": "id"}


def built(split):
    """What the section shows of a cohort of five cases, of which two are validated on."""
    parts = {part: {**split, "of": "lung", "part": part} for part in ("training", "validation")}
    cohorts = {f"lung-{part}": {"role": part, "sheet": "s.tsv", "split": block} for part, block in parts.items()}
    sheets = {
        f"lung-{part}": [{"case": f"{part}{k}", "replicate": "1", "roi": "tumour", "role": part} for k in range(n)]
        for part, n in (("training", 3), ("validation", 2))
    }
    settings = {"cohorts": cohorts | {"retest": {"role": "test-retest", "sheet": "r.tsv"}}}
    sheets["retest"] = [{"case": "R", "replicate": "1", "roi": "tumour", "role": "test-retest"}]
    return COHORTS.build(ReportInputs(settings, sheets, exclusions=EXCLUSIONS.frame([])))["divided"]


@pytest.mark.parametrize(
    ("split", "said"),
    [
        (
            DAY,
            "lung was split by date (the column “scanned” of the sheet), which is temporal validation. lung-training, "
            "which is learnt from, has 3 cases from before 2015-01-01; lung-validation, which nothing was learnt from, "
            "has 2 cases from that day or later. No patient is in both.",
        ),
        (
            WORDS,
            "lung was split by the column “part” of a table of its own. lung-training, which is learnt from, has 3 "
            "cases (train, 1); lung-validation, which nothing was learnt from, has 2 cases (test). No "
            "patient is in both.",
        ),
    ],
)
def test_how_a_cohort_was_split(split, said):
    assert built(split) == [said]
