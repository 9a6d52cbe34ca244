"""Cohorts whose features differ are not brought together in silence."""

import pyarrow as pa
import pytest

from radioloom.errors import StudyError
from radioloom.stages.tables.collect import check_none_lost, check_same_features


def features(**names: str) -> pa.Table:
    rows = [
        {"cohort": c, "feature_id": name, "case": case} for c, each in names.items() for name in each for case in "PQ"
    ]
    return pa.Table.from_pylist(rows)


def test_the_same_features_pass():
    check_same_features(features(train="abc", valid="cab"), ["train", "valid"])


def test_a_cohort_that_lacks_features_is_named_with_them():
    with pytest.raises(StudyError, match=r"cohort valid: it lacks 4 of the 5 of cohort train"):
        check_same_features(features(train="abcde", valid="a"), ["train", "valid"])
    with pytest.raises(StudyError, match=r"cohort train: it lacks 1 of the 2 of cohort valid"):
        check_same_features(features(train="a", valid="ax"), ["train", "valid"])


def test_cohorts_that_no_model_reads_may_differ():
    check_same_features(features(train="ab", retest="a"), ["train"])
    check_same_features(features(train="ab", valid=""), ["train", "valid"])  # all of its cases dropped out


def regions(*names: str) -> pa.Table:
    """A table of regions, each as `<case>.<replicate>.<roi>` of cohort train."""
    keys = ("case", "replicate", "roi")
    rows = [{"cohort": "train"} | dict(zip(keys, name.split("."), strict=True)) for name in names]
    return pa.Table.from_pylist(rows, pa.schema([(key, pa.string()) for key in ("cohort", *keys)]))


def test_a_region_that_is_neither_measured_nor_excluded_is_named():
    asked = {"results/s/prepared/train/last": [f"train/P{k}.1.{roi}" for k in (1, 2) for roi in ("node", "tumour")]}
    every = regions("P1.1.node", "P1.1.tumour", "P2.1.node", "P2.1.tumour")
    check_none_lost(asked, every, every, regions())
    check_none_lost(asked, every, every.slice(0, 2), regions("P2.1.all"))
    check_none_lost(asked, every.slice(0, 3), every.slice(0, 3), regions("P2.1.all"))
    for cases, measured, excluded in (
        (every, every.slice(0, 3), regions()),
        (every.slice(0, 3), every, regions()),
        (every.slice(0, 3), every.slice(0, 3), regions("P2.2.all", "P1.1.all", "P22.1.all")),
    ):
        with pytest.raises(
            StudyError, match=r"^results/s/prepared/train/last: train/P2\.1\.tumour is neither"
        ) as error:
            check_none_lost(asked, cases, measured, excluded)
        assert "delete it and results/s/segmented/train/last.* (its masks), and run the study again" in str(error.value)
