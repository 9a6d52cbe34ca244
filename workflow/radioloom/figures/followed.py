"""A cohort that goes on: what its periods say, in sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures.reasons import WHY_NOT, in_words
from radioloom.figures.words import (
    ACQUIRED,
    apart,
    chance,
    count,
    feature,
    in_days,
    joined,
    metric,
    number,
    probability,
)
from radioloom.tables.columns import MAIN_METRIC, NOT_DEFINED, SIGNATURE, SIGNIFICANT
from radioloom.tables.follow import ALONE, OVER, UNDER

if TYPE_CHECKING:
    import pandas as pd

IDEAL = 1.0  # of calibration
NAMED = 3  # features or scanners that a sentence names
DO_SCANNER = "see whether images are acquired, segmented and measured as those before were"
DO_JUDGE = "see why nobody of the newest period is judged, give what they lack, and judge anew"
LACKS = {  # columns of ENTERED
    "no_features": "without features",
    "no_outcome": "without a usable outcome",
    "lacking": "without values that the signature or a baseline takes",
    "left_out": "left out as EXCLUSIONS and the log say",
}
NOT_TESTED = "was tested: it takes none, or fewer than {} patients of every period have a value"
DO_REFIT = (
    "see first whether images, segmentations or patients are others than those before; if they are as they should be, "
    "the signature wants to be calibrated anew, or fitted anew with these patients in training"
)


@dataclass(frozen=True, slots=True)
class Course:
    """Rows of one cohort of ENTERED, FOLLOWED, CUSUM, DRIFT and, of a study of images, SCANNERS."""

    cohort: str
    entered: pd.DataFrame
    followed: pd.DataFrame
    cusum: pd.DataFrame
    drift: pd.DataFrame
    scanners: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a course says: sentences, what to do, and whether something left its limits, drifted or is new."""

    lines: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)  # of these sentences, those that ask for something
    todo: list[str] = field(default_factory=list)

    @property
    def brief(self) -> str:
        """The first two sentences, those that ask for something, and what."""
        first = self.lines[:2]
        return " ".join([*first, *(x for x in self.alarms if x not in first), *(f"To do: {x}." for x in self.todo)])

    def ask(self, line: str, todo: str) -> None:
        """Add a sentence, and what it asks for."""
        self.lines.append(line)
        self.alarms.append(line)
        self.todo.append(todo)

    @property
    def alarm(self) -> bool:
        """Whether there is something to do."""
        return bool(self.todo)


def courses(entered: pd.DataFrame, *frames: pd.DataFrame | None) -> list[Course]:
    """One for each cohort of ENTERED, in its order. frames : FOLLOWED, CUSUM, DRIFT, and SCANNERS or None."""
    parts = (entered, *frames)
    return [
        Course(cohort, *(None if part is None else part[part["cohort"] == cohort] for part in parts))
        for cohort in dict.fromkeys(entered["cohort"])
    ]


def statements(course: Course) -> Said:
    """What the newest period adds, and what left its limits; what did so in earlier periods alone asks for nothing."""
    said = Said()
    rows = course.followed[(course.followed["span"] == ALONE) & (course.followed["kind"] == SIGNATURE)]
    _of_entries(course, rows, said)
    for name in rows["metric"].drop_duplicates():
        for _, part in rows[rows["metric"] == name].groupby("horizon_days"):
            course_of = part.sort_values("period")
            line = _of_metric(course_of)
            if course_of["verdict"].iloc[-1] in (OVER, UNDER):  # of many periods chance puts one outside, for good
                said.ask(line, DO_REFIT)
            else:
                said.lines.append(line)
    _of_sums(course, said)
    _of_drift(course, said)
    _of_scanners(course, said)
    return Said(said.lines, said.alarms, list(dict.fromkeys(said.todo)))


def _of_entries(course: Course, rows: pd.DataFrame, said: Said) -> None:
    """Who entered last, and who of them is judged. rows : of FOLLOWED, of the signature in each period alone."""
    entered = course.entered[course.entered["period"] > 0].sort_values("period")
    newest = entered.iloc[-1]
    lead = f"Period {newest['period']} of {course.cohort} added {count(newest['n'], 'case')}"
    why = joined([f"{newest[name]} {words}" for name, words in LACKS.items() if newest[name]])
    if newest["judged"]:
        some = f", {newest['judged']} of whom are judged ({why}). Of these" if why else ", of whom"
        said.lines.append(f"{lead}{some} {_follow_up(rows, newest['period'])}.")
    else:
        said.ask(f"{lead}, none of whom is judged{f' ({why})' if why else ''}.", DO_JUDGE)
    if rows.empty:
        n, lacking = (count(int(entered[name].sum()), "case") for name in ("n", "lacking"))
        said.lines.append(
            f"The signature is judged on nobody: of {n} of all periods {lacking} lack values that it takes."
        )
    elif not newest["judged"]:
        last = int(rows["period"].max())
        said.lines.append(f"The last period that is judged is {last}: there {_follow_up(rows, last)}.")
    if gaps := [str(row.period) for row in entered.iloc[:-1].itertuples() if not row.judged]:
        said.lines.append(f"Nobody is judged of the earlier period{'s' * (len(gaps) > 1)} {joined(gaps)}.")
    if n := int(course.entered.loc[course.entered["period"] == 0, "n"].sum()):
        said.lines.append(f"{count(n, 'case')} without a date of entry are in no period, and not judged here.")


def _follow_up(rows: pd.DataFrame, period: int) -> str:
    first = rows[rows["period"] == period].iloc[0]
    days = first["followed_days"]
    still = "" if np.isnan(days) else f"; the others are followed for a median of {in_days(days)}"
    return f"{first['n_events']} had the event so far{still}"


