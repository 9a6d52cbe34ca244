"""Values of columns that are unlikely as measured: codes for missing, two units, and what gives the outcome away.

All limits are on logarithms of |value|, or on robust standard deviations, so that one rule serves features and
covariates of any size.
"""

from __future__ import annotations

import warnings

import numpy as np

from radioloom.stats.normal import QUARTILES
from radioloom.stats.ranks import spearman, twice_ranks

CODES = (
    9,
    77,
    88,
    99,
    777,
    888,
    999,
    7777,
    8888,
    9999,
    99999,
)  # that people write, of either sign, for missing; and -1
LOWEST = -1.0  # the least number that a count or a size cannot be
FEWEST = 5  # values that tell anything of a column
SEVERAL = 20  # values of which a quarter below 0 is no chance
FAR = 3.0  # robust standard deviations between a code and the value next to it
# Times, robust standard deviations, and those of logarithms, that a value which was hardly measured lies from the next.
FAR_ABOVE, FAR_BELOW = (4.0, 5.0, 5.0), (3.0, 1.5, 3.0)
TWICE = 2.0  # times that a code is larger than the value next to it
APART = 8.0  # times that medians of one column differ where it is not the patients who do
ONE_SIDED = 1.645  # SD from the mean of a normal distribution to its 5th percentile
THOUSANDS = (100.0, 1000.0, 1e6)  # times that a lost decimal point, or another unit, makes of a number
NEAR_FACTOR = 2.5  # times that medians of the parts of a column may be off one of these
NARROW = 0.25  # distance of the quartiles of either part, of that of their medians
PARTED = 5.0  # times that neighbours differ where a column falls apart into two units
BELOW = 0.25  # share of values below 0 that a column without any in another cohort does not have
TELLING = 0.95  # |rank correlation| with the time, or |2 AUC - 1| of the event, that nothing measured before has
CASES = 15  # of either kind, below which chance alone tells an outcome


def codes(values: np.ndarray) -> list[float]:
    """Numbers of a column (n,) that seem to be codes for missing, sorted.

    Such a number is whole, one of CODES or -1, and beyond all others: the only one below 0, or FAR from the next.
    """
    known = values[np.isfinite(values)]
    candidate = np.isin(np.abs(known), CODES) | (known == LOWEST)
    rest = known[~candidate]
    if len(rest) < FEWEST or not candidate.any():
        return []
    numbers, counts = np.unique(known[candidate], return_counts=True)
    return [float(code) for code, n in zip(numbers, counts, strict=True) if _beyond(float(code), int(n), rest)]


def _beyond(code: float, n: int, rest: np.ndarray) -> bool:
    """Whether a code, which n rows have, is no value among the others (m,); a 9 may be, unless others are levels."""
    low, high, levels = float(rest.min()), float(rest.max()), len(np.unique(rest))
    if code < 0 <= low and (code < LOWEST or levels >= FEWEST):
        return True
    if low <= code <= high or code == LOWEST or (code == CODES[0] and (n < 2 or levels > FEWEST)):
        return False
    spread = float(np.subtract(*np.quantile(rest, (0.75, 0.25)))) / QUARTILES
    edge = high if code > high else low
    return abs(code - edge) > FAR * spread and abs(code) >= TWICE * abs(edge)


def lone(values: np.ndarray) -> np.ndarray:
    """Which values of a column (n,) hardly were measured, bool (n,): fewer than FEWEST, beyond SEVERAL others or more.

    Such lie FAR_ABOVE the next one by all three of its limits, or FAR_BELOW it; 0 and less, where all others are above
    0, by FAR robust standard deviations. Both scales are asked, so that skewed columns have none: an age or a weight
    that is 10 to 1000 times too large or too small is told nearly always, a value of a log-normal column of SD 0.75 or
    more 1000 times too large in most, and none of clean columns.
    """
    order = np.argsort(np.where(np.isfinite(values), values, np.inf), kind="stable")[: np.isfinite(values).sum()]
    odd = np.zeros(len(values), bool)
    for k in range(1, min(FEWEST, len(order) - SEVERAL + 1)):
        above, below = order[-k:], order[:k]
        rest, others = values[order[:-k]], values[order[k:]]
        if values[above[0]] >= FAR_ABOVE[0] * np.abs(rest).max():
            odd[above] |= _parted(values[above[0]], rest, rest[-1], FAR_ABOVE)
        if others[0] > 0 and FAR_BELOW[0] * values[below[-1]] <= others[0]:
            limits = FAR_BELOW if values[below[-1]] > 0 else (FAR_BELOW[0], FAR, FAR)
            odd[below] |= _parted(values[below[-1]], others, others[0], limits)
    return odd


def _parted(value: float, rest: np.ndarray, next_one: float, limits: tuple[float, float, float]) -> bool:
    """Whether a value is so far from the next one, in spreads of the rest (m,), as they are and as logarithms.

    Where hardly any of the rest is above 0, there are no logarithms to speak of, and it is not.
    """
    positive = rest[rest > 0]
    if len(positive) < FEWEST:
        return False
    spread, spread2 = (
        float(np.subtract(*np.quantile(each, (0.75, 0.25)))) / QUARTILES for each in (rest, np.log(positive))
    )
    ratio = np.log(value / next_one) if min(value, next_one) > 0 else np.inf
    return min(spread, spread2) > 0 and abs(value - next_one) > limits[1] * spread and abs(ratio) > limits[2] * spread2


