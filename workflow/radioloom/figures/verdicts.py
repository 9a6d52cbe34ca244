"""Sentences about results that claim no more than the intervals allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures.words import CONTROL, DASH, count, interval, metric, number, probability

if TYPE_CHECKING:
    import pandas as pd

CHANCE = 0.5
OUTSIDE, RELEARNED = "outside ROI", ", learned anew"  # controls that leave the region as it is; and their own models
VOLUME = "volume"
NO_BASELINE = ("signature", "null", "truth", "clinical+signature")
APPARENT = "apparent"
APART = 0.2  # smallest share of a risk group for which the cut-point is said to divide a cohort
WHERE = {"validation": "Validation in", "cross-validation": "Cross-validation in"}


def performance(metrics: pd.DataFrame, main: str) -> list[tuple[str, str]]:
    """One statement an evaluation that the signature was not learned on: where, and what was found there.

    metrics : METRICS in reading order; main : c_index or auc
    """
    lines = []
    rows = metrics[metrics["evaluation"] != APPARENT]
    for (evaluation, cohort), part in rows.groupby(["evaluation", "cohort"], sort=False):
        own = _value(part, "signature", main)
        if own is not None:
            lead = f"{WHERE.get(evaluation, evaluation)} {cohort} (n {own['n']}, {count(own['n_events'], 'event')})"
            said = f"{metric(main)} {interval(own['estimate'], own['low'], own['high'])}, {_against_chance(own)}"
            parts = [said, _against_baselines(part, main), _controls(part, main), _nulls(part, main)]
            lines.append((lead, "; ".join(filter(None, parts)) + "."))
    return lines


def shifts(curves: pd.DataFrame, cohorts: list[str]) -> list[str]:
    """Cohorts that the frozen cut-point does not divide: their risks are shifted against the training cases'.

    curves : rows of CURVES of one model; cohorts : in reading order
    """
    said = []
    for cohort in cohorts:
        sizes = curves[curves["cohort"] == cohort].groupby("group")["at_risk"].max()
        high, n = int(sizes.get("high", 0)), int(sizes.sum())
        if n and not APART <= high / n <= 1 - APART:
            said.append(
                f"In {cohort}, {high} of {count(n, 'patient')} lie above the cut-point that halves the training cases: "
                "risks are shifted there (another scanner, protocol or mix of patients), and the groups say less than "
                "the ordering does."
            )
    return said


def proxies(names: list[str], n_features: int, bound: float) -> str:
    """How much of the signature is volume."""
    if not names:
        return f"None of the {n_features} features of the signature correlates with volume at |rho| above {bound:g}."
    verb = "correlates" if len(names) == 1 else "correlate"
    return (
        f"{len(names)} of {count(n_features, 'feature')} of the signature {verb} with volume at |rho| above {bound:g} "
        f"({', '.join(names)}): much of what the signature says may be size."
    )


def modules(summary: dict[str, Any]) -> str:
    """How many genes went into modules, and what became of the others; `summary` is that of stages.associate."""
    genes, cases = summary["genes"], summary["cases"]
    lost = {
        "dropped_missing": "dropped for missing values", "dropped_constant": "dropped for being constant",
        "merged": "merged with a row of the same gene", "unassigned": "follow no module",
    }  # fmt: skip
    parts = [f"{genes[key]} {words}" for key, words in lost.items() if genes.get(key)]
    said = f"{count(genes['genes_read'], 'gene')} of {count(cases['expression'], 'case')} were read; "
    said += f"{genes['in_modules']} fall into modules ({summary['method']['definition']})"
    others = "features or readers' traits" if cases.get("traits") else "features"
    return f"{', '.join([said, *parts])}. {count(cases['both'], 'case')} have {others} as well."


def associations(frame: pd.DataFrame) -> str:
    """How many pairs of module and feature stand out, after which correction."""
    tested = frame.dropna(subset=["p"])
    found, alone = int((tested["q"] < 0.05).sum()), int((tested["p_max"] < 0.05).sum())
    said = f"{count(len(tested), 'pair')} of module and feature were tested: {found} with q < 0.05"
    said += f" and {alone} with a family-wise p < 0.05." if found else "."
    hits = tested[tested["q"] < 0.05]
    top = hits.assign(size=-hits["rho"].abs()).sort_values(["p", "size"]).head(1)
    for row in top.itertuples():
        said += (
            f" The strongest: module {row.module} with {row.feature_id}, rho {number(row.rho)} "
            f"(q {probability(row.q)}, n {row.n})"
        )
        given = number(row.rho_given_volume)
        said += "." if given == DASH else f", {given} given volume."
    return said


def planted_modules(overlap: pd.DataFrame, hits: pd.DataFrame) -> str:
    """Whether the modules that a hidden factor drives were found, and what they go with.

    overlap : genomics.recovery.overlap with `driver`; hits : ASSOCIATIONS with q < 0.05 and `planted`
    """
    said = []
    for row in overlap[overlap["driver"] != ""].itertuples():
        if row.n_shared:
            said.append(
                f"The planted module ({count(row.n_planted, 'gene')} that follow {row.driver}) is met best by "
                f"{row.found}: {row.n_shared} of its genes are among {row.found}'s {row.n_found} "
                f"(Jaccard {number(row.jaccard)})."
            )
        else:
            said.append(f"No module found has a gene of the planted one ({count(row.n_planted, 'gene')}).")
    meant = int(hits["planted"].sum())
    said.append(f"Of {count(len(hits), 'association')} with q < 0.05, {meant} go back to what was planted.")
    return " ".join(said)


def planted_features(follows: dict[str, dict[str, float]], names: list[str]) -> str:
    """How many features of the signature follow which hidden factor."""
    factors = sorted({factor for name in names for factor in follows.get(name, {})})
    numbers = {factor: sum(factor in follows.get(name, {}) for name in names) for factor in factors}
    parts = [f"{n} {_verb(n)} the hidden {factor}" for factor, n in numbers.items()]
    lost = sum(not follows.get(name) for name in names)
    parts += [f"{lost} {_verb(lost)} neither"] if lost else []
    return f"Of {count(len(names), 'feature')} in the signature, {', '.join(parts)}."


def _verb(n: int) -> str:
    return "follows" if n == 1 else "follow"


def planted_performance(metrics: pd.DataFrame, truth: pd.DataFrame, main: str) -> str:
    """The signature beside the planted truth in the validation cohorts (cross-validation where there are none)."""
    own = metrics[(metrics["metric"] == main) & (metrics["model"] == "signature")]
    for evaluation in ("validation", "cross-validation"):
        said = []
        for row in own[own["evaluation"] == evaluation].itertuples():
            top = truth[truth["cohort"] == row.cohort]
            if len(top):
                ceiling = number(top["estimate"].iloc[0])
                said.append(f"{number(row.estimate)} in {row.cohort} (the planted hazard itself: {ceiling})")
        if said:
            return f"{metric(main)} of the signature: {', '.join(said)}."
    return ""


def _value(part: pd.DataFrame, model: str, name: str) -> pd.Series | None:
    rows = part[(part["model"] == model) & (part["metric"] == name)].dropna(subset=["estimate"])
    return rows.iloc[0] if len(rows) else None


def _against_chance(own: pd.Series) -> str:
    if own["low"] > CHANCE:
        return "above chance"
    return "below chance" if own["high"] < CHANCE else "not told apart from chance (0.5)"


def _against_baselines(part: pd.DataFrame, main: str) -> str:
    """The signature against volume first, then against every other baseline of the study."""
    others = [name for name in part["model"].unique() if name not in NO_BASELINE and not name.startswith(CONTROL)]
    names = sorted(others, key=lambda name: (name != VOLUME, name))
    return "; ".join(filter(None, (_against(part, main, name) for name in names)))


def _against(part: pd.DataFrame, main: str, name: str) -> str:
    other = _value(part, name, main)
    change = _value(part, "signature", f"delta_{main}" if name == VOLUME else f"delta_{main}_{name}")
    if other is None:
        return ""
    said = f"{name} alone {interval(other['estimate'], other['low'], other['high'])}"
    if change is None:
        return said
    said += f", a difference of {interval(change['estimate'], change['low'], change['high'])}"
    if change["low"] > 0:
        return said
    return said + (f": worse than {name}" if change["high"] < 0 else f": no gain over {name} is shown")


def _controls(part: pd.DataFrame, main: str) -> str:
    """What is left where the texture of the region itself is destroyed; where only its surroundings are, nothing is."""
    names = [n for n in part["model"].unique() if n.startswith(CONTROL) and not n.endswith((OUTSIDE, RELEARNED))]
    left = [value["estimate"] for name in names if (value := _value(part, name, main)) is not None]
    if not left:
        return ""
    losses = [_value(part, name, "signature_minus") for name in names]
    shown = sum(loss is not None and loss["low"] > 0 for loss in losses)
    span = number(min(left)) if len(left) == 1 else f"{number(min(left))} to {number(max(left))}"
    said = f"on {count(len(left), 'control image')} without the region's texture {span}"
    return said + (
        f", worse in {shown} of {len(left)}" if shown else ": no loss is shown, so texture is not shown to count"
    )


def _nulls(part: pd.DataFrame, main: str) -> str:
    null, share = _value(part, "null", main), _value(part, "signature", "null_p")
    if null is None:
        return ""
    said = f"null models {number(null['estimate'])} on average"
    return said if share is None else f"{said} (p {probability(share['estimate'])})"
