"""Segment: one batch of good and bad segmentations; real structure sets against the masks that others made of them."""

import json

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from made.drawn import CUBE, GRID, label_map
from made.hospital import ct, row, square, stored, structures
from radioloom.segmentation.overlap import compare
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment
from radioloom.tables import EXCLUSIONS, MASKS
from radioloom.volume import Grid


def segmented(data, *rows):
    curated = curate(list(rows), data)
    assert curated.exclusions == []
    return curated, segment(curated.images, data)


def test_every_bad_segmentation_is_a_row_and_the_rest_is_made(tmp_path):
    ct(tmp_path / "ct")
    empty = np.zeros(GRID.shape, np.uint8)
    far = [square(400, 0, 10)]
    structures(tmp_path / "rs.dcm", {"GTV": CUBE, "Away": far, "Bare": None, "Dot": [square(-94, 0.1, 0.4)]})
    structures(tmp_path / "other.dcm", {"GTV": CUBE}, series="2.25.9", frame="2.25.8")
    label_map(tmp_path / "good.nii.gz")
    label_map(tmp_path / "empty.nrrd", empty)
    halves = empty.copy()
    halves[2:5, 4:12, 4:12], halves[2:5, 4:12, 8:12] = 1, 5
    label_map(tmp_path / "two.nii", halves)
    label_map(tmp_path / "grid.mha", grid=Grid(GRID.shape, (3.0, 1.0, 1.0), GRID.origin_mm))
    label_map(tmp_path / "away.nii", grid=Grid(GRID.shape, GRID.spacing_mm, (200.0, -20.0, -10.0)))
    (tmp_path / "text.nii").write_text("none")
    (tmp_path / "folder").mkdir()
    (tmp_path / "cut.dcm").write_bytes((tmp_path / "rs.dcm").read_bytes()[:300])
    faults = {
        "absent": ("rs.dcm", "PTV", "no structure matches 'PTV'; found: 'GTV', 'Away', 'Bare', 'Dot'; set `pattern`"),
        "away": (
            "rs.dcm",
            "Away",
            "the mask misses the image: its contours lie 500.0 to 500.0 mm from the first slice",
        ),
        "bare": ("rs.dcm", "Bare", "the structure that matches 'Bare' has no contour"),
        "dot": ("rs.dcm", "Dot", "enclose no voxel centre; the region is too small"),
        "series": ("other.dcm", "GTV", "drawn on another series, in another frame of reference"),
        "empty": ("empty.nrrd", "", "the mask is empty: not one voxel is marked"),
        "label": ("good.nii.gz", "4", "no label matches '4'; found: '1'; set `pattern`"),
        "several": (
            "two.nii",
            "",
            "the label map has 2 labels: 1 (96 voxels), 5 (96 voxels); set `pattern` in the sheet",
        ),
        "grid": ("grid.mha", "", "the mask is on another grid: mask 8 x 24 x 20 voxels of 3 x 1 x 1 mm"),
        "outside": ("away.nii", "", "the mask misses the image: it covers voxels (100, 0, 0) to (107, 23, 19)"),
        "text": ("text.nii", "", "text.nii: not readable as NIfTI"),
        "gone": ("gone.dcm", "", "gone.dcm: no such segmentation"),
        "none": ("folder", "", "folder: no RTSTRUCT, SEG or label map there"),
        "image": (
            "ct",
            "",
            "ct: no RTSTRUCT, SEG or label map there; correct the path; these are other DICOM files: were",
        ),
        "cut": ("cut.dcm", "GTV", "cut.dcm: "),
    }
    rows = [row(case=case, image="ct", segmentation=file, pattern=said) for case, (file, said, _) in faults.items()]
    rows.append(row(case="good", image="ct", segmentation="good.nii.gz"))
    rows.append(row(case="union", image="ct", segmentation="two.nii", pattern=".*"))
    rows.append(row(case="contours", image="ct", segmentation="rs.dcm", pattern="gtv"))
    _, made = segmented(tmp_path, *rows)
    assert list(made.masks) == ["good.1.tumour", "union.1.tumour", "contours.1.tumour"]
    found = {each["case"]: each["reason"] for each in EXCLUSIONS.frame(made.exclusions).to_dict("records")}
    assert set(found) == set(faults)
    for case, (_, _, said) in faults.items():
        assert said in found[case], case
    assert {each["stage"] for each in made.exclusions} == {"segment"}
    assert str(tmp_path) not in json.dumps(made.exclusions)
    assert "CANARY" not in json.dumps([made.exclusions, made.rows])
    one, union, other = made.masks.values()
    assert np.array_equal(one.array, other.array)
    assert np.array_equal(one.array, union.array)
    assert union.notes == ("union of 2 labels",)
    assert one.offset == other.offset == union.offset == (2, 4, 4)
    assert [each["n_voxels"] for each in made.rows] == [192, 192, 192]
    assert made.rows[0]["contour_mm3"] is None
    assert made.rows[1]["notes"] == "union of 2 labels"
    assert made.rows[2]["contour_mm3"] == pytest.approx(192 * 6.75)


