"""Discover: mixed trees of DICOM become sheets that the study reads, and every file left out has its reason."""

import tracemalloc
from functools import partial

import pytest

from made.canaries import WORD, Planter
from made.hospital import ct, image_slice, save, square, stored, structures
from radioloom.cli import main
from radioloom.commands.pairing import Wanted, discover
from radioloom.io.write.objects import Header, segmentation
from radioloom.pseudonym import make_key, pseudonym, read_key
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment
from radioloom.study.sheet import read_sheet

KEY = bytes(range(32))
CUBE = [square(-100 + 3 * k, 0, 12) for k in range(1, 6)]
OTHER = {"series": "2.25.7", "FrameOfReferenceUID": "2.25.8"}
BLANK = "StudyTime PatientSex AccessionNumber StudyID ReferringPhysicianName".split()

CUT_OFF = "it ends inside an element: the file is cut off; correct it, or fetch the file again"


def drawn(path, names=("GTV",), patient="CANARY-ID", **where):
    """An RTSTRUCT of a patient."""
    structures(path, dict.fromkeys(names, CUBE), **where)
    import pydicom

    data = pydicom.dcmread(path)
    data.PatientID = patient
    data.save_as(path)


def tree(place):
    """Two patients in one folder, their segmentations elsewhere, two visits, and what does not belong."""
    flat = place / "export"
    for number, (who, series, day) in enumerate([("A", "11", "20200301"), ("A", "12", "20200216"), ("B", "21", "")]):
        for k, pixels in enumerate(stored(8, seed=number)):
            slice_ = image_slice(pixels, (-10, -20, -100 + 3 * k), "CT", f"2.25.{series}", PatientID=who, StudyDate=day)
            slice_.FrameOfReferenceUID = f"2.25.9{series}"
            save(slice_, flat / f"{number * 8 + k:04d}")
    drawn(place / "rt" / "a" / "x", ("GTV", "Lung"), "A", series="2.25.11", frame="2.25.911")
    drawn(place / "rt" / "y", ("GTV", "Lung"), "A", series="2.25.12", frame="2.25.912")
    drawn(flat / "z", ("gtv",), "B", series="2.25.21", frame="2.25.921")
    (place / "notes.txt").write_text("none")
    (place / "rt" / "cut").write_bytes((flat / "z").read_bytes()[:300])


def test_pairs_of_a_mixed_tree(tmp_path):
    tree(tmp_path)
    found = discover(tmp_path, Wanted(KEY, roi="GTV"))
    a, b = (pseudonym(who, KEY) for who in "AB")
    rows = {(pair.case, pair.replicate): (pair.image, pair.segmentation, pair.days) for pair in found.pairs}
    assert rows == {
        (a, "1"): ("export", "rt/y", 0),
        (a, "2"): ("export", "rt/a/x", 14),
        (b, "1"): ("export", "export/z", None),
    }
    assert found.patients == {a: "A", b: "B"}
    assert found.left_out == [
        ("", ".", "1 file(s) that are not DICOM"), ("", "rt/cut", CUT_OFF),
    ]  # fmt: skip
    assert not any(pair.names_patient for pair in found.pairs)


