"""Cohorts whose features differ are not brought together in silence."""

import pyarrow as pa
import pytest

from radioloom.errors import StudyError
from radioloom.stages.tables.collect import check_none_lost, of_all, shared


def features(**names: str) -> pa.Table:
    rows = [
        {"cohort": c, "feature_id": name, "case": case} for c, each in names.items() for name in each for case in "PQ"
    ]
    return pa.Table.from_pylist(rows)


def test_the_same_features_pass():
    given = features(train="abc", valid="cab")
    assert of_all(given, ["train", "valid"]) == (given, [])
    assert of_all(given, []) == (given, [])


def test_what_all_cohorts_have_is_left_and_the_rest_is_told():
    kept, lines = of_all(features(train="abcde", valid="abx", retest="ae"), ["train", "valid"])
    left = {(row["cohort"], row["feature_id"]) for row in kept.to_pylist()}
    assert left == {("train", "a"), ("train", "b"), ("valid", "a"), ("valid", "b"), ("retest", "a")}
    assert lines == [
        "cohort train: 3 of its 5 features are not in all cohorts that models use, and are left out; 2 are shared",
        "cohort valid: 1 of its 3 features are not in all cohorts that models use, and are left out; 2 are shared",
    ]


def test_cohorts_without_a_feature_in_common_are_refused():
    with pytest.raises(StudyError, match=r"cohort train: it lacks 1 of the 1 of cohort valid, and none is in all of"):
        of_all(features(train="abc", valid="x"), ["train", "valid"])


def test_a_filtered_image_is_no_other_spelling():
    both, lines = shared({"train": {"stat_mean", "log_s_3.0_stat_mean"}, "valid": {"log_s_3.0_stat_mean"}})
    assert both == {"log_s_3.0_stat_mean"}
    assert lines[0].startswith("cohort train: 1 of its 2 features (stat_mean) are not in all cohorts")


def test_cohorts_that_no_model_reads_may_differ():
    assert of_all(features(train="ab", retest="a"), ["train"])[1] == []
    assert of_all(features(train="ab", valid=""), ["train", "valid"])[1] == []  # all of its cases dropped out


def regions(*names: str) -> pa.Table:
    """A table of regions, each as `<case>.<replicate>.<roi>` of cohort train."""
    keys = ("case", "replicate", "roi")
    rows = [{"cohort": "train"} | dict(zip(keys, name.split("."), strict=True)) for name in names]
    return pa.Table.from_pylist(rows, pa.schema([(key, pa.string()) for key in ("cohort", *keys)]))


def test_a_region_that_is_neither_measured_nor_excluded_is_named():
    asked = {"results/s/prepared/train/last": [f"train/P{k}.1.{roi}" for k in (1, 2) for roi in ("node", "tumour")]}
    every = regions("P1.1.node", "P1.1.tumour", "P2.1.node", "P2.1.tumour")
    check_none_lost(asked, every, every, regions())
    check_none_lost(asked, every, every.slice(0, 2), regions("P2.1."))
    check_none_lost(asked, every.slice(0, 3), every.slice(0, 3), regions("P2.1."))
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
