"""What two cases share is a row of IDENTITIES, and refused where something would be learnt from it twice."""

import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.stages.tables.identify import FEWEST, MOST, Who, equal_rows, fillers, identities, refuse, verdict
from radioloom.tables import CASES, IDENTITIES

ROLES = {
    "train": "training", "train2": "training", "valid": "validation", "valid2": "validation", "retest": "test-retest",
    "readers": "observers", "genes": "genomics",
}  # fmt: skip


def people(*names):
    """Rows of sheets: `cohort/case` or `cohort/case=patient`."""
    rows = []
    for name in names:
        key, _, patient = name.partition("=")
        cohort, case = key.split("/")
        rows.append(
            {"cohort": cohort, "role": ROLES[cohort], "case": case, "patient": patient or case, "named": patient != ""}
        )
    return rows


def prepared(*rows):
    """CASES of `cohort/case.replicate`, and what of series, image_digest and region_digest is not its own."""
    made = []
    for number, (name, known) in enumerate(rows):
        cohort, case = name.split("/")
        case, _, replicate = case.partition(".")
        own = {"series": f"s{number}", "image_digest": f"i{number}", "region_digest": f"r{number}"}
        none = {column.name: None for column in CASES.columns}
        fixed = {"role": "", "modality": "CT", "source": "NIfTI", "n_voxels": 9, "volume_mm3": 9.0}
        fixed |= {"native_mm3": 9.0, "volume_difference": 0.0}
        key = {"cohort": cohort, "case": case, "replicate": replicate or "1", "roi": "tumour"}
        made.append(none | fixed | key | own | known)
    return CASES.frame(made)


def measured(*rows, n=7):
    """FEATURES of `cohort/case` and a seed: equal ones have one row."""
    frames = []
    for name, seed in rows:
        cohort, case = name.split("/")
        values = np.random.default_rng(seed).normal(size=n)
        keys = {"cohort": cohort, "case": case, "replicate": "1", "roi": "tumour", "modality": "", "visit": ""}
        frames.append(pd.DataFrame({**keys, "feature_id": [f"f{k}" for k in range(n)], "value": values}))
    return (
        pd.concat(frames, ignore_index=True)
        if frames
        else pd.DataFrame(columns=["cohort", "case", "replicate", "roi", "modality", "visit", "feature_id", "value"])
    )


def shared(patients, cases=None, features=None):
    """(pair, kind) -> verdict."""
    rows = IDENTITIES.frame(identities(patients, cases, measured() if features is None else features))
    return {(f"{r.cohort}/{r.case} {r.other_cohort}/{r.other_case}", r.kind): r.verdict for r in rows.itertuples()}


def test_nothing_is_shared():
    cases = prepared(("train/A", {}), ("train/B", {}), ("valid/C", {}))
    features = measured(("train/A", 1), ("train/B", 2), ("valid/C", 3))
    assert shared(people("train/A", "train/B", "valid/C"), cases, features) == {}


@pytest.mark.parametrize("column", ["series", "image_digest", "region_digest"])
@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("train/A", "valid/B", "refused"),
        ("train/A", "train/B", "refused"),
        ("train/A", "train2/B", "refused"),
        ("genes/A", "genes/B", "refused"),
        ("valid/A", "valid/B", "allowed"),
        ("valid/A", "valid2/B", "allowed"),
        ("readers/A", "train/B", "allowed"),
        ("readers/A", "valid/B", "allowed"),
        ("genes/A", "train/B", "allowed"),
        ("genes/A", "valid/B", "allowed"),
        ("retest/A", "train/B", "allowed"),
        ("retest/A", "retest/B", "allowed"),
    ],
)
def test_an_image_of_two_cases(column, one, other, said):
    cases = prepared((one, {column: "same"}), (other, {column: "same"}))
    kind = "region" if column == "region_digest" else "image"
    assert shared(people(one, other), cases) == {(f"{one} {other}", kind): said}


