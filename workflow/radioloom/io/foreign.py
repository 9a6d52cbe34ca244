"""What a file is that is not what its name promises (a pointer, an error page, an archive), told by its first bytes."""

from __future__ import annotations

import os
import re
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from radioloom.failures import reading
from radioloom.io.files import BEGINNING, BESIDE, blank, is_file, is_folder, is_there

GZIP = b"\x1f\x8b"
NOWHERE = "a link that leads to no file; put the file itself there"
ANNEX = "a git-annex link to a file that is not here; run `git annex get` (or `datalad get`) in its repository"
UNPACK = "unpack it, and name what is in it"
# What is counted in the names of slices: numbers, UIDs, and digests in hexadecimal.
COUNTED = re.compile(r"[0-9a-f]*[0-9][0-9a-f]*(\.[0-9]+)*")
# Endings that packers, browsers and copying programs add to the name of a file that is not there yet.
ADDED = (".bz2", ".crdownload", ".download", ".filepart", ".gz", ".part", ".partial", ".tmp", ".xz", ".zst")


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of file.

    looks : (first bytes) -> whether a file that begins with them is of this kind
    instead : what to do where an image or a segmentation was expected; table : the same of a table, "" for `instead`
    honest : endings of names under which it is what it says; () where it stands in the place of another file, always;
        None where it never does: it lies beside other files as itself
    format : as `formats.kind` calls it, where it is an image that can be read under its own name
    """

    what: str
    looks: Callable[[bytes], bool]
    instead: str
    table: str = ""
    honest: tuple[str, ...] | None = None
    format: str = ""


def _starts(*with_: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(with_)


def _text(pattern: bytes) -> Callable[[bytes], bool]:
    """A text that begins with a pattern, after a byte order mark and blanks."""
    found = re.compile(rb"(\xef\xbb\xbf)?\s*" + pattern, re.IGNORECASE)
    return lambda head: found.match(head) is not None


def _packed(looks: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    """A gzip file whose content looks like something."""
    return lambda head: head.startswith(GZIP) and looks(_inflated(head))


def _inflated(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(head, BEGINNING)
    except zlib.error:
        return b""


def _either(looks: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    """A file that looks like something, or a gzip file whose content does."""
    return lambda head: looks(head) or _packed(looks)(head)


def _zipped(*parts: bytes) -> Callable[[bytes], bool]:
    """A zip archive with a part whose name, or content that is not packed, begins so among its first."""
    return lambda head: head.startswith(b"PK\x03\x04") and any(part in head for part in parts)


def _dicom(head: bytes) -> bool:
    return head[128:132] == b"DICM"


def _tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


PAGE = "(the answer of a server that asks for a login, or that failed?)"
PATH, AGAIN = "correct the path", "fetch the file again"
CSV = "save the table as CSV UTF-8"
XML = "a web page or an XML document (some programs call those .xls)"
TEXTS = (".html", ".htm", ".xhtml", ".xml", ".svg", ".xsd", ".xsl", ".json", ".ipynb", ".txt", ".md", ".log")
STATA = [bytes([version, order, 1, 0]) for version in range(108, 116) for order in (1, 2)]  # before release 117
RDS = (b"X\n\0\0\0\2", b"X\n\0\0\0\3", b"A\n2\n", b"A\n3\n")  # R Internals, 1.8: binary and text, versions 2 and 3
PICKLES = [bytes([0x80, protocol]) for protocol in range(2, 6)]
# First that fits. A kind that other kinds are a case of comes after them.
FOREIGN = (
    Foreign("a Git LFS pointer, which stands for a file that is not here", _starts(b"version https://git-lfs.github.com"),
            "run `git lfs pull` in its repository", honest=()),
    Foreign("a git-annex pointer, which stands for a file that is not here", _starts(b"/annex/objects/"),
            "run `git annex get` (or `datalad get`) in its repository", honest=()),
    Foreign("macOS' notes on another file (a resource fork, ._ before its name)", _starts(b"\x00\x05\x16\x07"),
            "delete it, and name the file without ._"),
    Foreign("a property list, as iCloud leaves in the place of a file that is not on this machine",
            _starts(b"bplist00"), "download the file (brctl download, or open it in Finder)", honest=(".plist",)),
    Foreign("a shortcut of Windows", _starts(b"L\0\0\0\x01\x14\x02\0", b"[InternetShortcut]"),
            "name the file that it leads to"),
    Foreign(f"a web page {PAGE}", _text(rb"<(!doctype\s+html|html|head|script)"), AGAIN, f"{XML}; open it and {CSV}",
            TEXTS),
    Foreign("a data file of Stata", _starts(b"<stata_dta>", *STATA),
            PATH, f"a data file of Stata; {CSV} (in Stata: export delimited)"),
    Foreign(f"an XML document {PAGE}", _text(rb"<[?!a-z]"), AGAIN, f"{XML}; open it and {CSV}", TEXTS),
    Foreign(f"a JSON document {PAGE}", _text(rb"(\{\s*[\"}]|\[\s*[{\"\]])"), AGAIN,
            f"a JSON document, and no table; {CSV} (in Python: pandas.read_json, then to_csv); if a server answered, "
            "fetch the file again", TEXTS),
    Foreign("compressed twice (gzip)", _packed(_starts(GZIP)), "unpack it once (gunzip)", honest=()),
    Foreign("a DICOM file that is compressed as a whole (gzip)", _packed(_dicom), "unpack it (gunzip)", honest=()),
    Foreign("a tar archive", _packed(_tar), UNPACK, CSV),
    Foreign("a tar archive", _tar, UNPACK, CSV),
    Foreign("a document of Word", _zipped(b"word/"), PATH,
            f"a document of Word; copy its table into a spreadsheet and {CSV}"),
    Foreign("a presentation (PowerPoint)", _zipped(b"ppt/"), PATH, CSV),
    Foreign("a document of LibreOffice (OpenDocument)", _zipped(b"mimetypeapplication/vnd.oasis"), PATH, CSV),
    Foreign("arrays of NumPy (.npz)", _zipped(b".npy"), PATH,
            f"arrays of NumPy; {CSV} (in Python: numpy.savetxt, or pandas' to_csv)"),
    Foreign("a zip archive", _starts(b"PK\x03\x04"), UNPACK,
            "an Excel workbook (or another zip archive); give it the ending .xlsx, or save it as CSV UTF-8"),
    Foreign("an empty zip archive", _starts(b"PK\x05\x06"), AGAIN, CSV),
    Foreign("an archive (7z or rar)", _starts(b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a"), UNPACK),
    Foreign("compressed by bzip2, xz or zstd", _starts(b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"), "unpack it"),
    Foreign("a workbook or a document of before 2007", _starts(b"\xd0\xcf\x11\xe0"), PATH,
            "an Excel workbook of before 2007, or a protected one; save it as .xlsx, or as CSV UTF-8"),
    Foreign("a PDF document", _starts(b"%PDF"), PATH, CSV),
    Foreign("a Parquet file", _starts(b"PAR1"), PATH,
            "a Parquet file; give it the ending .parquet where a table of features is wanted, else save it as CSV"),
    Foreign("data of R (.rds)", _either(_starts(*RDS)), PATH,
            f"data of R (.rds); {CSV} (in R: write.csv(readRDS(...), row.names=FALSE))"),
    Foreign("data of R (.RData)", _either(_starts(b"RDX", b"RDA", b"RDB")), PATH,
            f"data of R (.RData); {CSV} (in R: load it, then write.csv with row.names=FALSE)"),
    Foreign("a data file of SPSS", _starts(b"$FL2", b"$FL3"), PATH,
            f"a data file of SPSS; {CSV} (in SPSS: SAVE TRANSLATE /TYPE=CSV, or Save As)"),
    Foreign("a data set of SAS", _starts(bytes(12) + b"\xc2\xea\x81\x60", b"HEADER RECORD*******LIB"), PATH,
            f"a data set of SAS; {CSV} (in SAS: PROC EXPORT with DBMS=CSV)"),
    Foreign("a Feather (Arrow) file", _starts(b"ARROW1", b"FEA1"), PATH,
            f"a Feather (Arrow) file; {CSV} (in Python: pandas.read_feather, then to_csv; in R: write.csv)"),
    Foreign("a pickle of Python", _either(_starts(*PICKLES)), PATH,
            f"a pickle of Python; {CSV} (to_csv of the data frame where it was made)"),
    Foreign("arrays of NumPy or MATLAB, or an HDF5 file", _starts(b"\x93NUMPY", b"MATLAB 5.0", b"\x89HDF\r\n"),
            PATH, CSV),
    Foreign("a database (SQLite)", _starts(b"SQLite format 3\0"), PATH,
            f"a database (SQLite); export the table, and {CSV}"),
    Foreign("a text document (RTF)", _starts(b"{\\rtf"), PATH, CSV),
    Foreign("a picture (PNG or JPEG), which holds no measured values", _starts(b"\x89PNG", b"\xff\xd8\xff"),
            "export the images as DICOM"),
    Foreign("a DICOM file", _dicom, "name the folder of its series, or give the file the ending .dcm", CSV),
    Foreign("a NIfTI image", lambda head: _nifti(head) or _packed(_nifti)(head),
            "give it the ending .nii, or .nii.gz where it is compressed", format="NIfTI"),
    Foreign("an NRRD image", _starts(b"NRRD000"), "give it the ending .nrrd", format="NRRD"),
)  # fmt: skip


def _nifti(head: bytes) -> bool:
    return head[344:348] in (b"n+1\0", b"ni1\0") or head[4:8] in (b"n+2\0", b"ni2\0")


def recognise(head: bytes) -> Foreign | None:
    """Of which kind of `FOREIGN` a file is that begins with these bytes, None where of none."""
    return next((each for each in FOREIGN if each.looks(head)), None)


def instead(path: Path, format: str = "") -> str:
    """What lies where an image or a segmentation was expected, and what to do; "" where its first bytes do not tell.

    format : that the file's name promises
    """
    if not is_file(path):
        return absent(path)
    if why := blank(path):
        return f"it {why}; copy or fetch it again"
    found = recognise(_head(path))
    return f"this is {found.what}; {found.instead}" if found and (not format or found.format != format) else ""


def in_a_table(head: bytes) -> str:
    """What a file is that should be a text with a table, and what to do; "" where its first bytes do not tell."""
    found = recognise(head)
    if found is None:
        return ""
    whole = found.table and found.table != CSV
    return f"this is {found.table}" if whole else f"this is {found.what}; {found.table or found.instead}"


def no_table(path: Path) -> str:
    """What a file is that stands in the place of a table of any format, and what to do; "" for all others."""
    found = recognise(head := _head(path))
    return in_a_table(head) if found and found.honest is not None else ""


def absent(path: Path) -> str:
    """Why there is no file at a path, and what to do."""
    if is_folder(path):
        return "a folder; correct the path"
    if is_there(path):
        return "neither a file nor a folder (a pipe or device, as <(...) is); write its content into a file first"
    if os.path.islink(path):
        return f"it is {dead_link(path)}"
    if is_file(path.with_name(f".{path.name}.icloud")):
        return "iCloud has it, and this machine a placeholder alone; download it (brctl download, or open it in Finder)"
    return "no such file; correct the path"


def dead_link(path: Path) -> str:
    """What a link is that leads to no file, and what to do."""
    return ANNEX if "annex/objects/" in os.readlink(path).replace("\\", "/") else NOWHERE


def hollow(file: Path) -> tuple[str, str]:
    """Why a file is not what was there, and what to do; "" where it is: it may have been a slice or a segmentation.

    A copy that was broken off leaves a file without content, a repository or a cloud a pointer in its place, and a
    server that was asked for a file the page of an error.
    """
    if why := blank(file):
        return why, "copy or fetch it again"
    name = file.name.lower()
    if name.endswith(BESIDE):
        return "", ""
    found = recognise(_head(file))
    if found is None or found.honest is None or (found.honest and name.endswith(found.honest)):
        return "", ""
    return f"is {found.what}", found.instead


def pattern(name: str) -> str:
    """The name of a file without what is counted in it."""
    return COUNTED.sub("#", name.lower())


def patterns(names: Counter[str]) -> frozenset[str]:
    """The patterns of the names of a folder's slices: what two of them or more have in common beside what is counted.

    names : how many slices have a name of a `pattern`
    None where nothing is counted, so that a name that only looks like another says nothing.
    """
    return frozenset(each for each, n in names.items() if n > 1 and "#" in each)


def standing_in(other: Iterable[Path], slices: Mapping[Path, Counter[str]]) -> Iterator[tuple[Path, str, str]]:
    """Those of the files that are no DICOM that may have been one, by what they hold or by their name.

    slices : by folder, the names of its slices, as `patterns` takes them
    Gives each with what it is, and what to do.
    """
    found = {folder: patterns(names) for folder, names in slices.items()}
    for file in other:
        why = hollow(file)
        what, remedy = why if why[0] else in_place_of_a_slice(file, found.get(file.parent, ()))
        if what:
            yield file, what, remedy


def in_place_of_a_slice(file: Path, slices: Collection[str]) -> tuple[str, str]:
    """What a file is that is no DICOM and bears the name of a slice, and what to do; "" where it bears another.

    slices : `patterns` of the slices that lie beside it
    Whatever it holds: an answer of a server in plain text, a packed slice, or what was left when a copy broke off.
    """
    name = file.name.lower()
    bare = next((name.removesuffix(ending) for ending in ADDED if name.endswith(ending)), name)
    if pattern(bare) not in slices or (bare != name and is_file(file.with_name(file.name[: len(bare)]))):
        return "", ""
    found = recognise(head := _head(file))
    if found:
        return f"is {found.what}", found.instead
    if head.startswith(GZIP):  # which voxels and tables may be
        return "is compressed (gzip)", "unpack it (gunzip)"
    return f"is no DICOM ({file.stat().st_size} bytes) and named as the slices are", "copy or fetch it again"


def is_fork(file: Path) -> bool:
    """Whether a file is macOS' notes on another one, whose name it bears after `._`."""
    return file.name.startswith("._") and file.is_file() and _head(file).startswith(b"\x00\x05\x16\x07")


def _head(path: Path) -> bytes:
    with reading(path) as handle:
        return handle.read(BEGINNING)
