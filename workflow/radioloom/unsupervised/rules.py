"""Association rules: frequent sets of items (Apriori), what they say of targets, and how far chance says as much.

Agrawal and Srikant 1994 (Apriori); rules whose antecedent is no better than a part of it are left out (Webb 2007,
doi:10.1007/s10994-007-5006-x). Chance is what is left where a target's values are exchanged among the patients.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

Itemset = tuple[int, ...]
HIGH = 0.95  # quantile of the lift by chance


@dataclass(frozen=True, slots=True)
class Limits:
    """What a rule has to reach, and how long its antecedent may be."""

    support: float  # share of the patients of whom the target is known, with antecedent and consequent
    confidence: float
    longest: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Patients behind each of r rules, float64 (r,): of whom the target is known, with antecedent, consequent, both."""

    n: np.ndarray
    n_if: np.ndarray
    n_then: np.ndarray
    n_both: np.ndarray

    @property
    def support(self) -> np.ndarray:
        """Share of the patients with both; 0 of none."""
        return _share(self.n_both, self.n)

    @property
    def confidence(self) -> np.ndarray:
        """Share with the consequent of those with the antecedent; 0 of none."""
        return _share(self.n_both, self.n_if)

    @property
    def lift(self) -> np.ndarray:
        """Confidence over the share of all with the consequent; 0 where nobody has either."""
        return _share(self.confidence, _share(self.n_then, self.n))

    @property
    def surplus(self) -> np.ndarray:
        """How far more have both than by chance, in standard deviations of the hypergeometric distribution."""
        expected = _share(self.n_if * self.n_then, self.n)
        variance = _share(expected * (self.n - self.n_if) * (self.n - self.n_then), self.n * (self.n - 1))
        return _share(self.n_both - expected, np.sqrt(variance))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """A quotient that is 0 where nothing is divided by."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


@dataclass(frozen=True, slots=True)
class Found:
    """r rules, the least likely by chance first."""

    antecedents: list[Itemset]
    consequents: np.ndarray  # int64 (r,): item
    counts: Counts
    by_chance: np.ndarray  # (r,): 95 % of the lifts by chance are below
    p: np.ndarray  # (r,): share of exchanged values with as many patients, these counted
    p_max: np.ndarray  # (r,): the same of the largest surplus of all that could have been a rule
    n_passing: int  # rules within the limits, those that are no better than with a part of their antecedent too
    n_by_chance: float  # the same of exchanged values, mean


def frequent(has: np.ndarray, variable: np.ndarray, fewest: int, longest: int) -> dict[Itemset, int]:
    """Sets of up to `longest` items that `fewest` patients or more have, with their number (Apriori).

    has : bool (n, m); variable : (m,) what each item is a value of: a set has one value of each
    """
    level: dict[Itemset, int] = {(k,): int(has[:, k].sum()) for k in range(has.shape[1])}
    level = {items: n for items, n in level.items() if n >= fewest}
    every = dict(level)
    for size in range(2, longest + 1):
        level = {
            items: n
            for items in _joined(level, size)
            if len({variable[k] for k in items}) == size
            if (n := int(has[:, list(items)].all(axis=1).sum())) >= fewest
        }
        every |= level
    return every


def _joined(level: dict[Itemset, int], size: int) -> list[Itemset]:
    """Sets of `size` items whose every part of one item less is frequent. level : frequent sets of one item less."""
    ordered = sorted(level)
    joined = [(*a, b[-1]) for a, b in combinations(ordered, 2) if a[:-1] == b[:-1]]
    return [items for items in joined if all(part in level for part in combinations(items, size - 1))]


def find(
    has: np.ndarray,
    variable: np.ndarray,
    sides: tuple[np.ndarray, np.ndarray],
    limits: Limits,
    permutations: int,
    rng: np.random.Generator,
) -> Found:
    """Rules from sets of items to one item of a target.

    has : bool (n, m); a patient with no item of a variable is not known in it
    variable : int (m,) of each item; sides : items that may stand in an antecedent, and items that are foretold
    permutations : exchanges of each target's values among the patients of whom it is known
    """
    ahead, targets = sides
    values, known = has[:, targets].T, _known(has, variable, targets)
    fewest = max(1, int(np.ceil(limits.support * known.sum(axis=1).min(initial=len(has)) - 1e-9)))
    sets = [tuple(ahead[list(items)]) for items in frequent(has[:, ahead], variable[ahead], fewest, limits.longest)]
    member = _members(has, sets)
    own = np.array([[variable[item] in variable[list(items)] for item in targets] for items in sets], dtype=bool)
    own = own.reshape(len(sets), len(targets))
    given = _counts(member, known, values)
    passing = _passing(given, limits, own)
    rows, columns = np.nonzero(passing & _better_than_parts(sets, given.confidence, passing))
    counts = _take(given, rows, columns)
    beyond, lifts, largest, number = np.ones(len(rows)), np.zeros((permutations, len(rows))), np.zeros(permutations), 0
    for k in range(permutations):
        drawn = _counts(member, known, _exchanged(values, known, variable[targets], rng))
        mine = _take(drawn, rows, columns)
        beyond += mine.n_both >= counts.n_both
        lifts[k] = mine.lift
        largest[k] = np.where(own | (drawn.n_if < fewest), -np.inf, drawn.surplus).max(initial=-np.inf)
        number += int(_passing(drawn, limits, own).sum())
    p_max = (1 + (largest[:, None] >= counts.surplus - 1e-9).sum(axis=0)) / (permutations + 1)
    order = np.lexsort((rows, -counts.surplus, p_max))
    return Found(
        antecedents=[sets[row] for row in rows[order]],
        consequents=targets[columns[order]],
        counts=_take(counts, order),
        by_chance=np.quantile(lifts, HIGH, axis=0)[order],
        p=(beyond / (permutations + 1))[order],
        p_max=p_max[order],
        n_passing=int(passing.sum()),
        n_by_chance=number / permutations,
    )


def again(
    has: np.ndarray, variable: np.ndarray, found: Found, permutations: int, rng: np.random.Generator
) -> tuple[Counts, np.ndarray, np.ndarray]:
    """Counts of rules in other patients, the lift by chance there, and p; as `find` has them. has : bool (n, m)."""
    member, values = _members(has, found.antecedents), has[:, found.consequents].T
    known = _known(has, variable, found.consequents)
    n, n_if, n_then = known.sum(axis=1), (member * known).sum(axis=1), values.sum(axis=1)
    given = Counts(*(each.astype(np.float64) for each in (n, n_if, n_then, (member * values).sum(axis=1))))
    beyond, lifts = np.ones(len(values)), np.zeros((permutations, len(values)))
    for k in range(permutations):
        both = (member * _exchanged(values, known, variable[found.consequents], rng)).sum(axis=1)
        drawn = Counts(given.n, given.n_if, given.n_then, both)
        beyond += drawn.n_both >= given.n_both
        lifts[k] = drawn.lift
    return given, np.quantile(lifts, HIGH, axis=0), beyond / (permutations + 1)


def _members(has: np.ndarray, sets: list[Itemset]) -> np.ndarray:
    """Whether each of n patients has all items of each set, float64 (sets, n)."""
    member = [has[:, list(items)].all(axis=1) for items in sets]
    return np.array(member, dtype=np.float64).reshape(len(sets), len(has))


def _known(has: np.ndarray, variable: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Of which patients the variable of each target is known, bool (targets, n)."""
    known = [has[:, variable == variable[item]].any(axis=1) for item in targets]
    return np.array(known, dtype=bool).reshape(len(targets), len(has))


