"""The tables of docs/validation.md on missing values.

    python tests/golden/make/imputation_coverage.py [data sets a cell] > tables.md

First: how often the 95 % interval of a coefficient holds the true one, where 30 % of a covariate are missing at random
(by the other covariate and the outcome). Second: how often the interval of the C-index or AUC of a measure, some values
of which are missing and count as the mean, holds what the measure reaches where it is known of everybody.
"""

import sys

import numpy as np

from radioloom.prediction.imputation import ITERATIVE, learn_imputation, standardised
from radioloom.prediction.metrics.concordance import comparable, concordance, ordering
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.models import MODELS
from radioloom.prediction.multiple_imputation import pooled_fit
from radioloom.prediction.outcome import Outcome, outcome
from radioloom.stages.learning.place import resamples

BETA, SHARE, PATIENTS, COPIES = np.array([0.7, 0.7]), 0.3, 150, 20
SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4)


def patients(kind: str, n: int, draw: np.random.Generator) -> tuple[np.ndarray, Outcome]:
    """Two covariates (n, 2) that correlate at .5, and outcomes of about half of the patients."""
    x = draw.normal(size=(n, 2)) @ np.linalg.cholesky(np.array([[1, 0.5], [0.5, 1]])).T
    risk = x @ BETA
    if kind == "binary":
        return x, outcome(kind, draw.random(n) < 1 / (1 + np.exp(-risk)))
    dies, leaves = draw.exponential(size=n) / np.exp(risk), draw.uniform(0.1, 3, n)
    return x, outcome(kind, dies <= leaves, 1000 * np.minimum(dies, leaves))


def with_gaps(x: np.ndarray, event: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The second covariate missing in 30 %, more often where the first is high and there was an event."""
    chance = 1 / (1 + np.exp(-(x[:, 0] + 1.0 * event)))
    x = x.copy()
    x[draw.random(len(x)) < SHARE * chance / chance.mean(), 1] = np.nan
    return x


def intervals(kind: str, x: np.ndarray, outcomes: Outcome, draw: np.random.Generator) -> dict[str, np.ndarray]:
    """Estimate, low and high (3, 2) of the coefficients by each way, a unit of each covariate."""
    model = MODELS["cox" if kind == "survival" else "logistic"]
    settings, whole = model.checked({}), np.isfinite(x).all(axis=1)
    mean, sd = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
    z, rows = (x - mean) / sd, np.flatnonzero(whole)
    told = learn_imputation(ITERATIVE, z)
    fits = {
        "none (complete cases)": model.fit(z[rows], outcomes.take(rows), settings, None),
        "mean": model.fit(standardised(z, 0.0, 1.0), outcomes, settings, None),
        "iterative": model.fit(standardised(z, 0.0, 1.0, told), outcomes, settings, None),
        "iterative, multiple: 20": pooled_fit(model, z, outcomes, settings, (draw, None), COPIES),
    }
    return {name: np.array([fit.coefficients, *fit.interval]) / sd for name, fit in fits.items()}


def coefficients(many: int) -> None:
    """Print the first table."""
    print("| outcome | `imputation` | mean estimate (true .70, .70) | intervals that hold it |\n|---|---|---|---|")
    for kind in ("survival", "binary"):
        found: dict[str, list[np.ndarray]] = {}
        for k in range(many):
            draw = np.random.default_rng([1, kind == "binary", k])
            x, outcomes = patients(kind, PATIENTS, draw)
            for name, each in intervals(kind, with_gaps(x, outcomes.event, draw), outcomes, draw).items():
                found.setdefault(name, []).append(each)
        for name, each in found.items():
            told = np.array(each)
            holds = ((told[:, 1] <= BETA) & (told[:, 2] >= BETA)).mean(axis=0)
            means = ", ".join(f"{value:.2f}" for value in told[:, 0].mean(axis=0))
            print(f"| {kind} | {name} | {means} | {holds[0]:.2f}, {holds[1]:.2f} |", flush=True)


def performance(many: int) -> None:
    """Print the second table: C of the first covariate in 60 patients, and the difference of both from it."""
    print("\n| outcome | missing | C or AUC where known of all, as imputed | it holds | the gain over it holds |")
    print("|---|---|---|---|---|")
    for kind in ("survival", "binary"):
        many_more = [patients(kind, 1000, np.random.default_rng([2, kind == "binary", k])) for k in range(100)]
        truth = np.mean([_known(*each) for each in many_more], axis=0)
        for share in SHARES:
            rows = [_judged(kind, share, np.random.default_rng([3, kind == "binary", k])) for k in range(many)]
            value, low, high = np.array(rows).transpose(1, 0, 2)
            right = np.array([truth[0], truth[1] - truth[0]])
            holds = ((low <= right) & (high >= right)).mean(axis=0)
            reached = f"{truth[0]:.3f}, {value[:, 0].mean():.3f}"
            print(f"| {kind} | {share:.0%} | {reached} | {holds[0]:.3f} | {holds[1]:.3f} |", flush=True)


def _known(x: np.ndarray, outcomes: Outcome) -> list[float]:
    """C of the first covariate, and of both."""
    pairs = comparable(outcomes)
    return [concordance(pairs, x[:, 0]), concordance(pairs, x @ BETA)]


def _judged(kind: str, share: float, draw: np.random.Generator) -> np.ndarray:
    """Value, low, high (3, 2) of the first covariate with gaps at the mean, and of the difference of both from it."""
    x, outcomes = patients(kind, 60, draw)
    weights = resamples(outcomes, {"seed": int(draw.integers(1 << 31)), "validation": {"bootstrap": 300}}, "")
    alone, both = np.where(draw.random(len(x)) < share, 0.0, x[:, 0]), x @ BETA
    known, more = (ordering(Judged(risk[None], outcomes, weights)) for risk in (alone, both))
    return np.array([[each.value, *each.interval] for each in (known, more.minus(known))]).T


if __name__ == "__main__":
    data_sets = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    coefficients(data_sets)
    performance(5 * data_sets)
