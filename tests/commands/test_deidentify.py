"""Copies without identity: what one file of a tree tells is withheld in others, and what values lose is said."""

import pydicom
import pytest

from made.hospital import ENHANCED, FRAME, ct, image_slice, item, save, square, stored, structures
from radioloom.cli import main
from radioloom.io.dicom.lost import lost
from radioloom.pseudonym import make_key

CUBE = [square(-100 + 3 * k, 0, 12) for k in range(1, 6)]


@pytest.fixture
def deidentified(tmp_path, monkeypatch, capfd):
    """Copies a tree with all names of structures kept; names of the copies' structures, and lines on stderr."""
    monkeypatch.setenv("RADIOLOOM_KEY_FILE", str(tmp_path / "key"))
    make_key()

    def run(place, *more):
        capfd.readouterr()
        assert main(["deidentify", str(place), str(tmp_path / "out"), "--roi", ".*", *more]) == 0
        copies = map(pydicom.dcmread, sorted((tmp_path / "out").rglob("*.dcm")))
        sets = [each.StructureSetROISequence for each in copies if each.Modality == "RTSTRUCT"]
        return [[str(each.ROIName) for each in one] for one in sets], capfd.readouterr().err.splitlines()

    return run


def changed(path, **attributes):
    data = pydicom.dcmread(path)
    for name, value in attributes.items():
        setattr(data, name, value)
    data.save_as(path)


STRANGER = {"PatientName": "", "PatientID": "RESEARCH-3", "StudyInstanceUID": "2.25.7"}  # by its own words
NAMES = ("GTV", "GTV Meyer", "GTV Stone", "GTV 778899")


@pytest.mark.parametrize(
    ("drawing", "hidden"),
    [
        ({"PatientName": ""}, "by its patient's number"),
        (STRANGER, "by the series that it refers to"),
        ({**STRANGER, "ReferencedFrameOfReferenceSequence": [], "StudyInstanceUID": "2.25.1"}, "by its study"),
        ({**STRANGER, "ReferencedFrameOfReferenceSequence": item(FrameOfReferenceUID=FRAME)}, "by its space"),
        ({**STRANGER, "ReferencedFrameOfReferenceSequence": [], "FrameOfReferenceUID": FRAME}, "by its own space"),
        ({**STRANGER, "ReferencedFrameOfReferenceSequence": []}, ""),
    ],
)
def test_words_of_the_image_are_withheld_in_its_segmentation(tmp_path, deidentified, drawing, hidden):
    place = tmp_path / "in"
    ct(place / "ct", stored(2), PatientName="Meyer^Ann", AccessionNumber="778899")
    save(image_slice(stored(1)[0], (0, 0, 0), "CT", "2.25.9", PatientID="OTHER", PatientName="Stone"), place / "other")
    changed(place / "other", FrameOfReferenceUID="2.25.8", StudyInstanceUID="2.25.8")
    structures(place / "a.dcm", dict.fromkeys(NAMES, CUBE))  # it comes before the images
    changed(place / "a.dcm", **drawing)
    expected = ["GTV", "ROI 2", "GTV Stone", "ROI 4"] if hidden else list(NAMES)
    assert deidentified(place)[0] == [expected]


def test_a_pattern_of_no_structure_is_refused_before_anything_is_written(tmp_path, deidentified, capfd):
    ct(tmp_path / "in" / "ct", stored(2))
    structures(tmp_path / "in" / "a.dcm", dict.fromkeys(("GTV-1", "Doe"), CUBE))
    assert main(["deidentify", str(tmp_path / "in"), str(tmp_path / "out"), "--roi", "GTV*"]) == 1
    said = capfd.readouterr().err
    assert "--roi 'GTV*': none of the 2 structures is called so; it is a regular expression" in said
    assert "Doe" not in said
    assert not (tmp_path / "out").exists()
    assert deidentified(tmp_path / "in", "--roi", "gtv.*")[0] == [["GTV-1", "ROI 2"]]


@pytest.mark.parametrize("more", [[], ["--roi", "GTV"]])
def test_a_folder_of_which_nothing_is_copied_is_not_done(tmp_path, deidentified, capfd, more):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("no DICOM")
    assert main(["deidentify", str(tmp_path / "in"), str(tmp_path / "out"), *more]) == 1
    lines = capfd.readouterr().err.splitlines()
    assert lines[1] == "1 file(s) left out: not DICOM"
    assert "nothing was written: no file there is a DICOM image or segmentation" in lines[-1]


def private(data, group, creator, **elements):
    block = data.private_block(group, creator, create=True)
    for name, (vr, value) in elements.items():
        block.add_new(int(name[1:], 16), vr, value)
    return data


def pet(units, **times):
    known = {
        "SeriesDate": "20100203",
        "SeriesTime": "120000",
        "AcquisitionDate": "20100203",
        "AcquisitionTime": "121000",
    }
    return image_slice(stored(1)[0], (0, 0, 0), "PT", Units=units, DecayCorrection="START", **{**known, **times})


