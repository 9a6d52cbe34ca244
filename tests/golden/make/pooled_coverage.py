"""How often the random-effects summary over validation cohorts holds the true mean: the table of docs/validation.md.

    python tests/golden/make/pooled_coverage.py [data sets of each row, 200 if not said]

Each data set has 3 or 5 cohorts of 60 to 100 patients. The C-index of a cohort is drawn on the logit scale around that
of 0.65, with a standard deviation of 0 (alike) or 0.25 (moderate: two cohorts of three lie between 0.59 and 0.70, about
what chance adds in a cohort of this size); the weight of a normal risk in an exponential hazard gives that C under the
same censoring. Summarised as the stage does it, with 500 resamples a cohort. Beside it what one might do instead: the
fixed-effect mean, which holds all cohorts alike.
"""

import sys

import numpy as np
from scipy import special

from radioloom.prediction.metrics.concordance import comparable, concordance, ordering
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.outcome import outcome
from radioloom.stages.learning.place import resamples
from radioloom.stages.learning.pooled import LOGIT, summary
from radioloom.stats.normal import Z95

MEAN, STUDY = 0.65, {"seed": 1, "validation": {"bootstrap": 500}}


def cohort(weight: float, n: int, draw: np.random.Generator):
    """Risks and outcomes of n patients, 60 % of whom have the event or so."""
    risk = draw.normal(size=n)
    time, end = draw.exponential(np.exp(-weight * risk)), draw.uniform(0.2, 2.5, n)
    return risk, outcome("survival", time <= end, 1 + 1000 * np.minimum(time, end))


def weights() -> tuple[np.ndarray, np.ndarray]:
    """C on the logit scale, ascending, by weight of the risk; a smooth curve through the C of many patients."""
    grid, known = np.linspace(-1, 3, 21), []
    for number, weight in enumerate(grid):
        parts = [cohort(weight, 1000, np.random.default_rng([9, number, k])) for k in range(20)]
        known.append(special.logit(np.mean([concordance(comparable(truth), risk) for risk, truth in parts])))
    return np.polyval(np.polyfit(grid, known, 5), grid), grid


def main(many: int) -> None:
    """Print the rows of the table."""
    logits, grid = weights()
    mean = special.logit(MEAN)
    for n_cohorts in (3, 5):
        for tau in (0.0, 0.25):
            draw = np.random.default_rng([n_cohorts, int(100 * tau)])
            held, ahead, fixed, width, share = [], [], [], [], []
            for number in range(many):
                true = mean + tau * draw.normal(size=n_cohorts + 1)
                estimates = []
                for place, each in enumerate(true[:-1]):
                    risk, truth = cohort(float(np.interp(each, logits, grid)), int(draw.integers(60, 101)), draw)
                    judged = Judged(risk[None], truth, resamples(truth, STUDY, f"{number} {place}"))
                    estimates.append(ordering(judged))
                told = summary(estimates, LOGIT)
                held.append(told["low"] <= MEAN <= told["high"])
                ahead.append(told["predicted_low"] <= special.expit(true[-1]) <= told["predicted_high"])
                width.append(told["high"] - told["low"])
                share.append(told["i2"])
                value = np.array([each.value for each in estimates])
                variance = np.array([each.resamples.var(ddof=1) for each in estimates]) / (value * (1 - value)) ** 2
                centre = np.average(special.logit(value), weights=1 / variance)
                fixed.append(abs(centre - mean) <= Z95 / np.sqrt((1 / variance).sum()))
            row = [f"{np.mean(each):.2f}" for each in (held, width, ahead, share, fixed)]
            print("|", " | ".join([str(n_cohorts), "moderate" if tau else "none", str(many), *row]), "|")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
