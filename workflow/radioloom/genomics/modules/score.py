"""Score of a gene module in each case: its eigengene, the first principal component of its genes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from radioloom.stats.constancy import near_one


def standardise(values: pd.DataFrame) -> pd.DataFrame:
    """Each gene (row) with mean 0 and sample standard deviation 1 over the cases."""
    values = pd.DataFrame(near_one(values.to_numpy(float), 1)[0], values.index, values.columns)
    centred = values.sub(values.mean(axis=1), axis=0)
    return centred.div(values.std(axis=1, ddof=1), axis=0)


def unit(rows: np.ndarray) -> np.ndarray:
    """The rows (genes or lines) scaled to unit length."""
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def eigengene(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """First principal component of z-scored genes (gene x case): loadings, score of each case, share of variance.

    `score = loadings @ z`, loadings have unit length; the sign is the one under which the score correlates positively
    with the mean of the genes (Langfelder and Horvath 2007, BMC Syst Biol 1:54).
    """
    left, singular, _ = np.linalg.svd(z, full_matrices=False)
    weight = left[:, 0]
    score = weight @ z
    agreement = score @ z.mean(axis=0)
    sign = np.sign(agreement) if abs(agreement) > 1e-12 else np.sign(weight[np.abs(weight).argmax()])
    return sign * weight, sign * score, float(singular[0] ** 2 / np.sum(singular**2))
