"""A region drawn on another image: which one it is, whether it may be carried, and what of it is told."""

import numpy as np
import pydicom
import pytest

from made.drawn import CUBE, GRID, label_map
from made.hospital import ct, row, stored, structures
from radioloom.io import images, masks
from radioloom.io.formats.record import UNIT_GRID
from radioloom.profile import load
from radioloom.segmentation.carry import CHANGED
from radioloom.segmentation.overlap import compare
from radioloom.stages.images import curated
from radioloom.stages.images.curate import curate
from radioloom.stages.images.new_images import measured_cases
from radioloom.stages.images.segment import segment
from radioloom.stages.images.single import measure
from radioloom.tables import MASKS
from radioloom.volume import Grid, Volume

PET = "2.25.1002"  # a series of the same place, on slices of 6 mm and pixels of 3 mm


def second(folder, series=PET, modality="MR", **other):
    ct(folder, stored(4, 12, 10), 6.0, modality, series, PixelSpacing=[3.0, 3.0], SliceThickness=6.0, **other)


@pytest.fixture
def data(tmp_path):
    ct(tmp_path / "ct")
    second(tmp_path / "mr")
    structures(tmp_path / "rs.dcm", {"GTV": CUBE})
    return tmp_path


def of(**other):
    return row(image="mr", segmentation="rs.dcm", drawn_on="ct", pattern="GTV", **other)


def found(data, *rows):
    """Curated images, MASKS and the first reason why a row is out."""
    looked = curate(rows, data)
    segmented = segment(looked.images, data)
    faults = [each["reason"] for each in (*looked.exclusions, *segmented.exclusions)]
    return looked, segmented, next(iter(faults), "")


def test_it_is_placed_on_its_own_image_and_carried(data):
    looked, segmented, fault = found(data, of(), row(case="P2", image="ct", segmentation="rs.dcm", pattern="GTV"))
    assert not fault
    rows = MASKS.frame(segmented.rows).set_index("case")
    assert rows.loc["P1", "drawn_mm3"] == rows.loc["P2", "volume_mm3"] == 8 * 8 * 3 * 6.75
    assert rows.loc["P1", "contour_mm3"] == rows.loc["P2", "contour_mm3"]
    assert np.isnan(rows.loc["P2", "drawn_mm3"])
    image = next(each for each in looked.images if each.case == "P1")
    assert image.grid.spacing_mm == (6.0, 3.0, 3.0)
    assert (image.drawn_on.grid.spacing_mm, image.drawn_on.drawn_on) == ((3.0, 1.5, 1.5), None)
    assert [each["modality"] for each in looked.series if each["case"] == "P1"] == ["MR"]  # that of the row alone
    own = segmented.masks["P1.1.tumour"]
    assert own.array.shape == (2, 4, 4)
    assert own.n_voxels == 30  # edges that have 3/4 of a voxel on two or three sides: 9/16 count, 27/64 do not
    assert CHANGED in own.notes


def test_what_is_handed_on_comes_back(data, tmp_path):
    looked, segmented, _ = found(data, of())
    curated.write(looked.images, ["train/P1.1.tumour"], tmp_path / "images.json")
    assert curated.read(tmp_path / "images.json", ["train/P1.1.tumour"]) == looked.images
    masks.write(segmented.masks, ["train/P1.1.tumour"], tmp_path / "masks.npz")
    again = masks.read(tmp_path / "masks.npz", ["train/P1.1.tumour"])["P1.1.tumour"]
    assert again.drawn_mm3 == segmented.masks["P1.1.tumour"].drawn_mm3 > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"FrameOfReferenceUID": "2.25.7"},
            "an image (CT) of another frame of reference than this one's (MR)",
        ),
        ({"PatientID": "OTHER", "PatientBirthDate": "19020202", "PatientName": "B^B"}, "drawn on another's"),
    ],
)
def test_an_image_of_another_space_or_patient_is_out(data, change, words):
    second(data / "other", **change)
    assert words in found(data, of() | {"image": "other"})[2]


def test_the_segmentation_is_held_against_the_image_that_it_was_drawn_on(data):
    ct(data / "wrong", series="2.25.1009", FrameOfReferenceUID="2.25.7")
    assert "frame of reference" in found(data, of() | {"drawn_on": "wrong"})[2]
    assert "the image that the region was drawn on: " in found(data, of() | {"drawn_on": "rs.dcm"})[2]
    assert "no such" in found(data, of() | {"drawn_on": "nowhere.nii"})[2]


def test_a_region_out_of_the_field_is_out(data):
    second(data / "far")
    for file in (data / "far").iterdir():
        head = pydicom.dcmread(file)
        head.ImagePositionPatient[0] += 200
        head.save_as(file)
    assert "the mask misses the image" in found(data, of() | {"image": "far"})[2]


