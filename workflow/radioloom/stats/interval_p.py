"""The p that belongs to an interval."""

from __future__ import annotations

import math

from scipy import special

from radioloom.stats.normal import Z95


def interval_p(value: float, low: float, high: float, null: float) -> float:
    """Two-sided p of `value` being `null`, of a 95 % interval on the scale on which it is to be read.

    The standard error is that of the side on which `null` lies, (bound - value) / 1.96, so that p is below .05 exactly
    where the interval leaves `null` out (Altman and Bland 2011, BMJ 343:d2304, for intervals of two equal sides).
    1 where value and null are one; NaN without an interval, or where it does not hold the value.
    """
    if math.isnan(low) or math.isnan(high):
        return math.nan
    if value == null:
        return 1.0
    if not low <= value <= high:
        return math.nan
    side = value - low if value > null else high - value
    return float(2 * special.ndtr(-Z95 * abs(value - null) / side)) if side else 0.0
