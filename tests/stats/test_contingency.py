"""Tests of groups against levels and numbers, beside those of R; what is of one level has none."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from radioloom.provenance import rng
from radioloom.stats.contingency import fisher, fisher_by_chance, independence, kruskal_wallis

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
PATIENTS = pd.read_csv(GOLDEN / "contingency_patients.csv")
OF_R = pd.read_csv(GOLDEN / "contingency.csv").set_index(["set", "key"])["value"]


def counts(column):
    return pd.crosstab(PATIENTS["group"], PATIENTS[column]).to_numpy()


@pytest.mark.parametrize("name", ["stage", "histology"])
def test_chi_square_is_that_of_r(name):
    found = independence(counts(name), rng(1))
    assert (found.name, found.df) == ("chi-square", OF_R[name, "df"])
    assert found.statistic == pytest.approx(OF_R[name, "chi2"], rel=1e-12)
    assert found.p == pytest.approx(OF_R[name, "p"], rel=1e-9)
    assert found.effect == pytest.approx(stats.contingency.association(counts(name), method="cramer"))


def test_where_expected_counts_are_small_it_is_fishers_within_its_sampling_error():
    assert OF_R["rare", "smallest expected"] < 1
    found, exact = independence(counts("rare"), rng(1)), OF_R["rare", "fisher"]
    assert (found.name, np.isnan(found.statistic)) == ("Fisher", True)
    assert found.p == pytest.approx(exact, abs=3 * np.sqrt(exact * (1 - exact) / 9999))


@pytest.mark.parametrize("name", ["stage", "histology"])
def test_random_tables_hold_r_s_exact_p(name):
    exact = OF_R[name, "fisher"]
    assert fisher_by_chance(counts(name), rng(2), 4000) == pytest.approx(
        exact, abs=3 * np.sqrt(exact / 4000) + 1 / 4000
    )


def test_fisher_of_two_by_two_is_that_of_r_and_of_scipy():
    two = pd.crosstab(PATIENTS["group"] == 1, PATIENTS["rare"] == "a").to_numpy()
    assert fisher(two) == pytest.approx(OF_R["two", "fisher"], rel=1e-9)
    for table in ([[0, 5], [7, 1]], [[3, 3], [3, 3]], [[10, 0], [0, 10]], [[1, 0], [9, 30]]):
        assert fisher(np.array(table)) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-9)


@pytest.mark.parametrize("name", ["age", "size"])
def test_kruskal_and_wallis_is_that_of_r(name):
    found = kruskal_wallis(PATIENTS[name].to_numpy(float), PATIENTS["group"].to_numpy())
    assert found.statistic == pytest.approx(OF_R[name, "h"], rel=1e-12)
    assert (found.df, found.p) == (OF_R[name, "df"], pytest.approx(OF_R[name, "p"], rel=1e-9))


def test_what_is_of_one_level_has_no_test():
    assert independence(np.array([[4, 0], [6, 0]]), rng(1)) is None
    assert independence(np.array([[4, 3]]), rng(1)) is None
    assert kruskal_wallis(np.ones(5), np.array([1, 1, 2, 2, 3])) is None
    assert kruskal_wallis(np.arange(5.0), np.ones(5)) is None
    assert kruskal_wallis(np.zeros(0), np.zeros(0)) is None
