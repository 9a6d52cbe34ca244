"""Section: what a study of so many patients can carry, before its results are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import size, style
from radioloom.stages.report.record import Section
from radioloom.tables.columns import CROSS_VALIDATION, SIGNATURE

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """Events per feature, patients needed to learn and to validate, learning curve and optimism."""
    if study.sample_size.empty:
        return None
    lines, curve = size.statements(study.sample_size), study.learning_curve
    brief = [("Size", " ".join(lines)), ("Size of validation", " ".join(size.validation_brief(study.sample_size)))]
    drawn = curve is not None and curve["estimate"].notna().sum() > 1
    repeats = study.settings["validation"]["cross_validation"]["repeats"]
    title = "Learning curve: cross-validated performance over the number of cases learnt from"
    return {
        "statements": lines,
        "validated": size.validation_words(study.sample_size),
        "validation_table": size.validation_table(study.sample_size),
        "table": size.table(study.sample_size),
        "binary": study.settings["outcome"]["kind"] == "binary",
        "curve": style.svg(size.learning_curve(curve), "learning-curve", title) if drawn else None,
        "curve_words": size.curve_words(curve, repeats, _whole(study)) if drawn else "",
        "optimism": "" if study.optimism is None else size.optimism_words(study.optimism),
        "brief": [each for each in brief if each[1]],
    }


def _whole(study: ReportInputs) -> float:
    """Estimate of the signature by all repeats of the cross-validation; NaN where there is none, or one by cohort."""
    from radioloom.prediction.metrics import main_metric

    main = main_metric(study.settings["outcome"]["kind"]).name
    rows = study.metrics
    if rows is None:
        return float("nan")
    rows = rows[(rows["against"] == "") & (rows["variant"] == "")]
    of = (rows["evaluation"] == CROSS_VALIDATION) & (rows["kind"] == SIGNATURE) & (rows["metric"] == main)
    return float(rows.loc[of, "estimate"].iloc[0]) if of.sum() == 1 else float("nan")


SIZE = Section(
    "size",
    "What a study of this size can carry",
    ("sample_size",),
    build,
    ("learning_curve", "optimism", "metrics"),
    empty="nobody is learnt from, or judged",
)
