"""Imaging surrogates of module scores: what features foretell of each score in cases left out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

LADDER = np.logspace(-1, 5, 25)  # penalties of standardised features that are tried


class Foretold(NamedTuple):
    """Scores that features foretell, float64 (cases, modules)."""

    known: np.ndarray  # of the cases learnt from, each by a model without the case (at the chosen penalty)
    new: np.ndarray
    penalty: np.ndarray  # (modules,)


def ridge(x: np.ndarray, y: np.ndarray, new: np.ndarray) -> Foretold:
    """Ridge regression of each column of y (n, m) on x (n, k), applied to `new` (t, k).

    x, new may have gaps, which take the mean of x; a column of x without spread is not used. The penalty of each module
    is that of LADDER with the smallest error of cases left out one by one, in closed form (PRESS; Golub, Heath and
    Wahba 1979, doi:10.1080/00401706.1979.10489751); ties take the larger.
    """
    mean = np.nanmean(np.where(np.isfinite(x).any(axis=0), x, 0.0), axis=0)
    filled, filled_new = (np.where(np.isfinite(each), each, mean) - mean for each in (x, new))
    spread = filled.std(axis=0)
    used = spread > 1e-12 * np.maximum(1.0, np.abs(mean))
    left, singular, right = np.linalg.svd(filled[:, used] / spread[used], full_matrices=False)
    centre = y.mean(axis=0)
    turned = left.T @ (y - centre)
    best = np.full(y.shape[1], np.inf)
    known, weights = np.empty_like(y), np.empty((len(singular), y.shape[1]))
    penalty = np.empty(y.shape[1])
    for each in LADDER[::-1]:
        shrunk = singular**2 / (singular**2 + each)
        own = (left**2 @ shrunk + 1 / len(y))[:, None]  # how far a case foretells itself
        errors = (y - centre - left @ (shrunk[:, None] * turned)) / (1 - own)
        press = (errors**2).sum(axis=0)
        better = press < best
        best[better], penalty[better] = press[better], each
        known[:, better] = (y - errors)[:, better]
        weights[:, better] = ((singular / (singular**2 + each))[:, None] * turned)[:, better]
    return Foretold(known, (filled_new[:, used] / spread[used]) @ right.T @ weights + centre, penalty)


def held_out(truth: np.ndarray, guesses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """R2 against 0 (the mean of the cases learnt from) and Pearson's r of guesses, each (m,).

    truth, guesses : (rows, m), cases left out, as often as they were
    """
    errors, squares = ((truth - guesses) ** 2).sum(axis=0), (truth**2).sum(axis=0)
    apart, other = truth - truth.mean(axis=0), guesses - guesses.mean(axis=0)
    lengths = np.sqrt((apart**2).sum(axis=0) * (other**2).sum(axis=0))
    r = np.divide((apart * other).sum(axis=0), lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    return 1 - errors / squares, r
