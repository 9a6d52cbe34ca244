"""The calibration curve: the share of patients with the event, smoothly by the probability that the model gave them."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.metrics.kaplan_meier import pseudo_observations
from radioloom.prediction.metrics.record import Judged

SPAN = 0.75  # share of the patients that each point of the curve looks at
POINTS = 41
ENDS = (0.05, 0.95)  # quantiles of the probabilities between which the curve is drawn: beyond them a few decide
FEWEST = 20  # patients below which there is no curve


def calibration_curve(judged: Judged) -> np.ndarray | None:
    """Columns predicted, observed, low and high of the curve, (points, 4); None where it cannot be said.

    Local linear regression (tricube, span 0.75: `loess(degree = 1, surface = "direct")` of R) of the outcome on the
    probability; a censored outcome is its pseudo-observation at the horizon. The band is the 2.5 and 97.5 %
    percentile of curves of resampled patients, pseudo-observations and spans held fixed. Shares are cut to 0 and 1.
    """
    probability, outcomes = judged.probability, judged.outcomes
    if len(np.unique(outcomes.patients)) < FEWEST or np.isnan(probability).any() or not np.ptp(probability) > 0:
        return None
    observed = outcomes.event.astype(np.float64)
    if outcomes.kind == "survival":
        observed = pseudo_observations(outcomes.time_days, outcomes.event, judged.horizon_days)
    first, last = np.quantile(probability, ENDS).tolist()
    grid = np.linspace(first, last, POINTS)
    curve = smooth(probability, observed, grid, np.ones((1, len(outcomes))))[0]
    if not np.isfinite(curve).all():  # nearly all patients have one probability
        return None
    band = np.full((2, POINTS), np.nan)
    if len(judged.weights):
        resampled = smooth(probability, observed, grid, judged.weights)
        enough = np.isfinite(resampled).mean(axis=0) > 0.5
        band[:, enough] = np.nanpercentile(resampled[:, enough], [2.5, 97.5], axis=0)
    return np.column_stack([grid, *np.clip([curve, *band], 0, 1)])


def smooth(x: np.ndarray, y: np.ndarray, grid: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Local linear regression of y (n,) on x (n,) at each point of a grid (g,), for each row of weights (b, n); (b, g).

    NaN where the patients of a row who are near have one x alone and lie elsewhere.
    """
    distance = np.abs(grid[:, None] - x[None, :])
    within = np.sort(distance, axis=1)[:, int(np.floor(len(x) * SPAN + 1e-5)) - 1]
    share = np.divide(distance, within[:, None], out=np.ones(distance.shape), where=within[:, None] > 0)
    kernel = np.where(share < 1, (1 - share**3) ** 3, 0.0)
    away = x[None, :] - grid[:, None]
    parts = [kernel, kernel * away, kernel * away**2, kernel * y, kernel * away * y]
    s0, s1, s2, t0, t1 = (weights @ part.T for part in parts)
    determinant = s0 * s2 - s1**2
    sound = determinant > 1e-12 * s0 * s2
    return np.divide(s2 * t0 - s1 * t1, determinant, out=np.full(determinant.shape, np.nan), where=sound)