def test_sheet_is_one_that_a_study_reads(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RADIOLOOM_KEY_FILE", str(tmp_path / "key"))
    make_key()
    tree(tmp_path / "data")
    sheet, mapping = tmp_path / "sheet.tsv", tmp_path / "patients.tsv"
    command = ["discover", str(tmp_path / "data"), "--out", str(sheet), "--roi", "GTV", "--mapping", str(mapping)]
    assert main(command) == 0
    assert "3 pair(s) of 2 patient(s) written" in capsys.readouterr().err
    rows = read_sheet(sheet, "train", "training")
    curated = curate(rows, tmp_path / "data")
    segmented = segment(curated.images, tmp_path / "data")
    assert (curated.exclusions, segmented.exclusions) == ([], [])
    assert len({image.series for image in curated.images}) == 3
    assert mapping.stat().st_mode & 0o777 == 0o600
    assert sorted(line.split("\t")[1] for line in mapping.read_text().splitlines()) == ["A", "B", "patient"]
    visits = [line.split("\t") for line in (tmp_path / "sheet.visits.tsv").read_text().splitlines()]
    assert sorted(days for _, _, days in visits) == ["", "0", "14", "days"]
    assert main(command) == 1
    assert "already exists; delete or rename it" in capsys.readouterr().err
    assert pseudonym("A", read_key()) in sheet.read_text()


@pytest.mark.parametrize(("out", "mapping"), [("q.xlsx", "m.tsv"), ("q.tsv", "m.csv"), ("q", "m.tsv")])
def test_a_table_of_tabs_is_not_written_under_the_name_of_another_kind(tmp_path, capsys, out, mapping):
    assert main(["discover", str(tmp_path), "--out", str(tmp_path / out), "--mapping", str(tmp_path / mapping)]) == 1
    assert capsys.readouterr().err.strip().endswith("end the name in .tsv or .tab or .txt")
    assert not list(tmp_path.iterdir())


def test_mapping_is_not_written_into_a_repository(tmp_path, monkeypatch, capsys):
    (tmp_path / ".git").mkdir()
    command = ["discover", str(tmp_path), "--out", str(tmp_path / "s.tsv"), "--mapping", str(tmp_path / "m.tsv")]
    assert main(command) == 1
    assert "the list of patients may not lie inside the repository" in capsys.readouterr().err


LEFT = {
    "lonely": (lambda place: None, "no segmentation goes with it"),
    "other": (lambda place: drawn(place / "rs", patient="B"), "its PatientID is not its image's; correct"),
    "names": (lambda place: drawn(place / "rs", ("GTV", "Lung")), "2 structures in it ('GTV', 'Lung'); choose one"),
    "nowhere": (lambda place: drawn(place / "rs", series="2.25.5", frame="2.25.6"), "and 0 series of CT or PT or MR"),
    "shared": (
        lambda place: [drawn(place / "rs", series="2.25.5"), ct(place / "ct" / "b", **OTHER)],
        "that of its frame of reference shares its folder",
    ),
    "births": (
        lambda place: [drawn(place / "rs"), ct(place / "b", series="2.25.7", PatientBirthDate="19500101")],
        "two birth dates",
    ),
    "mixed": (
        lambda place: [drawn(place / "rs"), save(image_slice(stored(1)[0], (0, 0, 0), PatientID="B"), place / "x")],
        "files of more than one patient",
    ),
    "nobody": (
        lambda place: [drawn(place / "rs", patient=""), ct(place / "ct", PatientID="")],
        "neither it nor its image has a patient's number",
    ),
    "report": (
        lambda place: save(image_slice(stored(1)[0], (0, 0, 0), SOPClassUID="1.2", Rows=0, Modality="SR"), place / "s"),
        "neither image nor segmentation (SR)",
    ),
    "dots": (lambda place: drawn(place / "r..s"), "two dots"),
    "backslash": (lambda place: drawn(place / "a\\b" / "rs"), "a backslash"),
    "backslash of the image": (
        lambda place: [(place / "ct").rename(place / "c\\t"), drawn(place / "rs")], "a backslash",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", LEFT)
def test_left_out_with_its_reason(tmp_path, kind):
    ct(tmp_path / "ct")
    LEFT[kind][0](tmp_path)
    found = discover(tmp_path, Wanted(KEY))
    assert found.pairs == []
    assert LEFT[kind][1] in " / ".join(why for _, _, why in found.left_out)


def test_by_frame_of_reference_where_the_series_is_not_named(tmp_path):
    ct(tmp_path / "ct")
    ct(tmp_path / "pet", modality="PT", series="2.25.7")
    drawn(tmp_path / "rs", series="2.25.5")
    assert discover(tmp_path, Wanted(KEY)).pairs == []
    assert discover(tmp_path, Wanted(KEY, "PT")).pairs[0].image == "pet"


def test_a_seg_and_a_wrong_modality(tmp_path):
    import numpy as np

    files = ct(tmp_path / "ct", **dict.fromkeys([*BLANK, "StudyDate"], ""))
    marked = np.zeros((8, 24, 20), bool)
    marked[2:6, 4:9, 4:9] = True
    segmentation({"GTV": marked}, files[::-1], Header(key="seg"), tmp_path / "seg")
    pair = discover(tmp_path, Wanted(KEY)).pairs[0]
    assert (pair.segmentation, pair.pattern) == ("seg", ".*")
    why = [reason for _, path, reason in discover(tmp_path, Wanted(KEY, "MR")).left_out if path == "seg"]
    assert why == ["it refers to a series of modality CT; MR is wanted"]


def test_nothing_written_tells_who_the_patient_is(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("RADIOLOOM_KEY_FILE", str(tmp_path / "key"))
    make_key()
    ct(tmp_path / "data" / "ct", stored(3))
    drawn(tmp_path / "data" / "rs", ("Own", "GTV"))
    canaries = Planter()
    canaries.plant_all(tmp_path / "data")
    out = tmp_path / "out"
    out.mkdir()
    for name, roi in (("a", "GTV"), ("b", "Heart"), ("c", "")):
        main(["discover", str(tmp_path / "data"), "--out", str(out / f"{name}.tsv"), "--roi", roi])
    (out / "told").write_text("".join(capfd.readouterr()))
    assert {path.name for path in out.iterdir()} >= {"a.tsv", "b.left_out.tsv", "c.left_out.tsv"}
    assert "[withheld]" in (out / "b.left_out.tsv").read_text()
    assert canaries.found_below(out) == {}
    (tmp_path / "data" / "ct").rename(tmp_path / "data" / canaries.patient)
    main(["discover", str(tmp_path / "data"), "--out", str(out / "d.tsv"), "--roi", "GTV"])
    assert "1 row(s) name folders or files that hold their patient's name or number" in capfd.readouterr().err
    assert WORD.upper() in (out / "d.tsv").read_text()


@pytest.mark.parametrize("inside", [True, False])
def test_paths_of_what_is_left_out_do_not_enter_a_repository(tmp_path, monkeypatch, capfd, inside):
    monkeypatch.setenv("RADIOLOOM_KEY_FILE", str(tmp_path / "key"))
    make_key()
    place, study = tmp_path / "data", tmp_path / "config" / "mystudy"
    study.mkdir(parents=True)
    if inside:
        (tmp_path / "config" / "Snakefile").write_text("")
    tree(place)
    ct(place / "SMITH_JOHN" / "ct", stored(3), series="2.25.77", FrameOfReferenceUID="2.25.78")
    (place / "rt" / "cut").rename(place / "SMITH_JOHN" / "smith.dcm")
    assert main(["discover", str(place), "--out", str(study / "train.tsv"), "--roi", "GTV"]) == 0
    rows = [line.split("\t")[1:] for line in (study / "train.left_out.tsv").read_text().splitlines()]
    told = capfd.readouterr().err
    named = {
        CUT_OFF: (
            "file 2 of 32",
            "SMITH_JOHN/smith.dcm",
        ),
        "CT series of 3 file(s): no segmentation goes with it": ("folder of file 3 of 32", "SMITH_JOHN/ct"),
    }
    assert {why: path for path, why in rows if why in named} == {why: paths[not inside] for why, paths in named.items()}
    assert ("paths are replaced by numbers because this file is inside a repository" in told) == inside
    assert ("keep it to yourself" in told) != inside


def test_memory_does_not_grow_with_files(tmp_path):
    small, large = tmp_path / "small", tmp_path / "large"
    ct(small / "ct", stored(20, 2, 2))
    ct(large / "ct", stored(400, 2, 2))
    peaks = []
    for place in (small, small, large):  # the first run imports
        tracemalloc.start()
        discover(place, Wanted(KEY))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < peaks[1] + 400 * 700  # a name in a listing, and no header


@pytest.mark.parametrize(
    ("folder", "roi", "pairs"),
    [("lung1/LUNG1-001", "GTV-1", 1), ("sts/dicom", "GTV_Mass.*", 4), ("ibsi/ct_phantom/dicom", "GTV-1", 1)],
)
def test_real_trees(data_dir, folder, roi, pairs):
    found = discover(data_dir / folder, Wanted(KEY, roi=roi))
    assert len(found.pairs) == pairs, found.left_out


def imaged(place, modality, number, frame="", day="20200101", **other):
    """One series of a modality, in a frame of reference of its own unless one is given."""
    where = {"series": f"2.25.4{number}", "FrameOfReferenceUID": frame or f"2.25.5{number}"}
    return ct(place / f"{modality}{number}", stored(8, seed=number), modality=modality, **where, StudyDate=day, **other)


@pytest.fixture
def told(discovering):
    """The same of the structure GTV."""
    return partial(discovering, "--roi", "GTV")


def sheet_of(place):
    return [line.split("\t")[1:4] for line in (place / "sheet.tsv").read_text().splitlines()[1:]]


def test_images_of_several_modalities_are_never_replicates(tmp_path, told):
    data = tmp_path / "data"
    for number, modality in enumerate(["CT", "MR", "PT"]):
        imaged(data, modality, number)
        drawn(data / f"rs{number}", series=f"2.25.4{number}", frame=f"2.25.5{number}")
    code, said = told()
    assert code == 1
    assert "images of 3 modalities have segmentations here (1 CT, 1 MR, 1 PT), and a cohort is of one" in said
    assert "choose by --modality CT or MR or PT" in said
    assert sorted(path.name for path in tmp_path.glob("sheet*")) == []
    assert told("--modality", "MR")[0] == 0
    assert sheet_of(tmp_path) == [["1", "MR1", "rs1"]]


def test_two_plans_of_one_image_are_left_out_and_readers_are_replicates(tmp_path, told):
    data = tmp_path / "data"
    imaged(data, "CT", 0)
    imaged(data, "CT", 1, day="20200301")
    for name, number in (("plan", 0), ("replan", 0), ("other", 1)):
        drawn(data / name, series=f"2.25.4{number}", frame=f"2.25.5{number}")
    assert told()[0] == 0
    assert sheet_of(tmp_path) == [["1", "CT1", "other"]]
    rows = [line.split("\t")[1:] for line in (tmp_path / "sheet.left_out.tsv").read_text().splitlines()[1:]]
    assert [path for path, _ in rows] == ["plan", "replan"]
    assert all("2 segmentations go with its series: versions of one, or several readers'?" in why for _, why in rows)
    for name in ("sheet.tsv", "sheet.visits.tsv", "sheet.left_out.tsv"):
        (tmp_path / name).unlink()
    code, said = told("--readers")
    assert (code, "of one day" in said) == (0, False)
    assert sheet_of(tmp_path) == [["1", "CT0", "plan"], ["2", "CT0", "replan"], ["3", "CT1", "other"]]


def test_contours_of_a_ct_are_taken_for_the_pet_of_its_frame_of_reference(tmp_path, told):
    data = tmp_path / "data"
    imaged(data, "CT", 0, "2.25.9")
    imaged(data, "PT", 1, "2.25.9")
    drawn(data / "rs", series="2.25.40", frame="2.25.9")
    found = discover(data, Wanted(KEY, roi="GTV"))
    assert [pair.image for pair in found.pairs] == ["CT0"]
    assert "go with CT: --modality PT takes them" in dict(row[1:] for row in found.left_out)["PT1"]
    code, said = told("--modality", "PT")
    assert code == 0
    assert "1 pair(s) are of an image that the segmentation was not drawn on, but one of its frame of reference" in said
    assert sheet_of(tmp_path) == [["1", "PT1", "rs"]]
    drawn(data / "own", series="2.25.41", frame="2.25.9")
    found = discover(data, Wanted(KEY, "PT", "GTV"))
    assert [(pair.segmentation, pair.by_frame) for pair in found.pairs] == [("own", False)]
    assert "drawn on another series" in dict(row[1:] for row in found.left_out)["rs"]


def test_contours_of_a_ct_without_a_pet_of_its_frame_say_so(tmp_path):
    imaged(tmp_path, "CT", 0, "2.25.9")
    imaged(tmp_path, "PT", 1)
    drawn(tmp_path / "rs", series="2.25.40", frame="2.25.9")
    why = dict(row[1:] for row in discover(tmp_path, Wanted(KEY, "PT", "GTV")).left_out)["rs"]
    assert why == (
        "it refers to a series of modality CT; PT is wanted, and 0 series of PT lie in its frame of reference"
    )


def test_a_seg_of_a_ct_is_not_taken_for_its_pet(tmp_path):
    import numpy as np

    files = imaged(tmp_path, "CT", 0, "2.25.9", **dict.fromkeys(BLANK, ""))
    imaged(tmp_path, "PT", 1, "2.25.9")
    marked = np.zeros((8, 24, 20), bool)
    marked[2:6, 4:9, 4:9] = True
    segmentation({"GTV": marked}, files[::-1], Header(key="seg"), tmp_path / "seg")
    why = dict(row[1:] for row in discover(tmp_path, Wanted(KEY, "PT", "GTV")).left_out)["seg"]
    assert why.endswith("PT is wanted; a SEG lies on its own image: add a row with that as `drawn_on`")


def test_several_images_of_one_day_are_told(tmp_path, told):
    for number in range(2):
        imaged(tmp_path / "data", "MR", number)
        drawn(tmp_path / "data" / f"rs{number}", series=f"2.25.4{number}", frame=f"2.25.5{number}")
    code, said = told()
    assert code == 0
    assert "1 patient(s) have several images of one day, which became replicates" in said


def test_links_are_told(tmp_path):
    data, away = tmp_path / "data", tmp_path / "away"
    imaged(data, "CT", 0)
    drawn(data / "rs", series="2.25.40", frame="2.25.50")
    imaged(away, "CT", 1)
    (data / "linked").symlink_to(away)
    (data / "inside").symlink_to(data / "CT0")
    (data / "far").symlink_to(away / "CT1" / "IM001")
    (data / "gone").symlink_to(tmp_path / "nowhere")
    found = discover(data, Wanted(KEY, roi="GTV"))
    assert [pair.image for pair in found.pairs] == ["CT0"]
    reasons = dict(row[1:] for row in found.left_out)
    assert set(reasons) == {"linked", "inside", "far", "gone"}
    assert reasons["linked"] == reasons["inside"]
    assert "a link to a folder, which is not followed" in reasons["linked"]
    assert "leads out of this folder" in reasons["far"]
    assert "a link that leads to no file" in reasons["gone"]


def test_a_try_without_a_pair_does_not_block_the_next_one(tmp_path, told):
    data = tmp_path / "data"
    data.mkdir()
    (data / "x.nii.gz").write_bytes(b"x")
    code, said = told()
    assert (code, "no DICOM image and no DICOM segmentation is there" in said) == (1, True)
    assert list(tmp_path.glob("sheet*")) == []
    imaged(data, "CT", 0)
    assert told()[0] == 1
    assert [path.name for path in tmp_path.glob("sheet*")] == ["sheet.left_out.tsv"]
    drawn(data / "rs", series="2.25.40", frame="2.25.50")
    assert told()[0] == 0
    code, said = told()
    assert (code, "already exists" in said) == (1, True)
    (tmp_path / "sheet.tsv").unlink()
    (tmp_path / "sheet.visits.tsv").unlink()
    (tmp_path / "sheet.left_out.tsv").write_text("mine\n")
    assert "sheet.left_out.tsv already exists" in told()[1]


NAMES = [
    " first", "last ", '"quoted"', "it's", "#1", "=1+1", "a  b", "a\N{COMBINING DIAERESIS}ß", "NA", "-", "1", "$HOME",
    "a\\b", "a;b", "a,b", "\ufeffx", "x\u00a0", "a\tb",
]  # fmt: skip


def test_a_path_in_a_sheet_is_one_that_a_study_takes(tmp_path, monkeypatch):
    monkeypatch.setenv("RADIOLOOM_KEY_FILE", str(tmp_path / "key"))
    make_key()
    for who, folder in enumerate(NAMES, start=1):
        series, frame = f"2.25.{who}", f"2.25.9{who}"
        ct(tmp_path / "data" / folder, stored(1), series=series, PatientID=f"P{who}", FrameOfReferenceUID=frame)
        drawn(tmp_path / "data" / "drawn" / str(who), ("GTV",), f"P{who}", series=series, frame=frame)
    main(["discover", str(tmp_path / "data"), "--out", str(tmp_path / "s.tsv"), "--roi", "GTV"])
    rows = read_sheet(tmp_path / "s.tsv", "train", "training")
    assert len(rows) > 12
    assert all((tmp_path / "data" / row["image"]).is_dir() for row in rows)


def test_several_images_without_a_date_are_told(tmp_path, told):
    blank = dict.fromkeys(("SeriesDate", "AcquisitionDate", "ContentDate"), "")
    for number in range(2):
        imaged(tmp_path / "data", "MR", number, day="", **blank)
        drawn(tmp_path / "data" / f"rs{number}", series=f"2.25.4{number}", frame=f"2.25.5{number}")
    assert "1 patient(s) have several images without a date, which became replicates" in told()[1]
