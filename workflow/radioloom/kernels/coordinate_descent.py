"""Weighted least squares with an elastic-net penalty, by coordinate descent (Friedman, Hastie and Tibshirani 2010)."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def descend(x, weight, places, lasso, ridge, tolerance, most, residual, beta):
    """Minimise sum(weight * residual²) / 2 + sum(lasso * |beta|) + sum(ridge * beta²) / 2 over beta[places].

    float64 (p, n) x, (n,) weight, int64 (k,) places, float64 (p,) lasso and ridge; float64 (n,) residual, what is left
    of the response beside x' beta, and (p,) beta are changed in place. Sweeps end where no coefficient moves the value
    by more than `tolerance`, or after `most`.
    """
    n = len(weight)
    curvature = np.empty(len(places))
    for k in range(len(places)):
        row = x[places[k]]
        total = 0.0
        for i in range(n):
            total += weight[i] * row[i] * row[i]
        curvature[k] = total
    for _ in range(most):
        moved = 0.0
        for k in range(len(places)):
            j = places[k]
            row, old = x[j], beta[j]
            pull = 0.0
            for i in range(n):
                pull += weight[i] * row[i] * residual[i]
            pull += curvature[k] * old
            new = 0.0
            if abs(pull) > lasso[j]:
                new = (pull - lasso[j] if pull > 0 else pull + lasso[j]) / (curvature[k] + ridge[j])
            step = new - old
            if step != 0.0:
                for i in range(n):
                    residual[i] -= step * row[i]
                beta[j] = new
                moved = max(moved, step * step * (curvature[k] + ridge[j]))
        if moved <= tolerance:
            break
