"""What is to be said of the scale of features: tables that were standardised before, cohorts on different scales."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from radioloom.stats.scales import FEATURES, FOLD, ROWS, apart

if TYPE_CHECKING:
    from radioloom.stats.scales import Scale

REMEDY = "hand in the features as they were measured"


def remarks(scales: Mapping[str, Scale]) -> list[str]:
    """Sentences on tables of features that are not as measured. scales : by cohort."""
    lines = [line for cohort, scale in scales.items() if (line := _of_one(cohort, scale))]
    for (one, first), (other, second) in combinations(scales.items(), 2):
        n, both = apart(first, second)
        if both >= FEATURES and 2 * n > both and min(first.n_rows, second.n_rows) >= ROWS:
            lines.append(
                f"cohorts {one} and {other}: {n} of the {both} features that both tables have are spread more than "
                f"{FOLD:g} times as wide in one as in the other; was one of them standardised, or measured in other "
                f"units? {REMEDY.capitalize()}"
            )
    return lines


def _of_one(cohort: str, scale: Scale) -> str:
    if scale.standardised:
        n, total = scale.n_standardised, scale.n_features
        return (
            f"cohort {cohort}: {f'all {total}' if n == total else f'{n} of the {total}'} features of its table have "
            f"{scale.standardised} over its {scale.n_rows} rows: they were standardised with all patients at once. So "
            f"test cases have a part in what is learnt, and cohorts cannot be compared; {REMEDY}"
        )
    if scale.below_zero:
        return (
            f"cohort {cohort}: {scale.below_zero} is a volume, and below 0 in its table: the features were "
            f"standardised before; {REMEDY}"
        )
    return ""
