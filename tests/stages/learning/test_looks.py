"""All that a cohort was judged by counts once, whatever is deleted or made again."""

import json
from dataclasses import replace

import numpy as np
import pytest

from made.planted_tables import TEXTURE, Made
from radioloom.errors import StudyError
from radioloom.sealed import write_json
from radioloom.stages.learning.looks import KINDS, look, looks, signature_digest
from radioloom.tables import LOOKS

MADE = Made(sizes={"train": 40, "valid1": 30, "valid2": 20})


@pytest.fixture(scope="module")
def signature():
    return MADE.signature


@pytest.fixture
def path(tmp_path):
    return tmp_path / "looks.json"


def counts(path, signature, material=MADE.material):
    rows = LOOKS.frame(look(path, looks(material, MADE.splits, signature)))
    return {row.cohort: (row.signatures, row.look) for row in rows[rows["evaluation"] == "validation"].itertuples()}


def other(signature, by=0.01):
    first = signature.terms[0]
    return replace(signature, terms=(replace(first, coefficient=first.coefficient + by), *signature.terms[1:]))


def test_the_same_signature_again_is_no_new_look(signature, path):
    assert counts(path, signature) == {"valid1": (1, 1), "valid2": (1, 1)}
    before = path.read_bytes()
    again = replace(signature, provenance={"code": "of another day"})
    assert counts(path, again) == {"valid1": (1, 1), "valid2": (1, 1)}
    assert path.read_bytes() == before


def test_each_other_signature_is_a_look_more(signature, path):
    counts(path, signature)
    assert counts(path, other(signature)) == {"valid1": (2, 2), "valid2": (2, 2)}
    assert counts(path, signature) == {"valid1": (2, 1), "valid2": (2, 1)}
    assert counts(path, other(signature, 0.02)) == {"valid1": (3, 3), "valid2": (3, 3)}


def test_a_renamed_or_mended_cohort_is_the_same(signature, path):
    counts(path, signature)
    made = MADE.material
    outcomes = replace(made.outcomes, time_days=made.outcomes.time_days + 1)
    assert counts(path, other(signature), replace(made, outcomes=outcomes))["valid1"] == (2, 2)
    record = [each | {"cohort": "old name"} for each in looks(made, MADE.splits, other(signature, 0.03))]
    look(path, record)
    assert counts(path, signature)["valid1"] == (3, 1)


def test_last_digits_of_another_machine_are_no_other_signature(signature):
    assert signature_digest(other(signature, 1e-12)) == signature_digest(signature)
    assert signature_digest(other(signature, 1e-3)) != signature_digest(signature)
    assert signature_digest(replace(signature, cut_point=signature.cut_point + 0.1)) != signature_digest(signature)


@pytest.mark.parametrize("content", ["", '{"looks": []}', '{"looks": [], "digest": "000000000000"}'])
def test_a_record_that_was_edited_is_named(signature, path, content):
    path.write_text(content)
    with pytest.raises(StudyError, match=r"looks.json, the record of how often .* put back a copy"):
        counts(path, signature)


def test_where_nothing_is_judged_there_is_no_record(signature, path):
    alone = MADE.splits[(MADE.splits["part"] == "train") & (MADE.splits["repeat"] == 0)]
    assert look(path, looks(MADE.material, alone, signature)) == []
    assert not path.exists()


def declaring(material=MADE.material, outcome=None, seed=11, **validation):
    study = material.study
    more = {"outcome": {**study["outcome"], **(outcome or {})}, "seed": seed}
    return replace(material, study={**study, **more, "validation": {**study["validation"], **validation}})


def without(material, case):
    """The material without one case."""
    kept = np.flatnonzero(material.cases["case"].to_numpy() != case)
    cases, outcomes = material.cases.iloc[kept].reset_index(drop=True), material.outcomes.take(kept)
    values, covariates = material.values[kept], material.covariates[kept]
    return replace(material, cases=cases, outcomes=outcomes, values=values, covariates=covariates)


def kinds(path, signature, material=MADE.material, cohort="valid1", splits=MADE.splits):
    """Counts of LOOKS of one cohort that are more than 1."""
    row = next(row for row in look(path, looks(material, splits, signature)) if row["cohort"] == cohort)
    return {key: row[key] for key in KINDS if row[key] > 1}