def philips(units):
    return private(pet(units), 0x7053, "Philips PET Private Group", x00=("DS", "0.0004"))


def ge(start="20100203120730.00", **times):
    return private(pet("BQML", **times), 0x0009, "GEMS_PETD_01", x0d=("DT", start))


def mr(kind="MR", creator="Philips MR Imaging DD 001"):
    return private(image_slice(stored(1)[0], (0, 0, 0), kind), 0x2005, creator, x0e=("FL", 0.5))


def parts(kind):
    return private(image_slice(stored(1)[0], (0, 0, 0), "MR"), 0x0043, "GEMS_PARM_01", x2f=("SS", kind))


def enhanced_mr():
    data, inner = image_slice(stored(1)[0], (0, 0, 0), "MR", SOPClassUID=ENHANCED["MR"]), pydicom.Dataset()
    inner = private(inner, 0x2005, "Philips MR Imaging DD 001", x0e=("FL", 0.5))
    data.PerFrameFunctionalGroupsSequence = item()
    frame = data.PerFrameFunctionalGroupsSequence[0]
    frame.private_block(0x2005, "Philips MR Imaging DD 005", create=True)
    frame.add_new(0x2005140F, "SQ", [inner])
    return data


LOSSES = {
    "Philips' counts": (philips("CNTS"), "Philips' factors of PET in counts, to SUV (7053,xx00)"),
    "Philips' activity": (philips("BQML"), ""),
    "counts of another": (pet("CNTS"), ""),
    "GE, reconstructed later": (ge(SeriesTime="164500"), "the start of the scan that GE keeps in (0009,xx0D)"),
    "GE, without a series time": (ge(SeriesTime=""), "the start of the scan that GE keeps in (0009,xx0D)"),
    "GE": (ge(), ""),
    "GE, the same time": (ge("20100203121000.00", SeriesTime="164500"), ""),
    "GE, no time": (ge("odd", SeriesTime="164500"), ""),
    "Philips' MR": (mr(), "Philips' scale slope of MR (2005,xx0E)"),
    "Philips' MR of many frames": (enhanced_mr(), "Philips' scale slope of MR (2005,xx0E)"),
    "GE's phase": (parts(1), "GE's private image type (0043,xx2F)"),
    "GE's magnitude": (parts(0), ""),
    "the element of another": (mr(creator="MAKER"), ""),
    "Philips' CT": (mr("CT"), ""),
}


@pytest.mark.parametrize("of", LOSSES)
def test_what_values_rest_on_and_copies_lose(tmp_path, of):
    data, said = LOSSES[of]
    save(data, tmp_path / "file")
    told = lost(pydicom.dcmread(tmp_path / "file"))
    assert [each[: len(said)] for each in told] == ([said] if said else [])


def test_losses_are_counted_at_the_terminal(tmp_path, deidentified):
    for k in range(3):
        save(philips("CNTS") if k else mr(), tmp_path / "in" / str(k))
    save(philips("CNTS"), tmp_path / "in" / "nobody")
    changed(tmp_path / "in" / "nobody", PatientID="")
    lines = deidentified(tmp_path / "in")[1]
    assert lines[0].startswith("3 file(s) written: ")
    assert lines[1].startswith("2 of them lose Philips' factors of PET in counts")
    assert lines[1].endswith(
        "without which the copies have no unit and are excluded; measure the files as they were, or copies that keep "
        "these elements, which PS3.15 lists as safe"
    )
    assert lines[2].startswith("1 of them loses Philips' scale slope of MR")


def test_what_says_that_values_are_others_stays(tmp_path, deidentified):
    """ImageType of a mosaic, the plane that contours are moved to, and that an image was converted."""
    place = tmp_path / "in"
    save(image_slice(stored(1)[0], (0, 0, 0), "MR", ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"]), place / "mr")
    save(image_slice(stored(1)[0], (0, 0, 0), ConversionType="WSD"), place / "ct")
    structures(place / "rs", {"GTV": CUBE})
    data = pydicom.dcmread(place / "rs")
    contour = data.ROIContourSequence[0].ContourSequence[0]
    contour.ContourOffsetVector, contour.ContourSlabThickness = ["0", "0", "1.5"], "3"
    data.save_as(place / "rs")
    deidentified(place)
    copies = {each.Modality: each for each in map(pydicom.dcmread, (tmp_path / "out").rglob("*.dcm"))}
    assert "MOSAIC" in copies["MR"].ImageType
    assert copies["CT"].ConversionType == "WSD"
    moved = copies["RTSTRUCT"].ROIContourSequence[0].ContourSequence[0]
    assert (list(moved.ContourOffsetVector), moved.ContourSlabThickness) == ([0, 0, 1.5], 3)
