"""Coverage of an AUC's interval by DeLong's variance: on the logit scale, as METRICS has it, and on its own.

    python tests/golden/make/delong_coverage.py 4000

One line for each effect and number of patients; a normal risk, about a third of the patients with the event.
"""

import sys

import numpy as np

from radioloom.prediction.metrics.delong import delong, delong_auc
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.outcome import outcome
from radioloom.stats.normal import Z95


def cohort(draw: np.random.Generator, patients: int, effect: float) -> Judged:
    """Patients whose log odds rise by `effect` with each standard deviation of the risk."""
    risk = draw.normal(size=patients)
    event = draw.random(patients) < 1 / (1 + np.exp(0.5 - effect * risk))
    return Judged(risk[None], outcome("binary", event), np.zeros((0, patients)))


def main() -> None:
    """Print the shares."""
    draw, many = np.random.default_rng(3), int(sys.argv[1])
    for effect in (0.0, 0.6, 1.2, 2.0, 3.0):
        truth = np.mean([delong_auc(cohort(draw, 4_000, effect)).value for _ in range(20)])
        for patients in (40, 80, 200):
            held, plain = [], []
            for _ in range(many):
                judged = cohort(draw, patients, effect)
                low, high = delong_auc(judged).interval
                if np.isfinite(low):
                    held.append(low <= truth <= high)
                    (auc,), ((variance,),) = delong(judged.outcomes.event, judged.risks)
                    plain.append(abs(auc - truth) <= Z95 * np.sqrt(variance))
            print(f"AUC {truth:.3f}, {patients} patients: {np.mean(held):.3f}, plain {np.mean(plain):.3f}", flush=True)


if __name__ == "__main__":
    main()
