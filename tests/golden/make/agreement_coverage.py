"""The table of docs/agreement.md: how often the interval of an ICC holds the truth, by scale and by kind of subjects.

    python tests/golden/make/agreement_coverage.py > table.md

2,000 features a cell, two measurements a subject; the truth of each scale is the ICC of 200,000 subjects on it.
"""

import numpy as np

from radioloom.stats.agreement import icc
from radioloom.stats.agreement_scales import AUTOMATIC, icc_on
from radioloom.tables.columns import MEASURED, RANKS

FORM, FEATURES, RELIABILITY = "ICC(A,1)", 2000, 0.9
HEADS = ("measured", "ranks", "automatic")


def normal(z: np.ndarray, error: np.ndarray) -> np.ndarray:
    return z + error


def lognormal(spread: float, multiplied: bool):
    """Subjects exp(spread z); the error is multiplied, or added in units of their standard deviation."""
    sd = np.exp(spread**2 / 2) * np.sqrt(np.expm1(spread**2))
    if multiplied:
        return lambda z, error: np.exp(spread * (z + error))
    return lambda z, error: np.exp(spread * z) + sd * error


def two_kinds(z: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Three in ten subjects are of another kind, three units higher."""
    subjects = np.where(z > 0.5244, 3.0, 0.0) + 0.5 * np.sin(1e6 * z)
    return subjects + 1.42 * error


SUBJECTS = {
    "normal": normal,
    "lognormal 0.5, error added": lognormal(0.5, False),
    "lognormal 1, error added": lognormal(1.0, False),
    "lognormal 1.5, error added": lognormal(1.5, False),
    "lognormal 0.5, error multiplied": lognormal(0.5, True),
    "lognormal 1, error multiplied": lognormal(1.0, True),
    "lognormal 1.5, error multiplied": lognormal(1.5, True),
    "two kinds of subjects": two_kinds,
}


def values(kind: str, shape: tuple[int, int], draw: np.random.Generator) -> np.ndarray:
    features, n = shape
    error = np.sqrt(1 / RELIABILITY - 1) * draw.normal(size=(features, n, 2))
    return SUBJECTS[kind](draw.normal(size=(features, n, 1)), error)


def cell(kind: str, n: int, draw: np.random.Generator) -> list[str]:
    """Coverage, and the share of lower bounds above the truth (2.5 % promised), on each scale."""
    many = values(kind, (1, 200_000), draw)
    truth = {MEASURED: icc(many, FORM).estimate[0], RANKS: icc_on(many, FORM, RANKS)[0].estimate[0]}
    table, cells = values(kind, (FEATURES, n), draw), []
    for scale in (MEASURED, RANKS, AUTOMATIC):
        each, on = icc_on(table, FORM, scale)
        true = np.where(on == RANKS, truth[RANKS], truth[MEASURED])
        held, above = np.mean((each.low <= true) & (true <= each.high)), np.mean(each.low > true)
        cells.append(f"{held:.2f}, {100 * above:.1f} %")
    return cells


if __name__ == "__main__":
    print("| subjects | n | " + " | ".join(HEADS) + " |\n|---|---|---|---|---|")
    for kind in SUBJECTS:
        for n in (12, 30):
            print(f"| {kind} | {n} | " + " | ".join(cell(kind, n, np.random.default_rng(n))) + " |")
