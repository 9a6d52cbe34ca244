import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.genomics.expression import Rules, check, prepare, scale
from radioloom.stats.harmonisation import fit_combat


def frame(rows, cases=("c2", "c1", "c3", "c4")):
    return pd.DataFrame(rows, columns=list(cases)).T.T.set_axis([f"g{k}" for k in range(len(rows))])


def test_sorted_filled_with_the_median_and_counted():
    rows = [[1.0, 2.0, 6.0, np.nan], [5.0, 5.0, 5.0, 5.0], [np.nan, np.nan, 1.0, 2.0], [4.0, 3.0, 2.0, 1.0]]
    found = check(frame(rows), Rules(max_missing=0.25))
    assert list(found.values.columns) == ["c1", "c2", "c3", "c4"]
    assert found.values.loc["g0"].tolist() == [2.0, 1.0, 6.0, 2.0]  # c4: the median of 1, 2, 6
    assert found.counts == {
        "genes_read": 4, "merged": 0, "dropped_missing": 1, "values_filled": 1, "dropped_constant": 1,
    }  # fmt: skip


def test_constant_up_to_rounding_is_constant():
    rows = [[0.1 + 0.2, 0.3, 0.3, 0.3], [1.0, 2.0, 3.0, 4.0]]
    assert check(frame(rows), Rules()).counts["dropped_constant"] == 1


@pytest.mark.parametrize(
    ("duplicates", "expected"), [("mean", [2.0, 3.0, 4.0, 7.0]), ("max_variance", [3.0, 4.0, 5.0, 10.0])]
)
def test_duplicate_genes(duplicates, expected):
    rows = frame([[1.0, 2.0, 3.0, 4.0], [3.0, 4.0, 5.0, 10.0], [0.0, 1.0, 0.0, 1.0]], ("c1", "c2", "c3", "c4"))
    rows.index = ["A", "A", "B"]
    found = check(rows, Rules(duplicates=duplicates))
    assert found.values.loc["A"].tolist() == expected
    assert found.counts["merged"] == 1


def test_duplicate_genes_are_refused_unless_the_study_says_how():
    rows = frame([[1.0, 2.0, 3.0, 4.0]] * 2)
    rows.index = ["A", "A"]
    with pytest.raises(StudyError, match=r"set genomics\.expression\.duplicates"):
        check(rows, Rules())


def test_what_is_not_finite_is_named():
    with pytest.raises(StudyError, match=r"inf is not finite \(gene g0, case c3\)"):
        check(frame([[1, 2, np.inf, 4], [1, 2, 3, 4]]), Rules())


def test_a_case_twice_is_refused():
    with pytest.raises(StudyError, match="case 'c1' has more than one column"):
        check(frame([[1.0, 2.0, 3.0, 4.0]], ("c1", "c1", "c2", "c3")), Rules())


def test_no_gene_left():
    with pytest.raises(StudyError, match="no gene is left of 1"):
        check(frame([[1.0, 1.0, 1.0, 1.0]]), Rules())


@pytest.mark.parametrize("bad", [{"duplicates": "first"}, {"max_missing": 1.5}])
def test_rules_are_checked(bad):
    with pytest.raises(StudyError, match=next(iter(bad))):
        Rules(**bad)


def batched(n=24, genes=30, seed=3):
    """Two batches of which the second is shifted and stretched; the last four cases are of neither."""
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(genes, n))
    named = {f"c{k:02d}": "ab"[k % 2] for k in range(n - 4)}
    second = [k for k in range(n - 4) if k % 2]
    values[:, second] = 3 + 2 * values[:, second]
    return pd.DataFrame(values, [f"g{k:02d}" for k in range(genes)], [f"c{k:02d}" for k in range(n)]), named


def test_without_filters_a_matrix_is_prepared_by_its_checks_alone():
    values, _ = batched()
    pd.testing.assert_frame_equal(prepare(values, Rules()).values, check(values, Rules()).values, check_exact=True)
    assert prepare(values, Rules()).counts == check(values, Rules()).counts


