"""Doubts about clinical tables: times in another unit or too long, columns filled down, cohorts without an event."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stages.tables.column_doubts import Columns, code_doubts, column_doubts, columns_of
from radioloom.stats.constancy import constant
from radioloom.stats.odd_values import lone

if TYPE_CHECKING:
    import pandas as pd

YEAR = 365.25  # days
UNITS = {"months": 30.4375, "years": YEAR}  # in days, as follow-up is wanted
ALIKE = 5.5  # times that medians differ and are as far from months (30) as from days: no two cohorts of one kind do
GAP = 2.5  # times that two neighbours differ where the times of a column fall apart into two kinds
LONGEST = 14_610  # days of follow-up, 40 years: what a time is at the most
LONG = 9_131  # days, 25 years, for which half of a cohort is hardly followed
CALENDAR = (1900, 2100)  # years: as days, times of all patients do not lie so near each other
BRIEF = {"years": (8.0, 30.0), "months": (60.0, 200.0)}  # median and longest of times that hardly are days
APART = 8.0  # times that medians differ where it is not the patients who do, however much they overlap
FEWEST = 5  # cases that tell anything of a column
MANY = 20  # cases that hardly all have an event
SHOWN = 3  # cases that a sentence names
WANTED = "They are wanted in days from the beginning of follow-up"


def doubts(clinical: pd.DataFrame, covariates: pd.DataFrame, dated: Collection[str] = ()) -> list[str]:
    """Sentences on what is unlikely in CLINICAL and COVARIATES; nothing is refused or changed for it.

    dated : cohorts whose follow-up lies between two dates, and is in days for certain
    """
    lines, usual = _usual(clinical)
    columns = column_doubts("covariate", columns_of(covariates, "covariate"), clinical)
    alone = [*_everybody(clinical), *_units(usual, dated), *columns, *_lone(covariates), *_indicators(covariates)]
    return [*lines, *alone, *_repeated(clinical, covariates)]


def dated(cohorts: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Cohorts of a study whose follow-up lies between two dates. cohorts : their settings."""
    return {name for name, cohort in cohorts.items() if cohort.get("clinical", {}).get("date_from")}


def without(clinical: pd.DataFrame) -> Iterator[str]:
    """Cohorts in which nobody has the event, or everybody has a binary one: no model can be judged there."""
    for cohort, rows in clinical.groupby("cohort", sort=True):
        events, n = int(rows["event"].sum()), len(rows)
        if not events:
            yield f"cohort {cohort}: none of its {n} cases has the event; no model can be judged there"
        elif events == n and rows["time_days"].isna().all():
            yield f"cohort {cohort}: all of its {n} cases have the outcome; no model can be judged there"


def _usual(clinical: pd.DataFrame) -> tuple[list[str], pd.DataFrame]:
    """Sentences on times that are codes, calendar years, or too long, and CLINICAL without those times."""
    lines: list[str] = []
    usual = clinical.reset_index(drop=True)
    for cohort, rows in usual.groupby("cohort", sort=True):
        times = rows["time_days"].to_numpy(float)
        column = Columns(rows["case"].to_numpy(object), np.array(["the time of follow-up"], object), times[:, None])
        lines += code_doubts("", str(cohort), column)
        known = column.without_codes().values[:, 0]
        line, odd = _too_long(column.cases, known)
        lines += [f"cohort {cohort}: {line}"] if line else []
        usual.loc[rows.index, "time_days"] = np.where(odd, np.nan, known)
    return lines, usual


def calendar_years(times: np.ndarray) -> bool:
    """Whether known times (n,) are years of the calendar, as no times of follow-up in days lie."""
    near = len(times) >= FEWEST and times.min() >= CALENDAR[0] and times.max() <= CALENDAR[1]
    return bool(near and not (times % 1).any())


def _too_long(cases: np.ndarray, times: np.ndarray) -> tuple[str, np.ndarray]:
    """What is said of times (n,) that hardly are follow-up in days, or ""; and which of them those are, bool (n,)."""
    known = times[np.isfinite(times)]
    everyone, far = np.ones(len(times), bool), np.nan_to_num(times) > LONGEST
    if calendar_years(known):
        return f"its times lie between {known.min():g} and {known.max():g}: are they calendar years? {WANTED}", everyone
    if len(known) >= FEWEST and (median := float(np.median(known))) > LONG:
        years = f"the median follow-up is {median:.0f} days, {median / YEAR:.0f} years"
        dates = ", or the numbers by which a spreadsheet counts the days of dates" if known.min() > LONG else ""
        return f"{years}: are its times in hours, or counted from birth{dates}? {WANTED}", everyone
    if far.any():
        who = ", ".join(map(str, cases[far][:SHOWN])) + (", ..." if far.sum() > SHOWN else "")
        return (
            f"{far.sum()} of its {len(times)} times beyond 40 years ({who}; the longest {known.max():.0f} "
            "days): are date and unit (days, not hours) right, or is that a code for a missing one?"
        ), far
    return "", far


