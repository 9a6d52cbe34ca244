import numpy as np
import pandas as pd
import pytest

from made.planted_tables import Made
from radioloom.stages.learning.reliability import reliability
from radioloom.stats.agreement_scales import icc_on
from radioloom.tables import RELIABILITY

MADE = Made()
SETTINGS = {"form": "ICC(A,1)", "scale": "automatic", "rule": "lower_bound", "threshold": 0.75, "keep": 100}


def of(features: pd.DataFrame, roles=MADE.roles, settings=SETTINGS) -> pd.DataFrame:
    return RELIABILITY.frame(reliability(features, roles, settings)).set_index(["source", "feature_id"])


def test_one_row_a_feature_and_source_equal_to_its_own_icc():
    found = of(MADE.features)
    assert len(found) == 2 * 40
    assert set(found.index.get_level_values("source")) == {"retest", "readers"}
    for source, feature in found.index[::7]:
        rows = MADE.features[(MADE.features["cohort"] == source) & (MADE.features["feature_id"] == feature)]
        table = rows.pivot_table(index="case", columns="replicate", values="value").to_numpy()
        alone, row = icc_on(table[None], "ICC(A,1)")[0], found.loc[(source, feature)]
        assert (row["n"], row["k"]) == (len(table), 2 if source == "retest" else 3)
        expected = [alone.estimate[0], alone.low[0], alone.high[0]]
        np.testing.assert_allclose(row[["estimate", "low", "high"]].astype(float), expected, rtol=1e-9)


def test_planted_truth():
    found = of(MADE.features)
    assert found.loc[("retest", "glcm_f00"), "low"] > 0.9
    assert found.loc[("retest", "glcm_f02"), "low"] < 0.3
    assert found.loc[("retest", "glcm_f03"), ["estimate", "low", "high"]].isna().all()  # constant
    assert found.loc[("retest", "glcm_f04"), "n"] == 15  # one subject undefined


def test_a_subject_counts_only_with_all_replicates():
    features = MADE.features
    gone = (features["cohort"] == "readers") & (features["case"] == "readers-002") & (features["replicate"] == "3")
    found, whole = of(features[~gone]), of(features)
    assert found.loc[("readers", "glcm_f00"), "n"] == 11
    assert found.loc[("readers", "glcm_f00"), "estimate"] != whole.loc[("readers", "glcm_f00"), "estimate"]
    pd.testing.assert_frame_equal(found.loc[["retest"]], whole.loc[["retest"]])


def test_the_form_is_the_study_s():
    found = of(
        MADE.features,
        settings={**SETTINGS, "form": "ICC(C,k)"},
    )
    assert set(found["form"]) == {"ICC(C,k)"}
    assert found.loc[("retest", "glcm_f00"), "estimate"] > of(MADE.features).loc[("retest", "glcm_f00"), "estimate"]


def test_no_cohort_of_replicates_gives_no_rows():
    assert reliability(MADE.features, {"train": "training"}, SETTINGS) == []


def test_a_cohort_of_one_replicate_or_none_gives_no_value():
    once = MADE.features[MADE.features["replicate"] == "1"]
    found = of(once)
    assert found[["estimate", "low", "high"]].isna().all().all()
    assert found.loc[("retest", "glcm_f00"), ["n", "k"]].tolist() == [16, 1]
    assert reliability(once.iloc[:0], MADE.roles, SETTINGS) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_rows_does_not_matter(seed):
    shuffled = MADE.features.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(of(shuffled), of(MADE.features))


def test_friedman_stands_beside_and_what_is_missing_has_its_reason():
    from scipy.stats import friedmanchisquare

    found = of(MADE.features)
    rows = MADE.features[(MADE.features["cohort"] == "readers") & (MADE.features["feature_id"] == "glcm_f05")]
    table = rows.pivot_table(index="case", columns="replicate", values="value").to_numpy()
    expected = friedmanchisquare(*table.T)
    row = found.loc[("readers", "glcm_f05")]
    assert (row["friedman"], row["friedman_p"]) == pytest.approx((expected.statistic, expected.pvalue))
    assert row["role"] == "observers"
    assert np.isnan(row["concordance"])  # three readers
    pairs = MADE.features[(MADE.features["cohort"] == "retest") & (MADE.features["feature_id"] == "glcm_f05")]
    values = pairs.pivot_table(index="case", columns="replicate", values="value").to_numpy()
    expected = 2 * np.cov(values.T, bias=True)[0, 1] / (values.var(axis=0).sum() + np.diff(values.mean(axis=0)) ** 2)
    assert found.loc[("retest", "glcm_f05"), "concordance"] == pytest.approx(expected.item())
    assert found.loc[("retest", "glcm_f03"), "note"] == "the same value everywhere"
    assert (found.loc[found["low"].notna(), "note"] == "").all()
    once = of(MADE.features[MADE.features["replicate"] == "1"])
    assert set(once["note"]) == {"one replicate only"}
