"""Cohorts whose features differ are not brought together in silence."""

import pyarrow as pa
import pytest

from radioloom.errors import StudyError
from radioloom.stages.tables.collect import check_same_features


def features(**names: str) -> pa.Table:
    rows = [
        {"cohort": c, "feature_id": name, "case": case} for c, each in names.items() for name in each for case in "PQ"
    ]
    return pa.Table.from_pylist(rows)


def test_the_same_features_pass():
    check_same_features(features(train="abc", valid="cab"), ["train", "valid"])


def test_a_cohort_that_lacks_features_is_named_with_them():
    with pytest.raises(StudyError, match=r"cohort valid: b, c, d \.\.\. \(4 that cohort train has\)"):
        check_same_features(features(train="abcde", valid="a"), ["train", "valid"])
    with pytest.raises(StudyError, match=r"cohort train: x \(1 that cohort valid has\)"):
        check_same_features(features(train="a", valid="ax"), ["train", "valid"])


def test_cohorts_that_no_model_reads_may_differ():
    check_same_features(features(train="ab", retest="a"), ["train"])
    check_same_features(features(train="ab", valid=""), ["train", "valid"])  # all of its cases dropped out
