"""How often the test of interaction is below .05 where a risk has one weight in all subgroups: docs/validation.md.

    python tests/golden/make/interaction_level.py [cohorts a row, 4000 if not said]

Cohorts are divided at random; those with fewer than ten patients of the rarer outcome in a level are not tested.
"""

import sys

import numpy as np

from radioloom.prediction.metrics.likelihood_ratio import interaction
from radioloom.prediction.outcome import outcome
from radioloom.tables.columns import FEWEST_EVENTS

CELLS = (
    ("survival", (40, 40)),
    ("survival", (20, 60)),
    ("survival", (24, 24, 24)),
    ("binary", (40, 40)),
    ("binary", (26, 60)),
)


def cohort(kind: str, n: int, draw: np.random.Generator):
    """Risks and outcomes of n patients, 60 % of whom have the event or so."""
    risk = draw.normal(size=n)
    if kind == "binary":
        return risk, outcome(kind, draw.random(n) < 1 / (1 + np.exp(-0.8 * risk)))
    time, end = draw.exponential(np.exp(-0.7 * risk)), draw.exponential(1.5, n)
    return risk, outcome(kind, time <= end, 1 + 100 * np.minimum(time, end))


for kind, sizes in CELLS:
    draw, below = np.random.default_rng(3), []
    level = np.repeat(np.arange(len(sizes)), sizes)
    for _ in range(int(sys.argv[1]) if sys.argv[1:] else 4000):
        risk, truth = cohort(kind, len(level), draw)
        rows = [np.flatnonzero(level == k) for k in range(len(sizes))]
        if min(truth.take(each).rarer for each in rows) >= FEWEST_EVENTS:
            below.append(interaction(risk, level, truth).value < 0.05)
    print("|", kind, "|", ", ".join(map(str, sizes)), "|", len(below), f"| {np.mean(below):.3f} |")
