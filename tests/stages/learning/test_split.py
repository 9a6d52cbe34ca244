import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.stages.learning.split import check_folds, check_somebody, split
from radioloom.tables import SPLITS

ROLES = {"one": "training", "two": "training", "v": "validation", "g": "genomics"}
CV = {"cross_validation": {"folds": 5, "repeats": 3}}


def people(sizes: dict[str, int], every: int = 3) -> pd.DataFrame:
    """Every third has the event."""
    rows = [(c, f"{c}{i:02d}", float(i + 1), i % every == 0) for c, n in sizes.items() for i in range(n)]
    return pd.DataFrame(rows, columns=["cohort", "case", "time_days", "event"])


CLINICAL = people({"one": 23, "two": 17, "v": 12, "g": 4})
CASES = list(zip(CLINICAL["cohort"], CLINICAL["case"], strict=True))


def made(clinical=CLINICAL, cases=CASES, settings=CV, seed=1) -> pd.DataFrame:
    return SPLITS.frame(split(clinical, cases, ROLES, settings, seed))


def test_the_frozen_split_is_by_role():
    frozen = made()[lambda f: f["split"] == "frozen"]
    assert frozen.groupby(["cohort", "part"]).size().to_dict() == {
        ("one", "train"): 23,
        ("two", "train"): 17,
        ("v", "test"): 12,
    }


def test_folds_are_a_partition_of_the_training_cohorts_in_each_repeat():
    found = made()[lambda f: f["split"] != "frozen"]
    assert found["split"].nunique() == 15
    assert set(found["cohort"]) == {"one", "two"}
    assert found.groupby("split").size().eq(40).all()
    tested = found[found["part"] == "test"]
    for repeat in (1, 2, 3):
        mine = tested[tested["repeat"] == repeat]
        assert len(mine) == 40
        assert not mine.duplicated(["cohort", "case"]).any()


def test_a_row_says_which_repeat_and_fold_it_is_of():
    """Numbers from 1 of every fold, 0 of the frozen split; a fold has one label, and no label two folds."""
    found = made()
    frozen = found["split"] == "frozen"
    assert not found.loc[frozen, ["repeat", "fold", "inner"]].to_numpy().any()
    numbers = found.loc[~frozen, ["repeat", "fold", "split"]].drop_duplicates()
    expected = [(repeat, fold) for repeat in (1, 2, 3) for fold in (1, 2, 3, 4, 5)]
    assert sorted(zip(numbers["repeat"], numbers["fold"], strict=True)) == expected
    assert numbers["split"].is_unique
    assert (found["inner"] == 0).all()


def test_folds_have_their_share_of_events_and_cohorts():
    found = made()[lambda f: (f["split"] != "frozen") & (f["part"] == "test")].merge(CLINICAL)
    for of in ("size", "event", "cohort"):
        column = {"size": 1, "event": found["event"], "cohort": found["cohort"] == "one"}[of]
        counts = found.assign(x=column).groupby("split")["x"].sum()
        assert counts.max() - counts.min() <= 2, of


def test_repeats_differ_and_the_seed_decides():
    found = made()
    parts = found.pivot_table(index="case", columns="split", values="part", aggfunc="first")
    assert not parts["r01f1"].equals(parts["r02f1"])
    pd.testing.assert_frame_equal(found, made())
    assert not found.equals(made(seed=2))


def test_order_of_rows_does_not_matter():
    shuffled = CLINICAL.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(made(shuffled, CASES[::-1]), made())


def test_who_lacks_outcome_or_features_is_in_no_split():
    found = made(CLINICAL[CLINICAL["case"] != "one03"], [case for case in CASES if case[1] != "v05"])
    assert not set(found["case"]) & {"one03", "v05", "g00"}


def test_no_cross_validation():
    assert set(made(settings={"cross_validation": {"folds": 5, "repeats": 0}})["split"]) == {"frozen"}


def test_faults():
    for events, said in {
        29: "5 folds, but only 1 of 30 training patients without event; set validation.cross_validation.repeats to 0:",
        27: "5 folds, but only 3 of 30 training patients without event; lower validation.cross_validation.folds to 3",
        4: "5 folds, but only 4 events among 30 training patients; lower validation.cross_validation.folds to 4",
        1: "5 folds, but only 1 event among 30 training patients; set validation.cross_validation.repeats to 0: every",
    }.items():
        with pytest.raises(StudyError) as refused:
            check_folds([("one", f"P{k}", k < events) for k in range(30)], 5)
        assert str(refused.value).startswith(said)
    check_folds([("one", f"P{k}", k < 5) for k in range(10)], 5)
    few = people({"one": 30}, every=10)
    with pytest.raises(StudyError, match="5 folds, but only 3 events among 30 training patients; lower"):
        made(few, list(zip(few["cohort"], few["case"], strict=True)))


