"""Metrics of a model's risks, one file each; `METRICS` lists them, and a new metric is one file and one row."""

from radioloom.prediction.metrics.calibration import SLOPE
from radioloom.prediction.metrics.concordance import AUC, C_INDEX
from radioloom.prediction.metrics.likelihood_ratio import ADDED_LR_P
from radioloom.prediction.metrics.record import NONE, Metric, P
from radioloom.prediction.metrics.risk_groups import HAZARD_RATIO, LOGRANK_P
from radioloom.prediction.metrics.uno import UNO_C
from radioloom.tables.columns import MAIN_METRIC

# Of no single model: the share of null models that do as well as the signature by the main metric.
NULL_P = Metric("null_p", "p against null models", ("survival", "binary"), P, False, NONE, None)
METRICS: dict[str, Metric] = {
    metric.name: metric for metric in (C_INDEX, AUC, UNO_C, SLOPE, ADDED_LR_P, LOGRANK_P, HAZARD_RATIO, NULL_P)
}


def metrics_of(outcome: str) -> tuple[Metric, ...]:
    """The metrics that judge the risks of one model of this kind of outcome."""
    return tuple(metric for metric in METRICS.values() if outcome in metric.outcomes and metric.evaluate)


def main_metric(outcome: str) -> Metric:
    """The metric that a study of this kind of outcome is judged by: differences and null models are of it."""
    return METRICS[MAIN_METRIC[outcome]]
