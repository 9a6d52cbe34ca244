"""Performance of every model: tables, and a statement for each place where the signature was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures import verdicts
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, cell, count, joined, metric, single_intervals, single_tests, size, where
from radioloom.tables.columns import (
    APPARENT,
    CONTROL,
    CROSS_VALIDATION,
    LEFT_OUT,
    LONG_TAILS,
    SAME_RISK,
    SIGNATURE,
    SIGNIFICANT,
    SMALL_GROUP,
    TOO_WIDE,
    VALIDATION,
)

if TYPE_CHECKING:
    import pandas as pd

LEADS = {
    VALIDATION: "Validation in",
    LEFT_OUT: "Learnt on the other cohorts, judged in",
    CROSS_VALIDATION: "Cross-validation in",
}
OF_COHORTS = "Mean over cohorts left out in turn,"
HALVES = "the cut-point that halves the training cases"
DIVIDED = 0.4  # smallest size of a risk group, in its size in training, for which cut-points divide a cohort
KEY = ["evaluation", "cohort", "model", "variant"]


def table(metrics: pd.DataFrame, main: str) -> Exhibit:
    """How well each model orders the patients: the main metric, differences, null models.

    metrics : METRICS in reading order with `label`, as stages.report.reading gives it; main : c_index or auc
    """
    from radioloom.prediction.metrics import ADDED_LR_P, NULL_P
    from radioloom.prediction.metrics.delong import AUC_DELONG

    values, differences = _values(metrics), metrics[(metrics["against"] != "") & (metrics["metric"] == main)]
    columns = {metric(name): _column(values, name) for name in dict.fromkeys((main, *_ordering()))}
    for label, rows in differences.groupby("label", sort=False):  # a difference stands beside the model subtracted
        columns[f"{label} minus this model"] = rows.assign(model=rows["against"])
    if AUC_DELONG.label in columns and columns[AUC_DELONG.label]["low"].isna().all():
        del columns[AUC_DELONG.label]  # the same AUC again
    columns[NULL_P.label] = _column(values, NULL_P.name)
    columns[ADDED_LR_P.label] = _column(metrics, ADDED_LR_P.name)
    return _table(values[values["metric"] == main], columns)


def groups(metrics: pd.DataFrame, main: str) -> Exhibit | None:
    """What else was measured of each model (calibration, risk groups); None where there is nothing."""
    from radioloom.prediction.metrics import METRICS

    rest = _rest(metrics, main)
    order = [*METRICS, *dict.fromkeys(rest["metric"])]
    names = sorted(set(rest["metric"]), key=order.index)
    return _table(rest, {metric(name): _column(rest, name) for name in names}) if len(rest) else None


CARRIED = {  # reason of WITHHELD -> which value it is of, and why it has no interval
    LONG_TAILS: ("slope", "few cases, whose risks lie far from the others’, carry it"),
    SMALL_GROUP: ("log-rank p", "in one group fewer than two events are to be expected by its share of the patients"),
    TOO_WIDE: ("hazard ratio", "its ends would be more than a thousandfold apart"),
}


def single(metrics: pd.DataFrame, main: str) -> tuple[str, str]:
    """That the likelihood-ratio p of `table`, and what `groups` shows, stand each by itself, outside the comparisons.

    With the second goes why a slope has no interval.
    metrics, main : as of both tables; "" where there is nothing to say it of
    """
    from radioloom.prediction.metrics import ADDED_LR_P, METRICS
    from radioloom.prediction.metrics.record import P

    rest, added = _rest(metrics, main), _column(metrics, ADDED_LR_P.name)["estimate"].notna().sum()
    tests = rest["metric"].isin([each.name for each in METRICS.values() if each.read == P])
    n_tests, n_intervals = (tests & rest["estimate"].notna()).sum(), (~tests & rest["low"].notna()).sum()
    sentences = single_tests(int(n_tests)), single_intervals(int(n_intervals), "interval"), _carried(rest)
    return single_tests(int(added)), " ".join(filter(None, sentences))


def _carried(rows: pd.DataFrame) -> str:
    """Of which values, calibration slopes and hazard ratios, there is no interval for what they are; "" of none."""
    sentences = []
    for reason, (what, why) in CARRIED.items():
        mine = rows[rows["withheld"] == reason]
        told = [f"{row.label} in {where(row.evaluation, row.cohort)}" for row in mine.itertuples()]
        sentences += [f"The {what} has no interval for {joined(told)}: {why}."] if told else []
    return " ".join(sentences)


def two_sides(metrics: pd.DataFrame) -> str:
    """Of which rows two values that seem to ask one thing lie on two sides of 5 %, and what each asks; "" of none."""
    from radioloom.prediction.metrics import C_INDEX, HAZARD_RATIO, LOGRANK_P, UNO_C

    values, sentences = _values(metrics), []
    asked = (
        (C_INDEX, UNO_C, "Harrell’s C takes the pairs that this follow-up compares as they are, Uno’s C weighs them."),
        (HAZARD_RATIO, LOGRANK_P, "The ratio asks how far hazards differ on average, the test whether survival does."),
    )
    for one, other, why in asked:
        shown = [_shown(_column(values, each.name)) for each in (one, other)]
        both = shown[0].to_frame("one").join(shown[1].rename("other"), how="inner")
        apart = both.index[both["one"] != both["other"]]
        places = [f"{label} in {where(evaluation, cohort)}" for evaluation, cohort, label in apart]
        if places:
            lead = f"{metric(one.name)} and {metric(other.name)} lie on two sides of 5 % for {joined(places)}"
            sentences.append(f"{lead}: they answer different questions. {why}")
    return " ".join(sentences)


def _shown(rows: pd.DataFrame) -> pd.Series:
    """Whether a p is below .05, or an interval excludes what says nothing, by place and label; of those that tell."""
    from radioloom.prediction.metrics import METRICS
    from radioloom.prediction.metrics.record import RATIO, P

    rows = rows.set_index(["evaluation", "cohort", "label"])
    of = METRICS[rows["metric"].iloc[0]] if len(rows) else None
    if of is None or of.read == P:
        return rows["estimate"].dropna() < SIGNIFICANT
    neutral, rows = 1.0 if of.read == RATIO else of.chance, rows.dropna(subset=["low"])
    return (rows["low"] > neutral) | (rows["high"] < neutral)


def _rest(metrics: pd.DataFrame, main: str) -> pd.DataFrame:
    """What is neither of the order of patients nor of a control."""
    from radioloom.prediction.metrics import NULL_P

    values = _values(metrics)
    return values[~values["metric"].isin({main, *_ordering(), NULL_P.name}) & (values["kind"] != CONTROL)]


def _ordering() -> list[str]:
    """Metrics of the order of patients, shown beside the main metric; others are of calibration and risk groups."""
    from radioloom.prediction.metrics import METRICS
    from radioloom.prediction.metrics.record import VALUE

    return [
        each.name for each in METRICS.values() if each.read == VALUE and each.larger_is_better and not each.absolute
    ]


def _values(metrics: pd.DataFrame) -> pd.DataFrame:
    return metrics[metrics["against"] == ""]


def _column(values: pd.DataFrame, name: str) -> pd.DataFrame:
    return values[values["metric"] == name]


def _table(models: pd.DataFrame, columns: dict[str, pd.DataFrame]) -> Exhibit:
    """One row per cohort and model, one column for each set of rows of METRICS that has any."""
    shown = {head: rows.set_index(KEY) for head, rows in columns.items() if len(rows)}
    lines = []
    for row in models.drop_duplicates(KEY).itertuples():
        key = (row.evaluation, row.cohort, row.model, row.variant)
        cells = [cell(rows.loc[key]) if key in rows.index else DASH for rows in shown.values()]
        lines.append((where(row.evaluation, row.cohort), row.label, str(row.n), str(row.n_events), *cells))
    heads = ("cohort", "model", "cases", "events", *shown)
    return Exhibit(heads, tuple(lines), tuple(range(2, len(heads))), grouped=True)


def skipped(frame: pd.DataFrame) -> Exhibit:
    """Changed images that could not be measured, by what was changed and why. frame : SKIPPED."""
    counts = frame.groupby(["variant", "reason"], sort=True)["case"].agg(["size", "first"]).reset_index()
    rows = [(r.variant, str(r.size), r.first, r.reason) for r in counts.itertuples(index=False)]
    return Exhibit(("changed image", "cases", "for example", "reason"), tuple(rows), (1,))


def statements(metrics: pd.DataFrame, main: str, fixed: tuple[int, int] = (0, 0)) -> list[tuple[str, str]]:
    """One statement per evaluation of the signature on cases that it was not learnt on: where, and the comparisons.

    metrics : METRICS with COMPARISONS beside them, as `stages.report.reading` gives them
    fixed : how many features of the signature no control image of the region changes, and of how many
    """
    lines = []
    rows = metrics[metrics["evaluation"] != APPARENT]
    whole = set(metrics.loc[metrics["evaluation"] == APPARENT, "cohort"])  # all training cohorts, by one name
    for (evaluation, cohort), part in rows.groupby(["evaluation", "cohort"], sort=False):
        own = part[(part["kind"] == SIGNATURE) & (part["metric"] == main) & (part["against"] == "")]
        together = evaluation == LEFT_OUT and cohort in whole
        lead = OF_COHORTS if together else LEADS.get(evaluation, evaluation)
        for _, value in own.iterrows():
            text = [*verdicts.unjudged(value)]
            if value["estimate"] == value["estimate"]:
                text = [verdicts.against_chance(value), *verdicts.of_baselines(part, main)]
                text += [*verdicts.without_texture(part, main, fixed), *verdicts.of_nulls(value)]
            if text:
                lines.append((f"{lead} {cohort} ({size(value)})", " ".join(text)))
    return lines


def comparisons(metrics: pd.DataFrame) -> Exhibit | None:
    """Every comparison of models with its p, the primary one first; None where there is none."""
    lines = verdicts.table_of(metrics)
    heads = ("rank", "cohort", "comparison", "result", "p", "adjusted p", "verdict")
    return Exhibit(heads, tuple(lines), (3, 4, 5), grouped=True) if lines else None


def alike(metrics: pd.DataFrame) -> list[str]:
    """Validation cohorts to whose cases the signature gives one risk. metrics : METRICS."""
    rows = metrics[(metrics["evaluation"] == VALIDATION) & (metrics["kind"] == SIGNATURE) & (metrics["against"] == "")]
    return list(dict.fromkeys(rows.loc[rows["withheld"] == SAME_RISK, "cohort"]))


def shifts(curves: pd.DataFrame, cohorts: list[str], n_groups: int = 2, cut_point: str = HALVES) -> list[str]:
    """Cohorts that the frozen cut-points do not divide: their risks are shifted against the training cases'.

    Not of those whose cases all have one risk, which nothing divides.

    curves : rows of CURVES of one model; cohorts : in reading order; n_groups : of one size in training;
    cut_point : what the only one is, in words
    """
    lines = []
    for cohort in cohorts:
        sizes = curves[curves["cohort"] == cohort].groupby("level")["at_risk"].max()
        each, n = [int(sizes.get(level, 0)) for level in range(1, n_groups + 1)], int(sizes.sum())
        if not n or min(each) >= DIVIDED * n / n_groups:
            continue
        if n_groups == 2:
            lead, points = f"{each[1]} of {count(n, 'case')} lie above {cut_point}", "cut-point does"
        else:
            told = joined([str(size) for size in each])
            lead = f"{told} of {count(n, 'case')} lie in the groups (lowest risk first) that are of one size among"
            lead += " the training cases"
            points = "cut-points do"
        lines.append(
            f"In {cohort}, {lead}: the {points} not transfer to {cohort} (another scanner, protocol "
            "or mix of patients); read the C-index, not the groups."
        )
    return lines
