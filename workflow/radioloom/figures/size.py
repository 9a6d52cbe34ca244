"""What a study of so many patients can carry: table, learning curve, and statements in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, count, joined, metric, number, percent, roughly
from radioloom.stats.sample_size import CRITERIA, EVENTS, OF_VALIDATION, WIDTHS
from radioloom.tables.columns import CANDIDATES, SIGNATURE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

CALLED = {CANDIDATES: "features to choose from", SIGNATURE: "features of the signature, had they been named before"}
CANNOT = "cannot be said"
OVERALL = "risk"  # the criterion that does not ask how many features there are


def table(size: pd.DataFrame) -> Exhibit:
    """Patients that are needed by each criterion beside those that there are.

    size : SAMPLE_SIZE
    """
    rows = []
    for variables, features in CALLED.items():
        part = size[size["variables"] == variables].set_index("criterion")
        for criterion, words in CRITERIA.items():
            if criterion in part.index:
                row = part.loc[criterion]
                events = DASH if row.isna()["per_variable"] else number(row["per_variable"], 1)
                many = CANNOT if row.isna()["needed"] else roughly(row["needed"])
                rows.append((features, str(row["parameters"]), events, words, many, str(row["n"])))
    heads = ("features", "number", "events per feature", "so that", "patients needed", "patients there are")
    return Exhibit(heads, tuple(rows), (1, 2, 4, 5), grouped=True)


def validation_table(size: pd.DataFrame) -> Exhibit:
    """Patients that validation needs by each criterion beside those of each cohort. size : SAMPLE_SIZE."""
    rows = [
        (
            row["cohort"],
            OF_VALIDATION[criterion],
            CANNOT if np.isnan(row["needed"]) else roughly(row["needed"]),
            str(row["n"]),
            str(row["n_events"]),
            number(row["width"]),
        )
        for criterion in OF_VALIDATION
        for _, row in size[(size["cohort"] != "") & (size["criterion"] == criterion)].iterrows()
    ]
    heads = ("validation cohort", "so that", "patients needed", "patients there are", "events", "width to expect")
    return Exhibit(heads, tuple(sorted(rows, key=lambda row: row[0])), (2, 3, 4, 5), grouped=True)


def validation_words(size: pd.DataFrame) -> list[str]:
    """What each validation cohort is large enough for, and how wide an interval of C to expect. size : SAMPLE_SIZE."""
    return [_validated(cohort, part.set_index("criterion")) for cohort, part in _validation(size)]


def validation_brief(size: pd.DataFrame) -> list[str]:
    """One line on the validation cohorts that are too small, where any is. size : SAMPLE_SIZE."""
    small = [cohort for cohort, part in _validation(size) if _small(part.set_index("criterion"))]
    if not small:
        return []
    least = _least(size.iloc[-1])
    return [
        f"Too small for an interval of C no wider than {WIDTHS['c']:g}, or with fewer than {least}: {joined(small)}."
    ]


def _validation(size: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for cohort, part in size[size["cohort"] != ""].groupby("cohort"):
        yield str(cohort), part


def _small(told: pd.DataFrame) -> bool:
    """Whether a validation cohort is too small for C or by rule of thumb. told : its rows by criterion."""
    c, rule = told.loc["c"], told.loc["events"]
    return bool(c["n"] < c["needed"] or not rule["n"] >= rule["needed"])  # of nobody with the event it is not known


def _least(row: pd.Series) -> str:
    """What the rule of thumb asks for, in words. row : of SAMPLE_SIZE; a binary outcome has no horizon."""
    return f"{EVENTS} events" if row["horizon_days"] else f"{EVENTS} of the rarer outcome"


def _validated(cohort: str, told: pd.DataFrame) -> str:
    c, rule = told.loc["c"], told.loc["events"]
    there = f"Validation cohort {cohort}, of {count(int(c['n']), 'patient')} with {count(int(c['n_events']), 'event')},"
    few = c["n"] < rule["needed"]
    thumb = f" {_least(c)}, the least by rule of thumb, take {roughly(rule['needed'])} patients." if few else ""
    if np.isnan(c["needed"]):
        return f"{there} gives no C: of no two patients is it known who fared worse.{thumb}"
    return (
        f"{there} is {'too small' if _small(told) else 'large enough'}: for a 95 % interval of C no wider than "
        f"{WIDTHS['c']:g} it takes {roughly(c['needed'])} patients (if C is {number(c['c'])}, as R squared "
        f"{number(c['r_squared'])} makes it), and with those there are one of {number(c['width'])} is to be "
        f"expected.{thumb}"
    )


def statements(size: pd.DataFrame) -> list[str]:
    """Events per feature, then a warning in words where the patients are too few; nothing where nothing was learnt.

    size : SAMPLE_SIZE
    """
    size = size[size["cohort"] == ""]
    if size.empty:
        return []
    first = size.iloc[0]
    n, events = int(first["n"]), int(first["n_events"])
    features = {name: size[size["variables"] == name] for name in CALLED}
    numbers = [f"{count(n, 'training patient')}, of whom {events} had the event"]
    for name, words in ((CANDIDATES, "for each feature that could be chosen"), (SIGNATURE, "for each that was")):
        row = features[name].iloc[0]
        if row["parameters"]:
            numbers.append(f"{number(row['per_variable'], 1)} events {words} ({row['parameters']})")
    return ["; ".join(numbers) + ".", *_warnings(features, n)]


def _warnings(features: dict[str, pd.DataFrame], n: int) -> list[str]:
    """What the smallest number of patients is by the criteria, which of them binds, and what it means to have fewer.

    The criterion of the overall risk does not ask how many features there are, and is told apart.
    """
    needs = {name: part.set_index("criterion")["needed"].dropna() for name, part in features.items()}
    of_choice, of_signature = (needs[name].drop(OVERALL, errors="ignore") for name in (CANDIDATES, SIGNATURE))
    if of_choice.empty:
        return ["How many patients it needs cannot be said: no feature could be chosen, or all patients fared alike."]
    explained = percent(features[CANDIDATES].iloc[0]["r_squared"])
    takes = (
        f"to learn from so many features takes {_most(of_choice)}, if the model explains {explained} of what can be "
    )
    takes += "explained (R squared)"
    overall = needs[CANDIDATES].get(OVERALL, 0.0)
    alone = [f"For absolute risks it is too small: that {CRITERIA[OVERALL]} takes {roughly(overall)} patients, "
             "however many features are searched."] if overall > n else []  # fmt: skip
    if n >= of_choice.max():
        return [f"The study is large enough for the features that it searches: {takes}.", *alone]
    text = f"The study is too small for the number of features that it searches: {takes}. "
    text += "Expect the choice of features, the coefficients and the apparent performance not to repeat elsewhere"
    if len(of_signature) and of_signature.max() > n:
        text += (
            f"; even the features of the signature alone, named in advance, would take {roughly(of_signature.max())}"
        )
    elif len(of_signature):
        text += (
            f"; had the features of the signature been named in advance, {roughly(of_signature.max())} would have been "
        )
        text += "enough"
    return [f"{text}.", *alone]


def _most(needed: pd.Series) -> str:
    """The most patients that a criterion asks for, and which one that is. needed : by criterion, not empty."""
    return f"{roughly(needed.max())} patients (so that {CRITERIA[needed.idxmax()]})"


def curve_words(curve: pd.DataFrame, repeats: int, whole: float = np.nan) -> str:
    """Where the learning curve begins and ends, and how much it may be trusted; "" where there is none.

    curve : LEARNING_CURVE; repeats : of the cross-validation, of which the curve used the first; whole : estimate of
    all of them, NaN where several cohorts have one each
    """
    known = curve.dropna(subset=["estimate"])
    if len(known) < 2:
        return ""
    first, before, last = known.iloc[0], known.iloc[-2], known.iloc[-1]
    step = last["estimate"] - before["estimate"]
    return (
        f"Learnt from {percent(first['share'])} of the training patients of each fold ({number(first['n'], 0)} cases) "
        f"the {metric(last['metric'])} in cross-validation is {number(first['estimate'])}, from "
        f"{percent(last['share'])} ({number(last['n'], 0)}) {number(last['estimate'])}; the last step, from "
        f"{percent(before['share'])}, changed it by {number(step, 3)}. {_spread(last, repeats)}"
        f"{_of_all(last, repeats, whole)}"
    )


def _spread(last: pd.Series, repeats: int) -> str:
    of = f"{last['repeats']} of the {count(repeats, 'repeat')} of the cross-validation"
    if np.isnan(last["spread"]):
        return f"Each point is of {of}: by how much it would differ in another is not known."
    return (
        f"Each point is the mean of {of}, which differ by an SD of {number(last['spread'], 3)} at the last point "
        "(bars: one SD); other patients would make it differ by more. A step within that says nothing."
    )


def _of_all(last: pd.Series, repeats: int, whole: float) -> str:
    if np.isnan(whole) or last["repeats"] >= repeats:
        return ""
    return f" Over all {repeats} repeats the whole training gives {number(whole)}."


def optimism_words(optimism: pd.DataFrame) -> str:
    """Apparent performance with and without its optimism; "" where no resamples were asked for.

    optimism : OPTIMISM
    """
    if optimism.empty:
        return ""
    row = optimism.iloc[0]
    if row.isna()["corrected"]:
        return "The optimism cannot be said: in no resample were there enough events to learn from."
    return (
        f"Apparent {metric(row['metric'])} {number(row['apparent'])}; the whole learning repeated in {row['learnt']} "
        f"of {row['resamples']} bootstrap resamples is too optimistic by {number(row['optimism'])}, which leaves "
        f"{number(row['corrected'])}. Where many features were searched this correction is known to be too mild."
    )


@style.drawn
def learning_curve(curve: pd.DataFrame) -> Figure:
    """Cross-validated performance over the number of cases learnt from, with its SD over repeats.

    curve : LEARNING_CURVE
    """
    known = curve.dropna(subset=["estimate"])
    figure, axes = style.canvas(style.PANEL, 2.4)
    axes.errorbar(known["n"], known["estimate"], known["spread"], fmt="o-", color=style.BLUE, markersize=5, capsize=2)
    for row in known.itertuples():
        label = percent(row.share)
        axes.annotate(label, (row.n, row.estimate), (4, 6), textcoords="offset points", size=7.5)
    axes.margins(x=0.12, y=0.25)
    axes.set(xlabel="cases learnt from, mean over the folds", ylabel=metric(known["metric"].iloc[0]))
    return figure
