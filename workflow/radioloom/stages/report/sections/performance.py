"""Section: performance of the signature beside baselines, controls and null models; risk groups and calibration."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from radioloom.figures import curves as kaplan_meier
from radioloom.figures import forest, hazards, looks, performance, style, verdicts
from radioloom.figures.words import joined, metric, probability, size, where
from radioloom.imaging.controls import CONTROLS, REGIONS, WAYS
from radioloom.prediction.cut_points import MEDIAN, QUANTILES
from radioloom.stages.report import reading
from radioloom.stages.report.record import Section
from radioloom.tables.columns import CONTROL, CROSS_VALIDATION, LEFT_OUT, REFITTED, SIGNATURE, VALIDATION

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.prediction.models.record import Model
    from radioloom.stages.report.record import ReportInputs

CHANGED = {  # how the voxels of a control image are changed, and where
    "shuffled": "shuffled",
    "uniform": "drawn at random between the smallest and the largest",
    "resampled": "resampled with replacement",
    "image": "in the whole image (the region and the surroundings prepared with it)",
    "roi": "in the ROI",
    "outside": "outside the ROI",
}
NO_VALIDATION = "The signature was evaluated only on the cases that it was learnt on: its performance elsewhere is "
NO_VALIDATION += "not known."


def build(study: ReportInputs) -> dict[str, Any]:
    """Figures, tables and statements on how well each model orders the patients."""
    from radioloom.prediction.models import of_study

    main = reading.main_metric(study)
    metrics = reading.performance(study, reading.of_order(study.metrics))
    alone = reading.alone(study)
    lines, asked = performance.statements(metrics, main, reading.fixed(study)), study.settings["validation"]
    added, rest = performance.single(metrics, main)
    controls = metrics[metrics["kind"] == CONTROL]
    skipped = study.skipped is not None and len(study.skipped) > 0
    shifts = _shifts(study)
    followed = [name for name, cohort in study.settings["cohorts"].items() if "follow" in cohort]
    told = [] if study.looks is None else looks.statements(study.looks, asked.get("primary"), followed)
    return {
        "metric": metric(main),
        "primary": verdicts.declared(metrics, asked.get("primary")),
        "comparisons": performance.comparisons(metrics),
        "multiplicity": verdicts.multiplicity(metrics, asked["multiplicity"]),
        "looks": told,
        "quick": asked["intervals"] == "none",
        "figures": _figures(study, metrics, main),
        "table": performance.table(_all_with_truth(study, metrics, main), main),
        "added": added,
        "rest": rest,
        "sides": performance.two_sides(metrics),
        "alike": joined(performance.alike(metrics)),
        "groups": performance.groups(metrics, main),
        "curves": _curves(study, metrics),
        "n_groups": _n_groups(study),
        "hazards": hazards.statement(metrics),
        "shifts": shifts,
        "baselines": joined(reading.baselines(metrics)),
        "fitted": _fitted(of_study(study.settings)),
        "controls": _changes(list(dict.fromkeys(controls["model"]))),
        "kept": verdicts.what_stays(controls, reading.fixed(study)),
        "refitted": (controls["variant"] == REFITTED).any(),
        "nulls": asked["null_models"],
        "left_out": (metrics["evaluation"] == LEFT_OUT).any(),
        "alone": alone,
        "truth": study.comparison is not None,
        "survival": study.settings["outcome"]["kind"] == "survival",
        "competing": study.settings["outcome"].get("competing", ""),
        "skipped": performance.skipped(study.skipped) if skipped else None,
        "brief": [
            *_first(metrics, asked, told),
            *(lines or [("Performance", NO_VALIDATION)]),
            *(("Risk groups", line) for line in shifts),
        ],
    }


def _first(metrics: pd.DataFrame, asked: dict[str, Any], told: list[str]) -> list[tuple[str, str]]:
    """What goes before all results: that nothing is claimed, or what was declared, and how often others looked."""
    primary = verdicts.declared(metrics, asked.get("primary"))
    others = verdicts.multiplicity(metrics, asked["multiplicity"])
    lines = [("Quick look", verdicts.QUICK)] if asked["intervals"] == "none" else [primary] if primary else []
    lines += [("Other comparisons" if primary else "Comparisons", others)] if others else []
    return lines + [("Looks at a cohort", line) for line in told]


def _changes(names: list[str]) -> str:
    """What was done to the voxels of these control images, in words; names : keys of imaging.controls.CONTROLS."""
    places: dict[str, list[str]] = {}
    for control in (CONTROLS[name] for name in names):
        way = next(way for way, replaced in WAYS.items() if replaced is control.replaced)
        place = next(place for place, (_, voxels) in REGIONS.items() if voxels is control.region)
        places.setdefault(CHANGED.get(way, way), []).append(CHANGED.get(place, place))
    parts = [f"{way} {joined(each)}" for way, each in places.items()]
    return "; ".join(parts) if any(len(each) > 1 for each in places.values()) else ", or ".join(parts)


def _fitted(kind: Model | None) -> str:
    """How baselines are fitted, beside a signature of this kind."""
    from radioloom.prediction.models import of_baselines

    if kind is None or (plain := of_baselines(kind)) is kind:
        return "in the same way"
    return f"by {plain.definition}"


def _figures(study: ReportInputs, metrics: pd.DataFrame, main: str) -> list[str]:
    """One forest plot of the main metric per evaluation and cohort, all on one axis; the truth beside each."""
    rows = metrics[(metrics["metric"] == main) & (metrics["against"] == "")].dropna(subset=["estimate"])
    plots = {}
    for (evaluation, cohort), part in rows.groupby(["evaluation", "cohort"], sort=False):
        title = f"{where(evaluation, cohort)} ({size(part.iloc[0])})"
        plots[title] = _with_truth(study, part, evaluation, cohort)
    if not plots:
        return []
    axis = (main, forest.limits(list(plots.values()), main), reading.baselines(metrics))
    title = f"{metric(main)} of every model, {{}}"
    return [
        style.svg(forest.performance(part, name, *axis), f"performance-{place}", title.format(name))
        for place, (name, part) in enumerate(plots.items())
    ]


def _with_truth(study: ReportInputs, part: pd.DataFrame, evaluation: str, cohort: str) -> pd.DataFrame:
    import pandas as pd

    beside = _truth(study, evaluation, cohort)
    if beside.empty:
        return part
    return reading.performance(study, pd.concat([part[beside.columns], beside], ignore_index=True))


def _truth(study: ReportInputs, evaluation: str, cohort: str) -> pd.DataFrame:
    """METRICS of the planted truth in one cohort; none where the patients are real."""
    import pandas as pd

    if study.comparison is None:
        return pd.DataFrame()
    truth = study.comparison.metrics
    return truth[truth["cohort"] == cohort].assign(evaluation=evaluation)


def _all_with_truth(study: ReportInputs, metrics: pd.DataFrame, main: str) -> pd.DataFrame:
    """METRICS with the truth wherever the main metric of the signature is known."""
    import pandas as pd

    known = metrics[(metrics["metric"] == main) & (metrics["against"] == "") & (metrics["kind"] == SIGNATURE)]
    places = list(dict.fromkeys(zip(known["evaluation"], known["cohort"], strict=True)))
    truth = [_truth(study, *place) for place in places]
    return reading.performance(
        study, pd.concat([reading.of_order(study.metrics), *(rows for rows in truth if len(rows))])
    )


def _shifts(study: ReportInputs) -> list[str]:
    """Validation cohorts that the frozen cut-point does not divide."""
    if study.curves is None or study.curves.empty:
        return []
    judged = set(study.metrics.loc[study.metrics["evaluation"] == VALIDATION, "cohort"])
    curves = study.curves[study.curves["kind"] == SIGNATURE]
    alike = performance.alike(study.metrics)
    cohorts = [name for name in study.settings["cohorts"] if name in judged and name not in alike]
    if study.adopted and study.adopted.get("source"):
        return performance.shifts(curves, cohorts, cut_point="the published cut-point")
    declared = study.settings["model"].get("cut_points", MEDIAN)
    if not isinstance(declared, str):
        return []  # of no size that training tells
    return performance.shifts(curves, cohorts, len(QUANTILES[declared]) + 1)


def _n_groups(study: ReportInputs) -> int:
    """Groups between the signature's cut-points; those of the median, where the study has no signature to show."""
    return len(study.signature.cuts) + 1 if study.signature else 2


