"""The third path of a sheet, the image that a region was drawn on: watched, looked for, fetched, and of one patient."""

import os
import time

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import CaseError, StudyError
from radioloom.stages.images.fetch import arrived, fetch, write_manifest
from radioloom.study import load, verify
from radioloom.study.sheet import fetched


@pytest.fixture
def bench(tmp_path):
    """T00000 is drawn on an image of its own, all others on theirs."""
    made = many_cases(tmp_path, 12, data=str(tmp_path / "data"))
    made.rows["train"][0]["drawn_on"] = "T00000/ct.nii"
    (tmp_path / "data" / "T00000" / "ct.nii").touch()
    return made


def study_of(bench):
    path = bench.write()
    return load(yaml.safe_load(path.read_text()), bench.place, path), path


def refused(bench, words):
    with pytest.raises(StudyError) as caught:
        verify(*study_of(bench))
    assert words in str(caught.value), caught.value


def test_it_is_an_input_of_its_batch_and_watched(bench):
    study, path = study_of(bench)
    assert not [note for note in verify(study, path) if "drawn_on" in note]
    assert [row["drawn_on"] for row in study.sheets["train"]] == ["T00000/ct.nii", *[""] * 11]
    batch = next(name for name, rows in study.batches["train"].items() if any(row["drawn_on"] for row in rows))
    assert str(study.data / "T00000" / "ct.nii") in study.files("train", batch)
    assert "" not in study.handed_in("train", batch)
    before = study.watched("train", batch)
    os.utime(study.data / "T00000" / "ct.nii", (1, 1))
    assert study_of(bench)[0].watched("train", batch) != before


@pytest.mark.parametrize("cell", ["/ct.nii", "../ct.nii", "a\\b", "x" * 256])
def test_a_path_that_cannot_be_is_refused(bench, cell):
    bench.rows["train"][0]["drawn_on"] = cell
    with pytest.raises(StudyError, match=r"train\.tsv.*drawn_on"):
        study_of(bench)


def test_a_file_that_is_not_there_is_noted_or_refused(bench):
    (bench.place / "data" / "T00000" / "ct.nii").unlink()
    notes = verify(*study_of(bench))
    assert "cohort train: 1 case (T00000) without drawn_on file; it will be excluded" in notes
    for row in bench.rows["train"]:
        row["drawn_on"] = "none.nii"
    refused(bench, "no drawn_on of its 12 rows is below the data folder")


def test_a_file_of_the_future_is_refused(bench):
    later = time.time() + 9e6
    os.utime(bench.place / "data" / "T00000" / "ct.nii", (later, later))
    refused(bench, "the time of the drawn_on of 1 case (T00000) lies in the future")


def test_an_image_of_a_patient_who_is_learnt_from_is_none_of_validation(bench):
    bench.rows["valid"][0]["drawn_on"] = bench.rows["train"][1]["image"]
    refused(bench, "1 pair (train/T00001 = valid/V00000) of cases with one image")
    bench.rows["valid"][0]["drawn_on"] = bench.rows["train"][0]["drawn_on"]
    refused(bench, "1 pair (train/T00000 = valid/V00000) of cases with one image")


@pytest.mark.parametrize("key", ["image", "drawn_on"])
def test_a_copy_of_it_is_known(bench, key):
    data = bench.place / "data"
    for name in ("T00000/ct.nii", "V00000/other.nii"):
        (data / name).write_bytes(bytes(range(250)) * 40)
    bench.rows["valid"][0][key] = "V00000/other.nii"
    refused(bench, "1 pair (train/T00000 = valid/V00000) of cases with one image")


def test_images_of_one_patient_may_share_it(bench):
    for row in bench.rows["train"][:2]:
        row |= {"drawn_on": "T00000/ct.nii", "patient": "T00000"}
    bench.outcomes["train"][1] = ("T00001", *bench.outcomes["train"][0][1:])
    assert not [note for note in verify(*study_of(bench)) if "image" in note]


ROW = {"cohort": "train", "case": "P1", "replicate": "1", "roi": "tumour", "image": "1.2.3", "segmentation": "4.5.6"}


def test_it_comes_from_an_archive_too(tmp_path):
    row = fetched(ROW | {"drawn_on": "7.8.9"}, "train", "train.tsv")
    assert row["drawn_on"] == "fetched/train/7.8.9"
    assert fetched(ROW | {"drawn_on": ""}, "train", "train.tsv")["drawn_on"] == ""
    asked = []

    def bring(uid):
        asked.append(uid)
        if uid == "7.8.9":
            raise CaseError("not there")
        return {}

    whole = fetched(ROW | {"case": "P2", "drawn_on": ""}, "train", "train.tsv")
    brought = fetch([row, whole], "fetched/train/", bring)
    assert sorted(asked) == ["1.2.3", "4.5.6", "7.8.9"]
    assert brought.exclusions[0]["reason"] == "drawn_on: not there"
    write_manifest(brought, tmp_path / "m.json")
    assert arrived([row, whole], [tmp_path / "m.json"]) == [whole]