PRIMARY = {"evaluation": "validation", "cohort": "valid1", "model": "signature", "against": "volume"}
WITHIN = {"evaluation": "cross-validation", "model": "signature", "against": "volume"}


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"primary": PRIMARY}, "primaries"),
        ({"subgroups": [{"column": "sex", "levels": ["f", "m"]}]}, "declarations"),
        ({"multiplicity": "none"}, "declarations"),
        ({"thresholds": [0.2]}, "declarations"),
        ({"most_missing": 0.5}, "declarations"),
        ({"outcome": {"tau": 500.0}}, "declarations"),
        ({"outcome": {"horizons": [365]}}, "declarations"),
    ],
)
def test_a_change_of_what_is_declared_is_no_look_but_is_counted(signature, path, changed, kind):
    assert kinds(path, signature) == {}
    assert kinds(path, signature, declaring(**changed)) == {kind: 2}
    before = path.read_bytes()
    assert kinds(path, signature) == {kind: 2}
    assert path.read_bytes() == before


def test_a_baseline_that_was_changed_under_its_name_is_counted(signature, path):
    assert kinds(path, signature) == {}
    volume = signature.baselines["volume"]
    first = volume.terms[0]
    for term in ({"coefficient": first.coefficient + 0.1}, {"feature_id": TEXTURE}):
        changed = replace(volume, terms=(replace(first, **term),))
        told = kinds(path, replace(signature, baselines={**signature.baselines, "volume": changed}))
        assert set(told) == {"baselines"}
    assert told == {"baselines": 3}


def test_a_patient_who_was_left_out_is_counted(signature, path):
    assert kinds(path, signature) == {}
    case = MADE.material.cases.loc[MADE.material.cases["cohort"] == "valid1", "case"].iloc[3]
    splits = MADE.splits[MADE.splits["case"] != case]
    assert kinds(path, signature, without(MADE.material, case), splits=splits) == {"patients": 2}
    assert kinds(path, signature, cohort="valid2") == {}


def test_other_values_of_the_same_patients_are_counted_beside_the_same_models(signature, path):
    assert kinds(path, signature) == {}
    rows = np.flatnonzero(MADE.material.cases["cohort"] == "valid1")[:1]
    values = MADE.material.values.copy()
    values[rows] += 0.1
    again = replace(MADE.material, values=values)
    assert kinds(path, signature, again) == {"values": 2}
    assert kinds(path, signature, cohort="valid2") == {}
    assert kinds(path, other(signature), again) == {"signatures": 2}  # which changes risks by itself
    assert kinds(path, signature, replace(again, values=values * (1 + 1e-12))) == {"signatures": 2, "values": 2}


def test_cross_validation_has_a_record_of_its_own(signature, path):
    first, *_ = look(path, looks(MADE.material, MADE.splits, signature))[::-1]
    assert (first["evaluation"], first["cohort"]) == ("cross-validation", "train")
    assert kinds(path, signature, declaring(primary=WITHIN), "train") == {"primaries": 2}
    assert kinds(path, signature, declaring(primary=WITHIN, seed=12), "train") == {"primaries": 2, "foldings": 2}
    assert kinds(path, signature, declaring(primary=WITHIN, seed=12)) == {"primaries": 2}


def test_a_training_cohort_that_becomes_one_of_validation_was_looked_at(signature, path):
    kinds(path, signature)
    exchanged = looks(MADE.material, MADE.splits, other(signature))[-1] | {"evaluation": "validation"}
    del exchanged["folds"]
    (row,) = look(path, [exchanged])
    assert {key: row[key] for key in KINDS if row[key] > 1} == {"signatures": 2}


def test_a_record_of_before_is_read_and_changes_nothing(signature, path):
    younger = ("evaluation", "baselines", "declared", "folds", "risks")
    of_before = [
        {key: value for key, value in each.items() if key not in younger}
        for each in looks(MADE.material, MADE.splits, signature)
        if each["evaluation"] == "validation"
    ]
    write_json({"looks": of_before}, path)
    assert kinds(path, signature) == {}
    assert kinds(path, other(signature), declaring(primary=PRIMARY)) == {"signatures": 2, "primaries": 2}


def test_no_case_is_named_in_the_record(signature, path):
    counts(path, signature)
    held = json.loads(path.read_text())
    assert {key for each in held["looks"] for key in each} == {"evaluation", "cohort", *KINDS.values()}
    assert "valid1-" not in path.read_text()