def test_the_name_of_the_region_is_the_pattern_where_none_is_given(tmp_path):
    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", {"Tumour": CUBE, "Lung": CUBE[:1]})
    _, made = segmented(tmp_path, row(image="ct", segmentation="rs.dcm"))
    assert made.rows[0]["n_voxels"] == 192


def test_several_structures_are_united_and_it_is_said(tmp_path):
    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", {"GTV-1": CUBE[:2], "GTV-2": CUBE[1:], "GTV-3": None})
    _, made = segmented(tmp_path, row(image="ct", segmentation="rs.dcm", pattern="GTV-."))
    assert made.rows[0]["n_voxels"] == 192
    assert made.rows[0]["contour_mm3"] is None
    assert made.rows[0]["notes"] == "union of 2 structures that overlap"


def test_of_several_files_the_one_drawn_on_the_image(tmp_path):
    ct(tmp_path / "ct")
    structures(tmp_path / "rs" / "a.dcm", {"GTV": CUBE[:1]}, series="2.25.9")
    structures(tmp_path / "rs" / "b.dcm", {"GTV": CUBE})
    (tmp_path / "rs" / "notes.txt").write_text("none")
    _, made = segmented(tmp_path, row(image="ct", segmentation="rs", pattern="GTV"))
    assert made.rows[0]["n_voxels"] == 192
    structures(tmp_path / "rs" / "c.dcm", {"GTV": CUBE[:2]})
    _, made = segmented(tmp_path, row(image="ct", segmentation="rs", pattern="GTV"))
    assert made.exclusions[0]["reason"] == "rs: 2 segmentations (file 2 of 4, file 3 of 4); name the file itself"


def test_a_label_map_in_another_order_of_axes(tmp_path):
    """RAS, as nibabel and Slicer write them: the same voxels, flipped."""
    ct(tmp_path / "ct")
    marked = np.zeros(GRID.shape, np.uint8)
    marked[2:5, 4:12, 6:12] = 3
    last = GRID.to_world(np.array([0, 23, 19.0]))
    grid = Grid(GRID.shape, GRID.spacing_mm, tuple(last), ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0)))
    label_map(tmp_path / "ras.nii", np.flip(marked, (1, 2)), grid)
    _, made = segmented(tmp_path, row(image="ct", segmentation="ras.nii", pattern="3"))
    mask = made.masks["P1.1.tumour"]
    assert (mask.offset, mask.array.shape) == ((2, 4, 6), (3, 8, 6))
    assert "order of axes" in mask.notes[0]


def test_what_hangs_over_the_edge_is_cut_and_said_and_too_much_of_it_is_refused(tmp_path):
    ct(tmp_path / "ct")
    for name, slices in (("over", 4.0), ("far", 6.0)):
        wide = Grid(GRID.shape, GRID.spacing_mm, tuple(GRID.to_world(np.array([slices, 0, 0]))))
        label_map(tmp_path / f"{name}.nii", np.ones(GRID.shape, np.uint8), wide)
    far = row(case="P2", image="ct", segmentation="far.nii")
    _, made = segmented(tmp_path, row(image="ct", segmentation="over.nii"), far)
    assert [each["n_voxels"] for each in made.rows] == [4 * 24 * 20]
    assert f"{4 * 24 * 20} voxels of the mask lie outside the image" in made.rows[0]["notes"]
    assert [each["case"] for each in made.exclusions] == ["P2"]
    assert "75% of the mask lie outside the image, and 50% are the most" in made.exclusions[0]["reason"]


def test_lung1(data_dir):
    """GTV-1 of LUNG1-001: the polygons' volume to 0.1 %, the mask within 1 % of it."""
    _, made = segmented(
        data_dir, row(image="lung1/LUNG1-001/image", segmentation="lung1/LUNG1-001/mask_rtstruct", pattern="GTV-1")
    )
    assert made.rows[0]["contour_mm3"] == pytest.approx(156346, rel=1e-3)
    assert made.rows[0]["volume_mm3"] == pytest.approx(156346, rel=1e-2)


