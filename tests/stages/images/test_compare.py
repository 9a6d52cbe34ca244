"""Compare: which segmentations are put beside each other, and what the table says of them."""

import numpy as np
import pytest

from made.drawn import CUBE, GRID, label_map
from made.hospital import ct, row, structures
from radioloom.segmentation.overlap import compare
from radioloom.stages.images.compare import compare_batch
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment
from radioloom.study.record import Study
from radioloom.tables import MASKS, OVERLAPS


def compared(data, rows, tolerance_mm=2.0):
    curated = curate(rows, data)
    made = segment(curated.images, data)
    MASKS.frame(made.rows)
    return OVERLAPS.frame(compare_batch(curated.images, made.masks, tolerance_mm)), made


@pytest.fixture
def data(tmp_path):
    ct(tmp_path / "ct")
    ct(tmp_path / "second", series="2.25.7")
    wide = [points + np.array([[0, 0, 0], [3, 0, 0], [3, 0, 0], [0, 0, 0]]) for points in CUBE]  # two voxels more in x
    structures(tmp_path / "rs.dcm", {"a": CUBE, "b": wide, "c": CUBE[:2]})
    structures(tmp_path / "rs2.dcm", {"a": CUBE}, series="2.25.7")
    label_map(tmp_path / "crop.nii.gz", np.ones((3, 8, 8), np.uint8), GRID.crop((2, 4, 4), (3, 8, 8)))
    return tmp_path


def test_readers_of_one_image_in_pairs(data):
    rows = [row(image="ct", segmentation="rs.dcm", pattern=name, replicate=name) for name in "cab"]
    found, made = compared(data, rows)
    assert list(zip(found["replicate_a"], found["replicate_b"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
    ab, ac = found.iloc[0], found.iloc[1]
    assert ab["dice"] == pytest.approx(2 * 192 / (192 + 240))
    assert ab["hausdorff_95_mm"] == 3.0
    assert ab["volume_difference"] == pytest.approx(-48 / 216)
    assert (ab["volume_a_mm3"], ab["volume_b_mm3"]) == (192 * 6.75, 240 * 6.75)
    assert ac["dice"] == pytest.approx(2 * 128 / (128 + 192))
    assert set(found["tolerance_mm"]) == {2.0}
    masks = made.masks
    expected = compare(masks["P1.a.tumour"], masks["P1.c.tumour"], GRID.spacing_mm, 2.0)
    assert ac["surface_dice"] == expected.surface_dice < 1


def test_the_tolerance_decides_the_surface_dice(data):
    rows = [row(image="ct", segmentation="rs.dcm", pattern=name, replicate=name) for name in "ab"]
    loose, strict = (compared(data, rows, tolerance)[0]["surface_dice"][0] for tolerance in (3.0, 1.0))
    assert loose == 1.0
    assert strict < 0.95


def test_two_formats_on_grids_of_other_crops(data):
    rows = [
        row(image="ct", segmentation="rs.dcm", pattern="a", replicate="contours"),
        row(image="ct", segmentation="crop.nii.gz", replicate="voxels"),
    ]
    found, _ = compared(data, rows)
    assert found[["dice", "surface_dice", "hausdorff_95_mm", "volume_difference"]].to_numpy().tolist() == [[1, 1, 0, 0]]


def test_other_images_other_regions_and_lost_masks_are_not_compared(data):
    rows = [
        row(image="ct", segmentation="rs.dcm", pattern="a", replicate="1"),
        row(image="second", segmentation="rs2.dcm", pattern="a", replicate="2"),
        row(image="ct", segmentation="rs.dcm", pattern="b", roi="node"),
        row(image="ct", segmentation="rs.dcm", pattern="nobody", replicate="3"),
        row(image="ct", segmentation="rs.dcm", pattern="b", case="P2"),
    ]
    found, made = compared(data, rows)
    assert found.empty
    assert len(made.exclusions) == 1


def test_cohorts_that_have_something_to_compare():
    roles = {"train": "training", "retest": "test-retest", "readers": "observers", "formats": "training"}
    sheets = {name: [row(case="P1"), row(case="P2")] for name in roles}
    sheets["retest"] = [row(image="a"), row(image="b", replicate="2")]
    sheets["formats"].append(row(case="P2", replicate="2", segmentation="P2/seg.dcm"))
    cohorts = {name: {"role": role} for name, role in roles.items()}
    settings = {"cohorts": cohorts, "controls": [], "harmonise": {"method": "none"}, "outcome": {}}
    settings |= {"validation": {"subgroups": []}, "models": []}
    assert Study(settings, sheets, None, None).has.repeated == ("readers", "formats")


def test_readers_of_real_patients(data_dir):
    """STS_025: contours of three modalities are not one image; the CT's contours and their given mask are."""
    folder = "sts/dicom/STS_025/CT"
    rows = [
        row(image=f"{folder}/image", segmentation=f"{folder}/mask", pattern="GTV_Mass_CT", replicate="1"),
        row(image=f"{folder}/image", segmentation="sts/nifti/STS_025/CT_mask.nii.gz", replicate="2"),
    ]
    found, _ = compared(data_dir, rows)
    assert found["dice"].tolist() == [1.0]
