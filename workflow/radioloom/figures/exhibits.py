"""Tables as a report shows them: frames in, text in cells out, numbers rounded for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from radioloom.figures.words import CONTROL, DASH, METRICS, STAGES, STEPS, interval, metric, number, plain, probability

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A table ready to show."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()  # columns set right
    grouped: bool = False  # rows with the same first cell belong together


def cohorts(
    flow: pd.DataFrame, roles: dict[str, str], series: pd.DataFrame, clinical: pd.DataFrame, exclusions: pd.DataFrame
) -> Exhibit:
    """One row a cohort: cases analysed, events, follow-up, modality, vendors, slice thickness.

    flow : figures.flow.counts; roles : cohort -> role in words
    """
    survival = bool(len(clinical)) and clinical["time_days"].notna().any()
    rows = []
    for row in flow.itertuples():
        outcomes = _analysed(clinical, exclusions, row.cohort)
        scans = series[(series["cohort"] == row.cohort) & (series["choice"] == "usable")]
        cells = [row.cohort, roles[row.cohort], str(row.cases_in), str(row.images_in), _events(outcomes)]
        cells += [_followup(outcomes)] if survival else []
        cells += [_mix(scans["modality"]), _mix(scans["manufacturer"]), _range(scans["slice_thickness_mm"])]
        rows.append(tuple(cells))
    heads = ["cohort", "role", "cases", "images", "events"]
    heads += ["follow-up, months: median (range)"] if survival else []
    heads += ["modality", "vendor", "slice thickness, mm: median (range)"]
    return Exhibit(tuple(heads), tuple(rows), (2, 3, 4))


def exclusions(frame: pd.DataFrame) -> Exhibit:
    """Every exclusion with its reason."""
    rows = [(r.cohort, r.case, r.replicate, STAGES.get(r.stage, r.stage), r.reason) for r in frame.itertuples()]
    return Exhibit(("cohort", "case", "replicate", "what happened", "reason"), tuple(rows))


def skipped(frame: pd.DataFrame) -> Exhibit:
    """Changed images that could not be measured, by what was changed and why."""
    counts = frame.groupby(["variant", "reason"], sort=True)["case"].agg(["size", "first"]).reset_index()
    rows = [(r.variant, str(r.size), r.first, r.reason) for r in counts.itertuples(index=False)]
    return Exhibit(("changed image", "cases", "for example", "reason"), tuple(rows), (1,))


def reliability(frame: pd.DataFrame, threshold: float) -> Exhibit:
    """One row a source of replicates, and one for all sources together."""
    rows = []
    for source, part in frame.groupby("source"):
        kept = int((part["low"] >= threshold).sum())
        n, k = (_span(part[name]) for name in ("n", "k"))
        median = number(part["estimate"].median())
        rows.append((source, part["form"].iloc[0], n, k, str(len(part)), median, f"{kept} ({kept / len(part):.0%})"))
    lowest = frame.assign(low=frame["low"].fillna(-2)).groupby("feature_id")["low"].min()
    kept = int((lowest >= threshold).sum())
    if len(rows) > 1:
        rows.append(("in every source", "", "", "", str(len(lowest)), "", f"{kept} ({kept / len(lowest):.0%})"))
    heads = ("source", "form", "cases", "replicates", "features", "median ICC", f"lower bound ≥ {threshold:g}")
    return Exhibit(heads, tuple(rows), (2, 3, 4, 5, 6))


def funnel(selection: pd.DataFrame, steps: tuple[str, ...] = tuple(STEPS)) -> Exhibit:
    """How many features were left after each step, from all to the signature."""
    left = len(selection)
    rows = [("measured", "", str(left))]
    known = [*steps, *sorted(set(selection["step"]) - set(steps) - {""})]
    for step in known:
        gone = int(((selection["step"] == step) & ~selection["kept"]).sum())
        left -= gone
        rows.append((STEPS.get(step, step), f"\N{MINUS SIGN}{gone}" if gone else "0", str(left)))
    return Exhibit(("step", "dropped", "left"), tuple(rows), (1, 2))


def signature(model: dict[str, Any], selection: pd.DataFrame) -> Exhibit:
    """The features of the signature with what their coefficient means."""
    rho = selection.set_index("feature_id")["volume_rho"]
    score = selection.set_index("feature_id")["score"]
    rows = [
        (
            term["feature_id"], term["group"], number(term["coefficient"], 3),
            interval(term["ratio"], term["low"], term["high"]), number(score.get(term["feature_id"])),
            number(rho.get(term["feature_id"])), plain(term["mean"]), plain(term["sd"]),
        )
        for term in model["features"]
    ]  # fmt: skip
    ratio = f"{model.get('ratio', 'ratio')} per SD (95 % interval)"
    heads = ("feature", "group", "coefficient per SD", ratio, "concordance alone", "rho with volume", "mean", "SD")
    return Exhibit(heads, tuple(rows), (2, 3, 4, 5, 6, 7))


def performance(metrics: pd.DataFrame, main: str) -> Exhibit:
    """How well each model orders the patients: the main metric, differences, null models.

    metrics : METRICS in reading order; main : the metric that comes first
    """
    named = dict.fromkeys(metrics["metric"])
    deltas = sorted(name for name in named if name.startswith("delta_"))
    return _metric_table(
        metrics, [name for name in (main, "uno_c", *deltas, "signature_minus", "null_p") if name in named]
    )


def groups(metrics: pd.DataFrame, main: str) -> Exhibit | None:
    """What else was measured of each model (calibration, risk groups); None where there is nothing."""
    shown = {main, "uno_c", "signature_minus", "null_p"}
    rest = [name for name in dict.fromkeys(metrics["metric"]) if name not in shown and not name.startswith("delta_")]
    rest.sort(key=lambda name: list(METRICS).index(name) if name in METRICS else len(METRICS))
    rows = metrics[metrics["metric"].isin(rest) & ~metrics["model"].str.startswith(CONTROL)]
    return _metric_table(rows, rest) if len(rows) else None


def _metric_table(metrics: pd.DataFrame, names: list[str]) -> Exhibit:
    """One row a cohort and model, one column a metric."""
    rows = []
    for (evaluation, cohort, model), part in metrics.groupby(["evaluation", "cohort", "model"], sort=False):
        values = part.set_index("metric")
        cells = [_where(evaluation, cohort), model, str(part["n"].iloc[0]), str(part["n_events"].iloc[0])]
        rows.append((*cells, *(_cell(name, values.loc[name] if name in values.index else None) for name in names)))
    heads = ("cohort", "model", "n", "events", *map(metric, names))
    return Exhibit(heads, tuple(rows), tuple(range(2, len(heads))), grouped=True)


def modules(frame: pd.DataFrame, explained: dict[str, float]) -> Exhibit:
    """One row a module: genes, variance that its score carries, the genes of largest weight."""
    rows = []
    for name, part in frame.groupby("module"):
        top = (
            part.assign(size=part["weight"].abs())
            .sort_values(["size", "gene"], ascending=[False, True])["gene"]
            .head(6)
        )
        share = f"{explained[name]:.0%}" if name in explained else DASH
        rows.append((name, str(len(part)), share, ", ".join(top)))
    return Exhibit(("module", "genes", "variance in its score", "genes of largest weight"), tuple(rows), (1, 2))


def associations(frame: pd.DataFrame, most: int = 10) -> Exhibit:
    """The pairs with the smallest p, at most so many."""
    top = frame.assign(size=-frame["rho"].abs()).sort_values(["p", "size", "module", "feature_id"]).head(most)
    rows = [
        (r.module, r.feature_id, number(r.rho), probability(r.p), probability(r.q), probability(r.p_max),
         number(r.rho_given_volume), str(r.n))
        for r in top.itertuples()
    ]  # fmt: skip
    heads = ("module", "feature", "rho", "p", "q", "family-wise p", "rho given volume", "n")
    return Exhibit(heads, tuple(rows), (2, 3, 4, 5, 6, 7))


def pairs(values: dict[str, Any], heads: tuple[str, str]) -> Exhibit:
    """A dict as a table of two columns."""
    return Exhibit(heads, tuple((str(key), str(value)) for key, value in values.items()))


def _where(evaluation: str, cohort: str) -> str:
    return cohort if evaluation == "validation" else f"{cohort}, {evaluation}"


def _cell(name: str, row: Any) -> str:
    if row is None:
        return DASH
    if name.endswith("_p") or name == "p":
        return probability(row["estimate"])
    return interval(row["estimate"], row["low"], row["high"])


def _analysed(clinical: pd.DataFrame, out: pd.DataFrame, cohort: str) -> pd.DataFrame:
    gone = set(out.loc[out["cohort"] == cohort, "case"])
    return clinical[(clinical["cohort"] == cohort) & ~clinical["case"].isin(gone)]


def _events(outcomes: pd.DataFrame) -> str:
    return f"{int(outcomes['event'].sum())} ({outcomes['event'].mean():.0%})" if len(outcomes) else DASH


def _followup(outcomes: pd.DataFrame) -> str:
    months = outcomes["time_days"].dropna() / (365.25 / 12)
    return f"{months.median():.0f} ({months.min():.0f}{DASH}{months.max():.0f})" if len(months) else DASH


def _mix(values: pd.Series) -> str:
    """Siemens 12, GE 3: most frequent first."""
    known = values.fillna("not said").replace("", "not said")
    counts = sorted(known.value_counts().items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(name if len(counts) == 1 else f"{name} {n}" for name, n in counts) or DASH


def _range(values: pd.Series) -> str:
    known = values.dropna()
    if known.empty:
        return DASH
    low, high = known.min(), known.max()
    return f"{low:g}" if low == high else f"{known.median():g} ({low:g}{DASH}{high:g})"


def _span(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low}{DASH}{high}"


def stability(selection: pd.DataFrame, names: list[str], most: int = 10) -> Exhibit:
    """In how many folds a feature was chosen: the signature's, then the others chosen most often.

    selection : rows of SELECTION of the folds; names : the signature
    """
    n_folds = selection["split"].nunique()
    times = selection[selection["kept"]].groupby("feature_id").size()
    others = times.drop([name for name in names if name in times]).sort_values(ascending=False, kind="stable").index
    rows = [
        (name, "yes" if name in names else "", f"{times.get(name, 0)} ({times.get(name, 0) / n_folds:.0%})")
        for name in [*names, *others[: max(0, most - len(names))]]
    ]
    return Exhibit(("feature", "in the signature", f"chosen in folds (of {n_folds})"), tuple(rows), (2,))


def planted_metrics(metrics: pd.DataFrame, truth: pd.DataFrame, main: str) -> Exhibit:
    """The planted log hazard as a risk beside the signature, volume and the null models, judged on the same cases."""
    rows = []
    main_rows = metrics[metrics["metric"] == main]
    for (evaluation, cohort), part in main_rows.groupby(["evaluation", "cohort"], sort=False):
        values, own = part.set_index("model"), truth[truth["cohort"] == cohort]
        if "signature" not in values.index or own.empty:
            continue
        top, reached = own.iloc[0], values.loc["signature", "estimate"]
        excess = f"{(reached - 0.5) / (top['estimate'] - 0.5):.0%}" if top["low"] > 0.5 else DASH
        cells = [_where(evaluation, cohort), str(top["n"]), str(top["n_events"])]
        cells += [interval(top["estimate"], top["low"], top["high"])]
        cells += [
            _cell(main, values.loc[name] if name in values.index else None) for name in ("signature", "volume", "null")
        ]
        rows.append((*cells, excess))
    heads = (
        "cohort",
        "n",
        "events",
        "planted truth",
        "signature",
        "volume",
        "null models",
        "of the truth's excess over 0.5",
    )
    return Exhibit(heads, tuple(rows), (1, 2, 3, 4, 5, 6, 7))


def planted_features(follows: dict[str, dict[str, float]], names: list[str]) -> Exhibit:
    """Which hidden factors each feature of the signature follows, and how closely; none: it was not planted."""
    rows = []
    for name in names:
        said = [f"{factor} ({number(rho)})" for factor, rho in follows.get(name, {}).items()]
        rows.append((name, " and ".join(said) or "neither: not planted"))
    return Exhibit(("feature of the signature", "follows the hidden (median |rho|)"), tuple(rows))


def planted_modules(frame: pd.DataFrame) -> Exhibit:
    """Each planted module beside the found one that fits it best."""
    rows = [
        (r.planted, r.driver or "nothing", str(r.n_planted), r.found or DASH, str(r.n_found), str(r.n_shared),
         number(r.recall), number(r.precision), number(r.jaccard))
        for r in frame.itertuples()
    ]  # fmt: skip
    heads = ("planted", "driven by", "genes", "best match", "its genes", "shared", "recall", "precision", "Jaccard")
    return Exhibit(heads, tuple(rows), (2, 4, 5, 6, 7, 8))


def planted_hits(frame: pd.DataFrame) -> Exhibit:
    """Associations that were found, planted or not."""
    order = frame.sort_values(["planted", "p", "module", "feature_id"], ascending=[False, True, True, True])
    rows = [
        (r.module, r.feature_id, number(r.rho), probability(r.q), probability(r.p_max),
         "planted" if r.planted else "not planted")
        for r in order.itertuples()
    ]  # fmt: skip
    return Exhibit(("module", "feature", "rho", "q", "family-wise p", "verdict"), tuple(rows), (2, 3, 4))
