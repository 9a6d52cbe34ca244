"""Selector: features that bear on the outcome by themselves, at a false discovery rate (Benjamini, Hochberg 1995)."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.score_test import score_test
from radioloom.prediction.selectors.record import Candidates, Selector, standard
from radioloom.stats.multiplicity import benjamini_hochberg


def univariate(candidates: Candidates, n_features: int) -> dict[int, str]:
    """Features of q at most `fdr`, at most `n_features` of them, the smallest p first; equal ones by their strength.

    p is of the score test of Cox or logistic regression (doi:10.1111/j.2517-6161.1995.tb02031.x for q).
    """
    p = score_test(standard(candidates.columns), candidates.outcomes)
    q = benjamini_hochberg(p)
    ranked = candidates.ranked()
    order = ranked[np.argsort(np.round(p[ranked], 15), kind="stable")]
    taken = [place for place in order if q[place] <= candidates.asked["fdr"]][:n_features]
    return {int(place): f"score test p {p[place]:.2g}, q {q[place]:.2g}" for place in taken}


UNIVARIATE = Selector(
    "univariate",
    univariate,
    "features that bear on the outcome by themselves (score test), at a false discovery rate",
    settings={
        "fdr": {
            "description": "share of false ones that is expected among the features taken (q at most so much)",
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 1,
            "default": 0.05,
        }
    },
)
