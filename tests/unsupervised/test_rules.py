"""Association rules beside a naive twin; chance is told as it is, and planted rules stand out."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from radioloom.provenance import rng
from radioloom.unsupervised.items import of_levels, of_number, representatives
from radioloom.unsupervised.rules import Limits, again, find, frequent

LIMITS = Limits(support=0.1, confidence=0.5, longest=3)


def market(seed=1, n=90):
    """Five variables of two to four levels, the last with gaps; items, and the variable of each."""
    draws = rng(seed)
    values = [draws.integers(k, size=n) for k in (2, 3, 4, 2, 3)]
    values[4][:9] = -1
    values[3] = np.where(draws.uniform(size=n) < 0.7, (values[0] == 1) & (values[1] != 0), values[3] == 1)
    has = np.column_stack(
        [value == level for value, k in zip(values, (2, 3, 4, 2, 3), strict=True) for level in range(k)]
    )
    return has, np.repeat(np.arange(5), (2, 3, 4, 2, 3))


def naive(has, variable, fewest, longest):
    """Every set of items of different variables that enough have."""
    every = {}
    for size in range(1, longest + 1):
        for items in combinations(range(has.shape[1]), size):
            count = sum(all(row[k] for k in items) for row in has.tolist())
            if len({variable[k] for k in items}) == size and count >= fewest:
                every[items] = count
    return every


@pytest.mark.parametrize("fewest", [1, 9, 30, 91])
def test_apriori_finds_what_a_naive_twin_finds(fewest):
    has, variable = market()
    assert frequent(has, variable, fewest, 3) == naive(has, variable, fewest, 3)


def naive_rules(has, variable, ahead, targets, limits):
    """Support, confidence and lift of each rule, by their definitions."""
    found = {}
    sets = [items for items in naive(has, variable, 1, limits.longest) if set(items) <= set(ahead)]
    for target in targets:
        known = has[:, variable == variable[target]].any(axis=1)
        base = has[known, target].mean()
        confidence = {}
        for items in (items for items in sets if variable[target] not in variable[list(items)]):
            mine = has[known][:, list(items)].all(axis=1)
            if mine.any():
                confidence[items] = has[known, target][mine].mean(), (mine & has[known, target]).mean()
        for items, (share, support) in confidence.items():
            parts = [part for size in range(1, len(items)) for part in combinations(items, size)]
            better = all(share > confidence[part][0] for part in parts)
            if support >= limits.support and share >= limits.confidence and share > base and better:
                found[items, target] = support, share, share / base
    return found


def test_rules_are_those_of_their_definitions():
    has, variable = market()
    ahead, targets = np.arange(11), np.arange(9, 14)
    found = find(has, variable, (ahead, targets), LIMITS, 20, rng(2))
    counts = found.counts
    columns = zip(counts.support, counts.confidence, counts.lift, strict=True)
    keys = zip(found.antecedents, found.consequents.tolist(), strict=True)
    told = dict(zip(keys, columns, strict=True))
    expected = naive_rules(has, variable, ahead, targets, LIMITS)
    assert set(told) == set(expected)
    assert len(told) > 3
    assert all(told[key] == pytest.approx(expected[key]) for key in told)


def test_chance_is_that_of_exchanged_values():
    """P by exchange is Fisher's one-sided p; the planted rule stands out of all, and of noise nothing does."""
    has, variable = market(n=120)
    found = find(has, variable, (np.arange(9), np.array([9, 10])), LIMITS, 999, rng(3))
    counts = found.counts
    exact = stats.hypergeom.sf(counts.n_both - 1, counts.n, counts.n_if, counts.n_then)
    error = 4 * np.sqrt(exact * (1 - exact) / 999) + 2e-3
    assert (np.abs(found.p - exact) < error).all()
    assert (variable[list(found.antecedents[0])].tolist(), found.p_max[0]) == ([0, 1], 0.001)
    assert found.consequents[0] == 10
    assert (found.p_max >= found.p - 1e-12).all()
    quantile = stats.hypergeom.ppf(0.95, counts.n, counts.n_if, counts.n_then) / counts.n_if * counts.n / counts.n_then
    assert found.by_chance == pytest.approx(quantile, rel=0.12)
    assert found.n_by_chance < found.n_passing
    shuffled = has.copy()
    shuffled[:, 9:11] = has[rng(4).permutation(len(has))][:, 9:11]
    nothing = find(shuffled, variable, (np.arange(9), np.array([9, 10])), LIMITS, 200, rng(5))
    assert (nothing.p_max > 0.05).all()


def test_the_same_rules_in_the_same_patients_are_the_same():
    has, variable = market()
    found = find(has, variable, (np.arange(9), np.arange(9, 14)), LIMITS, 50, rng(2))
    given, by_chance, p = again(has, variable, found, 400, rng(6))
    for name in ("n", "n_if", "n_then", "n_both", "lift"):
        assert np.array_equal(getattr(given, name), getattr(found.counts, name))
    assert p == pytest.approx(found.p, abs=0.15)
    nobody, _, all_of_them = again(np.zeros_like(has), variable, found, 20, rng(6))
    assert not nobody.lift.any()
    assert (all_of_them == 1).all()
    assert len(by_chance) == len(p)


def test_nothing_to_foretell_is_no_rule():
    has, variable = market()
    assert find(has, variable, (np.arange(9), np.zeros(0, int)), LIMITS, 20, rng(1)).antecedents == []
    assert find(has[:, :0], variable[:0], (np.zeros(0, int), np.zeros(0, int)), LIMITS, 20, rng(1)).n_passing == 0


def test_items_of_numbers_are_cut_where_training_has_its_tertiles():
    values = np.array([*range(1, 10), 100.0, -5.0, np.nan])
    items = of_number("feature", "f", values, np.arange(9))
    assert [item.level for item, _ in items] == ["low", "middle", "high"]
    low, high = np.quantile(np.arange(1, 10), (1 / 3, 2 / 3))
    assert (items[0][0].up_to, items[2][0].above) == (low, high)
    assert [column.sum() for _, column in items] == [4, 3, 4]
    assert not any(column[-1] for _, column in items)
    two = of_number("feature", "f", np.array([0.0, 0, 0, 0, 0, 1, 2]), np.arange(7))
    assert [(item.level, column.sum()) for item, column in two] == [("low", 5), ("high", 2)]
    assert of_number("feature", "f", np.ones(5), np.arange(5)) == []
    assert of_number("feature", "f", np.full(5, np.nan), np.arange(5)) == []
    levels = of_levels("annotation", "stage", ["I", None, "II"], ["I", "II"])
    assert [column.tolist() for _, column in levels] == [[True, False, False], [False, False, True]]


def test_representatives_are_one_of_each_group_of_features():
    hidden = rng(1).normal(size=(60, 3))
    noise = 0.3 * rng(2).normal(size=(60, 9))
    z = hidden[:, np.arange(9) % 3] * np.where(np.arange(9) < 3, -1, 1) + noise
    assert sorted(representatives(z, 3) % 3) == [0, 1, 2]
    assert representatives(z, 20).tolist() == list(range(9))
