"""Numbers and names as a reader wants them."""

from __future__ import annotations

import math

DASH = "–"
FILLER = {"wavelet": "wavelet", "glcm": "GLCM", "glrlm": "GLRLM", "glszm": "GLSZM", "gldzm": "GLDZM", "ngtdm": "NGTDM"}
ROLES = {
    "training": "training", "validation": "validation", "test-retest": "test-retest", "observers": "observers",
    "genomics": "genomics",
}  # fmt: skip
STAGES = {
    "curate": "image series not usable",
    "segment": "segmentation not usable",
    "prepare": "could not be prepared",
    "extract": "could not be measured",
    "clinical": "no outcome",
}
STEPS = {
    "undefined": "not defined in every training case",
    "constant": "constant",
    "reliability": "agreement over replicates too low",
    "redundancy": "redundant with a more reliable feature",
    "selector": "not chosen by the selector",
}
METRICS = {
    "c_index": "C-index", "c_index_uno": "C-index (Uno)", "uno_c": "C-index (Uno)", "auc": "AUC", "brier": "Brier score",
    "logrank_p": "log-rank p", "calibration_slope": "calibration slope", "calibration_intercept": "calibration intercept",
    "integrated_brier": "integrated Brier score", "hazard_ratio": "hazard ratio, high against low risk",
}  # fmt: skip


def number(value: float | None, digits: int = 2) -> str:
    """A number with a true minus sign; nothing known is a dash."""
    if value is None or math.isnan(value):
        return DASH
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}") if round(value, digits) else f"{0:.{digits}f}"


def interval(estimate: float | None, low: float | None, high: float | None, digits: int = 2) -> str:
    """0.71 (0.63–0.79); negative bounds are set apart by 'to'."""
    text = number(estimate, digits)
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return text
    between = " to " if min(low, high) < 0 else DASH
    return f"{text} ({number(low, digits)}{between}{number(high, digits)})"


def probability(p: float | None) -> str:
    """A p or q value: two digits that count, < 0.001 below that."""
    if p is None or math.isnan(p):
        return DASH
    if p < 0.001:
        return "< 0.001"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def plain(value: float | None) -> str:
    """A number of unknown size with four digits that count."""
    if value is None or math.isnan(value):
        return DASH
    if value and not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa} × 10^{int(exponent)}".replace("-", "\N{MINUS SIGN}")
    return f"{value:,.4g}".replace("-", "\N{MINUS SIGN}").replace(",", "\N{THIN SPACE}")


def count(n: int, singular: str, plural: str = "") -> str:
    """1 case, 2 cases."""
    return f"{n} {singular if n == 1 else plural or singular + 's'}"


def feature(feature_id: str) -> str:
    """A feature's label with spaces, for axes and tables: the id itself stays the one that files use."""
    return feature_id.replace("_", " ")


def metric(name: str) -> str:
    """The name of a metric in words."""
    if name.startswith("delta_"):
        return f"difference in {metric(name.removeprefix('delta_'))}"
    return METRICS.get(name, name.replace("_", " "))
