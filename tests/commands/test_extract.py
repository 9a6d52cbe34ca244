"""`radioloom extract`: the region without a name, notes, outputs that cannot be, and what is no image."""

import ast
import os
import re
import shutil

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk

import radioloom
from made.hospital import ct, square, structures
from radioloom.cli import main
from radioloom.errors import BadImage, BadMask, BadRoi
from radioloom.stages.images import single

CUBE = [square(z, -5, 5) for z in (-94, -91, -88)]
N_VOXELS = 3 * 7 * 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A CT, structure sets of it, label maps, and what is neither."""
    place = tmp_path_factory.mktemp("given")
    ct(place / "ct")
    structures(place / "one.dcm", {"GTV": CUBE, "Bare": None})
    structures(place / "two.dcm", {"GTV": CUBE, "Heart": CUBE, "Bare": None})
    structures(place / "odd.dcm", {"GTV+LN (cm)": CUBE, "GTV": CUBE[:2]})
    structures(place / "bare.dcm", {"Bare": None})
    (place / "table.csv").write_text("a,b\n1,2\n")
    labels = np.zeros((8, 24, 20), np.uint8)
    labels[2:5, 10:17, 4:10] = 1
    write(place / "map.nii.gz", labels)
    labels[6, 1:3, 1:3], labels[7, 0, 0] = 2, 9
    write(place / "three.nii.gz", labels)
    write(place / "values.nii.gz", np.random.default_rng(0).integers(-500, 500, labels.shape).astype(np.int16))
    write(place / "parts.nii.gz", np.random.default_rng(0).normal(0, 300, labels.shape).astype(np.float32))
    return place


def write(path, array):
    made = sitk.GetImageFromArray(array)
    made.SetSpacing((1.5, 1.5, 3.0))
    made.SetOrigin((-10.0, -20.0, -100.0))
    sitk.WriteImage(made, str(path))


@pytest.fixture
def run(folder, capsys):
    """Exit code, number of rows printed, and what is said of two files of the folder."""

    def ended(image, mask, *more):
        code = main(["extract", str(folder / image), str(folder / mask), "--profile", "aerts2014", *more])
        out, said = capsys.readouterr()
        return code, max(0, len(out.splitlines()) - 1), said

    return ended


ROI = "choose by --roi: a name, a number, or '.*' for all of them together\n"
SAID = [
    ("one.dcm", "", "note: the region is 'GTV', the only structure\n"),
    ("two.dcm", "", f"radioloom: 2 structures, and none is named as the region: 'GTV', 'Heart'; {ROI}"),
    ("two.dcm", "Heart", ""),
    ("two.dcm", "heart", ""),
    ("two.dcm", ".*", "note: union of 2 structures that overlap\n"),
    ("two.dcm", "PTV", f"radioloom: no structure matches 'PTV'; found: 'GTV', 'Heart', 'Bare'; {ROI}"),
    ("odd.dcm", "GTV+LN (cm)", ""),
    ("odd.dcm", "gtv+ln  (CM)", ""),
    ("bare.dcm", "", "radioloom: the structure that is there has no contour\n"),
    ("map.nii.gz", "", ""),
    ("three.nii.gz", "1", ""),
    ("three.nii.gz", ".*", "note: union of 3 labels\n"),
    ("three.nii.gz", "1|2", "note: union of 2 labels\n"),
    ("three.nii.gz", "", f"radioloom: the label map has 3 labels: 1 (126 voxels), 2 (4 voxels), 9 (1 voxels); {ROI}"),
    ("three.nii.gz", "5", f"radioloom: no label matches '5'; found: '1', '2', '9'; {ROI}"),
]


@pytest.mark.parametrize(("mask", "roi", "said"), SAID)
def test_the_region_and_what_is_said_of_it(run, folder, mask, roi, said):
    """The same at the terminal and in Python, which says `roi=`."""
    code, rows, told = run("ct", mask, *(["--roi", roi] if roi else []))
    assert told == said
    failed = said.startswith("radioloom: ")
    assert (code, rows > 0) == (int(failed), not failed)
    if failed:
        with pytest.raises(BadMask) as refused:
            radioloom.extract(folder / "ct", folder / mask, "aerts2014", roi=roi)
        assert str(refused.value) == said[len("radioloom: ") : -1].replace("--roi", "roi=")
        return
    table = radioloom.extract(folder / "ct", folder / mask, "aerts2014", roi=roi)
    assert "".join(f"note: {note}\n" for note in table.attrs["notes"]) == said
    assert len(table) == rows


@pytest.mark.parametrize(
    ("image", "mask", "said"),
    [
        ("one.dcm", "ct", "one.dcm: no DICOM image among 1 file(s); it is a segmentation; give the image that it was"),
        ("table.csv", "one.dcm", "table.csv: no image; a folder of DICOM, or a NIfTI, NRRD or MetaImage file is"),
        ("ct", "table.csv", "table.csv: no RTSTRUCT, SEG or label map there; correct the path"),
        ("ct", "ct", "ct: no RTSTRUCT, SEG or label map there; correct the path"),
        (
            "map.nii.gz",
            "values.nii.gz",
            "-500 to 499, and which of them is the region is not said. This looks like an image",
        ),
        (
            "map.nii.gz",
            "parts.nii.gz",
            "parts (-1.17e+03 to 977), no labels; threshold it first. This looks like an image",
        ),
        ("gone", "one.dcm", "gone: no such file or folder; correct the path"),
        ("ct", "gone.dcm", "gone.dcm: no such segmentation; correct the path"),
    ],
)
def test_arguments_in_the_wrong_order_or_of_another_kind(run, folder, image, mask, said):
    code, rows, told = run(image, mask)
    assert (code, rows, told.count("\n")) == (1, 0, 1)
    assert said in told
    for word in ("sheet", "study", "column", "`"):
        assert word not in told
    with pytest.raises((BadImage, BadMask)) as refused:
        radioloom.extract(folder / image, folder / mask, "aerts2014")
    assert told == f"radioloom: {refused.value}\n"


@pytest.mark.parametrize("shown", ["file", "folder"])
@pytest.mark.parametrize("mask", ["one.dcm", "map.nii.gz"])
@pytest.mark.parametrize("number", [0, 3])
def test_one_slice_of_a_series_says_so(run, folder, tmp_path, shown, mask, number):
    files = sorted((folder / "ct").iterdir(), reverse=True)  # from the lowest slice upwards
    place = tmp_path / "lone"
    place.mkdir()
    shutil.copy(files[number], place / "slice.dcm")
    code, rows, told = run(place if shown == "folder" else place / "slice.dcm", mask)
    assert (code, rows, told.count("\n")) == (1, 0, 1)
    assert "it is one slice; give the folder of its series, with all slices" in told
    assert "0.0 mm" not in told


@pytest.mark.parametrize("command", ["extract", "discover", "idc"])
def test_a_modality_that_is_not_known_names_those_that_are(capsys, command):
    with pytest.raises(SystemExit):
        main([command, "a", "b", "--modality", "PET"])
    told = capsys.readouterr().err
    assert "modality 'PET' is not known; did you mean 'PT'? Known: CT, PT, MR" in told
    assert "''" not in told


@pytest.mark.parametrize("word", ["", "ct", " CT "])
def test_a_modality_in_letters_of_any_case(run, word):
    assert run("ct", "map.nii.gz", "--modality", word) == (0, 440, "")


READERS = ("io/*.py", "io/dicom/*.py", "io/segmentations/*.py", "segmentation/*.py", "imaging/*.py", "features/*.py")
STAGES = ("curate", "choose_series", "dicom_folder", "prepare", "extract", "margin", "normalise", "single")


def texts(tree):
    """Every text of a file but docstrings."""
    told = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    return [
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in told
    ]


def test_what_is_said_of_a_file_does_not_depend_on_who_named_it(root):
    """A file is named in a sheet, at the terminal or in Python: whoever asked adds what is to be done there."""
    library = root / "workflow" / "radioloom"
    files = [path for rule in READERS for path in library.glob(rule)]
    files += [library / "stages" / "images" / f"{name}.py" for name in STAGES]
    said = [
        f"{path.name}:{text.lineno}: {text.value}"
        for path in [*files, library / "api.py", library / "profile.py", library / "volume.py"]
        for text in texts(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert len(said) > 500
    assert [each for each in said if re.search(r"\b(sheet|column `|`pattern`|`rois`|--roi)", each)] == []


@pytest.mark.parametrize("there", ["file", "folder", "link"])
def test_what_is_there_is_not_written_over(run, tmp_path, monkeypatch, there):
    out = tmp_path / "out.csv"
    {"file": out.touch, "folder": out.mkdir, "link": lambda: out.symlink_to(tmp_path / "elsewhere")}[there]()
    assert_refused(run, monkeypatch, out, "is a folder" if there == "folder" else "already exists; delete or rename it")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no/x.csv", "no: no such folder; create it first"),
        ("x.xlsx", "x.xlsx: end the name in .csv or .parquet"),
        ("x", "x: end the name in .csv or .parquet"),
        (".", "is a folder; give the name of a file in it"),
        ("file.txt/x.csv", "file.txt: no such folder"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_anything_is_measured(run, tmp_path, monkeypatch, name, said):
    (tmp_path / "file.txt").touch()
    assert_refused(run, monkeypatch, tmp_path / name, said)


def test_a_folder_that_may_not_be_written_into(run, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, _: path != tmp_path)
    assert_refused(run, monkeypatch, tmp_path / "x.csv", "you may not write into this folder; choose another")


def assert_refused(run, monkeypatch, out, said):
    monkeypatch.setattr(single, "measure", lambda *_: pytest.fail("measured before the output was looked at"))
    code, rows, told = run("ct", "one.dcm", "--out", str(out))
    assert (code, rows, told.count("\n")) == (1, 0, 1)
    assert said in told


@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "X.CSV"])
def test_files_hold_what_is_printed(run, tmp_path, name, folder):
    code, rows, said = run("ct", "map.nii.gz", "--out", str(tmp_path / name))
    assert (code, rows, said) == (0, 0, f"440 features written: {tmp_path / name}\n")
    table = pd.read_parquet(tmp_path / name) if name.endswith("parquet") else pd.read_csv(tmp_path / name)
    wanted = radioloom.extract(folder / "ct", folder / "map.nii.gz", "aerts2014")
    assert list(table) == list(single.COLUMNS)
    assert table.feature_id.tolist() == wanted.feature_id.tolist()
    np.testing.assert_allclose(table.value, wanted.value, rtol=1e-12)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_series_that_is_meant(run, folder, tmp_path):
    """Two series alike: none is guessed, each can be named."""
    both = tmp_path / "both"
    ct(both / "a", series="2.25.5")
    ct(both / "b", series="2.25.6")
    said = run(both, "map.nii.gz")[2]
    assert "2 series of 8 slices could be the image; name one by its `series`" in said
    assert run(both, "map.nii.gz", "--series", "2.25.6") == (0, 440, "")
    assert "RadioloomError" not in run(both, "map.nii.gz", "--modality", "PT")[2]


def test_what_was_noted_is_said_before_the_refusal_that_it_explains(run, folder):
    write(folder / "bright.nii.gz", np.random.default_rng(0).integers(500, 900, (8, 24, 20)).astype(np.int16))
    code, n, said = run("bright.nii.gz", "map.nii.gz", "--profile", "ibsi")
    *notes, last = said.splitlines()
    assert (code, n) == (1, 0)
    assert "leaves no voxel" in last
    assert any(note.startswith("note: nothing says of which modality the image is: taken for one") for note in notes)
    with pytest.raises(BadRoi) as caught:
        radioloom.extract(str(folder / "bright.nii.gz"), str(folder / "map.nii.gz"))
    assert any("nothing says of which modality" in note for note in caught.value.__notes__)
