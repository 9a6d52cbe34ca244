"""Gene expression in modules, one of which follows the hidden heterogeneity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from radioloom.provenance import rng
from radioloom.simulate.latent import Latent
from radioloom.simulate.settings import Settings

N_GENES = 400
N_MODULES = 8
SIZES = (25, 40)  # genes of a module, from and to
PLANTED = 1  # the module that follows the hidden heterogeneity
NOISE = 0.6  # standard deviation of a gene that is not its module's (log2 units)


@dataclass(frozen=True, slots=True)
class Genes:
    """The genes of a study: arrays (N_GENES,) in the order of the names."""

    names: tuple[str, ...]
    module: np.ndarray  # 1..N_MODULES; 0 for genes of no module
    loading: (
        np.ndarray
    )  # log2 units a standard deviation of the module's score; some are negative; 0 for genes of no module
    mean: np.ndarray  # log2 units


@cache
def genes(seed: int) -> Genes:
    """Which gene belongs to which module, and how strongly; modules have 25 to 40 genes, at random places."""
    draw = rng(seed, "genes")
    sizes = draw.integers(SIZES[0], SIZES[1] + 1, N_MODULES)
    member = np.zeros(N_GENES, int)
    member[: sizes.sum()] = np.repeat(np.arange(1, N_MODULES + 1), sizes)
    member = draw.permutation(member)
    sign = np.where(draw.random(N_GENES) < 0.2, -1, 1)
    loading = np.where(member > 0, sign * draw.uniform(0.6, 1.1, N_GENES), 0.0)
    names = tuple(f"G{number:04d}" for number in range(1, N_GENES + 1))
    return Genes(names, member, loading, draw.uniform(4, 11, N_GENES))


def scores(hidden: Latent, settings: Settings) -> np.ndarray:
    """Scores of a case in modules 1..N_MODULES; all standard normal, the planted one correlated with heterogeneity."""
    scores = rng(hidden.seed, hidden.case, "modules").standard_normal(N_MODULES)
    r = settings.correlation_module
    scores[PLANTED - 1] = r * hidden.heterogeneity + math.sqrt(1 - r**2) * scores[PLANTED - 1]
    return scores


def expression(hidden: Latent, settings: Settings) -> np.ndarray:
    """log2 expression of a case (N_GENES,), in the order of `genes(seed).names`."""
    table = genes(hidden.seed)
    score = np.concatenate([[0.0], scores(hidden, settings)])[table.module]
    noise = NOISE * rng(hidden.seed, hidden.case, "expression").standard_normal(N_GENES)
    return table.mean + table.loading * score + noise
