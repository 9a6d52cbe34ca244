"""Files that are not what their names promise are named as what they are, with the remedy, by every reader."""

import gzip
import io
import os
import shutil
import subprocess
import tarfile
import zipfile

import numpy as np
import pandas as pd
import pytest

import radioloom
from made.drawn import CUBE, label_map
from made.hospital import ct, row, structures
from radioloom.commands.pairing import Wanted, discover
from radioloom.errors import BadImage, BadMask, StudyError
from radioloom.io.feature_tables import header
from radioloom.io.foreign import FOREIGN, recognise
from radioloom.io.images import read
from radioloom.io.segmentations.belongs import Image
from radioloom.io.segmentations.read import read as segmentation
from radioloom.io.user_tables.read import read as table
from radioloom.segmentation.choose import Choice
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment
from radioloom.volume import Grid


def tar():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return packed.getvalue()


def archive():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as each:
        each.writestr("a", "b")
    return packed.getvalue()


DICOM = bytes(128) + b"DICM" + bytes(500)
NIFTI = bytes(344) + b"n+1\0" + bytes(500)
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 132\n"
PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>Please log in</body></html>"
# Content -> what is said of it where an image is expected; whether, as a slice, it stands for one that is not here.
KINDS = {
    "lfs": (LFS, "a Git LFS pointer, .*; run `git lfs pull`", True),
    "annex": (b"/annex/objects/SHA256E-s132--4d7a.dcm\n", "a git-annex pointer, .*; run `git annex get`", True),
    "fork": (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", r"macOS' notes on another file .*; delete it", False),
    "icloud": (b"bplist00\xd3\x01\x02", "a property list, as iCloud leaves .*; download the file", True),
    "link": (b"[InternetShortcut]\r\nURL=", "a shortcut of Windows", False),
    "page": (PAGE, "a web page .*; fetch the file again", True),
    "xml": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "an XML document .*; fetch the", True),
    "json": (b'{\n "message": "Not Found"}', "a JSON document .*; fetch the file again", True),
    "twice": (gzip.compress(gzip.compress(NIFTI)), r"compressed twice \(gzip\); unpack it once", True),
    "packed": (gzip.compress(DICOM), r"a DICOM file that is compressed as a whole \(gzip\); unpack it", True),
    "tgz": (gzip.compress(tar()), "a tar archive; unpack it", False),
    "tar": (tar(), "a tar archive; unpack it", False),
    "zip": (archive(), "a zip archive; unpack it", False),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", r"an archive \(7z or rar\); unpack it", False),
    "xz": (b"\xfd7zXZ\0\0\4", "compressed by bzip2, xz or zstd; unpack it", False),
    "png": (b"\x89PNG\r\n\x1a\n", "a picture .*; export the images as DICOM", False),
    "pdf": (b"%PDF-1.4", "a PDF document; correct the path", False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_in_the_place_of_an_image_a_segmentation_or_a_table(tmp_path, kind):
    content, said, _ = KINDS[kind]
    for name in ("image.nii.gz", "image.nrrd", "image.mha", "table.csv", "1.dcm"):
        (tmp_path / name).write_bytes(content)
    for name in ("image.nii.gz", "image.nrrd", "image.mha"):
        with pytest.raises(BadImage, match=f"{name}: this is {said}"):
            read(tmp_path / name)
    for name in ("image.nii.gz", "1.dcm"):
        with pytest.raises(BadMask, match=f"{name}: this is {said}"):
            segmentation(tmp_path / name, Choice(), "", Image(Grid((2, 2, 2), (1, 1, 1))))
    made = curate([row(image="1.dcm", segmentation="1.dcm")], tmp_path)
    assert recognise(content).what in made.exclusions[0]["reason"]
    with pytest.raises(StudyError, match=r"table.csv: this is (a|an|compressed|macOS') "):
        table(tmp_path / "table.csv")


def zipped(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as each:
        for name in names:
            each.writestr(name, "<x/>" * 100)
    return packed.getvalue()


STATISTICS = {  # what pandas, R and others write -> how it is called, and the remedy
    "t.dta": (lambda f, path: f.to_stata(path, version=118), "a data file of Stata; .*export delimited"),
    "old.dta": (lambda f, path: f.to_stata(path, version=114), "a data file of Stata; .*export delimited"),
    "t.feather": (lambda f, path: f.to_feather(path), "a Feather .* file; .*to_csv"),
    "t.pkl": (lambda f, path: f.to_pickle(path), "a pickle of Python; .*to_csv"),
    "t.pkl.gz": (lambda f, path: f.to_pickle(path), "a pickle of Python; .*to_csv"),
    "t.json": (lambda f, path: f.to_json(path), "a JSON document, and no table; .*read_json"),
    "rows.json": (lambda f, path: f.to_json(path, orient="records"), "a JSON document, and no table; .*read_json"),
    "t.npy": (lambda f, path: np.save(path, f.to_numpy(float)), "arrays of NumPy .*CSV UTF-8"),
    "t.npz": (lambda f, path: np.savez(path, a=f.to_numpy(float)), "arrays of NumPy; .*CSV UTF-8"),
    "t.sav": (lambda f, path: path.write_bytes(b"$FL2@(#) SPSS DATA FILE"), "SPSS; .*SAVE TRANSLATE"),
    "t.xpt": (lambda f, path: path.write_bytes(b"HEADER RECORD*******LIBRARY HEADER"), "SAS; .*PROC EXPORT"),
    "t.docx": (
        lambda f, path: path.write_bytes(zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")),
        "a document of Word; copy its table into a spreadsheet",
    ),
    "t.xlsx": (
        lambda f, path: path.write_bytes(zipped("[Content_Types].xml", "word/document.xml")), "no Excel workbook",
    ),
    "book.csv": (
        lambda f, path: path.write_bytes(zipped("[Content_Types].xml", "xl/workbook.xml")), "an Excel workbook",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STATISTICS)
def test_a_file_of_statistics_in_the_place_of_a_table_is_named_with_its_remedy(tmp_path, name):
    write, said = STATISTICS[name]
    write(pd.DataFrame({"age": [61, 70], "stage": [1, 2]}), tmp_path / name)
    with pytest.raises(StudyError, match=f"^{name}: this is .*{said}"):
        table(tmp_path / name)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R writes the files")
def test_data_of_r_are_named_with_their_remedy(tmp_path):
    code = "d <- data.frame(a=1:2); saveRDS(d, 'z.rds'); saveRDS(d, 'a.rds', ascii=TRUE); save(d, file='d.RData')"
    code += "; saveRDS(d, 'p.rds', compress=FALSE, version=2); foreign::write.dta(d, 'd.dta')"
    subprocess.run(["Rscript", "--vanilla", "-e", code], cwd=tmp_path, check=True, timeout=60)
    for name, said in {"z.rds": "R", "a.rds": "R", "p.rds": "R", "d.RData": "R", "d.dta": "Stata"}.items():
        with pytest.raises(StudyError, match=f"^{name}: this is .* of {said}.*(write.csv|export delimited)"):
            table(tmp_path / name)


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.xlsx", "t.parquet"])
def test_a_pointer_in_the_place_of_a_table_of_any_format(tmp_path, name):
    (tmp_path / name).write_bytes(LFS)
    with pytest.raises(StudyError, match=f"^{name}: this is a Git LFS pointer, .*; run `git lfs pull`"):
        header(tmp_path, name)


@pytest.mark.parametrize("kind", KINDS)
def test_beside_slices_it_is_told_where_it_stands_for_one(tmp_path, kind):
    content, _, stands = KINDS[kind]
    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", {"GTV": CUBE})
    (tmp_path / "ct" / "IM009.dcm").write_bytes(content)
    made = segment(curate([row(image="ct", segmentation="rs.dcm", pattern="GTV")], tmp_path).images, tmp_path)
    notes = made.rows[0]["notes"] or ""
    assert ("IM009.dcm is " in notes) == stands
    why = [reason for _, path, reason in discover(tmp_path, Wanted(b"key" * 16)).left_out if path == "ct/IM009.dcm"]
    assert bool(why) == stands


def test_a_folder_of_pointers_says_what_it_is(tmp_path):
    for file in ct(tmp_path / "ct"):
        file.write_bytes(LFS)
    said = curate([row(image="ct", segmentation="rs.dcm")], tmp_path).exclusions[0]["reason"]
    assert "no DICOM image among 8 file(s): IM001 is a Git LFS pointer" in said
    assert said.count("run `git lfs pull`") == 1


def test_a_readme_and_a_sidecar_stand_for_nothing(tmp_path):
    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", {"GTV": CUBE})
    (tmp_path / "ct" / "about.json").write_text('{"a": 1}')
    (tmp_path / "ct" / "index.html").write_bytes(PAGE)
    made = segment(curate([row(image="ct", segmentation="rs.dcm", pattern="GTV")], tmp_path).images, tmp_path)
    assert made.rows[0]["notes"] is None


def test_a_fork_beside_a_label_map_is_no_second_one(tmp_path):
    ct(tmp_path / "ct")
    label_map(tmp_path / "mask" / "mask.nii.gz")
    (tmp_path / "mask" / "._mask.nii.gz").write_bytes(KINDS["fork"][0])
    made = segment(curate([row(image="ct", segmentation="mask")], tmp_path).images, tmp_path)
    assert made.rows[0]["n_voxels"] == 192


def test_what_is_on_another_machine(tmp_path):
    (tmp_path / ".image.nii.gz.icloud").write_bytes(KINDS["icloud"][0])
    with pytest.raises(BadImage, match=r"image.nii.gz: iCloud has it, .*; download it"):
        read(tmp_path / "image.nii.gz")
    (tmp_path / "mask.nii.gz").symlink_to(".git/annex/objects/Xx/Yy/SHA256E-s1--2.nii.gz")
    with pytest.raises(BadImage, match=r"mask.nii.gz: it is a git-annex link to a file that is not here; run"):
        read(tmp_path / "mask.nii.gz")


def test_an_image_of_another_format_is_told_its_ending(tmp_path):
    label_map(tmp_path / "a.nii.gz")
    (tmp_path / "a.nii.gz").rename(tmp_path / "a.nrrd")
    with pytest.raises(BadImage, match=r"a.nrrd: this is a NIfTI image; give it the ending .nii"):
        read(tmp_path / "a.nrrd")


def test_only_the_head_of_a_file_is_read_and_unpacked(tmp_path):
    bomb = gzip.compress(bytes(2**26))
    with open(tmp_path / "a.nrrd", "wb") as handle:
        handle.write(bomb[:4096])
    assert recognise(bomb[:4096]) is None
    assert all(not each.looks(b"") for each in FOREIGN)


READERS = (
    (lambda place: radioloom.extract(place, "mask.nii", modality="CT"), BadImage),
    (lambda place: segmentation(place, Choice(), "", Image(Grid((2, 2, 2), (1, 1, 1)))), BadMask),
)


@pytest.mark.parametrize("name", ["pipe", "pipe.nii.gz"])
def test_pipes_are_neither_files_nor_folders(tmp_path, name):
    """What a shell makes of <(...)."""
    os.mkfifo(tmp_path / name)
    for reader, fault in READERS:
        with pytest.raises(fault, match=f"^{name}: neither a file nor a folder .a pipe or device, as"):
            reader(tmp_path / name)


@pytest.mark.parametrize("ending", ["", ".nii.gz"])
def test_paths_of_more_letters_than_any_file_has(tmp_path, ending):
    place = tmp_path.joinpath(*["a" * 200] * 25, f"x{ending}")
    for reader, fault in READERS:
        with pytest.raises(fault, match=f"^x{ending}: no such .*; correct the path"):
            reader(place)
