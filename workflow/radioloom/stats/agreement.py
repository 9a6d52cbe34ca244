"""Agreement of measurements: intraclass correlation in the six forms of Shrout and Fleiss (1979), by McGraw and Wong.

    ICC(1), ICC(k)       one-way: replicates are exchangeable
    ICC(A,1), ICC(A,k)   two-way, absolute agreement: a shift between readers counts as disagreement
    ICC(C,1), ICC(C,k)   two-way, consistency: a shift does not count

1: reliability of a single measurement, k: of the mean of all replicates. Intervals rest on F (McGraw and Wong 1996,
table 7), for ICC(A,.) with Satterthwaite's degrees of freedom.

What is missing: replicates of the one-way table bear no name, so a subject counts with as many as it has (k becomes
Searle's k0 of the unbalanced analysis of variance, and the interval is approximate, Thomas and Hultquist 1978). The
two-way forms ask what each reader did: a subject that lacks one is left out of that feature, as `irr` does.

ICC(.,k) is k r / (1 + (k - 1) r) of the ICC r of a single measurement (Spearman and Brown). It has no lower limit: as r
falls to -1 / (k - 1) it falls to minus infinity, and below that the formula has changed sign and means nothing (a bad r
would give a mean above 1). An r at or below -1 / (k - 1), as of noise in few subjects, is therefore minus infinity
here, estimate and bounds alike; psych and pingouin print the formula's value.
Beside it, Lin's concordance correlation of two measurements.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from radioloom.errors import StudyError
from radioloom.stats.constancy import SAME, constant, near_one
from radioloom.stats.normal import Z95


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on each feature with its interval, float64 (f,); NaN where it is undefined."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray  # int64 (f,): subjects that count
    constant: np.ndarray  # bool (f,): all that counts is the same value, but for rounding


@dataclass(frozen=True, slots=True)
class _Squares:
    """Mean squares of the two-way table of each feature; each (f,)."""

    subjects: np.ndarray
    replicates: np.ndarray
    error: np.ndarray
    within: np.ndarray  # of the one-way table
    n: np.ndarray
    k: np.ndarray | int  # replicates a subject; (f,) k0 where they differ
    df_within: np.ndarray  # degrees of freedom of `within`
    constant: np.ndarray  # bool: nothing differs by more than rounding


def icc(values: np.ndarray, form: str = "ICC(A,1)", level: float = 0.95) -> Agreement:
    """ICC with its `level` interval of each feature of `values`, float64 (features, subjects, replicates).

    NaN with under 2 subjects, or where nothing varies by more than rounding. A subject with a NaN in a feature is left
    out of that feature by the two-way forms; by the one-way forms the NaN is, and the subject counts with its other
    replicates. Raises StudyError if the form is unknown or there are fewer than 2 replicates.
    """
    if form not in FORMS:
        raise StudyError(f"reliability.form is {form!r}; it must be one of {', '.join(FORMS)}")
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 3 or values.shape[2] < 2:
        raise StudyError(f"agreement needs at least 2 replicates of each subject; the table is {values.shape}")
    values, _ = near_one(values, (1, 2))
    squares = _one_way_squares(values) if form in ONE_WAY else _squares(values)
    tail = 1 - (1 - level) / 2
    compute, of_mean = FORMS[form]
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = compute(squares, tail)
        if of_mean:
            bounds = [_of_mean(value, squares.k) for value in bounds]
    defined = (squares.n > 1) & ~squares.constant
    estimate, low, high = (np.where(defined, value, np.nan) for value in bounds)
    return Agreement(estimate, low, high, squares.n, squares.constant & (squares.n > 0))


def _of_mean(single: np.ndarray, k: np.ndarray | int) -> np.ndarray:
    """Spearman-Brown: the ICC of the mean of k from that of one; minus infinity at its pole -1 / (k - 1) and below."""
    left = 1 + (k - 1) * single
    return np.where(left > 0, k * single / left, np.where(np.isnan(single), np.nan, -np.inf))


def _constant(values: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Whether the counted values of each feature (f, n, k) differ by no more than rounding, bool (f,)."""
    flat, counted = values.reshape(len(values), -1), counted.reshape(len(values), -1)
    one = np.take_along_axis(flat, counted.argmax(axis=1)[:, None], axis=1)
    return constant(np.where(counted, flat, one), axis=1)


