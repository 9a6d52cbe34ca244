"""Doubts about clinical tables: times in another unit, columns that were filled down, cohorts without an event."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from radioloom.stats.constancy import constant

if TYPE_CHECKING:
    import pandas as pd

# How many times longer a median follow-up is where another cohort's is in another unit (30.4 and 365 days), and cohorts
# differ by half besides.
UNITS = {"months": (20.0, 46.0), "years": (240.0, 550.0)}
APART = 8.0  # times that medians of a covariate differ where it is not the patients who do
FEWEST = 5  # cases that tell anything of a column


def doubts(clinical: pd.DataFrame, covariates: pd.DataFrame) -> list[str]:
    """Sentences on what is unlikely in CLINICAL and COVARIATES; nothing is refused or changed for it."""
    return [*_units(clinical), *_covariate_units(covariates), *_repeated(clinical, covariates)]


def without(clinical: pd.DataFrame) -> Iterator[str]:
    """Cohorts in which nobody has the event, or everybody has a binary one: no model can be judged there."""
    for cohort, rows in clinical.groupby("cohort", sort=True):
        events, n = int(rows["event"].sum()), len(rows)
        if not events:
            yield f"cohort {cohort}: none of its {n} cases has the event; no model can be judged there"
        elif events == n and rows["time_days"].isna().all():
            yield f"cohort {cohort}: all of its {n} cases have the outcome; no model can be judged there"


def _units(clinical: pd.DataFrame) -> Iterator[str]:
    """Cohorts whose follow-up differs as much as days and months, or days and years, do."""
    times = clinical[clinical["time_days"] > 0]
    medians = sorted((float(days), str(name)) for name, days in times.groupby("cohort")["time_days"].median().items())
    for median, name in medians:
        longest, of = medians[-1]
        for unit, (least, most) in UNITS.items():
            if least < longest / median < most:
                yield (
                    f"cohort {name}: the median follow-up is {median:.3g} days, and {longest:.3g} in cohort {of}: are "
                    f"its times in {unit}? They are wanted in days"
                )


def _covariate_units(covariates: pd.DataFrame) -> Iterator[str]:
    """Covariates whose values in two cohorts do not overlap, and whose medians differ as only units do."""
    known = covariates.dropna(subset=["value"])
    for name, rows in known[known["value"] > 0].groupby("covariate", sort=True):
        cohorts = [(str(cohort), each["value"]) for cohort, each in rows.groupby("cohort") if len(each) >= FEWEST]
        for (one, first), (other, second) in combinations(cohorts, 2):
            if max(first.median() / second.median(), second.median() / first.median()) < APART:
                continue
            if first.min() > second.max() or second.min() > first.max():
                yield (
                    f"covariate {name}: its median is {first.median():.3g} in cohort {one} and {second.median():.3g} "
                    f"in cohort {other}, and no value of one lies among those of the other: are both in one unit?"
                )


def _repeated(clinical: pd.DataFrame, covariates: pd.DataFrame) -> Iterator[str]:
    """Columns of a cohort in which every case has the same value, as where a cell was filled down by mistake."""
    columns = [("the time of follow-up", clinical.assign(value=clinical["time_days"]))]
    columns += [(f"covariate {name}", rows) for name, rows in covariates.groupby("covariate", sort=True)]
    for what, table in columns:
        for cohort, rows in table.dropna(subset=["value"]).groupby("cohort", sort=True):
            if len(rows) >= FEWEST and constant(rows["value"].to_numpy(float)):
                yield (
                    f"cohort {cohort}: {what} is {rows['value'].iloc[0]:g} in all {len(rows)} cases: is that so, or "
                    "was one cell filled down?"
                )
