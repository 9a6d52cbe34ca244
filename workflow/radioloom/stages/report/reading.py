"""What several sections read from the inputs: the signature's features, the main metric, METRICS in reading order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.imaging.controls import CONTROLS
from radioloom.tables.columns import (
    APPARENT,
    BASELINE,
    BESIDE,
    CONTROL,
    CROSS_VALIDATION,
    LEFT_OUT,
    MAIN_METRIC,
    NULL,
    REFITTED,
    SIGNATURE,
    TRUTH,
    VALIDATION,
)

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs

IN_ORDER = (VALIDATION, LEFT_OUT, CROSS_VALIDATION, APPARENT)  # in reading order
KINDS = (SIGNATURE, BESIDE, BASELINE, CONTROL, TRUTH, NULL)


def alone(study: ReportInputs) -> bool:
    """Whether a signature is validated that was not learnt here."""
    return "signature" in study.settings


def names(study: ReportInputs) -> list[str]:
    """Features of the signature; none where the study has no signature."""
    return study.signature.feature_ids if study.signature else []


def main_metric(study: ReportInputs) -> str:
    """The metric that the study is judged by."""
    return MAIN_METRIC[study.settings["outcome"]["kind"]]


def baselines(frame: pd.DataFrame) -> list[str]:
    """Names of the baselines of a table of models, in its order: the study's, and those of every study."""
    return list(dict.fromkeys(frame.loc[frame["kind"] == BASELINE, "model"]))


def performance(study: ReportInputs, metrics: pd.DataFrame) -> pd.DataFrame:
    """METRICS in reading order, with what a reader calls each model and the columns of COMPARISONS."""
    return in_order(study, _compared(study, metrics))


def in_order(study: ReportInputs, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of models in reading order, of METRICS or any table with its columns of place and model.

    Validation cohorts come as the study names them, then training cohorts that were left out, cross-validation, and
    apparent performance; in each, the signature, the baselines as the study names them, controls, the planted truth,
    null models. More columns: `label`, what the model is called; `changed`, of a control how its images were changed;
    `inside`, of a control whether the texture of the region itself is destroyed; `keeps`, whether grey values keep
    their distribution.
    """
    cohorts = _places(study.settings["cohorts"])
    baselines = _places([*study.settings["baselines"], *study.settings.get("models", ())])
    keys = {
        "of_evaluation": frame["evaluation"].map(_places(IN_ORDER)).fillna(len(IN_ORDER)),
        "of_cohort": frame["cohort"].map(cohorts).fillna(len(cohorts)),
        "of_kind": frame["kind"].map(_places(KINDS)),
        "of_model": frame["model"].map(baselines).fillna(len(baselines)),
    }
    by = [*keys, "model", "variant"]
    ordered = frame.assign(**keys).sort_values(by, kind="stable", ignore_index=True).drop(columns=list(keys))
    rows = list(zip(ordered["kind"], ordered["model"], ordered["variant"], strict=True))
    return ordered.assign(
        label=[_label(*row) for row in rows],
        changed=[CONTROLS[model].label if kind == CONTROL else "" for kind, model, _ in rows],
        inside=[kind == CONTROL and CONTROLS[model].inside for kind, model, _ in rows],
        keeps=[kind == CONTROL and CONTROLS[model].keeps for kind, model, _ in rows],
    )


def _compared(study: ReportInputs, metrics: pd.DataFrame) -> pd.DataFrame:
    """METRICS with what COMPARISONS say of its rows; "", NaN and 0 where they say nothing."""
    from radioloom.tables import COMPARISONS

    told = COMPARISONS.frame([]) if study.comparisons is None else study.comparisons
    own = [name for name in told.columns if name not in metrics.columns]
    joined = metrics.merge(told[[*COMPARISONS.key, "metric", *own]], "left", [*COMPARISONS.key, "metric"])
    return joined.fillna({"rank": "", "family": "", "verdict": "", "tests": 0, "nulls": 0})


def fixed(study: ReportInputs) -> tuple[int, int]:
    """How many features of the signature no control image of the region changes in any case, and of how many."""
    if study.changed is None or study.changed.empty:
        return 0, 0
    inside = study.changed["control"].map(lambda name: CONTROLS[name].inside)
    cases = study.changed[inside].groupby("feature_id")[["n", "changed"]].sum()
    return int(((cases["changed"] == 0) & (cases["n"] > 0)).sum()), len(cases)


def of_order(metrics: pd.DataFrame, absolute: bool = False) -> pd.DataFrame:
    """METRICS of the order of risks, or those of absolute risks, which have a section of their own."""
    from radioloom.prediction.metrics import METRICS

    return metrics[metrics["metric"].isin([name for name, each in METRICS.items() if each.absolute]) == absolute]


def _label(kind: str, model: str, variant: str) -> str:
    if kind == CONTROL:
        return f"control: {CONTROLS[model].label}" + (", refitted" if variant == REFITTED else "")
    return {NULL: "null models", TRUTH: "planted truth"}.get(kind, model)


def _places(values: Any) -> dict[str, int]:
    return {name: place for place, name in enumerate(values)}
