"""Gene modules that are each foretold by a small tree of traits: expression whose module network is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from radioloom.errors import StudyError

EFFECTS = (1.0, 0.8, 0.6)  # half the difference that splits 1, 2, 3 ... of a tree make; later ones as the last
USED = 28  # traits of Segal et al. 2007 that are asked for


@dataclass(frozen=True, slots=True)
class Size:
    """How much is planted; the default is the size of Segal et al. 2007."""

    genes: int = 6732
    cases: int = 38
    traits: int = 32
    used: int = USED  # traits that trees may ask for
    modules: int = 116
    splits: int = 3  # most of a tree
    least: int = 4  # cases of a leaf
    share: float = 0.5  # of a gene's variance that its module's tree explains; 0 plants modules without trees

    def __post_init__(self) -> None:
        if not 0 <= self.share < 1:
            raise StudyError(f"share of variance: {self.share:g} is not from 0 to below 1")
        if self.cases < 2 * self.least or not 0 < self.modules <= self.genes or not 0 < self.used <= self.traits:
            raise StudyError(
                f"{self.genes} genes in {self.modules} modules, {self.cases} cases, {self.used} of {self.traits} "
                f"traits: each module takes a gene, and a tree a trait and {2 * self.least} cases; ask for a size "
                "that has them"
            )


class Planted(NamedTuple):
    """Expression, traits, and what connects them."""

    expression: np.ndarray  # float64 (genes, cases), each gene of mean 0 and variance 1 but for chance
    traits: np.ndarray  # float64 (cases, traits): scores 0 and 1, or 0 to 3
    labels: np.ndarray  # int64 (genes,), module of each gene
    leaves: np.ndarray  # int64 (modules, cases), leaf of each case in the tree of each module
    asked: np.ndarray  # bool (modules, traits), whether the tree asks for the trait


def planted(size: Size, rng: np.random.Generator) -> Planted:
    """Traits, trees over them, and genes that follow their module's tree with normal noise.

    Every other trait is absent or present in 30 to 70 of 100 cases, the others have four levels. A tree splits its
    largest leaf at a trait that divides it into at least `least` cases each. Modules have the same number of genes but
    for one. Where `share` is 0 genes follow programs of their module that no trait knows, with half of their variance.
    """
    x = traits(size, rng)
    leaves, asked = np.zeros((size.modules, size.cases), np.int64), np.zeros((size.modules, size.traits), bool)
    programs = np.empty((size.modules, size.cases))
    for module in range(size.modules):
        programs[module] = _grown(x, size, leaves[module], asked[module], rng)
    if not size.share:
        programs, asked[:] = rng.standard_normal(programs.shape), False
    programs -= programs.mean(axis=1, keepdims=True)
    programs /= programs.std(axis=1, keepdims=True)
    labels = rng.permutation(np.arange(size.genes) % size.modules)
    share = size.share or 0.5
    noise = math.sqrt(1 - share) * rng.standard_normal((size.genes, size.cases))
    return Planted(math.sqrt(share) * programs[labels] + noise, x, labels, leaves, asked)


def traits(size: Size, rng: np.random.Generator) -> np.ndarray:
    """Independent scores of each case, float64 (cases, traits)."""
    scores = rng.integers(0, 4, (size.cases, size.traits)).astype(float)
    present = np.round(size.cases * rng.uniform(0.3, 0.7, size.traits))
    for trait in range(0, size.traits, 2):
        scores[:, trait] = rng.permutation(np.arange(size.cases) < present[trait])
    return scores


def _grown(x: np.ndarray, size: Size, leaves: np.ndarray, asked: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grow a tree into `leaves` and `asked`; the mean of the module in each case."""
    program = np.zeros(size.cases)
    for number in range(int(rng.integers(1, size.splits + 1))):
        largest = np.flatnonzero(leaves == np.bincount(leaves).argmax())
        for trait in rng.permutation(size.used):
            cuts = [cut for cut in np.unique(x[:, trait])[:-1] if _divides(x[largest, trait] > cut, size.least)]
            if not asked[trait] and cuts:
                upper = largest[x[largest, trait] > rng.choice(cuts)]
                effect = rng.choice([-1, 1]) * EFFECTS[min(number, len(EFFECTS) - 1)]
                program[largest] -= effect
                program[upper] += 2 * effect
                leaves[upper], asked[trait] = leaves.max() + 1, True
                break
    return program


def _divides(above: np.ndarray, least: int) -> bool:
    return least <= above.sum() <= len(above) - least
