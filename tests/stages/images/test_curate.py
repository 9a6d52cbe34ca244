"""Curate: one batch of good and bad folders; every bad one is a row with a reason, the rest is usable."""

import json

import pydicom
import pytest

from made.hospital import base, ct, image_slice, row, save, square, stored, structures
from radioloom.io import images
from radioloom.io.dicom.acquisition import COLUMNS
from radioloom.provenance import digest
from radioloom.stages.images.curate import curate
from radioloom.stages.images.curated import from_json, to_json
from radioloom.stages.images.rows import OPTIONAL
from radioloom.tables import EXCLUSIONS, SERIES
from radioloom.volume import Grid, Volume


def one(tmp_path, **other):
    """The result of one row."""
    return curate([row(image="ct", segmentation="rs.dcm", **other)], tmp_path)


def reason(curated):
    """The reason of the only exclusion."""
    assert curated.images == []
    assert len(curated.exclusions) == 1
    return curated.exclusions[0]["reason"]


def test_a_usable_series(tmp_path):
    ct(tmp_path / "ct", KVP="120", ConvolutionKernel="B30f")
    (tmp_path / "ct" / "readme.txt").write_text("a text file among the DICOMs")
    made = one(tmp_path, pattern="GTV.*", replicate="2")
    assert made.exclusions == []
    image = made.images[0]
    assert from_json(json.loads(json.dumps(to_json([image])))) == [image]
    assert image.file_numbers == tuple(8 - k for k in range(8))
    assert image.grid.shape == (8, 24, 20)
    assert (image.modality, image.unit, image.unit_factor, image.frame_order) == ("CT", "HU", 1.0, ())
    assert (image.series, image.frame_of_reference) == (digest("2.25.1001"), digest("2.25.2001"))
    assert (image.roi_pattern, image.replicate, image.role, image.roi) == ("GTV.*", "2", "training", "tumour")
    series = SERIES.frame(made.series).iloc[0]
    assert (series.choice, series.reason, series.n_slices, series.n_files_ignored) == ("usable", None, 8, 1)
    assert (series.manufacturer, series.kernel, series.kvp) == ("MAKER", "B30f", 120)
    assert (series.slice_spacing_mm, series.pixel_spacing_mm, series.slice_thickness_mm) == (3.0, 1.5, 3.0)
    assert "CANARY" not in json.dumps([to_json(made.images), made.series])


def again(file):
    """The same slice as another instance."""
    data = pydicom.dcmread(file)
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = "2.25.99"
    save(data, file.parent / "copy")


def more(folder, **other):
    """One more slice on top of a series."""
    return save(image_slice(stored(1)[0], (-10, -20, -76), **other), folder / "more")


SPOIL = {
    "missing": lambda files: files[4].unlink(),
    "truncated": lambda files: files[4].write_bytes(files[4].read_bytes()[:-300]),
    "header": lambda files: files[4].write_bytes(files[4].read_bytes()[:200]),
    "duplicate": lambda files: again(files[4]),
    "patients": lambda files: more(files[4].parent, PatientID="OTHER"),
    "empty": lambda files: [file.write_text("none") for file in files],
    "mixed": lambda files: more(files[4].parent, PixelSpacing=[1, 1]),
}
FAULTS = {
    "missing": "1 slice(s) missing between -91.00 and -85.00 mm",
    "truncated": "IM004: its pixel data end after 660 of 960 bytes: the file is truncated; fetch the file again",
    "header": "1 file(s) beside the slices cannot be read: IM004: it ends inside its file meta group: ",
    "duplicate": "1 duplicate slice(s): IM004 and file 9 of 9",
    "patients": "files of more than one patient in one series",
    "empty": "empty: no DICOM image among 8 file(s)",
    "mixed": "mixed geometry: IM001 has PixelSpacing [1.5, 1.5], file 9 of 9 [1.0, 1.0]",
}


