import csv
import re

import pytest
import yaml

from radioloom.errors import StudyError
from radioloom.simulate.cohorts import COHORTS, find, sheet, write_sheets


def test_the_committed_sheets_are_the_simulators_own(root, tmp_path):
    committed = root / "config" / "studies" / "demo"
    for path in write_sheets(tmp_path):
        assert path.read_bytes() == (committed / path.name).read_bytes(), f"write_sheets anew: {path.name} differs"
    assert {path.name for path in committed.glob("*.tsv")} == {f"{name}.tsv" for name in COHORTS}


def test_the_default_study_has_these_cohorts(root):
    study = yaml.safe_load((root / "config" / "config.yaml").read_text())
    assert set(study["cohorts"]) == set(COHORTS)
    for name, cohort in study["cohorts"].items():
        assert COHORTS[name].clinical == ("clinical" in cohort)
    assert COHORTS[study["genomics"]["cohort"]].expression


@pytest.mark.parametrize("name", COHORTS)
def test_rows_are_pairs_of_image_and_segmentation(name):
    rows = sheet(name)
    cohort = COHORTS[name]
    assert len(rows) == cohort.n * max(cohort.visits, cohort.readers)
    assert len({(row["case"], row["replicate"]) for row in rows}) == len(rows)
    assert len({row["image"] for row in rows}) == cohort.n * cohort.visits
    for row in rows:
        assert re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]*", row["case"])
        assert row["image"].startswith(f"{name}/{row['case']}/")
        assert row["segmentation"].startswith(f"{name}/{row['case']}/")


def test_every_format_and_every_scanner_is_used():
    files = {row["segmentation"].rsplit("/", 1)[1] for name in COHORTS for row in sheet(name)}
    assert files == {"rtstruct.dcm", "seg.dcm", "mask.nii.gz"}
    makers = {name: {COHORTS[name].scanner(row["case"], 1).manufacturer for row in sheet(name)} for name in COHORTS}
    assert len(makers["train"]) == 2
    assert makers["valid2"].isdisjoint(makers["train"])
    assert len({maker for made in makers.values() for maker in made}) == 4


@pytest.mark.parametrize("name", COHORTS)
def test_the_name_in_the_file_matches_the_pattern_of_the_sheet(name):
    for number, row in enumerate(sheet(name)):
        formats = COHORTS[name].formats
        stored = formats[(number // COHORTS[name].readers) % len(formats)]
        written = stored.name.format(replicate=row["replicate"])
        assert re.fullmatch(row["pattern"], written, re.IGNORECASE)
        assert not re.fullmatch(row["pattern"], "Spinal-Cord", re.IGNORECASE)


def test_a_cohort_that_is_not_simulated_is_refused():
    with pytest.raises(StudyError, match="cohort lung1 is not one that can be simulated; those are train"):
        find("lung1")


def test_sheets_are_read_back_as_written(tmp_path):
    for path in write_sheets(tmp_path):
        with open(path, encoding="utf-8", newline="") as handle:
            assert list(csv.DictReader(handle, delimiter="\t")) == sheet(path.stem)
