"""Patients, images and sheets that two cases share are told before any job, as far as sheets and paths tell."""

import os
import re
import shutil

import pytest
import yaml

from made import studies
from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.study import load, replicate_checks, verify

ARCHIVE = {"kind": "dicomweb", "url": "https://archive.example/rs"}


@pytest.fixture
def bench(tmp_path):
    return many_cases(tmp_path, 12, data=str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def one_replicate(monkeypatch):
    """A cohort of one image a case may be one of readers here, where it is asked alone what cases share."""
    monkeypatch.setattr(replicate_checks, "CHECKS", ())


def folder_of_many(bench):
    """A folder that holds something: what it is, only its headers tell."""
    data(bench, "all").mkdir()
    (data(bench, "all") / "1").write_bytes(b"1")


def verified(bench, roles=None, **changes):
    """Notes on the study; `roles` changes those of its cohorts, `changes` a cohort's block."""
    path = bench.write()
    content = yaml.safe_load(path.read_text())
    for name, role in (roles or {}).items():
        content["cohorts"][name]["role"] = role
    for name, block in changes.items():
        content["cohorts"][name] |= block
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return verify(load(content, bench.place, path), path)


def refused(bench, words, **changes):
    with pytest.raises(StudyError) as caught:
        verified(bench, **changes)
    assert words in str(caught.value), caught.value
    return str(caught.value)


def copy(bench, cohort, number, other, **changes):
    """A row of one cohort becomes like one of another; the case keeps its name unless that is changed."""
    rows = bench.rows[cohort]
    rows[number] = {**other, "case": rows[number]["case"], **changes}


def data(bench, name):
    return bench.place / "data" / name


def same_path(bench):
    copy(bench, "valid", 0, bench.rows["train"][3])


def other_spelling(bench):
    image = bench.rows["train"][3]["image"]
    copy(bench, "valid", 0, bench.rows["valid"][0], image=f"./{image.replace('/', '//')}")


def linked_file(bench):
    link = data(bench, bench.rows["valid"][0]["image"])
    link.unlink()
    link.symlink_to(data(bench, bench.rows["train"][3]["image"]))


def hard_linked(bench):
    link = data(bench, bench.rows["valid"][0]["image"])
    link.unlink()
    os.link(data(bench, bench.rows["train"][3]["image"]), link)


def linked_folder(bench):
    data(bench, "L").symlink_to(data(bench, "T00003"))
    copy(bench, "valid", 0, bench.rows["valid"][0], image="L/image.nii.gz")


def one_folder(bench):
    """A folder of DICOM, known by the segmentation that is drawn on a series of it."""
    folder_of_many(bench)
    for cohort, number in (("train", 3), ("valid", 0)):
        copy(bench, cohort, number, bench.rows["train"][3], image="all")


def one_series_of_a_folder(bench):
    folder_of_many(bench)
    copy(bench, "train", 3, bench.rows["train"][3], image="all", series="1.2.3")
    copy(bench, "valid", 0, bench.rows["valid"][0], image="all", series="1.2.3")


SAME = [same_path, other_spelling, linked_file, hard_linked, linked_folder, one_folder, one_series_of_a_folder]


@pytest.mark.parametrize("change", SAME)
def test_one_image_in_training_and_validation(bench, change):
    change(bench)
    said = refused(bench, "cohorts.valid.sheet: 1 pair (train/T00003 = valid/V00000) of cases with one image; take one")
    assert "two regions of one patient" not in said  # no name of a patient makes it right
    assert "study.yaml, line" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("change", SAME)
def test_one_image_in_two_cohorts_that_may_share_it(bench, change):
    change(bench)
    assert verified(bench, {"valid": "observers"}) == []


def test_a_folder_of_many_series_is_no_image(bench):
    folder_of_many(bench)
    for cohort in ("train", "valid"):
        for number, row in enumerate(bench.rows[cohort]):
            copy(bench, cohort, number, row, image="all")
    assert verified(bench) == []
    for cohort in ("train", "valid"):
        for number, row in enumerate(bench.rows[cohort]):
            copy(bench, cohort, number, row, series=f"1.2.{number}.{len(bench.rows[cohort])}")
    assert verified(bench) == []


def test_one_image_for_two_cases_of_a_cohort_that_is_learnt_from(bench):
    copy(bench, "train", 4, bench.rows["train"][3])
    said = refused(bench, "cohorts.train.sheet: 1 pair (T00003 = T00004) of cases with one image")
    assert "where two cases are two regions of one patient" in said
    mask = "second.nii.gz"
    data(bench, mask).touch()
    copy(bench, "train", 4, bench.rows["train"][3], segmentation=mask)
    refused(bench, "(T00003 = T00004) of cases with one image; take one case")
    bench.rows["train"][3]["patient"] = bench.rows["train"][4]["patient"] = "P7"
    bench.outcomes["train"][4] = ("T00004", *bench.outcomes["train"][3][1:])
    assert verified(bench) == []
    bench.rows["train"][4]["segmentation"] = bench.rows["train"][3]["segmentation"]
    refused(bench, "(T00003 = T00004) of cases with one image")
    bench.rows["train"][4]["pattern"] = "2"
    assert verified(bench) == []


def test_one_image_for_two_cases_that_nothing_is_learnt_from(bench):
    copy(bench, "valid", 1, bench.rows["valid"][0])
    assert [note for note in verified(bench) if "by their paths" not in note] == []


def test_a_patient_of_training_and_validation(bench):
    bench.rows["train"][3]["patient"] = bench.rows["valid"][1]["patient"] = "P7"
    bench.rows["train"][5]["patient"] = bench.rows["valid"][0]["patient"] = bench.rows["valid"][0]["case"]
    words = "cohorts.valid.sheet: 2 cases (V00000, V00001) of cohort valid with a patient of cohort train, which is"
    assert "give each a name of its own in the column `patient`" in refused(bench, words)
    for role in ("observers", "test-retest", "genomics"):
        notes = verified(bench, {"valid": role})
        assert len(notes) == 1
        assert "2 patients with two outcomes: time of P7, T00003 (train.csv, line 5) and V00001" in notes[0]


def test_cases_of_one_name_are_told_until_the_sheets_say_who_is_one(bench):
    row = bench.rows["valid"][0]
    row["case"] = "T00003"
    bench.outcomes["valid"][0] = ("T00003", 100, 1)
    note = "cohort valid: 1 case (T00003) called as one of cohort train: a name alone is taken for two"
    assert [each.startswith(note) for each in verified(bench)] == [True]
    row["patient"] = "T00003"
    assert [each.startswith(note) for each in verified(bench)] == [True]  # the other sheet names nobody
    bench.rows["train"][3]["patient"] = "T00003"
    refused(bench, "1 case (T00003) of cohort valid with a patient of cohort train")
    row["patient"] = "other-T00003"
    assert verified(bench) == []


def test_one_sheet_for_two_cohorts_is_told_once(bench):
    bench.outcomes["valid"] = bench.outcomes["train"]
    sheet = {"sheet": str(bench.place / "train.tsv"), "clinical": {"file": "train.csv", "case": "id"} | CLINICAL}
    said = refused(bench, "cohorts.valid.sheet: the sheet is that of cohort train too: a training and a", valid=sheet)
    assert len(said.splitlines()) == 1
    shutil.copy(bench.place / "train.tsv", bench.place / "again.tsv")
    again = sheet | {"sheet": str(bench.place / "again.tsv")}
    refused(bench, "12 pairs (train/T00000 = valid/T00000", valid=again)
    assert verified(bench, {"valid": "observers"}, valid=sheet) == []


CLINICAL = {"time_days": "days", "event": "dead"}


def test_one_series_of_an_archive(bench):
    for number, row in enumerate(bench.rows["train"]):
        copy(bench, "train", number, row, image=f"1.2.3.{number}")
    for number, row in enumerate(bench.rows["valid"]):
        copy(bench, "valid", number, row, image=f"1.9.{number}/1.2.4.{number}")
    archives = {"train": {"source": ARCHIVE}, "valid": {"source": ARCHIVE}}
    assert not [note for note in verified(bench, **archives) if "are not there yet" not in note]
    bench.rows["valid"][1]["image"] = "1.9.7/1.2.3.5"
    refused(bench, "1 pair (train/T00005 = valid/V00001) of cases with one image", **archives)


@pytest.mark.parametrize(("one", "other"), [("0077", "77"), ("H77", "h77"), ("H-77", "H_77")])
def test_patients_almost_called_alike_are_told_before_the_run(bench, one, other):
    bench.rows["train"][3]["patient"], bench.rows["valid"][1]["patient"] = one, other
    (note,) = [note for note in verified(bench) if "almost called alike" in note]
    assert note == (
        f"cohorts train and valid: 1 pair ({one} and {other}) of patients almost called alike, and taken for other "
        "people; where they are one person, give both one name in the column `patient`"
    )
    bench.rows["valid"][1]["patient"] = one
    refused(bench, "1 case (V00001) of cohort valid with a patient of cohort train")


def test_cases_almost_called_alike_are_told_too(bench):
    bench.rows["valid"][1]["case"] = "t3"
    (note,) = [note for note in verified(bench) if "almost called alike" in note]
    assert note.startswith("cohorts train and valid: 1 pair (T00003 and t3) of patients almost called alike")


def test_a_case_is_of_one_patient(bench):
    first = bench.rows["train"][3]
    bench.rows["train"].append({**first, "replicate": "2", "patient": "Q"})
    refused(bench, "cohorts.train.sheet: 1 case (T00003) with two patients in the column `patient`")
    first["patient"] = "Q"
    assert verified(bench) == []


def test_a_file_is_not_its_own_segmentation(bench):
    bench.rows["train"][3]["segmentation"] = bench.rows["train"][3]["image"]
    refused(bench, "cohort train: 1 case (T00003) with one file as image and as segmentation; correct the paths")


def test_replicates_are_of_one_modality(bench, monkeypatch):
    monkeypatch.setattr(studies, "PROFILE", studies.PROFILE.replace("[CT]", "any").replace("unit: HU", "unit: any"))
    first = bench.rows["train"][3]
    again = {**first, "image": bench.rows["train"][4]["image"], "replicate": "2", "modality": "MR"}
    bench.rows["train"] = [*bench.rows["train"][:4], again, *bench.rows["train"][5:]]
    bench.outcomes["train"].pop(4)
    assert verified(bench) == []  # the first one's is not said: its header will be read
    first["modality"] = "CT"
    refused(bench, "cohort train: 1 case (T00003) with replicates of several modalities; a replicate repeats an image")


def test_two_visits_of_one_image_are_noted(bench):
    bench.rows["valid"][1] = {**bench.rows["valid"][0], "replicate": "2"}
    notes = verified(bench, {"valid": "test-retest"})
    assert [note for note in notes if "1 case (V00000) with one image for two visits" in note] == notes
    assert verified(bench, {"valid": "observers"}) == []


def test_correcting_a_patient_measures_no_image_anew(bench):
    """Rows of a batch are what its jobs depend on."""
    path = bench.write()
    before = load(yaml.safe_load(path.read_text()), bench.place, path)
    bench.rows["train"][3]["patient"] = "P7"
    path = bench.write()
    after = load(yaml.safe_load(path.read_text()), bench.place, path)
    assert after.batches == before.batches
    assert after.digest != before.digest
    changed = [row for row in after.patients if row not in before.patients]
    assert changed == [{"cohort": "train", "role": "training", "case": "T00003", "patient": "P7", "named": True}]


def written(bench, cohort, number, content):
    data(bench, bench.rows[cohort][number]["image"]).write_bytes(content)


SCAN = bytes(range(256)) * 1000


def test_copies_of_one_image_file_are_known_before_they_are_read_as_images(bench):
    written(bench, "train", 3, SCAN)
    written(bench, "valid", 0, SCAN)
    refused(bench, "cohorts.valid.sheet: 1 pair (train/T00003 = valid/V00000) of cases with one image; take one")
    told = "cohorts train and valid: 1 pair (train/T00003 = valid/V00000) of cases whose image files are copies of each"
    assert [note.startswith(told) for note in verified(bench, {"valid": "test-retest"})] == [True]
    assert verified(bench, {"valid": "observers"}) == []


@pytest.mark.parametrize("place", [0, len(SCAN) // 4, len(SCAN) - 1])
def test_files_of_one_size_that_differ_are_no_copies(bench, place):
    written(bench, "train", 3, SCAN)
    written(bench, "valid", 0, SCAN[:place] + b"!" + SCAN[place + 1 :])
    assert verified(bench) == []


def test_a_header_that_names_its_voxels_elsewhere_is_no_image(bench):
    for cohort, number in (("train", 3), ("valid", 0)):
        place = data(bench, f"{cohort}{number}/scan.mhd")
        place.parent.mkdir()
        place.write_text("ElementDataFile = scan.raw")
        bench.rows[cohort][number]["image"] = f"{cohort}{number}/scan.mhd"
    assert verified(bench) == []


def test_a_fault_of_a_sheet_and_of_a_profile_has_the_line_of_the_study(bench):
    bench.rows["valid"][1]["case"] = bench.rows["valid"][0]["case"]
    said = refused(bench, "appears in line 2 already")
    assert re.match(r"study\.yaml, line \d+: cohorts\.valid\.sheet: valid\.tsv, line 3: ", said)
    bench.rows["valid"].pop(1)
    path = bench.write()
    content = {**yaml.safe_load(path.read_text()), "profile": "nosuch"}
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    with pytest.raises(StudyError, match=r"^study\.yaml, line \d+: profile: "):
        load(content, bench.place, path)
