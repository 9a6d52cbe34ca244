"""Section: absolute risks of the frozen models, whether they are calibrated, and what treating by them would gain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import absolute_risk, calibration, decision, precision_recall, roc, style
from radioloom.figures.absolute_risk import PLACE
from radioloom.figures.words import single_intervals
from radioloom.stages.report import reading
from radioloom.stages.report.record import Section
from radioloom.stats.sample_size import EVENTS
from radioloom.tables.columns import APPARENT, BASELINE, FEWEST_EVENTS, FROZEN, SIGNATURE, VALIDATION

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs

SLOPE = "calibration_slope"  # of the order of risks, and so of no horizon


def build(study: ReportInputs) -> dict[str, Any]:
    """Tables, statements and figures of the validation cohorts; of training, and said so, where there are none."""
    from radioloom.prediction.metrics.decision_curve import FEWEST_OF_EACH, FEWEST_TREATED
    from radioloom.prediction.metrics.record import WILSON

    binary = study.settings["outcome"]["kind"] == "binary"
    metrics = _with_slopes(study)
    known = metrics.dropna(subset=["estimate"])
    places = [key for key, part in known.groupby(PLACE, sort=False) if (part["metric"] != SLOPE).any()]
    judged = metrics[metrics[PLACE].apply(tuple, axis=1).isin(places)] if len(metrics) else metrics
    told = [(key, _of_signature(study, judged, key, places[:number])) for number, key in enumerate(places)]
    asked = list(dict.fromkeys(zip(*(metrics[key] for key in PLACE), strict=True)))
    return {
        "binary": binary,
        "competing": study.settings["outcome"].get("competing", ""),
        "asked": asked,
        "apparent": (metrics["evaluation"] == APPARENT).any(),
        "statements": [
            (absolute_risk.place(*key), absolute_risk.statement(values, _expected(study, key))) for key, values in told
        ],
        "single": single_intervals(sum(absolute_risk.judged(values) for _, values in told), "verdict"),
        "unknown": [absolute_risk.place(*key) for key in asked if key not in places],
        "table": absolute_risk.table(judged),
        "calibrated": absolute_risk.calibrated(judged),
        "brief": absolute_risk.in_brief(judged),
        "operating": absolute_risk.operating(judged, _thresholds(study)) if binary else None,
        "wilson": (judged["interval"] == WILSON).any() if len(judged) else False,
        "calibration": list(_calibration(study, places)),
        "decisions": list(_decisions(study, places)),
        "calibrated_on": min((int(values["n_with_event"].min()) for _, values in told if len(values)), default=0),
        "enough": EVENTS,
        "fewest": FEWEST_EVENTS,
        "fewest_treated": FEWEST_TREATED,
        "fewest_of_each": FEWEST_OF_EACH,
        "thresholds": bool(study.settings["validation"].get("thresholds")),
        "curves": list(_operating_curves(study, judged)),
    }


def _ours(study: ReportInputs, frame: pd.DataFrame | None) -> pd.DataFrame:
    """Rows of signature and baselines in validation cohorts, or in training where there are none; in reading order."""
    import pandas as pd

    if frame is None:
        return pd.DataFrame(columns=[*PLACE, "kind", "model", "label"])
    evaluation = VALIDATION if (study.metrics["evaluation"] == VALIDATION).any() else APPARENT
    rows = frame[frame["kind"].isin([SIGNATURE, BASELINE]) & (frame["evaluation"] == evaluation)]
    return reading.in_order(study, rows if "variant" in rows else rows.assign(variant=""))


def _with_slopes(study: ReportInputs) -> pd.DataFrame:
    """METRICS of absolute risks, and at each of their horizons the calibration slope, which is of none."""
    import pandas as pd

    rows = _ours(study, study.metrics[study.metrics["against"] == ""])
    absolute = reading.of_order(rows, absolute=True)
    slopes = rows[rows["metric"] == SLOPE].drop(columns="horizon_days")
    places = absolute[PLACE].drop_duplicates()
    return reading.in_order(study, pd.concat([absolute, slopes.merge(places, on=PLACE[:2])], ignore_index=True))


def _at(frame: pd.DataFrame, key: tuple[str, str, float]) -> pd.DataFrame:
    """Rows of one place and horizon."""
    return frame[(frame[PLACE] == list(key)).all(axis=1)]


def _of_signature(
    study: ReportInputs, metrics: pd.DataFrame, key: tuple[str, str, float], before: list[tuple[str, str, float]]
) -> pd.DataFrame:
    """Rows of the signature by metric; the slope, which is of no horizon, at the first one alone.

    before : places that were told
    None where it gives no risks, as without a baseline hazard: what its order is worth says nothing of them.
    """
    values = _at(metrics[metrics["kind"] == SIGNATURE], key).set_index("metric")
    if not len(_risks(study, key)):
        return values.iloc[:0]
    if any(each[:2] == key[:2] for each in before):
        values = values.drop(index=SLOPE, errors="ignore")
    return values


def _expected(study: ReportInputs, key: tuple[str, str, float]) -> float:
    """Mean risk that the signature gives to the patients of one place; NaN where it gives none."""
    risks = _risks(study, key)
    return float(np.mean(risks)) if len(risks) else np.nan


def _risks(study: ReportInputs, key: tuple[str, str, float]) -> np.ndarray:
    """Risks (n,) that the signature gives to the patients of one place."""
    if study.risks is None:
        return np.zeros(0)
    evaluation, cohort, horizon = key
    part = "train" if evaluation == APPARENT else "test"
    rows = study.risks[(study.risks["kind"] == SIGNATURE) & (study.risks["split"] == FROZEN)]
    rows = rows[(rows["horizon_days"] == horizon) & (rows["part"] == part)]
    return rows.loc[(rows["cohort"] == cohort) | (part == "train"), "risk"].to_numpy(float)


def _calibration(study: ReportInputs, places: list[tuple[str, str, float]]) -> Iterator[str]:
    """Calibration plots of the signature."""
    curves = _ours(study, study.calibration)
    curves = curves[curves["kind"] == SIGNATURE]
    for number, key in enumerate(places):
        rows, title = _at(curves, key), absolute_risk.place(*key)
        if len(rows):
            figure = calibration.calibration_plot(rows, _risks(study, key), title)
            yield style.svg(figure, f"calibration-{number}", f"Calibration of the signature, {title}")


def _decisions(study: ReportInputs, places: list[tuple[str, str, float]]) -> Iterator[tuple[str, str]]:
    """Decision curves of every model, each with a sentence."""
    frame = _ours(study, study.decisions)
    baselines = reading.baselines(frame)
    for number, key in enumerate(places):
        rows, title = _at(frame, key), absolute_risk.place(*key)
        if len(rows):
            figure = decision.decision_curve(rows, title, baselines)
            words = decision.highest(rows)
            yield style.svg(figure, f"decisions-{number}", f"Decision curves, {title}"), words


def _thresholds(study: ReportInputs) -> dict[str, float]:
    """Probability at the frozen cut-point of each model."""
    models = {SIGNATURE: study.signature, **(study.signature.baselines if study.signature else {})}
    chances = {
        name: model.probability(np.array([model.cut_point]), np.zeros(1))
        for name, model in models.items()
        if model and model.cuts
    }
    return {name: float(chance[0, 0]) for name, chance in chances.items() if chance is not None}


def _operating_curves(study: ReportInputs, metrics: pd.DataFrame) -> Iterator[str]:
    """ROC and precision-recall curves of a binary outcome; none of survival, which has no OPERATING."""
    frame = _ours(study, study.operating)
    baselines = reading.baselines(frame)
    for number, ((evaluation, cohort), rows) in enumerate(frame.groupby(PLACE[:2], sort=False)):
        title = absolute_risk.place(evaluation, cohort, 0.0)
        values = _at(metrics[metrics["kind"] == SIGNATURE], (evaluation, cohort, 0.0)).set_index("metric")["estimate"]
        at_cut = (values["sensitivity"], values["specificity"])
        frozen = at_cut if np.isfinite(at_cut).all() else None  # a published signature may have no cut-point
        yield style.svg(roc.roc(rows, title, baselines, frozen), f"roc-{number}", f"ROC curves, {title}")
        drawn = precision_recall.precision_recall(rows, title, baselines, values["prevalence"])
        yield style.svg(drawn, f"precision-{number}", f"Precision and recall, {title}")


RISK = Section(
    "risk",
    "Absolute risk",
    ("metrics",),
    build,
    ("risks", "calibration", "decisions", "operating", "signature"),
)