def _squares(values: np.ndarray) -> _Squares:
    """Mean squares over the complete subjects of each feature."""
    k = values.shape[2]
    complete = np.isfinite(values).all(axis=2)
    n = complete.sum(axis=1)
    x = np.where(complete[:, :, None], values, 0.0)
    many = np.maximum(n, 1)
    grand = x.sum(axis=(1, 2)) / (many * k)
    x = np.where(complete[:, :, None], x - grand[:, None, None], 0.0)
    of_subject = x.mean(axis=2)
    of_replicate = x.sum(axis=1) / many[:, None]
    rest = np.where(complete[:, :, None], x - of_subject[:, :, None] - of_replicate[:, None, :], 0.0)
    within = np.where(complete[:, :, None], x - of_subject[:, :, None], 0.0)
    df = np.maximum(n - 1, 1)
    return _Squares(
        subjects=k * np.sum(of_subject**2, axis=1) / df,
        replicates=n * np.sum(of_replicate**2, axis=1) / (k - 1),
        error=np.sum(rest**2, axis=(1, 2)) / (df * (k - 1)),
        within=np.sum(within**2, axis=(1, 2)) / (many * (k - 1)),
        n=n,
        k=k,
        df_within=n * (k - 1),
        constant=_constant(values, np.broadcast_to(complete[:, :, None], values.shape)),
    )


def _one_way_squares(values: np.ndarray) -> _Squares:
    """Mean squares between and within subjects of each feature, whatever number of replicates a subject has."""
    present = np.isfinite(values)
    many = present.sum(axis=2)  # (f, n)
    total, n = many.sum(axis=1), (many > 0).sum(axis=1)
    x = np.where(present, values, 0.0)
    x = np.where(present, x - (x.sum(axis=(1, 2)) / np.maximum(total, 1))[:, None, None], 0.0)
    of_subject = x.sum(axis=2) / np.maximum(many, 1)
    within = np.where(present, x - of_subject[:, :, None], 0.0)
    df, df_within = np.maximum(n - 1, 1), total - n
    between = np.sum(many * of_subject**2, axis=1) / df
    k0 = (total - np.sum(many**2, axis=1) / np.maximum(total, 1)) / df
    empty = np.zeros(len(values))
    mean_within = np.sum(within**2, axis=(1, 2)) / np.maximum(df_within, 1)
    # Without a second replicate of anyone nothing is known of agreement: n 1 makes the feature undefined.
    known = np.where(df_within > 0, n, np.minimum(n, 1))
    same = _constant(values, present)
    return _Squares(between, empty, empty, mean_within, known, k0, np.maximum(df_within, 1), same)


def _one_way(s: _Squares, tail: float) -> list[np.ndarray]:
    return _from_ratio(s.subjects, s.within, s.n - 1, s.df_within, s.k, tail)


def _consistency(s: _Squares, tail: float) -> list[np.ndarray]:
    """NaN too where nothing but the shift of a reader varies: a share of rounding would come out."""
    nothing = np.maximum(s.subjects, s.error) <= SAME**2  # of values near one
    return [
        np.where(nothing, np.nan, value)
        for value in _from_ratio(s.subjects, s.error, s.n - 1, (s.n - 1) * (s.k - 1), s.k, tail)
    ]


def _from_ratio(
    between: np.ndarray, noise: np.ndarray, df1: np.ndarray, df2: np.ndarray, k: np.ndarray | int, tail: float
) -> list[np.ndarray]:
    """(F - 1) / (F + k - 1) with F = between / noise, and the same at the bounds of F; free of division by 0."""

    def at(scale: np.ndarray) -> np.ndarray:
        return (between - scale * noise) / (between + (k - 1) * scale * noise)

    return [at(np.ones_like(between)), at(_f_quantile(tail, df1, df2)), at(1 / _f_quantile(tail, df2, df1))]