REAL = {
    f"{case}-{kind}": (f"sts/dicom/{case}/{kind}", f"GTV_Mass_{kind}", f"sts/nifti/{case}/{kind}_mask.nii.gz")
    for case, kind in (("STS_002", "CT"), ("STS_025", "CT"), ("STS_025", "MR_T1"), ("STS_025", "PET"))
} | {"ibsi": ("ibsi/ct_phantom/dicom", "GTV-1", "ibsi/ct_phantom/nifti/mask/mask.nii.gz")}


@pytest.mark.parametrize("which", REAL)
def test_contours_give_the_mask_that_ibsi_gives_voxel_by_voxel(data_dir, which):
    folder, pattern, given = REAL[which]
    curated, made = segmented(
        data_dir,
        row(image=f"{folder}/image", segmentation=f"{folder}/mask", pattern=pattern),
        row(case="P2", image=f"{folder}/image", segmentation=given),
    )
    ours, theirs = made.masks["P1.1.tumour"], made.masks["P2.1.tumour"]
    assert ours.offset == theirs.offset
    assert np.array_equal(ours.array, theirs.array)
    assert compare(ours, theirs, curated.images[0].grid.spacing_mm, 1.0).dice == 1.0


def test_structure_sets_of_rt_utils(data_dir):
    """A good one, and two whose references are wrong or point to slices that are not there."""
    folder = "dicom_samples/rt_utils/mock_data"
    rows = [
        row(case=name, image=folder, segmentation=f"{folder}/{name}.dcm", pattern="ROI-1")
        for name in ("rt", "invalid_reference_rt", "non_existent_reference_rt")
    ]
    _, made = segmented(data_dir, *rows)
    assert made.exclusions == []
    lost = (
        "1 of 3 planes of contours lie outside the image",
        "1 contour(s) refer to images that are not in the series; placed by their coordinates",
    )
    hole = ("1 plane(s) with contours inside one another: what two of them enclose is left out",)
    assert made.masks["rt.1.tumour"].notes == hole
    assert made.masks["invalid_reference_rt.1.tumour"].notes == lost
    assert made.masks["non_existent_reference_rt.1.tumour"].notes == lost


def test_folders_of_rt_utils_that_are_no_pairs(data_dir):
    """One slice; slices without a frame of reference; a structure set and no image; an image and no structure set."""
    folder = "dicom_samples/rt_utils"
    good = f"{folder}/mock_data/rt.dcm"
    rows = [
        row(case="one", image=f"{folder}/one_slice_data", segmentation=good, pattern="ROI-1"),
        row(case="oriented", image=f"{folder}/oriented_data", segmentation=good, pattern="ROI-1"),
        row(case="empty", image=f"{folder}/empty", segmentation=f"{folder}/empty", pattern="ROI-1"),
        row(case="bare", image=f"{folder}/mock_data", segmentation=f"{folder}/one_slice_data", pattern="ROI-1"),
    ]
    curated = curate(rows, data_dir)
    made = segment(curated.images, data_dir)
    assert made.masks == {}
    found = {each["case"]: (each["stage"], each["reason"]) for each in (*curated.exclusions, *made.exclusions)}
    stages = {case: stage for case, (stage, _) in found.items()}
    assert stages == {"one": "curate", "empty": "curate", "oriented": "segment", "bare": "segment"}
    assert found["oriented"][1].startswith("contours do not lie in the image's slices (one is axial and spans 12.9 mm")
    assert "no RTSTRUCT, SEG or label map there; correct the path" in found["bare"][1]


@pytest.mark.parametrize("kind", ["CLOSED_PLANAR", "CLOSEDPLANAR_XOR"])
def test_what_two_contours_enclose_is_a_hole(tmp_path, kind):
    ct(tmp_path / "ct")
    inner = [np.add(square(-100 + 3 * k, -1.75, 4.25), (0, -10, 0)) for k in (2, 3, 4)]
    structures(tmp_path / "rs.dcm", {"GTV": [*CUBE, *inner]}, kind=kind)
    _, made = segmented(tmp_path, row(image="ct", segmentation="rs.dcm", pattern="GTV"))
    assert made.rows[0]["n_voxels"] == 3 * (64 - 16)
    assert made.rows[0]["notes"].startswith("3 plane(s) with contours inside one another")
    assert made.rows[0]["contour_difference"] == pytest.approx(0)