def test_one_bad_case_never_stops_the_batch(tmp_path):
    for kind in FAULTS:
        SPOIL[kind](ct(tmp_path / kind))
    ct(tmp_path / "good")
    rows = [row(case=kind, image=kind) for kind in (*FAULTS, "gone", "good")]
    made = curate(rows, tmp_path)
    assert [image.case for image in made.images] == ["good"]
    found = {each["case"]: each["reason"] for each in made.exclusions}
    for kind, said in FAULTS.items():
        assert said in found[kind].replace("file 9 of 9 and IM004", "IM004 and file 9 of 9"), kind
    assert found["gone"] == "gone: no such file or folder; correct the path"
    assert {each["stage"] for each in made.exclusions} == {"curate"}
    assert str(tmp_path) not in json.dumps(made.exclusions)
    choices = SERIES.frame(made.series).set_index("case").choice.to_dict()
    assert choices == {"good": "usable"} | {kind: "excluded" for kind in FAULTS if kind != "empty"}
    assert len(EXCLUSIONS.frame(made.exclusions)) == len(FAULTS) + 1


def test_wrong_modality(tmp_path):
    ct(tmp_path / "ct", modality="MR")
    assert reason(one(tmp_path, modality="CT")) == "wrong modality: CT is wanted, and the folder holds series of 1 MR"
    assert one(tmp_path, modality="MR").images[0].unit == ""


def test_series_of_a_folder_are_told_apart_by_modality(tmp_path):
    ct(tmp_path / "ct" / "a")
    ct(tmp_path / "ct" / "b", modality="MR", series="2.25.5")
    made = one(tmp_path, modality="MR")
    assert made.images[0].modality == "MR"
    series = SERIES.frame(made.series).set_index("modality")
    assert series.choice.to_dict() == {"CT": "excluded", "MR": "usable"}
    assert series.n_files_ignored.to_dict() == {"CT": 8, "MR": 8}


def test_by_what_the_segmentation_refers_to(tmp_path):
    ct(tmp_path / "ct" / "a", series="2.25.5")
    ct(tmp_path / "ct" / "b", stored(5), series="2.25.6")
    structures(tmp_path / "rs.dcm", {"GTV": [square(-100, 0, 5)]}, series="2.25.6")
    made = one(tmp_path)
    assert made.images[0].series == digest("2.25.6")
    reasons = {each["series"]: each["reason"] for each in made.series}
    assert reasons[digest("2.25.6")] == "the series that the segmentation refers to"


def test_by_the_most_slices_and_no_localizer(tmp_path):
    ct(tmp_path / "ct" / "a", series="2.25.5")
    ct(tmp_path / "ct" / "b", stored(5), series="2.25.6")
    ct(tmp_path / "ct" / "c", stored(12), series="2.25.7", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    made = one(tmp_path)
    assert made.images[0].series == digest("2.25.5")
    assert "most slices of 2" in next(each["reason"] for each in made.series if each["choice"] == "usable")


def test_two_series_alike_are_not_guessed(tmp_path):
    ct(tmp_path / "ct" / "a", series="2.25.5")
    ct(tmp_path / "ct" / "b", series="2.25.6")
    assert reason(one(tmp_path)) == (
        "2 series of 8 slices could be the image; name one by its `series`, or give the folder of one alone"
    )


LOCALIZER = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}
CAPTURE = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "ImagePositionPatient": None}


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """A folder `ct` with one patient's study as an archive sends it; a series in each of its folders."""
    place = tmp_path_factory.mktemp("sent")
    study(place / "ct")
    return place


def study(folder):
    ct(folder / "1", stored(2), series="2.25.1", **LOCALIZER)
    ct(
        folder / "2",
        stored(6),
        series="2.25.2",
        ConvolutionKernel="B30f",
        SeriesDescription="Thorax 3.0",
        StudyDate="20200110",
    )
    ct(folder / "3", stored(9), 2.0, series="2.25.3", ConvolutionKernel="B70f", SliceThickness=2, StudyDate="20200110")
    ct(folder / "4", stored(9), series="2.25.4", modality="MR", StudyDate="20200101")
    ct(folder / "5", stored(1), series="2.25.5", **CAPTURE)
    ct(
        folder / "6",
        stored(6),
        series="2.25.6",
        ConvolutionKernel="B30f",
        SeriesDescription="Thorax c.m.",
        StudyDate="20200110",
    )
    report = base("CT", "2.25.7")
    report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    save(report, folder / "7" / "sr")


def by_series(curated):
    return {each["series"]: each for each in SERIES.frame(curated.series).to_dict("records")}


