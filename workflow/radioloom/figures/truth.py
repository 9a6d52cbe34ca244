"""The planted truth of a simulated study beside its results: figures, tables and statements."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.verdicts import exceeds_chance
from radioloom.figures.words import DASH, cell, count, feature, metric, number, percent, probability, where
from radioloom.tables.columns import BASELINE, CROSS_VALIDATION, NULL, SIGNATURE, SIGNIFICANT, VALIDATION

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FACTORS = {"rho_heterogeneity": (style.PURPLE, "o", "heterogeneity"), "rho_volume": (style.ORANGE, "s", "volume")}


@style.drawn
def hidden_factors(frame: pd.DataFrame, order: list[str]) -> Figure:
    """|rho| of each feature with the hidden factors: one small mark per cohort, a large one at their median.

    frame : cohort, feature_id, rho_heterogeneity, rho_volume; order : the features from top to bottom
    """
    names = [name for name in order if name in set(frame["feature_id"])]
    figure, axes = style.canvas(style.PANEL, 0.5 * len(names) + 0.95)
    for level, name in enumerate(names):
        rows = frame[frame["feature_id"] == name]
        axes.axhline(level, color=style.FAINT, linewidth=0.7, zorder=0)
        for shift, (column, (colour, marker, _)) in zip((-0.13, 0.13), FACTORS.items(), strict=True):
            values = rows[column].abs().to_numpy()
            axes.plot(
                values, np.full(len(values), level + shift), marker, color=colour, markersize=3.2, alpha=0.45, mew=0
            )
            axes.plot(
                np.median(values),
                level + shift,
                marker,
                color=colour,
                markersize=7.5,
                mec="white",
                mew=0.6,
                clip_on=False,
            )
    for colour, marker, label in FACTORS.values():
        axes.plot([], [], marker, color=colour, markersize=6, label=f"hidden {label}")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, handletextpad=0.2, columnspacing=1, borderaxespad=0)
    axes.set_yticks(range(len(names)), ["\n".join(textwrap.wrap(feature(name), 28)) for name in names])
    axes.set(xlim=(0, 1), ylim=(len(names) - 0.45, -0.55), xlabel="|Spearman's rho| with the hidden factor")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


@style.drawn
def module_overlap(planted: pd.DataFrame, recovered: pd.DataFrame) -> Figure:
    """Genes of each planted module (rows) in each recovered one (columns); the last row and column are genes in none.

    planted : module and gene, of every gene; module "" for none
    recovered : module and gene, of the genes that are in a module
    """
    joined = planted.merge(
        recovered[["gene", "module"]], on="gene", how="left", suffixes=("_planted", "_recovered")
    ).fillna("")
    rows, columns = (_names(joined[column]) for column in ("module_planted", "module_recovered"))
    table = np.array(
        [[((joined["module_planted"] == r) & (joined["module_recovered"] == c)).sum() for c in columns] for r in rows]
    )
    figure, axes = style.canvas(style.PANEL, 0.27 * len(rows) + 0.75)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.pcolormesh(share, cmap="Purples", vmin=0, vmax=1.15, edgecolor="white", lw=1.0)
    for row, column in zip(*np.nonzero(table), strict=True):
        ink = "white" if share[row, column] > 0.6 else style.INK
        axes.text(column + 0.5, row + 0.5, str(table[row, column]), ha="center", va="center", size=7.5, color=ink)
    axes.set_xticks(np.arange(len(columns)) + 0.5, [name or "none" for name in columns])
    axes.set_yticks(
        np.arange(len(rows)) + 0.5, [f"planted {planted_label(name)}" if name else "in none" for name in rows]
    )
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    axes.set_xlabel("recovered module")
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    return figure


def planted_label(module: str) -> str:
    """What the report calls a planted module: P1 for M1, so that it is not taken for the recovered M1."""
    return re.sub(r"^M(?=\d+$)", "P", module)


def _names(values: pd.Series) -> list[str]:
    return [*sorted(set(values) - {""}), *([""] if (values == "").any() else [])]


def metrics(judged: pd.DataFrame, truth: pd.DataFrame, main: str) -> Exhibit:
    """The planted log hazard as a risk beside the signature, baselines and null models, on the same cases.

    judged : METRICS in reading order with `label`; truth : METRICS of kind `truth`; main : c_index or auc
    """
    rows, values = [], judged[(judged["metric"] == main) & (judged["against"] == "")]
    beside = values[values["kind"].isin([SIGNATURE, BASELINE, NULL])]
    labels = list(dict.fromkeys(beside["label"]))
    for (evaluation, cohort), part in beside.groupby(["evaluation", "cohort"], sort=False):
        best, by_label = truth[truth["cohort"] == cohort], part.set_index("label")
        signature = part[part["kind"] == SIGNATURE]
        if signature.empty or best.empty:
            continue
        top, reached = best.iloc[0], signature.iloc[0]["estimate"]
        share = percent((reached - 0.5) / (top["estimate"] - 0.5)) if exceeds_chance(top) else DASH
        cells = [cell(by_label.loc[label]) if label in by_label.index else DASH for label in labels]
        rows.append((where(evaluation, cohort), str(top["n"]), str(top["n_events"]), cell(top), *cells, share))
    last = f"share of the achievable {metric(main)} above 0.5"
    heads = ("cohort", "cases", "events", "planted truth", *labels, last)
    return Exhibit(heads, tuple(rows), tuple(range(1, len(heads))))


def features(follows: dict[str, dict[str, float]], names: list[str]) -> Exhibit:
    """Which hidden factors each feature of the signature follows, and how closely; none: it was not planted."""
    rows = []
    for name in names:
        factors = [f"{factor} ({number(rho)})" for factor, rho in follows.get(name, {}).items()]
        rows.append((name, " and ".join(factors) or "neither: not planted"))
    return Exhibit(("feature of the signature", "follows the hidden (median |rho|)"), tuple(rows))


def modules(frame: pd.DataFrame) -> Exhibit:
    """Each planted module beside the recovered one that fits it best.

    frame : genomics.recovery.overlap with `driver`
    """
    rows = [
        (planted_label(r.planted), r.driver or "nothing", str(r.n_planted), r.recovered or DASH, str(r.n_recovered),
         str(r.n_shared), number(r.recall), number(r.precision), number(r.jaccard))
        for r in frame.itertuples()
    ]  # fmt: skip
    heads = ("planted", "driven by", "genes", "best match", "its genes", "shared", "recall", "precision", "Jaccard")
    return Exhibit(heads, tuple(rows), (2, 4, 5, 6, 7, 8))


def hits(frame: pd.DataFrame) -> Exhibit:
    """Significant associations, true ones first. frame : the significant rows of ASSOCIATIONS, with `planted`."""
    order = frame.sort_values(["planted", "p", "module", "feature_id"], ascending=[False, True, True, True])
    rows = [
        (r.module, r.feature_id, number(r.rho), probability(r.q), probability(r.p_max), "yes" if r.planted else "no")
        for r in order.itertuples()
    ]
    return Exhibit(("module", "feature", "rho", "q", "family-wise p", "planted"), tuple(rows), (2, 3, 4))


def modules_in_words(overlap: pd.DataFrame, hits: pd.DataFrame) -> str:
    """Whether the modules that a hidden factor drives were recovered, and how many associations are true ones.

    overlap : genomics.recovery.overlap with `driver`; hits : significant ASSOCIATIONS, with `planted`
    """
    lines = []
    for row in overlap[overlap["driver"] != ""].itertuples():
        name = planted_label(row.planted)
        if row.n_shared:
            lines.append(
                f"The planted module {name} ({count(row.n_planted, 'gene')} that follow {row.driver}) is matched best "
                f"by {row.recovered}: {row.n_shared} of its genes are among {row.recovered}'s {row.n_recovered} "
                f"(Jaccard {number(row.jaccard)})."
            )
        else:
            lines.append(f"No recovered module has a gene of the planted one, {name} ({count(row.n_planted, 'gene')}).")
    return " ".join([*lines, _true_ones(len(hits), int(hits["planted"].sum()))])


def _true_ones(n: int, n_true: int) -> str:
    if n == 0:
        return f"No association has q < {SIGNIFICANT}."
    if n == 1:
        return f"The one significant association is {'' if n_true else 'not '}a true one."
    if n_true == n:
        return f"All {n} significant associations are true ones."
    return f"{n_true or 'None'} of {n} significant associations {'is a true one' if n_true == 1 else 'are true ones'}."


def features_in_words(follows: dict[str, dict[str, float]], names: list[str]) -> str:
    """How many features of the signature follow which hidden factor."""
    factors = sorted({factor for name in names for factor in follows.get(name, {})})
    numbers = {factor: sum(factor in follows.get(name, {}) for name in names) for factor in factors}
    if len(factors) == 1 and len(names) > 1 and numbers[factors[0]] == len(names):
        return f"All {len(names)} features of the signature follow the hidden {factors[0]}."
    parts = [f"{n} {_verb(n)} the hidden {factor}" for factor, n in numbers.items()]
    lost = sum(not follows.get(name) for name in names)
    parts += [f"{lost} {_verb(lost)} neither"] if lost else []
    return f"Of {count(len(names), 'feature')} in the signature, {', '.join(parts)}."


def _verb(n: int) -> str:
    return "follows" if n == 1 else "follow"


def performance_in_words(metrics: pd.DataFrame, truth: pd.DataFrame, main: str) -> str:
    """The signature beside the planted truth in the validation cohorts (cross-validation where there are none)."""
    judged = metrics[(metrics["metric"] == main) & (metrics["kind"] == SIGNATURE) & (metrics["against"] == "")]
    for evaluation in (VALIDATION, CROSS_VALIDATION):
        reached = []
        for row in judged[judged["evaluation"] == evaluation].itertuples():
            top = truth[truth["cohort"] == row.cohort]
            if len(top):
                best = number(top["estimate"].iloc[0])
                reached.append(f"{number(row.estimate)} in {row.cohort} (the planted hazard itself: {best})")
        if reached:
            return f"{metric(main)} of the signature: {', '.join(reached)}."
    return ""
