"""Cohorts of replicates in which nobody was measured twice end a study before any job."""

import numpy as np
import pytest
import yaml

from radioloom.errors import StudyError
from radioloom.study import load, verify

N = 12
CLINICAL = {"case": "id", "time_days": "days", "event": "dead"}


def rows(cases, columns=6, seed=0, extra=()):
    """Lines of a table of features; extra : cells after the id, of each row."""
    values = np.random.default_rng(seed).normal(50, 10, (len(cases), columns))
    cells = [
        [case, *(extra[k] if len(extra) else ()), *each]
        for k, (case, each) in enumerate(zip(cases, values, strict=True))
    ]
    return [",".join(map(str, line)) for line in cells]


def verified(place, retest, replicate="", role="test-retest", first="", form="ICC(A,1)"):
    """Notes on a study with a cohort of replicates. retest : (case, replicate, seed) of its rows."""
    heads = ",".join(f"f{k}" for k in range(6))
    for name, letter in (("train", "T"), ("valid", "V")):
        cases = [f"{letter}{k}" for k in range(N)]
        numbers = [(k + 1 if first else 1,) for k in range(N)]
        (place / f"{name}.csv").write_text(
            "\n".join([f"id,rep,{heads}", *rows(cases, seed=ord(letter), extra=numbers)])
        )
        (place / f"{name}_c.csv").write_text(
            "\n".join(["id,days,dead", *(f"{c},{100 + k},{k % 2}" for k, c in enumerate(cases))])
        )
    lines = [line for case, visit, seed in retest for line in rows([case], seed=seed, extra=[(visit,)])]
    (place / "retest.csv").write_text("\n".join([f"id,visit,{heads}", *lines]))

    def block(name, **columns):
        return {"file": f"{name}.csv", "columns": {"case": "id", "features": r"f\d", **columns}}

    study = {
        "study": "twice", "title": "twice", "seed": 1, "data": str(place),
        "cohorts": {
            "train": {"role": "training", "features": block("train", **({"replicate": first} if first else {}))},
            "valid": {"role": "validation", "features": block("valid")},
            "retest": {"role": role, "features": block("retest", **({"replicate": replicate} if replicate else {}))},
        },
        "outcome": {"kind": "survival", "name": "death"},
        "model": {"kind": "cox"},
        "reliability": {"form": form},
        "validation": {"cross_validation": {"folds": 2, "repeats": 1}},
        "baselines": {},
    }  # fmt: skip
    for name in ("train", "valid"):
        study["cohorts"][name]["clinical"] = CLINICAL | {"file": f"{name}_c.csv"}
    source = place / "study.yaml"
    source.write_text(yaml.safe_dump(study, sort_keys=False))
    return verify(load(study, place, source), source)


def visits(n=8, k=2):
    return [(f"R{case}", visit, 100 * case + visit) for case in range(n) for visit in range(1, k + 1)]


def refused(*given, **changes):
    with pytest.raises(StudyError) as caught:
        verified(*given, **changes)
    return str(caught.value)


@pytest.mark.parametrize("role", ["test-retest", "observers"])
def test_a_cohort_in_which_nobody_was_measured_twice_is_a_fault(tmp_path, role):
    words = f"cohorts.retest.features: no case of cohort retest has two replicates, and its role is {role}"
    once = [(f"R{k}", 1, k) for k in range(8)]
    assert f"{words}: no feature could be called reliable; name the column of visits or" in refused(
        tmp_path, once, role=role
    )
    others = [(f"R{k}", 1 + k % 2, k) for k in range(8)]
    assert f"{words}: no feature could be called reliable; give all rows of a case one id" in refused(
        tmp_path, others, "visit", role=role
    )


def test_replicates_that_no_two_cases_share_are_a_fault_of_two_way_forms_alone(tmp_path):
    own = [(case, f"{case}-{visit}", seed) for case, visit, seed in visits(4)]
    assert "0 of 4 cases have each of the 8 replicates of cohort retest, and ICC(A,1) needs 2" in refused(
        tmp_path, own, "visit"
    )
    assert verified(tmp_path, own, "visit", form="ICC(1)") == []


def test_cases_without_all_replicates_are_a_note(tmp_path):
    assert verified(tmp_path, visits(), "visit") == []
    assert verified(tmp_path, visits()[:-1], "visit") == [
        "cohort retest: 1 case (R7) without all of its 2 replicates; agreement is that of the other 7"
    ]


def test_a_column_that_numbers_the_rows_is_no_replicate(tmp_path):
    assert (
        "11 cases (T1, T10, T11, T2, T3, ...) without a row of replicate 1, which is the one that models take; the "
        in (refused(tmp_path, visits(), "visit", first="rep"))
    )