@pytest.mark.parametrize(
    ("wanted", "series"),
    [
        ({"series": "2.25.2"}, "2.25.2"),
        ({"series": digest("2.25.6")}, "2.25.6"),
        ({"kernel": "b70.*"}, "2.25.3"),
        ({"modality": "MR"}, "2.25.4"),
        ({"modality": "CT", "description": "thorax 3.*"}, "2.25.2"),
        ({"modality": "CT", "thickness_mm": "2"}, "2.25.3"),
        ({"modality": "CT", "thickness_mm": "2.5-5", "description": ".*c[.]m[.]"}, "2.25.6"),
        ({"modality": "CT", "prefer": "thinnest"}, "2.25.3"),
        ({"modality": "CT", "prefer": "most_slices"}, "2.25.3"),
        ({"series": "2.25.1"}, "2.25.1"),  # a localizer, where the sheet says so
    ],
)
def test_the_sheet_chooses_the_series(sent, wanted, series):
    made = one(sent, **wanted)
    assert made.exclusions == []
    assert made.images[0].series == digest(series)
    found = by_series(made)
    assert len(found) == 6
    assert [uid for uid, each in found.items() if each["choice"] == "usable"] == [digest(series)]


@pytest.mark.parametrize("name", ["Thorax (1.5 mm) +C", "thorax (1.5 mm) +c", r"Thorax \(1.5.*", ".*[+]C"])
@pytest.mark.parametrize("column", ["description", "kernel"])
def test_a_series_is_named_as_it_is_called(tmp_path, column, name):
    """Signs of regular expressions are letters of a name first."""
    keyword = {"description": "SeriesDescription", "kernel": "ConvolutionKernel"}[column]
    ct(tmp_path / "ct" / "a", series="2.25.5", **{keyword: "Thorax 1.5 mm C"})
    ct(tmp_path / "ct" / "b", series="2.25.6", **{keyword: "Thorax (1.5 mm) +C"})
    assert [image.series for image in one(tmp_path, **{column: name}).images] == [digest("2.25.6")]


def test_every_series_is_listed_with_why_it_was_not_chosen(sent):
    found = by_series(one(sent, modality="CT"))
    said = {
        uid: (found[digest(uid)]["check"], found[digest(uid)]["reason"]) for uid in (f"2.25.{k}" for k in range(1, 7))
    }
    assert said == {
        "2.25.1": ("localizer", "not chosen: a series that is no localizer is taken"),
        "2.25.2": ("not_chosen", "not chosen: the series with the most slices of 3 is taken"),
        "2.25.3": (None, "the series with the most slices of 3"),
        "2.25.4": ("wrong_modality", "not chosen: CT is taken"),
        "2.25.5": ("secondary_capture", "not chosen: a series that is no secondary capture is taken"),
        "2.25.6": ("not_chosen", "not chosen: the series with the most slices of 3 is taken"),
    }
    days = {uid: found[digest(uid)]["days_from_first"] for uid in ("2.25.1", "2.25.3", "2.25.4")}
    assert days["2.25.3"] == 9
    assert days["2.25.4"] == 0
    assert days["2.25.1"] != days["2.25.1"]  # no date
    assert found[digest("2.25.2")]["n_files_ignored"] == 2 + 9 + 9 + 1 + 6 + 1
    assert "2020" not in json.dumps(one(sent, modality="CT").series)


@pytest.mark.parametrize(
    ("wanted", "check", "said"),
    [
        (
            {"series": "2.25.99"},
            "not_chosen",
            "`series` names is wanted, and the folder holds series of 5 CT, 1 MR",
        ),
        ({"kernel": "FC.*"}, "not_chosen", "a series whose kernel matches 'FC.*' is wanted"),
        ({"thickness_mm": "0.5-1"}, "not_chosen", "a series of slices of 0.5-1 mm is wanted"),
        ({"modality": "PT"}, "wrong_modality", "wrong modality: PT is wanted"),
        ({"modality": "CT", "kernel": "B30f"}, "not_chosen", "2 series of 6 slices could be the image"),
        ({"kernel": "B30("}, "", "is no regular expression"),
    ],
)
def test_a_choice_that_finds_nothing_says_what_there_is(sent, wanted, check, said):
    made = one(sent, **wanted)
    assert said in reason(made)
    found = by_series(made)
    assert {each["choice"] for each in found.values()} <= {"excluded"}
    assert not check or (len(found) == 6 and check in {each["check"] for each in found.values()})