def test_of_one_folder_the_modality_and_the_segmentation_tell_which_is_which(data):
    ct(data / "both" / "a")
    second(data / "both" / "b")
    together = {"image": "both", "drawn_on": "both"}
    looked, segmented, fault = found(data, of(modality="MR") | together)
    assert not fault
    assert [(each.modality, each.drawn_on.modality) for each in looked.images] == [("MR", "CT")]
    apart = found(data, of())[1].masks["P1.1.tumour"]
    np.testing.assert_array_equal(segmented.masks["P1.1.tumour"].array, apart.array)


def test_an_image_drawn_on_itself_is_as_without(data):
    looked, segmented, _ = found(data, row(image="ct", segmentation="rs.dcm", drawn_on="ct", pattern="GTV"))
    assert looked.images[0].drawn_on is None
    assert segmented.rows[0]["drawn_mm3"] is None


def test_one_image_needs_no_study(data):
    alone = measure(data / "mr", data / "rs.dcm", load("pyradiomics"), "GTV", drawn_on=str(data / "ct"))
    values = {row["feature_id"]: row["value"] for row in alone.rows}
    assert values["original_shape_VoxelVolume"] == 30 * 54
    assert CHANGED in alone.notes


def test_of_files_the_sheet_is_taken_at_its_word(tmp_path):
    label_map(tmp_path / "mask.nii")
    images.write(Volume(np.zeros(GRID.shape, np.int16), GRID), tmp_path / "ct.nii")
    fine = Grid((24, 36, 30), (1.0, 1.0, 1.0), (-100.0, -20.0, -10.0))
    images.write(
        Volume(np.random.default_rng(1).integers(0, 99, fine.shape).astype(np.int16), fine), tmp_path / "mr.nii"
    )
    files = row(image="mr.nii", segmentation="mask.nii", drawn_on="ct.nii", modality="MR")
    segmented, fault = found(tmp_path, files)[1:]
    assert not fault
    own = segmented.masks["P1.1.tumour"]
    assert any("lie in one frame of reference: taken so, as declared" in note for note in own.notes)
    assert own.n_voxels == pytest.approx(own.drawn_mm3, rel=0.15)  # of 1 mm3
    case = next(measured_cases([files], tmp_path, load("pyradiomics")))
    assert not case.fault
    assert case.values["original_shape_VoxelVolume"] > 0


def test_what_is_noted_of_the_image_that_it_was_drawn_on_is_told(tmp_path):
    nowhere = Grid(GRID.shape, (1.0, 1.0, 1.0))
    label_map(tmp_path / "mask.nii", grid=nowhere)
    images.write(Volume(np.zeros(GRID.shape, np.int16), nowhere), tmp_path / "ct.nii")
    values = np.random.default_rng(1).integers(0, 99, GRID.shape).astype(np.int16)
    images.write(Volume(values, Grid(GRID.shape, (1.0, 1.0, 1.0), (0.5, 0.0, 0.0))), tmp_path / "mr.nii")
    files = row(image="mr.nii", segmentation="mask.nii", drawn_on="ct.nii", modality="MR")
    _, segmented, fault = found(tmp_path, files)
    assert not fault
    told = f"the image that the region was drawn on: {UNIT_GRID}"
    assert told in segmented.masks["P1.1.tumour"].notes
    assert told in segmented.rows[0]["notes"]
    alone = measure(
        tmp_path / "mr.nii",
        tmp_path / "mask.nii",
        load("pyradiomics"),
        modality="MR",
        drawn_on=str(tmp_path / "ct.nii"),
    )
    assert told in alone.notes


def test_contours_of_a_sarcoma_on_ct_are_those_on_pet(data_dir):
    place = data_dir / "sts" / "dicom" / "STS_025"
    if not place.is_dir():
        pytest.skip("STS_025 is not in place")
    whole = row(image="PET/image", segmentation="PET/mask", pattern="GTV_Mass_PET", modality="PT")
    from_ct = whole | {"case": "P2", "segmentation": "CT/mask", "drawn_on": "CT/image", "pattern": "GTV_Mass_CT"}
    looked, segmented, fault = found(place, whole, from_ct)
    assert not fault
    own, carried = (segmented.masks[f"{case}.1.tumour"] for case in ("P1", "P2"))
    both = compare(own, carried, looked.images[0].grid.spacing_mm, 1.0)
    assert both.dice > 0.99
    assert abs(both.volume_difference) < 0.01
    assert carried.drawn_mm3 == pytest.approx(30_109.2, abs=0.1)
    assert carried.contour_mm3 == pytest.approx(30_093, abs=1)
