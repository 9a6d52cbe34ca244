"""Prepared cases and masks on disk: equal in memory and from file, complete or absent, equal bytes."""

import numpy as np
import pytest

from radioloom.errors import StudyError
from radioloom.io import masks, prepared
from radioloom.io.prepared import Prepared
from radioloom.segmentation.mask import Mask
from radioloom.tables import CASES
from radioloom.volume import Grid, Volume

GRID = Grid((4, 5, 6), (1 / 3, 0.1, 0.7), (-4.1, 50.2, 8.3), ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)))


ASKED = ["train/P1.2.tumour", "train/P2.2.tumour", "train/P3.2.tumour"]  # P3 was left out


def case(**whose):
    rng = np.random.default_rng(0)
    image = rng.normal(size=GRID.shape).astype(np.float32).astype(float)
    mask = rng.random(GRID.shape) < 0.4
    sidecar = {
        "cohort": "train", "case": "P1", "replicate": "2", "roi": "tumour", "role": "training", "modality": "CT",
        "unit": "HU", "source": "RTSTRUCT", "series": "abc", "study_digest": "e", "frame_digest": "f",
        "image_digest": "i", "region_digest": "r",
        "n_voxels": int(mask.sum()),
        "volume_mm3": 1.0, "native_mm3": 0.8, "volume_difference": 0.25, "volume_note": None, "contour_mm3": None,
        "grid": GRID.as_dict(), "notes": ["a note"],
    } | whose  # fmt: skip
    return Prepared(Volume(image, GRID, "HU", "CT", ("a note",)), Volume(mask, GRID), sidecar)


def test_there_and_back_to_the_last_bit(tmp_path):
    made = case()
    prepared.write(made, tmp_path / "new")
    found = prepared.read(tmp_path / "new", "P1.2.tumour")
    assert np.array_equal(found.image.array, made.image.array)
    assert np.array_equal(found.mask.array, made.mask.array)
    assert found.image.array.dtype == np.float64
    assert found.mask.array.dtype == bool
    assert (found.image.grid, found.mask.grid, found.sidecar) == (GRID, GRID, made.sidecar)
    assert (found.image.unit, found.image.modality, found.image.notes) == ("HU", "CT", ("a note",))
    prepared.close(tmp_path / "new", ["train/P1.2.tumour"])
    assert [each.name for each in prepared.read_all(tmp_path / "new", ["train/P1.2.tumour"])] == ["P1.2.tumour"]
    assert CASES.frame([found.case]).shape == (1, len(CASES.columns))


def test_two_writes_give_equal_bytes(tmp_path):
    for name in ("a", "b"):
        prepared.write(case(), tmp_path / name)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_a_case_without_its_sidecar_is_not_there(tmp_path):
    prepared.write(case(), tmp_path)
    (tmp_path / "P1.2.tumour.json").unlink()
    assert prepared.names(tmp_path) == []


def test_masks_there_and_back(tmp_path):
    array = np.random.default_rng(1).random((3, 5, 7)) < 0.5
    given = {
        "P2.1.tumour": Mask(array, (4, 5, 6), "RTSTRUCT", 12.5, ("a", "b")),
        "P1.1.tumour": Mask(array[:1], (0, 0, 0), "NIfTI"),
    }
    asked = [f"train/{name}" for name in given]
    masks.write(given, asked, tmp_path / "m.npz")
    masks.write(dict(reversed(given.items())), asked[::-1], tmp_path / "n.npz")
    found = masks.read(tmp_path / "m.npz", asked)
    assert list(found) == sorted(given)
    for name, mask in given.items():
        assert np.array_equal(found[name].array, mask.array)
        assert (found[name].offset, found[name].source) == (mask.offset, mask.source)
        assert (found[name].contour_mm3, found[name].notes) == (mask.contour_mm3, mask.notes)
    assert (tmp_path / "m.npz").read_bytes() == (tmp_path / "n.npz").read_bytes()
    masks.write({}, asked, tmp_path / "none.npz")
    assert masks.read(tmp_path / "none.npz", asked) == {}


def test_a_file_of_masks_of_another_batch_is_refused(tmp_path):
    path, mask = tmp_path / "m.npz", Mask(np.ones((1, 2, 3), bool), (0, 0, 0), "NIfTI")
    asked = ["train/P1.1.tumour", "train/P2.1.tumour"]
    masks.write({"P1.1.tumour": mask}, asked, path)
    assert list(masks.read(path, asked[::-1])) == ["P1.1.tumour"]  # P2 was left out
    for others, told in (
        (["train/P1.1.tumour"], "it is not of this batch, which has no train/P2.1.tumour"),
        ([*asked, "train/P3.1.tumour"], "train/P3.1.tumour is gone"),
        (["valid/P1.1.tumour", "valid/P2.1.tumour"], "it is not of this batch, which has no train/P1.1.tumour"),
        ([], "it is not of this batch"),
    ):
        with pytest.raises(StudyError, match=rf"^m\.npz: {told}.*; delete it, and run the study again"):
            masks.read(path, others)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda folder: [each.unlink() for each in folder.glob("P1.*")], "P1.2.tumour is gone"),
        (lambda folder: [each.unlink() for each in folder.glob("P*")], "P1.2.tumour is gone"),
        (lambda folder: (folder / prepared.BATCH).unlink(), "batch.json is gone"),
        (lambda folder: (folder / prepared.BATCH).write_text("{}"), "batch.json is not as it was written"),
        (lambda folder: prepared.write(case(case="P9"), folder), "it is not of this batch, which has no P9.2.tumour"),
        (lambda folder: exchange(folder, "P1", "P2"), "P1.2.tumour.json is of another case"),
        (lambda folder: prepared.close(folder, ["train/P1.2.tumour"]), "train/P2.2.tumour is gone"),
        (lambda folder: prepared.close(folder, [*ASKED, "train/P9.2.tumour"]), "not of this batch, which has no train"),
        (lambda folder: prepared.write(case(cohort="valid"), folder), "P1.2.tumour.json is of cohort valid"),
    ],
)
def test_a_folder_that_has_other_cases_than_it_was_closed_with_is_refused(tmp_path, change, told):
    folder = tmp_path / "results" / "s" / "batch"
    for name in ("P1", "P2"):
        prepared.write(case(case=name), folder)
    prepared.close(folder, ASKED)
    assert len(list(prepared.read_all(folder, ASKED))) == 2
    change(folder)
    with pytest.raises(
        StudyError, match=rf"^results/s/batch: .*{told}.*; delete this whole folder, and run the study again"
    ):
        list(prepared.read_all(folder, ASKED))


def exchange(folder, one, other):
    """Exchange the files of two cases."""
    for first in sorted(folder.glob(f"{one}.*")):
        second = folder / first.name.replace(one, other)
        first.rename(folder / "aside")
        second.rename(first)
        (folder / "aside").rename(second)