@pytest.mark.parametrize("column", ["study_digest", "frame_digest"])
@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("train/A", "valid/B", "refused"),
        ("train/A=P", "valid/B=Q", "refused"),
        ("train/A", "train/B", "allowed"),
        ("train/A", "train2/B", "allowed"),
        ("genes/A", "genes/B", "allowed"),
        ("valid/A", "valid2/B", "allowed"),
        ("readers/A", "valid/B", "allowed"),
        ("retest/A", "train/B", "allowed"),
        ("retest/A", "valid/B", "allowed"),
    ],
)
def test_an_examination_of_two_cases(column, one, other, said):
    """Two images of one patient, of whom the sheets say nothing, or that they are two."""
    names = [each.partition("=")[0] for each in (one, other)]
    cases = prepared(*((name, {column: "same"}) for name in names))
    assert shared(people(one, other), cases) == {(" ".join(names), "examination"): said}
    assert shared(people(one, other), cases.assign(**{column: ["u", "v"]})) == {}
    assert shared(people(one, other), cases.assign(**{column: None})) == {}


def test_an_examination_makes_one_name_one_person():
    cases = prepared(("train/A", {"study_digest": "e"}), ("valid/A", {"study_digest": "e"}))
    assert set(shared(people("train/A", "valid/A"), cases).values()) == {"refused"}
    cases = prepared(("train/A", {"study_digest": "e"}), ("train/B", {"study_digest": "e"}))
    reasons = {row["reason"] for row in identities(people("train/A", "train/B"), cases, measured())}
    assert reasons == {"two images of one examination: name its patient in the column `patient` of both"}
    reasons = {row["reason"] for row in identities(people("train/A=P", "train/B=P"), cases, measured())}
    assert reasons == {"one patient with several cases, as the sheets or tables say"}


def test_an_examination_says_nothing_of_visits_regions_or_cases_of_one_image():
    same = {"study_digest": "e", "frame_digest": "f"}
    visits = prepared(("retest/A.1", same), ("retest/A.2", same), ("train/B.1", same | {"study_digest": "x"}))
    found = shared(people("retest/A", "train/B"), visits)
    assert found == {("retest/A train/B", "examination"): "allowed"}
    one = {"image_digest": "i", **same}
    assert shared(people("readers/A", "train/B"), prepared(("readers/A", one), ("train/B", one))) == {
        ("readers/A train/B", "image"): "allowed"
    }


def test_a_uid_of_many_cases_is_an_exports_and_told_once():
    many = [(f"{cohort}/{cohort[0]}{k}", {"study_digest": "0"}) for cohort in ("train", "valid") for k in range(MOST)]
    for part, n_told in ((many, 1), (many[: MOST + 1], 1), (many[:MOST], 0)):
        cases = prepared(*part)
        told = fillers(cases)
        assert len(told) == n_told
        assert bool(shared(people(*(name for name, _ in part)), cases)) == (not n_told)
    (sentence,) = fillers(prepared(*many))
    assert sentence == (
        "10 series of 10 cases (train/t0, train/t1, train/t2 ...) bear one StudyInstanceUID, as exports write it that "
        "fill it in: it says nothing of who is one, and was passed over"
    )
    lesions = prepared(*((name, known | {"series": "s"}) for name, known in many))  # of one image
    assert fillers(lesions) == []


def test_the_same_row_of_features():
    features = measured(("train/A", 1), ("train/B", 2), ("valid/C", 1), ("valid/D", 4))
    patients = people("train/A", "train/B", "valid/C", "valid/D")
    assert shared(patients, features=features) == {("train/A valid/C", "features"): "refused"}
    assert shared(patients, features=features.iloc[::-1]) == {("train/A valid/C", "features"): "refused"}


def test_rows_with_gaps_are_compared_too():
    features = measured(("train/A", 1), ("train/B", 2), ("train/C", 1), ("train/D", 1))
    features.loc[features["feature_id"] == "f3", "value"] = np.nan
    features.loc[(features["feature_id"] == "f5") & (features["case"] == "D"), "value"] = np.nan
    found = shared(people("train/A", "train/B", "train/C", "train/D"), features=features)
    assert found == {("train/A train/C", "features"): "refused"}