def test_mixed_patients_in_one_tree(tmp_path):
    """No series of another patient is ever taken for one's own, nor listed under one's case."""
    study(tmp_path / "ct" / "one")
    ct(tmp_path / "ct" / "two", stored(40), series="2.25.50", PatientID="OTHER")
    (tmp_path / "ct" / "two" / "cut").write_bytes((tmp_path / "ct" / "two" / "IM001").read_bytes()[:200])
    made = one(tmp_path, modality="CT")
    assert reason(made).startswith("one patient, or the `series` of one, is wanted")
    assert made.series == []
    named = curate([row(image="ct", series="2.25.3"), row(case="P2", image="ct", series="2.25.50")], tmp_path)
    assert [image.case for image in named.images] == ["P1"]
    assert {(each["case"], each["series"]) for each in named.series} == {
        *(("P1", digest(f"2.25.{k}")) for k in range(1, 7)),
        ("P2", digest("2.25.50")),
    }
    assert named.exclusions[0]["reason"].startswith("1 file(s) beside the slices")  # not the other's
    assert by_series(named)[digest("2.25.50")]["check"] == "damaged_files"


def test_copies_in_another_folder_are_counted(tmp_path):
    files = ct(tmp_path / "ct" / "a")
    for file in files:
        save(pydicom.dcmread(file), tmp_path / "ct" / "b" / file.name)
    made = one(tmp_path)
    assert made.images[0].file_numbers == tuple(range(8, 0, -1))  # numbers of files
    series = SERIES.frame(made.series).iloc[0]
    assert (series.n_slices, series.n_copies, series.choice) == (8, 8, "usable")
    assert series.reason == "8 file(s) left out: copies of others"


def test_regions_drawn_on_different_series_of_a_case(tmp_path):
    ct(tmp_path / "ct" / "a", series="2.25.5")
    ct(tmp_path / "ct" / "b", stored(5), series="2.25.6")
    for uid in ("2.25.5", "2.25.6"):
        structures(tmp_path / f"{uid}.dcm", {"GTV": [square(-100, 0, 5)]}, series=uid)
    rows = [row(image="ct", segmentation=f"{uid}.dcm", roi=f"r{uid[-1]}") for uid in ("2.25.5", "2.25.6")]
    made = curate(rows, tmp_path)
    assert [image.series for image in made.images] == [digest("2.25.5"), digest("2.25.6")]
    assert [each["choice"] for each in made.series] == ["usable", "usable"]


def test_columns_that_may_be_empty_are_those_of_the_table():
    assert set(OPTIONAL) == {column.name for column in SERIES.columns if column.null}
    assert set(COLUMNS) <= set(OPTIONAL)


def test_regions_of_one_case_share_series_and_are_excluded_each(tmp_path):
    ct(tmp_path / "ct")
    ct(tmp_path / "bad")[2].unlink()
    rows = [row(case=case, image=case, roi=roi) for case in ("ct", "bad") for roi in ("tumour", "node")]
    made = curate(rows, tmp_path)
    assert [(image.case, image.roi) for image in made.images] == [("ct", "tumour"), ("ct", "node")]
    assert len(SERIES.frame(made.series)) == 2
    assert EXCLUSIONS.frame(made.exclusions)["roi"].tolist() == ["node", "tumour"]
    assert made.exclusions[0]["reason"].startswith("1 slice(s) missing")


def test_an_image_file(tmp_path):
    grid = Grid((4, 5, 6), (3.0, 1.0, 1.0))
    images.write(Volume(stored(4, 5, 6), grid), tmp_path / "ct.nii.gz")
    (tmp_path / "bad.nii").write_text("none")
    rows = [row(image="ct.nii.gz", modality="PT"), row(case="P2", image="bad.nii"), row(case="P3", image="gone.nii")]
    made = curate(rows, tmp_path)
    image = made.images[0]
    assert (image.file_numbers, image.unit, image.modality, image.frame_of_reference) == ((1,), "SUV", "PT", "")
    assert image.grid == grid
    assert [each["case"] for each in made.exclusions] == ["P2", "P3"]
    frame = SERIES.frame(made.series)
    assert frame.choice.tolist() == ["usable", "excluded", "excluded"]
    assert frame.n_slices.tolist() == [4, 0, 0]