def test_batches_are_learnt_where_it_is_asked_and_nowhere_else():
    """The frozen map is that of `fit_combat` (whose oracle is sva); cases beside it change no value of another."""
    values, named = batched()
    training = list(values.columns[:14])
    ready = prepare(values, Rules(), named, training)
    batches = np.array([named.get(case, "") for case in values.columns], object)
    combat = fit_combat(values[training].to_numpy().T, batches[:14])
    np.testing.assert_array_equal(ready.values.to_numpy().T, combat.apply(values.to_numpy().T, batches))
    pd.testing.assert_frame_equal(ready.values.iloc[:, -4:], values.iloc[:, -4:])  # of no batch
    assert ready.batches == {"named": 2, "fewest": 5, "learnt": 2, "cases": 20, "genes": 30}
    spoilt = values.copy()
    spoilt.iloc[:, 14:] *= 100
    again = prepare(spoilt, Rules(), named, training)
    pd.testing.assert_frame_equal(again.values[training], ready.values[training], check_exact=True)
    apart = ready.values.iloc[:, 0:20:2].mean(axis=None) - ready.values.iloc[:, 1:20:2].mean(axis=None)
    assert abs(apart) < 0.5
    alone = prepare(values, Rules(), {"c00": "a"})
    assert alone.batches == {"named": 1, "fewest": 5, "learnt": 0, "cases": 0, "genes": 0}


def test_genes_that_are_not_detected_or_hardly_vary_are_dropped():
    rows = [[0, 0, 5, 6], [0, 0, 0, 6], [9, 9, 9.5, 9], [0, np.nan, np.nan, 8], [1, 5, 3, 9.0]]
    rules = Rules(detected={"above": 1, "share": 0.5}, min_variance_share=0.5, max_missing=0.6)
    ready = prepare(frame(rows), rules)
    seen = [k for k, row in enumerate(rows) if np.mean([v > 1 for v in row if not np.isnan(v)]) >= 0.5]
    assert seen == [0, 2, 3, 4]
    variances = {f"g{k}": np.var(np.where(np.isnan(rows[k]), np.nanmedian(rows[k]), rows[k])) for k in seen}
    assert list(ready.values.index) == sorted(sorted(variances, key=variances.get)[2:])
    assert (ready.counts["genes_read"], ready.counts["dropped_undetected"], ready.counts["dropped_unvarying"]) == (
        5,
        1,
        2,
    )
    with pytest.raises(StudyError, match="no gene of 5 is above 99 in 50% of its cases; lower `above`, or `share`"):
        prepare(frame(rows), Rules(detected={"above": 99, "share": 0.5}))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda v: np.floor(np.exp(v + 7)), "counts"),
        (lambda v: np.exp(v + 5) + 0.5, "linear"),
        (lambda v: (v - v.mean(axis=1, keepdims=True)) / v.std(axis=1, keepdims=True), "standardised"),
        (lambda v: 4 + 3 * v, "logarithms"),
    ],
)
def test_the_scale_of_a_matrix(change, expected):
    values = np.random.default_rng(4).normal(size=(60, 30)) * np.linspace(0.2, 2, 60)[:, None]
    assert scale(pd.DataFrame(change(values))) == expected


def test_what_is_learnt_from_some_cases_is_that_of_these_alone():
    """Gaps, rows of a gene, batches and genes of all rules: those of the first part, whatever the others are."""
    draw = np.random.default_rng(7)
    values, named = batched()
    values = values.mask(draw.random(values.shape) < 0.1)
    values.index = ["same", "same", *values.index[2:]]
    values.iloc[5, :14] = 1.0  # constant there
    values.iloc[6, :14] = np.nan
    rules = Rules(
        max_missing=0.4, duplicates="max_variance", detected={"above": -1, "share": 0.3}, min_variance_share=0.3
    )
    training = list(values.columns[:14])
    alone = prepare(values[training], rules, named)
    both = prepare(values, rules, named, training)
    pd.testing.assert_frame_equal(both.values[training], alone.values, check_exact=True)
    spoilt = values.copy()
    spoilt.iloc[:, 14:] = 1e3 * draw.normal(size=(30, 10))
    pd.testing.assert_frame_equal(prepare(spoilt, rules, named, training).values[training], alone.values)
    assert both.values.notna().all(axis=None)
    assert both.values.shape[1] == 24