@pytest.mark.parametrize("digits", [15, 10, 8])
def test_a_row_that_was_saved_again_is_the_row(digits):
    """As a spreadsheet and R write numbers; of many features, some are always rounded apart."""
    names = [f"train/P{k}" for k in range(9)]
    features = measured(*((name, k) for k, name in enumerate(names)), ("valid/X", 3), n=400)
    again = features["cohort"] == "valid"
    features.loc[again, "value"] = [float(f"{value:.{digits}g}") for value in features.loc[again, "value"]]
    assert shared(people(*names, "valid/X"), features=features) == {("train/P3 valid/X", "features"): "refused"}


def test_values_that_differ_by_less_than_their_writing_tell_nobody():
    """Of an offset so large that what differs is lost where the table is saved again."""
    values = 1e9 + np.random.default_rng(3).normal(0, 1e-6, (60, 8))
    assert equal(np.vstack([values, values[:1]])) == (0, 0)


def test_a_gap_is_no_value():
    features = measured(("train/A", 1), ("train/B", 1), ("train/C", 2))
    gap = features["feature_id"] == "f3"
    features.loc[gap & (features["case"] == "A"), "value"] = np.nan
    features.loc[gap & (features["case"] == "B"), "value"] = 0.0
    assert shared(people("train/A", "train/B", "train/C"), features=features) == {}


def test_few_or_coarse_features_do_not_tell_patients_apart():
    few = measured(*((f"train/P{k}", k) for k in range(9)), ("train/X", 0), n=FEWEST - 1)
    coarse = measured(*((f"train/P{k}", k) for k in range(60)), n=30)
    coarse["value"] = (coarse["value"] > 1.9).astype(float)
    for features in (few, coarse):
        table = features.pivot(index="case", columns="feature_id", values="value")
        assert table.duplicated().any()
        assert equal_rows(features)[0] == []
    enough = measured(*((f"train/P{k}", k) for k in range(9)), ("train/X", 0), n=FEWEST)
    assert len(equal_rows(enough)[0]) == 10


def test_a_whole_cohort_twice():
    features = measured(*((f"{cohort}/{cohort[0]}{k}", k) for cohort in ("train", "valid") for k in range(20)))
    patients = people(*(f"{cohort}/{cohort[0]}{k}" for cohort in ("train", "valid") for k in range(20)))
    assert set(shared(patients, features=features).values()) == {"refused"}
    assert len(shared(patients, features=features)) == 20


def test_two_regions_of_one_patient_are_two_cases_where_the_sheet_says_so():
    cases = prepared(
        ("train/A", {"series": "s", "image_digest": "i"}), ("train/B", {"series": "s", "image_digest": "i"})
    )
    pair = "train/A train/B"
    assert shared(people("train/A", "train/B"), cases) == {(pair, "image"): "refused"}
    named = people("train/A=P", "train/B=P")
    assert shared(named, cases) == {(pair, "patient"): "allowed", (pair, "image"): "allowed"}
    again = cases.assign(region_digest="r")
    assert set(shared(named, again).values()) == {"refused"}
    features = measured(("train/A", 1), ("train/B", 1), ("train/C", 2))
    assert set(shared([*named, *people("train/C")], cases, features).values()) == {"refused"}


def test_a_patient_with_two_images_is_told_and_never_validated_on():
    cases = prepared(("train/A", {}), ("train/B", {}), ("valid/C", {}), ("genes/D", {}))
    patients = people("train/A=P", "train/B=P", "valid/C=P", "genes/D=P")
    found = shared(patients, cases)
    assert len(found) == 6
    assert {pair for (pair, _), said in found.items() if said == "refused"} == {"train/A valid/C", "train/B valid/C"}
    assert set(shared(people("train/A=A", "valid/A=A")).values()) == {"refused"}
    for nobody in (
        ("train/A", "valid/A"),
        ("train/A=A", "valid/A"),
        ("train/A", "train2/A"),
    ):  # a name alone says little
        assert shared(people(*nobody)) == {(" ".join(each.partition("=")[0] for each in nobody), "name"): "allowed"}
    one = prepared(("train/A", {"image_digest": "i"}), ("train2/A", {"image_digest": "i"}))
    assert set(shared(people("train/A", "train2/A"), one).values()) == {"refused"}  # not two regions of one patient
    assert shared(people("train/A", "valid/A=Q")) == {}