def test_a_pet_without_weight_is_excluded(tmp_path):
    ct(tmp_path / "ct", modality="PT", Units="BQML")
    assert "without PatientWeight" in reason(one(tmp_path, modality="PT"))


@pytest.mark.parametrize(
    ("image", "shape", "unit"),
    [
        ("lung1/LUNG1-001/image", (134, 512, 512), "HU"),
        ("ibsi/ct_phantom/dicom/image", (60, 201, 204), "HU"),
        ("sts/dicom/STS_025/PET/image", (47, 34, 37), "SUV"),
        ("sts/dicom/STS_025/MR_T1/image", (25, 55, 75), ""),
        ("dicom_samples/dcmqi/segmentations/24x38x3/multiframe", (3, 38, 24), "HU"),
        ("dicom_samples/rt_utils/mock_data", (2, 512, 512), "HU"),
        ("dicom_samples/rt_utils/oriented_data", (3, 50, 100), "HU"),
        ("dicom_samples/qin_prostate_seg", (20, 256, 256), ""),
    ],
)
def test_real_folders(data_dir, image, shape, unit):
    made = curate([row(image=image)], data_dir)
    assert made.exclusions == []
    assert (made.images[0].grid.shape, made.images[0].unit) == (shape, unit)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("dicom_samples/rt_utils/one_slice_data", "single slice without a thickness"),
        ("dicom_samples/dcmqi/sr-example", "no DICOM image among"),
        ("dicom_samples/rt_utils/empty", "no DICOM image among"),
    ],
)
def test_real_folders_that_cannot_be_used(data_dir, image, said):
    made = curate([row(image=image)], data_dir)
    assert said in reason(made)


def test_replicates_are_of_one_modality(tmp_path):
    """The first replicate stays, whatever the order of the rows; regions of one replicate may lie on two images."""
    ct(tmp_path / "ct")
    ct(tmp_path / "again", series="2.25.6")
    ct(tmp_path / "mr", modality="MR", series="2.25.5")
    rows = [
        row(image="mr", replicate="3"),
        row(image="ct"),
        row(image="again", replicate="2"),
        row(case="P2", image="mr"),
        row(case="P3", image="ct", roi="tumour"),
        row(case="P3", image="mr", roi="node"),
        row(case="P4", image="mr", replicate="B"),
        row(case="P4", image="ct", replicate="A"),
        row(case="P5", image="mr", replicate="0"),
        row(case="P5", image="ct"),
    ]
    made = curate(rows, tmp_path)
    kept = [(image.case, image.replicate, image.modality) for image in made.images]
    first = [("P1", "1", "CT"), ("P1", "2", "CT"), ("P2", "1", "MR"), ("P3", "1", "CT"), ("P3", "1", "MR")]
    assert kept == [*first, ("P4", "A", "CT"), ("P5", "1", "CT")]
    assert [(each["case"], each["replicate"]) for each in made.exclusions] == [("P1", "3"), ("P4", "B"), ("P5", "0")]
    assert made.exclusions[0]["reason"] == (
        "replicate 3 is MR and replicate 1 is CT: a replicate repeats an image, so all are of one modality; give the "
        "other one a cohort of its own"
    )
    series = SERIES.frame(made.series).set_index(["case", "replicate", "modality"])
    assert series.loc[("P1", "3", "MR"), ["choice", "check"]].tolist() == ["excluded", "wrong_modality"]
    assert series.loc[("P3", "1", "MR"), "choice"] == "usable"


def test_replicates_of_image_files_whose_modality_is_not_said(tmp_path):
    for name in ("a.nii", "b.nii"):
        images.write(Volume(stored(), Grid((8, 24, 20), (3.0, 1.5, 1.5))), tmp_path / name)
    made = curate([row(image="a.nii", modality="CT"), row(image="b.nii", replicate="2")], tmp_path)
    assert made.exclusions == []
    made = curate([row(image="a.nii", modality="CT"), row(image="b.nii", replicate="2", modality="PT")], tmp_path)
    assert [each["replicate"] for each in made.exclusions] == ["2"]