def _curves(study: ReportInputs, metrics: pd.DataFrame) -> list[str]:
    """Kaplan-Meier curves of the signature, validation cohorts first."""
    if study.curves is None or study.curves.empty or (study.signature and not study.signature.cuts):
        return []
    values_of = metrics[(metrics["kind"] == SIGNATURE) & (metrics["against"] == "")]
    rows = study.curves[study.curves["kind"] == SIGNATURE]
    figures = []
    for (evaluation, cohort), part in values_of.groupby(["evaluation", "cohort"], sort=False):
        values = part.set_index("metric")["estimate"]
        curve = rows[rows["cohort"] == cohort]
        if len(curve) and evaluation != CROSS_VALIDATION:
            p = values.get("logrank_p", float("nan"))  # none where all are in one group
            note = "" if math.isnan(p) else f"log-rank p {probability(p)}"
            drawn = kaplan_meier.kaplan_meier(curve, where(evaluation, cohort), note, _n_groups(study))
            title = f"Kaplan-Meier curves of {cohort} at the frozen cut-point"
            figures.append(style.svg(drawn, f"km-{len(figures)}", title))
    return figures


PERFORMANCE = Section(
    "performance",
    "Performance",
    ("metrics",),
    build,
    ("comparisons", "looks", "curves", "changed", "skipped", "predictions", "clinical", "signature"),
)
