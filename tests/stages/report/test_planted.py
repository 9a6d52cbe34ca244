from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lifelines.utils import concordance_index
from scipy.stats import spearmanr

from made.synthetic_study import FEATURES, survival_study
from radioloom.stages.report.planted import compare, follows
from radioloom.tables import wide


@pytest.fixture(scope="module")
def study():
    return survival_study()


@pytest.fixture(scope="module")
def comparison(study):
    return compare(study)


def test_concordance_of_the_truth_is_that_of_lifelines(study, comparison):
    for row in comparison.metrics.itertuples():
        cases = study.clinical[study.clinical["cohort"] == row.cohort].merge(
            study.truth["cases"], on=["cohort", "case"]
        )
        judged = study.predictions.merge(cases, on=["cohort", "case"])
        assert row.estimate == pytest.approx(
            concordance_index(judged["time_days"], -judged["log_hazard"], judged["event"]), abs=1e-12
        )
        assert (row.low < row.estimate < row.high) is (row.n_events >= 10)
        assert row.n == len(judged)
    assert set(comparison.metrics["cohort"]) == {"train", "valid1", "valid2"}


def test_excluded_cases_are_not_judged(study, comparison):
    assert "train-011" not in set(study.predictions["case"])
    assert comparison.metrics.set_index("cohort").loc["train", "n"] == 38


def test_several_training_cohorts_go_under_one_name(study):
    """METRICS names them together: the truth must stand under the same name."""
    metrics = study.metrics.assign(cohort=study.metrics["cohort"].replace("train", "train+valid1"))
    metrics = metrics[~((metrics["cohort"] == "valid1") & (metrics["evaluation"] == "validation"))]
    part = np.where(study.predictions["cohort"].isin(["train", "valid1"]), "train", "test")
    both = replace(study, metrics=metrics, predictions=study.predictions.assign(part=part))
    named = compare(both).metrics.set_index("cohort")["n"]
    assert named["train+valid1"] == 38 + 29
    assert set(named.index) == {"train+valid1", "valid2"}


def test_features_follow_what_drives_them(study, comparison):
    expected = wide(study.features)[FEATURES].reset_index().merge(study.truth["cases"], on=["cohort", "case"])
    expected = expected[expected["cohort"] == "valid1"]
    row = comparison.features.set_index(["cohort", "feature_id"]).loc[("valid1", FEATURES[2])]
    assert row["rho_heterogeneity"] == pytest.approx(
        spearmanr(expected[FEATURES[2]], expected["heterogeneity"]).statistic
    )
    said = follows(comparison.features)
    assert set(said[FEATURES[0]]) == {"volume"}
    assert set(said[FEATURES[3]]) == {"heterogeneity"}


def test_the_planted_module_and_its_associations(comparison):
    driven = comparison.modules[comparison.modules["driver"] == "heterogeneity"].iloc[0]
    assert driven["jaccard"] > 0.9
    assert comparison.adjusted_rand > 0.9
    planted = comparison.hits[comparison.hits["planted"]]
    assert set(planted["module"]) == {driven["recovered"]}
    assert set(planted["feature_id"]) <= set(FEATURES[2:])
    assert len(planted)


def test_genes_read_from_a_file_have_gaps_where_there_is_no_module(study, comparison):
    genes = study.truth["genes"].copy()
    genes.loc[genes["module"] == "P4", ["module", "driver"]] = np.nan
    genes.loc[genes["driver"] == "", "driver"] = np.nan
    again = compare(replace(study, truth={**study.truth, "genes": genes}))
    assert set(again.modules["planted"]) == {"P1", "P2", "P3"}
    assert list(again.modules["driver"]) == ["heterogeneity", "", ""]


def test_without_genes_and_features(study):
    bare = compare(replace(study, truth={"cases": study.truth["cases"]}, features=None))
    assert bare.modules is None
    assert bare.hits is None
    assert bare.features.empty
    assert len(bare.metrics) == 3


def test_a_feature_that_does_not_vary_is_passed_over(study):
    features = study.features.assign(
        value=study.features["value"].mask(study.features["feature_id"] == FEATURES[1], 1.0)
    )
    comparison = compare(replace(study, features=features))
    assert FEATURES[1] not in set(comparison.features["feature_id"])
    pd.testing.assert_index_equal(
        pd.Index(sorted(follows(comparison.features))), pd.Index(sorted(set(FEATURES) - {FEATURES[1]}))
    )


def test_modules_without_their_associations_are_not_compared():
    study = survival_study()
    comparison = compare(replace(study, associations=None))
    assert comparison.modules is None
    assert comparison.hits is None