def test_contours_that_refer_to_images_that_are_not_there(tmp_path):
    """Coordinates decide, and it is said: a series that was sent again has other UIDs, and the same places."""
    files = ct(tmp_path / "ct")
    path = structures(tmp_path / "rs.dcm", {"GTV": CUBE})
    data = pydicom.dcmread(path)
    there = pydicom.dcmread(files[2]).SOPInstanceUID
    for contour, uid in zip(data.ROIContourSequence[0].ContourSequence, (there, "2.25.77", "2.25.78"), strict=True):
        image = pydicom.Dataset()
        image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", uid
        contour.ContourImageSequence = [image]
    data.save_as(path)
    _, made = segmented(tmp_path, row(image="ct", segmentation="rs.dcm", pattern="GTV"))
    assert made.rows[0]["n_voxels"] == 192
    assert (
        made.rows[0]["notes"] == "2 contour(s) refer to images that are not in the series; placed by their coordinates"
    )


def test_unreadable_patterns_and_seg_without_the_label(data_dir):
    folder = "dicom_samples/dcmqi/segmentations"
    rows = [
        row(case=case, image=f"{folder}/ct-3slice", segmentation=f"{folder}/{file}", pattern=pattern)
        for case, file, pattern in (
            ("liver", "liver.dcm", "Liver"), ("absent", "liver.dcm", "spleen"), ("rule", "liver.dcm", "("),
            ("two", "partial_overlaps.dcm", "GREEN|ORANGE"),
        )
    ]  # fmt: skip
    _, made = segmented(data_dir, *rows)
    assert made.masks["liver.1.tumour"].n_voxels == 107098
    assert made.masks["two.1.tumour"].notes == ("union of 2 segments",)
    assert [each["case"] for each in made.exclusions] == ["absent", "rule"]


def test_a_series_of_which_the_segmentation_says_nothing(tmp_path):
    ct(tmp_path / "ct", stored(), FrameOfReferenceUID=None)
    structures(tmp_path / "rs.dcm", {"GTV": CUBE}, series="2.25.9")
    _, made = segmented(tmp_path, row(image="ct", segmentation="rs.dcm", pattern="GTV"))
    assert made.rows[0]["n_voxels"] == 192


def test_patterns_of_the_cohort_in_the_order_of_their_list(tmp_path):
    """One cohort, three hands: each case's region under another name, one under none of them."""
    ct(tmp_path / "ct")
    structures(tmp_path / "a.dcm", {"Lung": CUBE, "GTV-1": CUBE[:2]})
    structures(tmp_path / "b.dcm", {"GTV-1": None, "gtv_boost": CUBE[:1], "gtv_node": CUBE[2:]})
    structures(tmp_path / "c.dcm", {"Heart": CUBE, "Lung": CUBE})
    label_map(tmp_path / "d.nii.gz")
    rows = [row(case=case, image="ct", segmentation=file) for case, file in
            (("A", "a.dcm"), ("B", "b.dcm"), ("C", "c.dcm"), ("D", "d.nii.gz"))]  # fmt: skip
    rows.append(row(case="E", image="ct", segmentation="a.dcm", pattern="Lung"))
    curated = curate(rows, tmp_path)
    rule = {"patterns": ["GTV-1", "GTV.*", "1"], "take": "union", "threshold": 0.5}
    made = segment(curated.images, tmp_path, {"tumour": rule})
    found = {each["case"]: (each["n_voxels"], each["notes"]) for each in MASKS.frame(made.rows).to_dict("records")}
    fallback = "found by 'GTV.*': what matches 'GTV-1' is empty"
    assert found == {
        "A": (128, None),
        "B": (128, f"{fallback}; union of 2 structures"),
        "D": (192, "found by '1': nothing matches 'GTV-1'"),
        "E": (192, None),
    }
    assert made.exclusions[0]["reason"].startswith(
        "no structure matches 'GTV-1' or 'GTV.*' or '1'; found: 'Heart', 'Lung'; set `pattern`"
    )
    for take, n in (("first", 64), ("largest_part", 64)):
        made = segment(curated.images[1:2], tmp_path, {"tumour": rule | {"take": take}})
        assert made.rows[0]["n_voxels"] == n, take
    assert "the largest of 2 parts taken; the others held 50.0% of the voxels" in made.rows[0]["notes"]
    assert made.rows[0]["contour_difference"] is None