@pytest.mark.parametrize(("one", "other"), [("0077", "77"), ("H77", "h77"), ("H-77", "H_77"), ("X77", "77")])
def test_patients_almost_called_alike_are_told(one, other):
    for roles in (
        ("train", "valid"),
        ("train", "train"),
        ("valid", "valid2"),
        ("genes", "train"),
        ("retest", "readers"),
    ):
        patients = people(f"{roles[0]}/A={one}", f"{roles[1]}/B={other}")
        key = " ".join(sorted(f"{row['cohort']}/{row['case']}" for row in patients))
        assert shared(patients) == {(key, "alike"): "allowed"}
    assert shared(people(f"train/{one}", f"valid/{other}")) == {(f"train/{one} valid/{other}", "alike"): "allowed"}
    patients = people(f"train/A={one}", f"valid/B={other}", f"valid2/C={one}")
    assert shared(patients)["train/A valid2/C", "patient"] == "refused"
    assert shared(patients)["train/A valid/B", "alike"] == "allowed"
    assert ("train/A valid2/C", "alike") not in shared(patients)


def test_patients_almost_called_alike_change_no_verdict_on_images():
    same = {"series": "s", "image_digest": "i"}
    for one, other in (("train", "train2"), ("train", "valid"), ("readers", "train"), ("valid", "valid2")):
        for pair in ((f"{one}/A=P7", f"{other}/B=p07"), (f"{one}/A=P7", f"{other}/B=P8")):
            names = [each.partition("=")[0] for each in pair]
            told = shared(people(*pair), prepared(*((name, same) for name in names)))
            assert told[" ".join(names), "image"] == ("refused" if one == "train" else "allowed")


def test_replicates_of_one_case_may_share_an_image_and_visits_are_told():
    same = {"series": "s", "image_digest": "i"}
    readers = prepared(*((f"readers/A.{k}", same) for k in (1, 2, 3)))
    assert shared(people("readers/A"), readers) == {}
    visits = prepared(("retest/A.1", same), ("retest/A.2", same))
    assert shared(people("retest/A"), visits) == {("retest/A retest/A", "image"): "allowed"}
    regions = prepared(("retest/A.1", same), ("retest/A.1", same | {"roi": "node"}))
    assert shared(people("retest/A"), regions) == {}


def test_readers_who_drew_the_same_voxels_are_told():
    """A segmentation that was copied is no second reader: an agreement of 1 would be by copying."""
    same = {"series": "s", "image_digest": "i"}
    drawn = [(f"readers/A.{k}", same | {"region_digest": "r" if k < 3 else "other"}) for k in (1, 2, 3)]
    assert shared(people("readers/A"), prepared(*drawn)) == {("readers/A readers/A", "region"): "allowed"}
    assert shared(people("readers/A"), prepared(*drawn[1:])) == {}
    (row,) = identities(people("readers/A"), prepared(*drawn), measured())
    assert "a copy is no second reader" in row["reason"]
    rows = measured(("readers/A", 1), ("readers/B", 2))
    again = pd.concat([rows, rows.assign(replicate="2").query("case == 'A'")], ignore_index=True)
    assert shared(people("readers/A", "readers/B"), None, again) == {("readers/A readers/A", "features"): "allowed"}


def test_an_unknown_digest_is_nobodys():
    cases = prepared(*((f"train/{case}", {"image_digest": None, "series": None}) for case in "ABC"))
    assert shared(people("train/A", "train/B", "train/C"), cases) == {}


def test_the_verdict_does_not_depend_on_the_order():
    whos = [
        Who(cohort, case, role, patient, named)
        for cohort, role in ROLES.items()
        for case in "AB"
        for patient in "PQ"
        for named in (True, False)
    ]
    for one in whos:
        for other in whos:
            for kinds in ({"patient"}, {"image"}, {"image", "region"}, {"patient", "image"}, {"features"}):
                assert verdict(one, other, kinds)[0] == verdict(other, one, kinds)[0]