def without_codes(values: np.ndarray) -> np.ndarray:
    """The columns (n, f) with NaN for what seems to be a code."""
    cleaned = np.array(values, float)
    suspect = np.flatnonzero((np.isin(np.abs(cleaned), CODES) | (cleaned == LOWEST)).any(axis=0))
    for k in suspect:
        cleaned[np.isin(cleaned[:, k], codes(cleaned[:, k])), k] = np.nan
    return cleaned


def in_other_units(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Columns (n, f), (m, f) that hardly overlap and whose medians are APART times apart, by |value|; bool (f,)."""
    sizes, others = _logarithms(one), _logarithms(other)
    enough = (np.isfinite(sizes).sum(axis=0) >= FEWEST) & (np.isfinite(others).sum(axis=0) >= FEWEST)
    (low, middle, high), (low2, middle2, high2) = _quantiles(sizes), _quantiles(others)
    return enough & (np.abs(middle - middle2) >= np.log(APART)) & ((low > high2) | (low2 > high))


def below_units(values: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Columns (n, f) that are as far below, by the rule of `in_other_units`, what has this mean and SD (f,); bool (f,).

    Of that nothing else is known: it is taken for log-normal. Larger units need no rule, being many SD above the mean.
    """
    sizes = _logarithms(values)
    variance = 2 * np.log(np.hypot(mean, sd) / np.abs(mean))
    middle = np.log(np.abs(mean)) - variance / 2
    _, median, high = _quantiles(sizes)
    apart = (middle - median >= np.log(APART)) & (high < middle - ONE_SIDED * np.sqrt(variance))
    return (np.isfinite(sizes).sum(axis=0) >= FEWEST) & apart


def of_other_signs(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Columns (n, f), (m, f) that are often below 0 in one and never in the other, as logarithms are; bool (f,)."""
    shares = [np.where(np.isfinite(each), each < 0, False).sum(axis=0) for each in (one, other)]
    counts = [np.isfinite(each).sum(axis=0) for each in (one, other)]
    often = [share >= BELOW * np.maximum(n, 1) for share, n in zip(shares, counts, strict=True)]
    never = [share == 0 for share in shares]
    return (np.minimum(*counts) >= SEVERAL) & ((often[0] & never[1]) | (often[1] & never[0]))


def in_two_units(values: np.ndarray) -> np.ndarray:
    """Columns (n, f) whose values fall apart into two parts, one of them 100 or 1000 times larger; bool (f,)."""
    sizes = np.sort(_logarithms(values), axis=0)  # NaN last
    return np.array([_falls_apart(column[np.isfinite(column)]) for column in sizes.T], bool)


def _falls_apart(sizes: np.ndarray) -> bool:
    """Whether sorted logarithms are of two units."""
    fewest = max(FEWEST, len(sizes) // 10)
    gaps = np.diff(sizes[fewest - 1 : len(sizes) - fewest + 1])
    if not len(gaps) or gaps.max() < np.log(PARTED):
        return False
    place = fewest + int(gaps.argmax())
    parts = sizes[:place], sizes[place:]
    if min(len(np.unique(part)) for part in parts) < FEWEST:
        return False
    (low, middle, high), (low2, middle2, high2) = (np.quantile(part, (0.25, 0.5, 0.75)) for part in parts)
    factor = middle2 - middle
    narrow = max(high - low, high2 - low2) <= NARROW * factor
    return bool(narrow and np.abs(np.log(THOUSANDS) - factor).min() <= np.log(NEAR_FACTOR))


def telling(values: np.ndarray, event: np.ndarray, time_days: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """How far columns (n, f) give away the event, and the time; each float (f,), 0 for nothing and 1 for all.

    event : bool (n,); time_days : (n,), None of a binary outcome
    The first is |2 AUC - 1|, the second the absolute rank correlation; 0 where fewer than CASES are of either kind.
    """
    of_event, of_time = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for k, column in enumerate(values.T):
        known = np.isfinite(column)
        n, with_event = int(known.sum()), int(event[known].sum())
        if n < 2 * CASES or len(np.unique(column[known])) < 2:
            continue
        ranks = twice_ranks(column[known, None])[:, 0] / 2
        if min(with_event, n - with_event) >= CASES:
            auc = (ranks[event[known]].sum() - with_event * (with_event + 1) / 2) / (with_event * (n - with_event))
            of_event[k] = abs(2 * auc - 1)
        if time_days is not None and len(np.unique(time_days[known])) > 1:
            of_time[k] = abs(spearman(np.column_stack([ranks, time_days[known]]))[0, 1])
    return of_event, of_time


def _logarithms(values: np.ndarray) -> np.ndarray:
    """Natural logarithms of |value|; NaN of 0 and of what is missing."""
    sizes = np.abs(values)
    return np.log(np.where(np.isfinite(sizes) & (sizes > 0), sizes, np.nan))


def _quantiles(sizes: np.ndarray) -> np.ndarray:
    """The 5th, 50th and 95th percentile of each column, (3, f); NaN of one without values."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanquantile(sizes, (0.05, 0.5, 0.95), axis=0)
