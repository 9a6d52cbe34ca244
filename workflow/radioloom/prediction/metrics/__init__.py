"""Metrics of a model's risks, one file each; `METRICS` lists them, and a new metric is one file and one row."""

from radioloom.prediction.metrics.brier import BRIER, BRIER_NULL, INTEGRATED_BRIER, INTEGRATED_NULL, SCALED_BRIER
from radioloom.prediction.metrics.calibration import IN_THE_LARGE, OBSERVED_EXPECTED, SLOPE
from radioloom.prediction.metrics.concordance import AUC, C_INDEX
from radioloom.prediction.metrics.delong import AUC_DELONG
from radioloom.prediction.metrics.likelihood_ratio import ADDED_LR_P, INTERACTION_P
from radioloom.prediction.metrics.operating import AVERAGE_PRECISION, NPV, PPV, PREVALENCE, SENSITIVITY, SPECIFICITY
from radioloom.prediction.metrics.person_time import EXPECTED
from radioloom.prediction.metrics.proportional_hazards import PROPORTIONAL_HAZARDS
from radioloom.prediction.metrics.record import NONE, Metric, P
from radioloom.prediction.metrics.risk_groups import HAZARD_RATIO, LOGRANK_P
from radioloom.prediction.metrics.time_dependent_auc import AUC_AT
from radioloom.prediction.metrics.uno import UNO_C
from radioloom.tables.columns import MAIN_METRIC

# Of no single model: by the main metric, the share of null models that do as well as the signature; in validation of
# outcomes exchanged among the patients, which its risks order as well as the real ones.
NULL_P = Metric("null_p", "p against null models", ("survival", "binary"), P, False, NONE, None)
DELONG_P = Metric("delong_p", "DeLong's p", ("binary",), P, False, NONE, None)  # of two models
_OF_ORDER = (C_INDEX, AUC, AUC_DELONG, UNO_C, SLOPE, PROPORTIONAL_HAZARDS, LOGRANK_P, HAZARD_RATIO, NULL_P)
_OF_TWO = (ADDED_LR_P, DELONG_P, INTERACTION_P)  # models, or subgroups
_OF_TIME = (EXPECTED,)  # of cohorts that go on, in which some are followed for a short time yet
_OF_PROBABILITY = (OBSERVED_EXPECTED, IN_THE_LARGE, BRIER, BRIER_NULL, SCALED_BRIER, INTEGRATED_BRIER, INTEGRATED_NULL)
_AT_THRESHOLDS = (AUC_AT, AVERAGE_PRECISION, PREVALENCE, SENSITIVITY, SPECIFICITY, PPV, NPV)
METRICS: dict[str, Metric] = {
    metric.name: metric for metric in (*_OF_ORDER, *_OF_TWO, *_OF_TIME, *_OF_PROBABILITY, *_AT_THRESHOLDS)
}


def metrics_of(outcome: str, absolute: bool = False) -> tuple[Metric, ...]:
    """The metrics that judge the risks of one model of this kind of outcome.

    absolute : those of probabilities, at each horizon of the study; otherwise those of the order of risks
    """
    of_kind = (metric for metric in METRICS.values() if outcome in metric.outcomes and metric.evaluate)
    return tuple(metric for metric in of_kind if metric.absolute == absolute)


def main_metric(outcome: str) -> Metric:
    """The metric that a study of this kind of outcome is judged by: differences and null models are of it."""
    return METRICS[MAIN_METRIC[outcome]]
