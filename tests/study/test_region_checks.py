"""Cohorts of different regions are told before any job, whether sheets or tables name them."""

import numpy as np
import pytest

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.io import images
from radioloom.study import load, verify
from radioloom.volume import Grid, Volume

WORDS = "; where they are one, write one name in all rows, else keep the cases of one region"


def notes(bench):
    import yaml

    content = yaml.safe_load(bench.write().read_text())
    return verify(load(content, bench.place), None)


@pytest.mark.parametrize(
    ("pattern", "vain"), [("GTV", True), ("GTV.*", True), ("1", False), (".*", False), ("1|2", False), ("", False)]
)
def test_a_name_is_vain_where_label_maps_have_none(tmp_path, pattern, vain):
    bench = many_cases(tmp_path, 12, data=str(tmp_path / "data"))
    mask = np.zeros((4, 8, 8), "u1")
    mask[1:3, 2:6, 2:6] = 1
    for row in (row for rows in bench.rows.values() for row in rows):
        images.write(Volume(mask, Grid(mask.shape, (3.0, 1.0, 1.0))), tmp_path / "data" / row["segmentation"])
        row["pattern"] = pattern
    words = "12 cases (T00000, T00001, T00002, T00003, T00004, ...) whose segmentation is a label map without names"
    if not vain:
        assert not [note for note in notes(bench) if "without names" in note]
        return
    with pytest.raises(StudyError) as caught:
        notes(bench)
    assert words in str(caught.value)
    bench.rows["train"][3]["pattern"] = "1"
    bench.rows["valid"][0]["pattern"] = "1"
    told = [note.partition(" (")[0] for note in notes(bench) if "without names" in note]
    assert told == ["cohort train: 11 cases", "cohort valid: 1 case"]


def test_regions_that_differ_in_or_between_cohorts_are_a_note(tmp_path):
    bench = many_cases(tmp_path, 20, data=str(tmp_path / "data"))
    assert notes(bench) == []
    for row in bench.rows["valid"]:
        row["roi"] = "node"
    assert notes(bench) == [
        f"models compare cases of several regions (cases by region: train tumour (20); valid node (2)){WORDS}"
    ]
    for cohort in bench.rows:
        for number, row in enumerate(bench.rows[cohort]):
            row["roi"] = "tumor" if number % 2 else "tumour"
    (line,) = notes(bench)
    assert "(cases by region: train tumor (10), tumour (10); valid tumor (1), tumour (1))" in line