def test_two_of_the_rarer_outcome_are_left_beside_every_fold():
    check_folds([("one", f"P{k}", k < 3) for k in range(30)], 3)
    check_folds([("one", f"P{k}", k < 4) for k in range(30)], 2)
    with pytest.raises(
        StudyError, match="2 folds of 30 training patients, 3 of the rarer outcome: beside one fold fewer"
    ):
        check_folds([("one", f"P{k}", k < 3) for k in range(30)], 2)


def test_survival_needs_events_in_every_fold_and_nobody_without():
    for events in (56, 57, 58, 59, 60):
        check_folds([("one", f"P{k}", k < events) for k in range(60)], 5, binary=False)
    with pytest.raises(StudyError) as refused:
        check_folds([("one", f"P{k}", k < 4) for k in range(60)], 5, binary=False)
    assert str(refused.value) == (
        "5 folds, but only 4 events among 60 training patients; lower validation.cross_validation.folds to 4 or fewer: "
        "every fold needs patients with an event"
    )
    nearly = people({"one": 60}, every=1)
    nearly.loc[[3, 17, 40], "event"] = False
    keys = list(zip(nearly["cohort"], nearly["case"], strict=True))
    assert len(made(nearly, keys)["split"].unique()) == 16
    with pytest.raises(StudyError, match="only 3 of 60 training patients without event"):
        made(nearly.assign(time_days=np.nan), keys)


def lesions(clinical: pd.DataFrame, each: int) -> pd.DataFrame:
    """PATIENTS where every `each` cases of a cohort in turn are of one patient."""
    patient = [f"{case[:-2]}-{int(case[-2:]) // each}" for case in clinical["case"]]
    return clinical[["cohort", "case"]].assign(patient=patient, named=True)


def test_all_cases_of_a_patient_are_in_one_fold():
    patients = lesions(CLINICAL, 3)
    found = SPLITS.frame(split(CLINICAL, CASES, ROLES, CV, 1, patients=patients)).merge(patients)
    folds = found[found["split"] != "frozen"]
    assert folds.groupby(["split", "patient"])["part"].nunique().max() == 1
    tested = folds[folds["part"] == "test"].drop_duplicates(["split", "patient"]).groupby("split").size()
    assert tested.sum() == 3 * 14  # 8 and 6 patients, three repeats
    assert tested.max() - tested.min() <= 2
    alone = made().merge(patients).query("split != 'frozen'")
    assert alone.groupby(["split", "patient"])["part"].nunique().max() == 2  # of cases that are dealt one by one


def test_few_patients_with_many_events_are_told_as_patients():
    few = people({"one": 30}, every=2)
    patients = lesions(few, 10)
    keys = list(zip(few["cohort"], few["case"], strict=True))
    with pytest.raises(StudyError, match="5 folds, but only 3 events among 3 training patients"):
        split(few, keys, ROLES, CV, 1, patients=patients)


def test_patients_that_are_their_own_case_change_no_fold():
    patients = CLINICAL[["cohort", "case"]].assign(patient=CLINICAL["case"], named=False)
    pd.testing.assert_frame_equal(SPLITS.frame(split(CLINICAL, CASES, ROLES, CV, 1, patients=patients)), made())


def test_all_with_events_is_no_fault():
    dead = people({"one": 20}, every=1)
    found = made(dead, list(zip(dead["cohort"], dead["case"], strict=True)))
    assert np.array_equal(found.groupby("split").size().unique(), [20])


def test_that_nobody_is_left_is_told_with_the_most_common_reason():
    rows = [("one", "a", "x"), ("one", "b", "y"), ("two", "c", "y"), ("v", "d", "z")]
    gone = pd.DataFrame(rows, columns=["cohort", "case", "reason"])
    said = (
        r"in a cohort of role `training`; most often \(2 of 3 cases\): y; tables/exclusions.csv of the study's results"
    )
    with pytest.raises(StudyError, match=said):
        check_somebody(CLINICAL, [case for case in CASES if case[0] == "v"], ROLES, gone)
    with pytest.raises(StudyError, match="of role `validation`; tables/"):
        check_somebody(CLINICAL, [], {"v": "validation"}, gone[:0])
    check_somebody(CLINICAL, CASES, ROLES, gone)
