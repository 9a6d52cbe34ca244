import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.genomics.expression import Rules, check


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