def _units(clinical: pd.DataFrame, dated: Collection[str]) -> Iterator[str]:
    """Follow-up that seems to be in months or years: part of a cohort's, that beside another cohort's, or by itself."""
    known = clinical[clinical["time_days"] > 0].set_index("case")
    cohorts = {str(name): rows["time_days"].sort_values() for name, rows in known.groupby("cohort", sort=True)}
    longest = max(cohorts, key=lambda name: cohorts[name].median(), default="")
    for name, times in sorted(cohorts.items(), key=lambda item: (item[1].median(), item[0])):
        if name in dated:
            continue
        part = next((each for each in _parts(times) if _unit(*each)), None)
        if part is not None:
            short, long = part
            listed = ", ".join(map(str, short.index[:SHOWN])) + (", ..." if len(short) > SHOWN else "")
            yield (
                f"cohort {name}: {len(short)} of its {len(times)} times have a median of {short.median():.3g} days "
                f"({listed}), the others of {long.median():.3g}: are those in {_unit(short, long)}? All are "
                "wanted in days"
            )
        elif unit := _unit(times, cohorts[longest]):
            yield (
                f"cohort {name}: the median follow-up is {times.median():.3g} days, and "
                f"{cohorts[longest].median():.3g} in cohort {longest}: are its times in {unit}? They are wanted in days"
            )
        elif unit := _brief(times):
            yield (
                f"cohort {name}: the median follow-up is {times.median():.3g} days, and the longest {times.max():.3g}: "
                f"are its times in {unit}? They are wanted in days"
            )


def _unit(short: pd.Series, long: pd.Series) -> str:
    """The unit that shorter times seem to be in, beside others in days; "" where they may be in days as well.

    So they may where they differ little, or less than APART and overlap, or would be decades in that unit.
    """
    ratio = long.median() / short.median()
    if ratio < ALIKE or (ratio < APART and short.max() >= long.quantile(0.25)):
        return ""
    unit = min(UNITS, key=lambda each: abs(math.log(ratio / UNITS[each])))
    return unit if short.max() * UNITS[unit] <= LONGEST else ""


def _parts(times: pd.Series) -> Iterator[tuple[pd.Series, pd.Series]]:
    """Parts of sorted times that may be in two units: on both sides of their widest gap, or with fractions and not."""
    fewest = max(FEWEST, len(times) // 10)
    inner = times.to_numpy()[fewest - 1 : len(times) - fewest + 1]
    if len(inner) > 1 and (gaps := inner[1:] / inner[:-1]).max() >= GAP:
        k = fewest + int(gaps.argmax())
        yield times.iloc[:k], times.iloc[k:]
    whole = times % 1 == 0
    if min(whole.sum(), (~whole).sum()) >= FEWEST:
        yield times[~whole], times[whole]


def _brief(times: pd.Series) -> str:
    """The unit that times of a cohort seem to be in by themselves, since hardly any follow-up in days is that short."""
    limits = ((unit, *most) for unit, most in BRIEF.items())
    short = (unit for unit, median, longest in limits if times.median() < median and times.max() < longest)
    return next(short, "") if len(times) >= FEWEST else ""


def _everybody(clinical: pd.DataFrame) -> Iterator[str]:
    """Cohorts that were followed in which every case has the event, as where no cell says that one has not."""
    for cohort, rows in clinical.dropna(subset=["time_days"]).groupby("cohort", sort=True):
        if len(rows) >= MANY and rows["event"].all():
            yield (
                f"cohort {cohort}: every one of its {len(rows)} cases has the event: is that so? Write 0 for those "
                'without it; where an empty cell means that, say so in event_values: `"": false`'
            )


def _lone(covariates: pd.DataFrame) -> Iterator[str]:
    """Covariates of single cases that are hardly possible beside those of all others."""
    for cohort, table in columns_of(covariates, "covariate").items():
        for name, values in zip(table.names, table.without_codes().values.T, strict=True):
            if n := int((odd := lone(values)).sum()):
                cases = [*map(str, table.cases[odd])]
                yield (
                    f"cohort {cohort}: covariate {name} of {n} of its {len(values)} cases ({', '.join(cases[:SHOWN])}"
                    f"{', ...' if n > SHOWN else ''}) is far from that of all others: is it as measured? "
                    "Else correct the cell, or leave it empty"
                )


def _indicators(covariates: pd.DataFrame) -> Iterator[str]:
    """Covariates that are 0 or 1 in all cases of one cohort, and something else in another one."""
    for name, column in covariates.dropna(subset=["value"]).groupby("covariate", sort=True):
        found = {str(cohort): rows["value"] for cohort, rows in column.groupby("cohort", sort=True)}
        others = {cohort: int((~rows.isin((0.0, 1.0))).sum()) for cohort, rows in found.items()}
        coded = [cohort for cohort, rows in found.items() if set(rows) == {0.0, 1.0} and len(rows) >= FEWEST]
        for cohort in (cohort for cohort, n in others.items() if n and coded):
            yield (
                f"covariate {name}: 0 or 1 in all {len(found[coded[0]])} cases of cohort {coded[0]}, and something "
                f"else in {others[cohort]} of {len(found[cohort])} of cohort {cohort}: is it coded otherwise there? "
                "Wanted is one code in all of them, 0 and 1"
            )


def _repeated(clinical: pd.DataFrame, covariates: pd.DataFrame) -> Iterator[str]:
    """Columns of a cohort in which every case has the same value, as where a cell was filled down by mistake."""
    columns = [("the time of follow-up", clinical.assign(value=clinical["time_days"]))]
    columns += [(f"covariate {name}", rows) for name, rows in covariates.groupby("covariate", sort=True)]
    for what, table in columns:
        for cohort, rows in table.dropna(subset=["value"]).groupby("cohort", sort=True):
            if len(rows) >= FEWEST and constant(rows["value"].to_numpy(float)):
                if "=" in what and not rows["value"].iloc[0]:
                    yield f"cohort {cohort}: {what} is 0 in all {len(rows)} cases: nobody has this level"
                    continue
                yield (
                    f"cohort {cohort}: {what} is {rows['value'].iloc[0]:g} in all {len(rows)} cases: is that so, or "
                    "was one cell filled down?"
                )
