"""Level of the log-rank test of noise where one of two groups is small, for docs/validation.md.

    python tests/golden/make/logrank_level.py 500

One line for each number of events that the smaller group's share of the patients stands for: how many cohorts, and the
shares of p below .05 and .001.
"""

import sys
from collections import defaultdict

import numpy as np

from radioloom.prediction.metrics.kaplan_meier import logrank
from radioloom.tables.columns import FEWEST_EVENTS

EDGES = (1, 1.5, 2, 3, 5, 10, np.inf)


def main() -> None:
    """Print the shares."""
    draw, many = np.random.default_rng(2), int(sys.argv[1])
    below = defaultdict(list)
    for patients, left in ((60, 2.5), (60, 0.75), (200, 0.75), (200, 0.25)):
        for small in (1, 2, 3, 5, 8, 12, 20, patients // 2):
            for _ in range(many):
                dies, leaves = draw.exponential(size=patients), draw.uniform(0.05, left, patients)
                event, time = dies <= leaves, np.minimum(dies, leaves)
                if event.sum() >= FEWEST_EVENTS:
                    p = logrank(time, event, np.arange(patients) < small)[1]
                    below[next(each for each in EDGES if event.sum() * small / patients < each)].append(p)
    for edge in EDGES:
        p = np.array(below[edge])
        print(f"below {edge} events: {len(p)} cohorts, {np.mean(p < 0.05):.3f}, {np.mean(p < 0.001):.4f}")


if __name__ == "__main__":
    main()