def _counts(member: np.ndarray, known: np.ndarray, values: np.ndarray) -> Counts:
    """Counts (a, t) of every antecedent (a, n) with every target (t, n)."""
    n_if = member @ known.T.astype(np.float64)
    n, n_then = (np.broadcast_to(each.sum(axis=1).astype(np.float64), n_if.shape) for each in (known, values))
    return Counts(n, n_if, n_then, member @ values.T.astype(np.float64))


def _take(counts: Counts, *index: np.ndarray) -> Counts:
    return Counts(counts.n[index], counts.n_if[index], counts.n_then[index], counts.n_both[index])


def _passing(counts: Counts, limits: Limits, own: np.ndarray) -> np.ndarray:
    """Which pairs (a, t) reach the limits and say more than the share of all; not of a target from itself."""
    return ~own & (counts.support >= limits.support) & (counts.confidence >= limits.confidence) & (counts.lift > 1)


def _better_than_parts(sets: list[Itemset], confidence: np.ndarray, passes: np.ndarray) -> np.ndarray:
    """Which pairs (a, t) have a larger confidence than with any part of the antecedent."""
    place, better = {items: k for k, items in enumerate(sets)}, np.ones(passes.shape, dtype=bool)
    for k in np.flatnonzero(passes.any(axis=1)):
        items = sets[k]
        for size in range(1, len(items)):
            for part in combinations(items, size):
                better[k] &= confidence[k] > confidence[place[part]]
    return better


def _exchanged(values: np.ndarray, known: np.ndarray, variable: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Values (t, n) with those of each variable exchanged among the patients of whom it is known."""
    drawn = values.copy()
    for each in np.unique(variable):
        rows = np.flatnonzero(variable == each)
        who = np.flatnonzero(known[rows[0]])
        drawn[np.ix_(rows, who)] = values[np.ix_(rows, rng.permutation(who))]
    return drawn