def _absolute(s: _Squares, tail: float) -> list[np.ndarray]:
    n, k = s.n, s.k
    estimate = (s.subjects - s.error) / (s.subjects + (k - 1) * s.error + k / n * (s.replicates - s.error))
    a = k * estimate * s.replicates
    b = (n * (1 + (k - 1) * estimate) - k * estimate) * s.error
    df = (k - 1) * (n - 1) * (a + b) ** 2 / ((n - 1) * a**2 + b**2)
    # A sum of two mean squares has at least the degrees of freedom of the poorer one. Only of a negative estimate,
    # where it is a difference, does the formula give fewer, down to 0, and bounds on one side of the estimate.
    df = np.fmax(df, k - 1)
    upper, lower = _f_quantile(tail, n - 1, df), _f_quantile(tail, df, n - 1)
    noise = k * s.replicates + (k * n - k - n) * s.error
    low = n * (s.subjects - upper * s.error) / (upper * noise + n * s.subjects)
    high = n * (lower * s.subjects - s.error) / (noise + n * lower * s.subjects)
    return [estimate, low, high]


def _f_quantile(tail: float, df1: np.ndarray, df2: np.ndarray) -> np.ndarray:
    """Quantile of F by the inverse of the regularised incomplete beta function (fdtri loses digits at small df)."""
    x = special.betaincinv(np.asarray(df1) / 2, np.asarray(df2) / 2, tail)
    rest = special.betaincinv(np.asarray(df2) / 2, np.asarray(df1) / 2, 1 - tail)  # 1 - x without cancellation
    return x / rest * (np.asarray(df2) / np.asarray(df1))


ONE_WAY = ("ICC(1)", "ICC(k)")
# Name -> (estimate and bounds of a single measurement, whether the mean of k is meant)
FORMS: dict[str, tuple[Callable[[_Squares, float], list[np.ndarray]], bool]] = {
    "ICC(1)": (_one_way, False),
    "ICC(A,1)": (_absolute, False),
    "ICC(C,1)": (_consistency, False),
    "ICC(k)": (_one_way, True),
    "ICC(A,k)": (_absolute, True),
    "ICC(C,k)": (_consistency, True),
}


def concordance_correlation(values: np.ndarray) -> Agreement:
    """Lin's concordance correlation coefficient (1989) of `values`, float64 (features, subjects, 2).

    2 s12 / (s1^2 + s2^2 + (m1 - m2)^2) with moments of divisor n, interval by Fisher's z with Lin's variance (n - 2).
    NaN where fewer than 3 subjects have both, or nothing varies.
    """
    values, _ = near_one(values, (1, 2))
    both = np.isfinite(values).all(axis=2)
    n = both.sum(axis=1)
    many = np.maximum(n, 1)
    x = np.where(both[:, :, None], values, 0.0)
    mean = x.sum(axis=1) / many[:, None]
    x = np.where(both[:, :, None], x - mean[:, None, :], 0.0)
    covariance = np.einsum("fni,fnj->fij", x, x) / many[:, None, None]
    s1, s2, s12 = covariance[:, 0, 0], covariance[:, 1, 1], covariance[:, 0, 1]
    shift = mean[:, 0] - mean[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = 2 * s12 / (s1 + s2 + shift**2)
        r, u2 = s12 / np.sqrt(s1 * s2), shift**2 / np.sqrt(s1 * s2)
        c2, r2 = estimate**2, r**2
        # Lin 1989 as corrected in 2000: variance of the z transform
        part = (1 - r2) * c2 / ((1 - c2) * r2) + 2 * estimate**3 * (1 - estimate) * u2 / (r * (1 - c2) ** 2)
        part = part - estimate**4 * u2**2 / (2 * r2 * (1 - c2) ** 2)
        width = Z95 * np.sqrt(np.maximum(part, 0.0) / (n - 2))
        z = np.arctanh(estimate)
        low, high = np.tanh(z - width), np.tanh(z + width)
    perfect = (s1 > 0) & (estimate == 1)
    low, high = np.where(perfect, 1.0, low), np.where(perfect, 1.0, high)
    same = _constant(values, np.broadcast_to(both[:, :, None], values.shape))
    sound = (n > 2) & ~same & np.isfinite(estimate)
    estimate, low, high = (np.where(sound, each, np.nan) for each in (estimate, low, high))
    return Agreement(estimate, low, high, n, same & (n > 0))