def _of_metric(rows: pd.DataFrame) -> str:
    """One metric of the signature by period. rows : of FOLLOWED."""
    last = rows.iloc[-1]
    name = metric(last["metric"]) + (f" at {in_days(last['horizon_days'])}" if last["horizon_days"] else "")
    value = apart(last["estimate"], last["low"], last["high"], null_of(last["metric"]))
    told = f"Its {name} is {value}"
    if last["verdict"]:
        between = f"{number(last['limit_low'])} to {number(last['limit_high'])} around {number(last['reference'])}"
        between += f", of period {last['of_period']}" if last["of_period"] else ""
        told += f", {last['verdict']} the limits of chance ({between})"
    elif np.isnan(last["estimate"]):
        told = f"Its {name} is not defined yet"
    elif np.isnan(last["low"]):
        told += in_words(WHY_NOT[last["withheld"] or NOT_DEFINED], last)
    else:
        told += ", and has nothing to be held against"
    out = [f"{row.period} ({row.verdict} them)" for row in rows.iloc[:-1].itertuples() if row.verdict in (OVER, UNDER)]
    return f"{told}{f'; outside its limits before: period {joined(out)}' if out else ''}."


def null_of(name: str) -> float | None:
    """The value that a metric has where there is nothing, or of calibration where it is ideal."""
    return chance(name) if name in MAIN_METRIC.values() else IDEAL


def _of_sums(course: Course, said: Said) -> None:
    sums = course.cusum
    if sums.empty:
        return
    last = sums.iloc[-1]
    expected = number(sums["expected"].sum(), 1)
    so_far = (
        f"All periods: {count(int(sums['observed'].sum()), 'event')} so far, where the signature expects {expected}"
    )
    now, before = [], []
    for side, words in (("upper", "more events"), ("lower", "fewer events")):
        for first, last_of in _stretches(sums["period"], sums[side] > sums[f"{side}_limit"]):
            if last_of == last["period"]:
                now.append(f"{words} than it expects, since period {first}")
            else:
                when = f"period {first}" if first == last_of else f"periods {first} to {last_of}"
                before.append(f"{words} in {when}")
    was = f"; before it was beyond, and came back: {joined(before)}" if before else ""
    if np.isnan(last["upper_limit"]):
        why = "patients have several cases, or hardly an event is expected"
        said.lines.append(f"{so_far}; the sums have no limits: {why}.")
    elif now:
        said.ask(f"{so_far}; the cumulative sum is beyond its limit: {joined(now)}{was}.", DO_REFIT)
    elif before:
        said.lines.append(f"{so_far}; the cumulative sums are within their limits{was}.")
    else:
        said.lines.append(f"{so_far}; the cumulative sums are within their limits.")


def _stretches(periods: pd.Series, beyond: pd.Series) -> list[tuple[int, int]]:
    """First and last of each run of periods beyond a limit, one after the other."""
    runs = periods[beyond].groupby((~beyond).cumsum()[beyond])
    return [(int(run.iloc[0]), int(run.iloc[-1])) for _, run in runs]


def _of_drift(course: Course, said: Said) -> None:
    tests = course.drift.dropna(subset=["q"])
    if tests.empty:
        said.lines.append("Drift of features cannot be told of so few patients.")
        return
    apart_now = tests[tests["q"] < SIGNIFICANT]
    mine, others = (apart_now[apart_now["of_signature"] == own] for own in (True, False))
    n, of = tests[~tests["of_signature"]]["feature_id"].nunique(), others["feature_id"].nunique()
    of_whom = against(tests)
    rest = f"other features that are distributed otherwise in some period: {of} of {n}"
    if mine.empty:
        from radioloom.stats.drift import FEWEST  # loads SciPy

        lowest = tests.loc[tests["of_signature"], "q"].min()
        otherwise = f"is distributed otherwise than in {of_whom} (smallest q {probability(lowest)})"
        line = f"No feature of the signature {NOT_TESTED.format(FEWEST) if np.isnan(lowest) else otherwise}; {rest}."
        if len(others):
            said.ask(line, DO_SCANNER)
        else:
            said.lines.append(line)
    else:
        told = [
            f"{feature(row.feature_id)} in period {row.period} ({_difference(row.difference)}q {probability(row.q)}, "
            f"{number(100 * row.outside, 0)} % outside the range of {of_whom})"
            for row in mine.sort_values(["period", "q"]).head(NAMED).itertuples()
        ]
        more = f" and {len(mine) - NAMED} more" if len(mine) > NAMED else ""
        said.ask(f"Distributed otherwise than in {of_whom}: {joined(told)}{more}; {rest}.", DO_SCANNER)


def _difference(value: float) -> str:
    return "" if np.isnan(value) else f"{number(value)} SD, "


def against(rows: pd.DataFrame) -> str:
    """Whom rows of DRIFT or SCANNERS of one cohort are held against."""
    period = rows["against"].iloc[0]
    return f"period {period}" if period else "training"


def _of_scanners(course: Course, said: Said) -> None:
    if course.scanners is None:
        return
    new = course.scanners[(course.scanners["n_known"] == 0) & (course.scanners["value"] != "")]
    if new.empty:
        return
    counts = new.groupby(["attribute", "value"], sort=False)["n"].sum().sort_values(ascending=False, kind="stable")
    told = [f"{ACQUIRED[name]} {value} ({count(int(n), 'case')})" for (name, value), n in counts.head(NAMED).items()]
    more = f" and {len(counts) - NAMED} more" if len(counts) > NAMED else ""
    whose = against(new)
    line = f"{whose[:1].upper()}{whose[1:]} never had: {joined(told)}{more}."
    if set(new["attribute"]) & {"manufacturer", "model", "kernel"}:
        said.ask(line, DO_SCANNER)
    else:
        said.lines.append(line)