def test_voxels_and_polygons_are_compared_in_the_table(tmp_path):
    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", {"GTV": [np.add(square(-94, -4.0, 7.0), (0, -10, 0))]})
    _, made = segmented(tmp_path, row(image="ct", segmentation="rs.dcm", pattern="GTV"))
    found = MASKS.frame(made.rows).iloc[0]
    assert found["contour_mm3"] == pytest.approx(121 * 3)
    assert found["contour_difference"] == pytest.approx(found["n_voxels"] * 6.75 / 363 - 1)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("value", [1, 2, 255, 40000, 0.0039, 0.9999996])
def test_any_label_value_in_any_format(tmp_path, suffix, value):
    ct(tmp_path / "ct")
    marked = np.zeros(GRID.shape, np.uint16 if isinstance(value, int) else np.float32)
    marked[2:5, 4:12, 4:12] = value
    label_map(tmp_path / f"mask{suffix}", marked)
    rows = [
        row(case="any", image="ct", segmentation=f"mask{suffix}"),
        row(case="named", image="ct", segmentation=f"mask{suffix}", pattern="1" if 0.9 < value < 1 else str(value)),
    ]
    _, made = segmented(tmp_path, *rows)
    assert [each["n_voxels"] for each in made.rows] == [192, 192]


def test_colours_are_no_labels(tmp_path):
    ct(tmp_path / "ct")
    image = sitk.GetImageFromArray(np.zeros((*GRID.shape, 3), np.uint8), isVector=True)
    sitk.WriteImage(image, str(tmp_path / "rgb.mha"))
    _, made = segmented(tmp_path, row(image="ct", segmentation="rgb.mha"))
    assert "rgb.mha: 3 values per voxel (colour or vector); one is expected" in made.exclusions[0]["reason"]


def test_segments_of_a_real_seg_by_label_number_and_union(data_dir):
    """QIN-PROSTATE: four segments on 20 slices of ADC; each segment's voxels add up where they do not overlap."""
    folder = "dicom_samples/qin_prostate_seg"
    given = {"image": f"{folder}/ADC", "segmentation": f"{folder}/seg"}
    rows = [row(case=f"P{k}", pattern=str(k), **given) for k in (1, 2, 3, 4)]
    rows.append(row(case="all", pattern=".*", **given))
    curated, made = segmented(data_dir, *rows)
    shape = curated.images[0].grid.shape
    parts = [made.masks[f"P{k}.1.tumour"].on(shape) for k in (1, 2, 3, 4)]
    assert np.array_equal(np.any(parts, axis=0), made.masks["all.1.tumour"].on(shape))
    assert made.masks["all.1.tumour"].notes == ("union of 4 segments",)
    only = segment(curated.images[4:], data_dir, {"tumour": {"take": "first"}})
    assert np.array_equal(only.masks["all.1.tumour"].on(shape), parts[0])


OF_OTHERS = "drawn on another series"


@pytest.mark.parametrize(
    ("given", "drawn", "said"),
    [
        ({}, {}, ""),
        ({}, {"series": "2.25.4"}, f"{OF_OTHERS} of the image's frame of reference"),
        ({"FrameOfReferenceUID": None}, {}, ""),
        ({"FrameOfReferenceUID": None}, {"series": "2.25.4"}, f"{OF_OTHERS}, and whether both lie in one frame of ref"),
        ({}, {"series": "2.25.4", "frame": ""}, f"{OF_OTHERS}, and whether both lie in one frame of ref"),
        ({}, {"series": ""}, ""),
    ],
)
def test_contours_of_another_series_are_said(tmp_path, given, drawn, said):
    ct(tmp_path / "ct", **given)
    structures(tmp_path / "rs.dcm", {"tumour": CUBE}, **drawn)
    _, made = segmented(tmp_path, row(image="ct", segmentation="rs.dcm"))
    notes = made.rows[0]["notes"] or ""
    assert notes.startswith(said)
    assert bool(notes) == bool(said)


def test_an_image_file_names_no_series_that_contours_could_be_of(tmp_path):
    label_map(tmp_path / "image.nii", stored())
    structures(tmp_path / "rs.dcm", {"tumour": CUBE})
    _, made = segmented(tmp_path, row(image="image.nii", segmentation="rs.dcm", modality="CT"))
    assert made.rows[0]["notes"] is None


def test_an_image_as_segmentation_is_an_exclusion_that_asks(tmp_path):
    label_map(tmp_path / "image.nii", stored() - np.int16(1024))
    label_map(tmp_path / "mask.nii")
    _, made = segmented(tmp_path, row(image="mask.nii", segmentation="image.nii", modality="CT"))
    assert made.masks == {}
    assert "This looks like an image: were image and segmentation exchanged?" in made.exclusions[0]["reason"]
