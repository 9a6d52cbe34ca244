"""Patients whom a training and a validation cohort share are known by their outcomes, where nothing else tells."""

import re

import numpy as np
import pytest

from made.three_tables import notes, three_tables
from radioloom.errors import StudyError

N = 30


def outcomes(place, rng, *names):
    """Outcomes in days of cases, other ones in each cohort, and their rows."""
    rows = {}
    for name in names:
        cells = [(int(rng.exponential(900)) + 1, int(rng.random() < 0.6)) for _ in range(N)]
        rows[name] = [f"{name[0].upper()}{k},{days},{dead}" for k, (days, dead) in enumerate(cells)]
        write(place, name, rows[name])
    return rows


def write(place, name, rows):
    (place / f"{name}_c.csv").write_text("id,days,dead\n" + "\n".join(rows) + "\n")


def renamed(place, name, old, new):
    """Cases of a table of features under other names."""
    text = (place / f"{name}.csv").read_text()
    for one, other in zip(old, new, strict=True):
        text = re.sub(rf"^{one},", f"{other},", text, flags=re.MULTILINE)
    (place / f"{name}.csv").write_text(text)


@pytest.mark.parametrize("validated", [True, False])
def test_one_row_of_a_clinical_table_is_of_one_patient(tmp_path, validated):
    study = three_tables(tmp_path, N)
    rows = outcomes(tmp_path, np.random.default_rng(1), "train", "valid")
    write(tmp_path, "both", [*rows["train"], *rows["valid"]])
    for name in ("train", "valid"):
        study["cohorts"][name]["clinical"]["file"] = "both_c.csv"
    assert not [note for note in notes(tmp_path, study) if "outcome is the row" in note]
    renamed(tmp_path, "valid", ["V0", "V1"], ["T0", "T1"])
    if validated:
        words = r"cohorts.valid.clinical: 2 cases \(T0, T1\) of cohort valid whose outcome is the row of a case of"
        with pytest.raises(StudyError, match=words):
            notes(tmp_path, study)
        return
    study["cohorts"]["valid"]["role"] = "training"
    (note,) = [note for note in notes(tmp_path, study) if "outcome is the row" in note]
    assert "name the patient of both" in note
    assert "which is learnt from" not in note


@pytest.mark.parametrize(("copied", "told"), [(12, True), (4, False)])
def test_more_equal_outcomes_than_chance_allows_are_told(tmp_path, copied, told):
    study = three_tables(tmp_path, N)
    rows = outcomes(tmp_path, np.random.default_rng(1), "train", "valid")
    again = [f"V{k},{rows['train'][k].partition(',')[2]}" for k in range(copied)]
    write(tmp_path, "valid", [*again, *rows["valid"][copied:]])
    found = [note for note in notes(tmp_path, study) if "chance would give" in note]
    assert len(found) == told
    assert all(f"{copied} of {N} cases have the time and event of a case of cohort train" in note for note in found)


def test_outcomes_of_few_values_are_equal_by_chance(tmp_path):
    study = three_tables(tmp_path, N)
    for name in ("train", "valid"):
        write(tmp_path, name, [f"{name[0].upper()}{k},{1825 if k % 3 else 365},{int(k % 3 == 0)}" for k in range(N)])
    assert not [note for note in notes(tmp_path, study) if "chance would give" in note]
