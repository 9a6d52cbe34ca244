"""Image and segmentation of two cases in one row are told before any job, by the ids that stand in their paths."""

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.study import load, verify


@pytest.fixture
def bench(tmp_path):
    return many_cases(tmp_path, 8, data=str(tmp_path / "data"))


def verified(bench):
    path = bench.write()
    return verify(load(yaml.safe_load(path.read_text()), bench.place, path), path)


def moved(bench, number, **paths):
    """The files of a row of training are there under these paths."""
    for key, path in paths.items():
        place = bench.place / "data" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(f"{number}{key}".encode())
        bench.rows["train"][number][key] = path


def renamed(bench, number, case):
    row = bench.rows["train"][number]
    bench.outcomes["train"][number] = (case, *bench.outcomes["train"][number][1:])
    row["case"] = case


@pytest.mark.parametrize(
    "paths",
    [
        {"segmentation": "T00003/other.nii.gz"},
        {"segmentation": "masks/T00003.nii.gz"},
        {"segmentation": "masks/seg_T00003_gtv.nii.gz"},
        {"segmentation": "masks/t00003-1.nii.gz"},
        {"image": "ct/T00003/a.nii.gz"},
        {"drawn_on": "ct/T00003/a.nii.gz"},
    ],
)
def test_a_segmentation_of_another_case(bench, paths):
    moved(bench, 2, **paths)
    with pytest.raises(StudyError) as caught:
        verified(bench)
    pair = "T00002 and T00003" if "segmentation" in paths else "T00003 and T00002"
    assert f"cohorts.train.sheet: by their paths, 1 row (T00002: {pair}) with the image of one case" in str(
        caught.value
    )


@pytest.mark.parametrize(
    "paths",
    [
        {"image": "a/1.nii.gz", "segmentation": "b/1.nii.gz"},  # of no case of the sheet
        {"segmentation": "T00003/T00002.nii.gz"},  # of both
        {"segmentation": "masks/T000033.nii.gz"},
        {"segmentation": "1.2.3.4/seg.dcm"},
        {"segmentation": "masks/seg.nii.gz"},
    ],
)
def test_paths_that_tell_nothing_against_a_row(bench, paths):
    moved(bench, 2, **paths)
    assert verified(bench) == []


def test_two_lesions_of_one_patient_may_share_files(bench):
    moved(bench, 2, segmentation="T00003/second.nii.gz")
    for number, row in enumerate(bench.rows["train"]):
        row["patient"] = "H7" if number in (2, 3) else ""
    bench.outcomes["train"][3] = ("T00003", *bench.outcomes["train"][2][1:])
    bench.outcomes["train"] = [(case, days, 1) for case, days, _ in bench.outcomes["train"]]
    assert [note for note in verified(bench) if "paths" in note] == []


def test_a_row_with_the_files_of_another_case_is_asked_about(bench):
    bench.rows["train"][2] |= {"image": "T00003/x.nii.gz", "segmentation": "T00003/y.nii.gz"}
    moved(bench, 2, image="T00003/x.nii.gz", segmentation="T00003/y.nii.gz")
    assert verified(bench) == [
        "cohort train: by their paths, 1 row (T00002: T00003 and T00003) of another case; are they meant?"
    ]


def test_a_number_that_may_count_visits_is_asked_about_alone(bench):
    for number, case in enumerate(["1", "2", "3"]):
        renamed(bench, number, case)
        moved(bench, number, image=f"{case}/ct.nii.gz", segmentation=f"{case}/seg.nii.gz")
    assert verified(bench) == []
    moved(bench, 2, segmentation="drawn/2/gtv.nii.gz")
    assert verified(bench) == [
        "cohort train: by their paths, 1 row (3: 3 and 2) with the image of one case and the segmentation of another; "
        "are they meant?"
    ]
    bench.rows["train"][2]["replicate"] = "2"  # the reader's number
    assert not [note for note in verified(bench) if "paths" in note]