def test_the_message_names_each_pair_what_it_shares_and_what_to_do():
    same = {"series": "s", "image_digest": "i"}
    rows = identities(people("train/A", "valid/B"), prepared(("train/A", same), ("valid/B", same)), measured())
    with pytest.raises(StudyError) as caught:
        refuse(rows)
    lines = str(caught.value).splitlines()
    assert lines[0] == "1 pair of cases may not be in one study:"
    assert lines[1] == (
        "  train/A and valid/B: the same image (file or series) "
        "(a validation cohort is of patients that nothing was learnt from)"
    )
    assert lines[2] == "  take one case of each pair out of its sheet or table"
    with pytest.raises(StudyError, match=r"in the column `patient` of both$"):
        refuse([*rows, {**rows[0], "case": "C", "reason": "x"}])
    many = [{**rows[0], "case": f"A{k}"} for k in range(20)]
    with pytest.raises(StudyError, match=r"(?s)20 pairs of cases .*and 12 more; tables/identities.csv has all"):
        refuse([{**row, "shared": "x"} for row in many])
    refuse([{**row, "verdict": "allowed"} for row in many])


def of(values):
    """FEATURES of patients P0, P1 ..., whose values are rows (n, f)."""
    rows = [
        {"cohort": "train", "case": f"P{k}", "replicate": "1", "roi": "tumour", "modality": "CT", "visit": ""}
        | {"feature_id": f"f{j}", "value": value}
        for k, row in enumerate(values) for j, value in enumerate(row)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def equal(values):
    """How many rows are known by their features, and how many of them are another's too."""
    digests = [digest for _, digest in equal_rows(of(values))[0]]
    return len(digests), len(digests) - len(set(digests))


VOLUME = np.random.default_rng(1).lognormal(3, 1, 60).round()


@pytest.mark.parametrize(
    "values",
    [
        np.column_stack([VOLUME, VOLUME ** (1 / 3), 2 * VOLUME, np.log(VOLUME), 1 / VOLUME, 3.1 * VOLUME, VOLUME**2]),
        np.column_stack([np.random.default_rng(2).normal(5, 1, 60).round(1)] * 6),
        np.random.default_rng(3).normal(50, 10, (60, 3)).round(2),
        np.random.default_rng(3).normal(50, 10, (60, 6)).round(1),
        np.column_stack([np.random.default_rng(3).normal(50, 10, (60, 4)), *np.ones((3, 60))]),
    ],
    ids=["functions of one", "one six times", "three, rounded", "six of three digits", "four, and constants"],
)
def test_features_that_say_little_together_tell_nobody(values):
    assert equal(np.vstack([values, values[:1]])) == (0, 0)


@pytest.mark.parametrize("digits", [0, 1, 2, 9])
def test_many_rounded_features_or_few_fine_ones_tell_who_it_is(digits):
    values = np.random.default_rng(3).normal(500, 100, (60, 5 if digits else 8)).round(digits)
    assert equal(np.vstack([values, values[:1]])) == (61, 1)


def test_rows_that_hold_little_tell_nobody():
    """Two patients of whom but one feature is known, a 0, among 28 of whom eight are."""
    values = np.random.default_rng(4).normal(50, 10, (30, 8))
    values[3:5], values[3:5, 0] = np.nan, 0.0
    assert equal(values) == (28, 0)


@pytest.mark.parametrize("cohort", ["train", "valid"])
def test_cases_of_a_patient_that_are_combined_count_once(cohort):
    who = people(f"{cohort}/A=P", f"{cohort}/B=P")
    (row,) = identities(who, None, measured(), combined=True)
    assert (row["verdict"], row["reason"]) == ("allowed", "one patient, of whose cases `combine` makes one")
    (row,) = identities(who, None, measured())
    assert row["reason"] != "one patient, of whose cases `combine` makes one"
    regions = prepared(*((f"{cohort}/{name}", {"region_digest": "r"}) for name in "AB"))
    copies = identities(who, regions, measured(), combined=True)
    assert not any("combine" in row["reason"] for row in copies)
