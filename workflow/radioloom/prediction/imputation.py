"""Missing values of a model's columns: what is declared of them, and chained equations learnt on training rows.

Columns are standardised on training before they come here, so that 0 is the training mean, and a missing value is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NONE, MEAN, ITERATIVE = "none", "mean", "iterative"
METHODS: dict[str, str] = {
    NONE: "a case without one of a model's values takes no part in it: neither learnt from nor judged",
    MEAN: "a missing value counts as the mean of the training cases",
    ITERATIVE: "a missing value is told by the model's other values, by chained equations learnt on training cases",
}
RIDGE = 1.0  # of the equations on standardised columns: as much as one case that knows of no relation
MOST_SWEEPS = 100
CONVERGED = 1e-10  # largest change of a value, in standard deviations, at which sweeps end


@dataclass(frozen=True, slots=True)
class Imputation:
    """How the gaps of p standardised columns are filled where it is not by the mean; frozen with a signature.

    method : NONE or ITERATIVE
    constants, weights : p, and p by p with a diagonal of 0, of ITERATIVE: a column is expected to be its constant plus
        the sum of weight times column over the others
    """

    method: str
    constants: list[float] | None = None
    weights: list[list[float]] | None = None

    def filled(self, columns: np.ndarray) -> np.ndarray:
        """Columns (m, p) in which ITERATIVE has filled the gaps; the columns themselves where NONE does not.

        Several gaps of a row are filled so that all their equations hold at once: where sweeps would end.
        """
        gaps = ~np.isfinite(columns)
        if self.constants is None or self.weights is None or not gaps.any():
            return columns
        constants, weights, whole = np.array(self.constants), np.array(self.weights), columns.copy()
        for pattern in np.unique(gaps[gaps.any(axis=1)], axis=0):
            rows = np.flatnonzero((gaps == pattern).all(axis=1))
            among = np.eye(int(pattern.sum())) - weights[np.ix_(pattern, pattern)]
            known = np.column_stack([constants[pattern], weights[np.ix_(pattern, ~pattern)]])
            told = np.linalg.solve(among, known)
            beside = columns[np.ix_(rows, np.flatnonzero(~pattern))]
            whole[np.ix_(rows, np.flatnonzero(pattern))] = told[:, 0] + np.einsum("ij,kj->ik", beside, told[:, 1:])
        return whole


def imputation_fault(method: str, multiple: int) -> str:
    """What is wrong with what a study declares; "" if nothing."""
    if multiple == 1:
        return "one imputation says nothing of how sure it is; take 20, or 0 for none"
    if multiple and method != ITERATIVE:
        return f"several imputations are drawn by equations, and the method is {method}; set method: {ITERATIVE}, or 0"
    return ""


def standardised(
    columns: np.ndarray, mean: np.ndarray | float, sd: np.ndarray | float, imputation: Imputation | None = None
) -> np.ndarray:
    """Columns (m, p) in training standard deviations from the training mean, gaps filled as declared.

    imputation : None where a missing value counts as the mean, which is 0 then
    """
    if imputation is None:
        return np.nan_to_num((columns - mean) / sd, nan=0.0, posinf=0.0, neginf=0.0)
    columns = (columns - mean) / sd
    return imputation.filled(np.where(np.isfinite(columns), columns, np.nan))


def learn_imputation(method: str, columns: np.ndarray, ridge: float = RIDGE) -> Imputation | None:
    """What a method learns of standardised training columns (t, p), NaN where missing; None of MEAN.

    Chained equations (van Buuren 2018, Flexible Imputation of Missing Data, section 4.5) without noise: each column
    with gaps is regressed on the others where it is known, and its gaps take the prediction, in turn until nothing
    changes. Each column, with gaps or without, leaves its equation: any may be missing of a new patient. The outcome
    is in none of them, for a new patient has none (Sisk et al. 2023, Stat Methods Med Res 32:1461).
    """
    if method == MEAN:
        return None
    if method == NONE:
        return Imputation(NONE)
    gaps = ~np.isfinite(columns)
    filled = np.where(gaps, 0.0, columns)
    for _ in range(MOST_SWEEPS if gaps.any() else 0):
        before = filled.copy()
        for place in np.flatnonzero(gaps.any(axis=0)).tolist():
            constant, weights = _equation(filled, ~gaps[:, place], place, ridge)
            filled[gaps[:, place], place] = constant + np.einsum("ij,j->i", filled[gaps[:, place]], weights)
        if np.abs(filled - before).max() < CONVERGED:
            break
    equations = [_equation(filled, ~gaps[:, place], place, ridge) for place in range(columns.shape[1])]
    return Imputation(ITERATIVE, [constant for constant, _ in equations], [w.tolist() for _, w in equations])


def _equation(filled: np.ndarray, known: np.ndarray, place: int, ridge: float) -> tuple[float, np.ndarray]:
    """Constant and weights (p,) of one column by the others in the rows where it is known; zeros where in none."""
    weights = np.zeros(filled.shape[1])
    if not known.any():
        return 0.0, weights
    others = np.arange(filled.shape[1]) != place
    y, x = filled[known, place], filled[known][:, others]
    centred = x - x.mean(axis=0)
    square = np.einsum("ij,ik->jk", centred, centred) + ridge * np.eye(x.shape[1])
    weights[others] = np.linalg.solve(square, np.einsum("ij,i->j", centred, y - y.mean()))
    return float(y.mean() - x.mean(axis=0) @ weights[others]), weights


def too_many_missing(n_measured: int, n: int, most_missing: float) -> bool:
    """Whether too few of n cases have every value of a model for an interval or a verdict of it.

    most_missing : largest share that may lack one
    """
    return n - n_measured > most_missing * n
