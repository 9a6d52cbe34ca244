"""Images and segmentations that every job would exclude are told before any job, and exchanged columns asked about."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from made.hospital import image_slice, save, square, stored, structures
from made.many_cases import many_cases
from radioloom.errors import BadImage, StudyError
from radioloom.io import files, images
from radioloom.study import load, verify
from radioloom.study.image_checks import exchanged, unusable
from radioloom.volume import Grid, Volume

CUBE = [square(-100 + 3 * k, 0, 12) for k in range(1, 6)]

# What a path of a sheet may be made of, by name; `away` lies beside the data folder.
MADE = {
    "absent": lambda place, away: None,
    "link to a file outside": lambda place, away: place.symlink_to(away / "file"),
    "link to a folder outside": lambda place, away: place.symlink_to(away),
    "link that leads nowhere": lambda place, away: place.symlink_to(away / "none"),
    "folder with a link to a file outside": lambda place, away: _folder(place).joinpath("a").symlink_to(away / "file"),
    "folder with a link to nothing outside": lambda place, away: _folder(place).joinpath("a").symlink_to(away / "no"),
    "empty folder": lambda place, away: _folder(place),
    "file": lambda place, away: place.touch(),
    "folder": lambda place, away: _folder(place).joinpath("a").touch(),
    "link to a file inside": lambda place, away: place.symlink_to(_file(place.with_name("other"))),
}
SOUND = [*list(MADE)[7:], "folder with a link to a folder outside"]


def _folder(place: Path) -> Path:
    place.mkdir()
    return place


def _file(place: Path) -> Path:
    place.touch()
    return place


def _with_folder(place: Path, away: Path) -> None:
    """A folder with a file, and a link to a folder, which is not followed and so no reason to exclude."""
    _folder(place).joinpath("a").touch()
    place.joinpath("more").symlink_to(away)


MADE["folder with a link to a folder outside"] = _with_folder


@pytest.fixture
def places(tmp_path):
    data, away = tmp_path / "data", tmp_path / "away"
    data.mkdir()
    away.mkdir()
    (away / "file").touch()
    return data, away


@pytest.mark.parametrize("kind", MADE)
def test_what_the_jobs_refuse_is_refused_before_them(places, kind):
    data, away = places
    MADE[kind](data / "x", away)
    assert (unusable(data / "x", data.resolve()) is None) == (kind in SOUND)
    try:
        refused = not list(files.files_below(files.within(data, "x")))
    except (BadImage, FileNotFoundError):
        refused = True
    assert refused == (kind not in SOUND)


@pytest.fixture
def bench(tmp_path):
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "file").touch()
    return many_cases(tmp_path, 20, data=str(tmp_path / "data"))


def verified(bench):
    path = bench.write()
    return verify(load(yaml.safe_load(path.read_text()), bench.place, path), path)


def astray(bench, case: str, key: str):
    """Put a link that leads out in the place of an image or segmentation."""
    place = next(bench.place / "data" / row[key] for rows in bench.rows.values() for row in rows if row["case"] == case)
    away = bench.place / "away" / f"{case}-{key}"
    away.touch()
    place.unlink()
    place.symlink_to(away)


def test_some_links_are_noted_with_their_number(bench):
    astray(bench, "T00003", "image")
    assert verified(bench) == [
        "cohort train: 1 case (T00003) whose image is a link (or ..) that leads out of the data folder; it will be "
        "excluded"
    ]
    for k in range(4, 9):
        astray(bench, f"T0000{k}", "image")
    assert verified(bench)[0].startswith("cohort train: 6 cases (T00003, T00004, T00005, T00006, T00007, ...) whose")


def test_a_folder_linked_as_a_whole_is_a_fault(bench):
    data = bench.place / "data"
    for case in data.glob("T*"):
        shutil.move(case, bench.place / "away" / case.name)
        case.symlink_to(bench.place / "away" / case.name)
    with pytest.raises(StudyError) as caught:
        verified(bench)
    assert "line 10: cohorts.train.sheet: the image of its 20 rows is a link (or ..) that leads out" in str(
        caught.value
    )
    assert "or name the folder that they lie in as `data`" in str(caught.value)


def test_a_cohort_that_loses_all_cases_for_several_reasons_is_a_fault(bench):
    astray(bench, "V00000", "segmentation")
    (bench.place / "data" / "V00001" / "image.nii.gz").unlink()
    with pytest.raises(StudyError) as caught:
        verified(bench)
    assert "no image of 1 of its 2 rows is below the data folder" in str(caught.value)
    assert "the segmentation of 1 of its 2 rows is a link" in str(caught.value)


def test_paths_that_name_the_data_folder_itself_are_told_without_one(bench):
    for row in bench.rows["train"]:
        row.update(image=f"data/{row['image']}", segmentation=f"data/{row['segmentation']}")
    with pytest.raises(StudyError, match=r"no image of its 20 .*; they are there without the first") as caught:
        verified(bench)
    assert "data/T" not in str(caught.value)


def image_file(path: Path, array: np.ndarray) -> Path:
    images.write(Volume(array, Grid(array.shape, (3.0, 1.0, 1.0))), path)
    return path


def labels(dtype: str) -> np.ndarray:
    array = np.zeros((12, 40, 40), dtype)
    array[4:8, 10:20, 10:20] = 1
    return array


def picture(dtype: str) -> np.ndarray:
    return np.random.default_rng(1).integers(-900, 900, (12, 40, 40)).astype(dtype)


@pytest.mark.parametrize(
    ("image", "mask", "ending"),
    [
        (picture("i2"), labels("u1"), ".nii"),
        (picture("f4"), labels("i1"), ".nii.gz"),
        (picture("i2"), labels("i2"), ".nii.gz"),
        (picture("f8"), labels("f8"), ".nii.gz"),
    ],
)
def test_exchanged_image_files_are_asked_about_and_sound_ones_are_not(tmp_path, image, mask, ending):
    paths = image_file(tmp_path / f"a{ending}", image), image_file(tmp_path / f"b{ending}", mask)
    assert exchanged(*paths) == ""
    assert exchanged(*paths[::-1]) == "its image looks like a label map, and its segmentation like an image"


@pytest.mark.parametrize("n", [12, 2])
def test_exchanged_columns_of_every_row_end_the_study_and_say_so_before_equal_masks_do(tmp_path, n):
    bench = many_cases(tmp_path, 12, data=str(tmp_path / "data"))
    draws = np.random.default_rng(1)
    for cohort, rows in bench.rows.items():
        for row in rows[:n] if cohort == "train" else rows:
            scan = draws.integers(-900, 900, (4, 12, 12)).astype("i2")
            image_file(tmp_path / "data" / row["image"], scan)
            image_file(tmp_path / "data" / row["segmentation"], labels("u1")[:4, :12, :12])
            row["image"], row["segmentation"] = row["segmentation"], row["image"]
    path = bench.write()
    with pytest.raises(StudyError) as caught:
        verify(load(yaml.safe_load(path.read_text()), bench.place, path), path)
    said = str(caught.value)
    assert "its segmentation like an image: were the columns `image` and `segmentation` exchanged? Equal masks" in said
    assert "take one case" not in said
    every = "in 12 cases (T00000, T00001, T00002, T00003, T00004, ...) of 12: the columns `image` and"
    assert (every in said) == (n == 12)


def test_an_8_bit_image_is_no_exchanged_label_map(tmp_path):
    bench = many_cases(tmp_path, 12, data=str(tmp_path / "data"))
    draws = np.random.default_rng(1)
    for row in (row for rows in bench.rows.values() for row in rows):
        image_file(tmp_path / "data" / row["image"], draws.integers(0, 255, (4, 12, 12)).astype("u1"))
        image_file(tmp_path / "data" / row["segmentation"], labels("i2")[4:8, :12, :12])
    path = bench.write()
    notes = verify(load(yaml.safe_load(path.read_text()), bench.place, path), path)
    assert len([note for note in notes if "exchanged?" in note]) == 2


def test_nothing_is_asked_where_headers_and_sizes_tell_nothing(tmp_path):
    plain = image_file(tmp_path / "a.nii", picture("i2")), image_file(tmp_path / "b.nii", labels("i2"))
    assert exchanged(*plain[::-1]) == exchanged(*plain) == ""
    (tmp_path / "c.nii").touch()
    assert exchanged(tmp_path / "c.nii", plain[0]) == exchanged(tmp_path / "none", tmp_path / "none") == ""


def test_exchanged_columns_of_dicom(tmp_path):
    for k, pixels in enumerate(stored(4, seed=1)):
        save(image_slice(pixels, (-10, -20, 3 * k), "CT", "2.25.11"), tmp_path / "ct" / f"{k}")
    structures(tmp_path / "rt" / "x", {"GTV": CUBE}, series="2.25.11")
    ct, drawn = tmp_path / "ct", tmp_path / "rt" / "x"
    for one in (drawn, drawn.parent):
        assert exchanged(ct, one) == ""
        assert exchanged(one, ct) == "its image is an RTSTRUCT or SEG"
    assert exchanged(ct, ct) == "its segmentation is a series of DICOM images"
    shutil.copy(drawn, ct / "9")
    assert exchanged(ct, ct) == ""  # one folder of both is read as both


def test_exchanged_columns_of_a_cohort_are_noted_wherever_they_are(bench):
    """Of all rows but the first, so that a look at one of them would say nothing."""
    for k, row in enumerate(bench.rows["train"]):
        drawn = labels("u1")
        drawn[0, 0, k] = 1  # no two files are copies
        keys = ("image", "segmentation") if k else ("segmentation", "image")
        for key, voxels in zip(keys, (drawn, picture("i2")), strict=True):
            image_file(bench.place / "data" / row[key], voxels)
    n = len(bench.rows["train"])
    (note,) = verified(bench)
    assert note.startswith(
        "cohort train: its image looks like a label map, and its segmentation like an image in "
        f"{n - 1} case{'' if n == 2 else 's'} (T00001"
    )
    assert note.endswith(f") of {n}; were the columns `image` and `segmentation` exchanged?")


def test_of_other_rows_few_files_are_looked_at(tmp_path):
    for k, pixels in enumerate(stored(4, seed=1)):
        save(image_slice(pixels, (-10, -20, 3 * k), "CT", "2.25.11"), tmp_path / "ct" / f"{k}")
    drawn = image_file(tmp_path / "a.nii", labels("u1"))
    assert exchanged(drawn, tmp_path / "ct", 2) == "its segmentation is a series of DICOM images"
    assert exchanged(tmp_path / "ct", tmp_path / "ct", 2) == ""  # what is drawn may be one of the others
