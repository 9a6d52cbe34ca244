"""Files whose times lie in the future are told before any job: Snakemake would end every job that reads one."""

import os
import time

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.study import load, verify


def verified(bench):
    path = bench.place / "study.yaml"
    return verify(load(yaml.safe_load(path.read_text()), bench.place, path), path)


@pytest.fixture
def bench(tmp_path):
    return many_cases(tmp_path, 20, data=str(tmp_path / "data"))


def date(place, seconds: float, link: bool = False) -> None:
    """Give a file, or a link itself, a time from now on."""
    os.utime(place, (time.time() + seconds,) * 2, follow_symlinks=not link)


def test_images_and_tables_of_another_clock_are_faults(bench):
    data = bench.place / "data"
    date(data / "T00003" / "image.nii.gz", 3600)
    (data / "own").touch()
    (data / "V00001" / "mask.nii.gz").unlink()
    (data / "V00001" / "mask.nii.gz").symlink_to(data / "own")
    date(data / "V00001" / "mask.nii.gz", 3600, link=True)
    date(data / "train.csv", 1e8)
    with pytest.raises(StudyError) as caught:
        verified(bench)
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert "cohorts.train.sheet: the time of the image of 1 case (T00003) lies in the future" in lines[0]
    assert "cohorts.valid.sheet: the time of the segmentation of 1 case (V00001) lies in the future" in lines[1]
    assert "study.yaml: the time of 1 table (train, outcomes: train.csv) lies in the future" in lines[2]
    assert "nii.gz" not in str(caught.value)


def test_files_of_now_and_of_old_are_none(bench):
    date(bench.place / "data" / "T00003" / "image.nii.gz", 0)
    date(bench.place / "data" / "train.csv", -1e9)
    assert verified(bench) == []
