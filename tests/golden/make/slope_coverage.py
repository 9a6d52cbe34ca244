"""Coverage of the interval of a calibration slope: cohorts of several cases a patient, normal and lognormal risks.

    python tests/golden/make/slope_coverage.py 300

For docs/validation.md: of each kind of cohort how many have an interval, and how many of all have one that does not
hold the slope that 20,000 patients give; beside it the share of sandwich intervals of all cohorts that hold it.
"""

import sys

import numpy as np

from radioloom.prediction.metrics.calibration import calibration_slope
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.robust import robust_intervals
from radioloom.prediction.outcome import Outcome


def cohort(draw, patients: int, cases: int, spread: float) -> Judged:
    """Cases of a patient are alike (r .95) and have one outcome; a spread of 0 is a normal risk."""
    own = np.repeat(draw.normal(size=patients), cases)
    seen = 0.95 * own + 0.31 * draw.normal(size=len(own))
    risk = np.exp(spread * seen) if spread else 0.7 * seen
    time = np.repeat(draw.exponential(1 / np.exp(0.7 * own[::cases])), cases)
    left = np.repeat(draw.uniform(0.05, 2.5, patients), cases)
    of = Outcome("survival", time <= left, np.minimum(time, left), np.repeat(np.arange(patients), cases))
    return Judged(risk[None], of, np.zeros((0, len(risk))))


def main() -> None:
    """One line a kind of cohort."""
    draw, many = np.random.default_rng(2), int(sys.argv[1])
    for spread in (0.0, 0.4, 0.5, 1.0):
        truth = calibration_slope(cohort(draw, 20_000, 1, spread)).value
        for patients, cases in ((50, 1), (50, 2), (50, 4), (100, 2), (300, 1)):
            held, sandwich = [], []
            for _ in range(many):
                judged = cohort(draw, patients, cases, spread)
                low, high = calibration_slope(judged).interval
                if np.isfinite(low):
                    held.append(low <= truth <= high)
                risk = judged.risks[0] / judged.risks[0].std()
                column = (risk - risk.mean())[:, None]
                beta, half = robust_intervals(column, judged.outcomes, fit_cox(column, judged.outcomes))
                sandwich.append(abs(beta[0] - truth * judged.risks[0].std()) <= half[0])
            shares = f"{len(held) / many:.3f} have one, {(len(held) - sum(held)) / many:.3f} one that is wrong"
            kind = f"spread {spread}, {patients} patients of {cases}"
            print(f"{kind}: {shares}; sandwich {np.mean(sandwich):.3f}", flush=True)


if __name__ == "__main__":
    main()
