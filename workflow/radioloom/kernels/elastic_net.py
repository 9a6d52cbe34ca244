"""Losses of linear predictors, and their minimum under an elastic net by Newton steps and coordinate descent."""

import math

import numpy as np
from numba import njit

LEAST_WEIGHT = 1e-5  # of a case in least squares: a bound of the curvature from above, so it costs steps alone
MOST_STEPS, MOST_SWEEPS = 100, 100_000


@njit(cache=True, nogil=True)
def loss(eta, event, ties, slope, bound):
    """Minus the log-likelihood of linear predictors; its gradient and a bound of its curvature are written.

    float64 (n,) eta; bool (n,) event; float64 (n,) slope and bound, written; int64 (3, k) ties: first event, number of
    events and last patient at risk of each distinct time of events, of patients by falling follow-up, events before
    others. Then it is Cox's partial likelihood with Efron's ties, its bound the diagonal of Simon et al. 2011, section
    2.3, without the squares that are taken off it there. Without ties (k = 0) it is logistic regression.
    """
    value = 0.0
    if ties.shape[1] == 0:
        for i in range(len(eta)):
            value += max(eta[i], 0.0) + math.log1p(math.exp(-abs(eta[i]))) - (eta[i] if event[i] else 0.0)
            chance = 1 / (1 + math.exp(-eta[i])) if eta[i] > 0 else 1 - 1 / (1 + math.exp(eta[i]))
            slope[i] = chance - event[i]
            bound[i] = chance * (1 - chance)
        return value
    at_risk = ties[2, -1] + 1
    shift = eta[:at_risk].max()
    hazard = np.exp(eta[:at_risk] - shift)
    whole = np.empty(ties.shape[1])  # sum of one over those at risk
    tied = np.empty(ties.shape[1])  # what tied events lack of it
    total, seen = 0.0, 0
    for k in range(ties.shape[1]):
        first, many, last = ties[0, k], ties[1, k], ties[2, k]
        while seen <= last:
            total += hazard[seen]
            seen += 1
        together = 0.0
        for i in range(first, first + many):
            together += hazard[i]
            value -= eta[i] - shift
        whole[k], tied[k] = 0.0, 0.0
        for part in range(many):
            left = total - part / many * together
            value += math.log(left)
            whole[k] += 1 / left
            tied[k] += part / many / left
    exposure, k = 0.0, ties.shape[1] - 1
    slope[:], bound[:] = 0.0, 0.0
    for i in range(at_risk - 1, -1, -1):
        while k >= 0 and ties[2, k] == i:
            exposure += whole[k]
            k -= 1
        bound[i] = hazard[i] * exposure
    for k in range(ties.shape[1]):
        for i in range(ties[0, k], ties[0, k] + ties[1, k]):
            bound[i] -= hazard[i] * tied[k]
            slope[i] = -1.0
    slope += bound
    return value


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def descend(x, weight, places, lasso, ridge, tolerance, residual, beta):
    """Minimise sum(weight * residual²) / 2 + sum(lasso * |beta|) + sum(ridge * beta²) / 2 over beta[places].

    float64 (p, n) x, (n,) weight, int64 (k,) places, float64 (p,) lasso and ridge; float64 (n,) residual, what is left
    of the response beside x' beta, and (p,) beta are changed in place. Sweeps end where no coefficient moves the value
    by more than `tolerance`.
    """
    n = len(weight)
    curvature = np.empty(len(places))
    for k in range(len(places)):
        row = x[places[k]]
        total = 0.0
        for i in range(n):
            total += weight[i] * row[i] * row[i]
        curvature[k] = total
    for _ in range(MOST_SWEEPS):
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


@njit(cache=True, nogil=True)
def minimum(x, event, ties, places, lasso, ridge, tolerance, beta):
    """Loss at the minimum of loss + penalty over beta[places], and its gradient by coefficient, float64 (p,).

    float64 (p,) beta is changed in place; the rest as `loss` and `descend` have it. A step that does not lower the
    penalised loss is halved; steps end where one moves the loss by less than `tolerance`.
    """
    n = x.shape[1]
    eta, slope, bound = np.zeros(n), np.empty(n), np.empty(n)
    for j in range(len(beta)):
        if beta[j] != 0.0:
            eta += beta[j] * x[j]
    value = loss(eta, event, ties, slope, bound)
    for _ in range(MOST_STEPS if len(places) else 0):
        bound = np.maximum(bound, LEAST_WEIGHT)
        ahead, residual = beta.copy(), -slope / bound
        descend(x, bound, places, lasso, ridge, tolerance, residual, ahead)
        step, move = ahead - beta, np.zeros(n)
        for j in places:
            if step[j] != 0.0:
                move += step[j] * x[j]
        gain = (bound * move * move).sum()
        now = value + (lasso * np.abs(beta) + 0.5 * ridge * beta * beta).sum()
        while gain > tolerance:
            value = loss(eta + move, event, ties, slope, bound)
            at = beta + step
            if value + (lasso * np.abs(at) + 0.5 * ridge * at * at).sum() <= now + 1e-12 * abs(now):
                break
            step, move, gain = step / 2, move / 2, gain / 4
        if gain <= tolerance:
            break
        beta += step
        eta += move
    pull = np.zeros(len(beta))
    for j in range(len(beta)):
        for i in range(n):
            pull[j] += x[j, i] * slope[i]
    return value, pull
