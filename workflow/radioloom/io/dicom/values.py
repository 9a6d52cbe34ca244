"""The one door to a DICOM file: its data set, and attributes of it as text, numbers and items, or Malformed.

pydicom converts a value when it is asked for, and trusts the value representation that the file states: what should be
a number can turn out to be a sequence, hours after the file was opened. What the library reads of a file it reads here.
"""

from __future__ import annotations

import logging
import math
import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import EINVAL
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import pydicom
from pydicom.config import IGNORE, settings
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_partial
from pydicom.multival import MultiValue
from pydicom.tag import Tag
from pydicom.uid import UID, UID_dictionary

from radioloom.failures import reading
from radioloom.io.dicom import layout
from radioloom.io.dicom.characters import CHARACTERS, decoded, stated
from radioloom.io.dicom.layout import Malformed

# Hospitals' files break the rules of value representations all the time; what we need of them is checked here, by name.
settings.reading_validation_mode = IGNORE
# What pydicom raises on a damaged file. Never OSError or MemoryError: a file server that hiccups and a full memory are
# faults of the machine, which end the job, to be run again; a file that is no good is an exclusion for ever.
BROKEN = (
    InvalidDicomError, EOFError, struct.error, zlib.error, ValueError, LookupError, TypeError, AttributeError,
    ArithmeticError, NotImplementedError, RecursionError, BytesLengthException,
)  # fmt: skip
BINARY = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "UV": "Q", "SV": "q", "FL": "f", "FD": "d"}
NUMBER = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})? *")
FIGURES = re.compile(r"[0-9.,eE+\-_ ]{0,24}|[+-]?(nan|inf)(inity)?", re.IGNORECASE)
LONGEST = 2**24  # bytes of a text: a contour of a hundred thousand points has a tenth of them
PLAIN = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT UN".split())  # written as letters; UN: who knows

NEWER = {"1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression"}  # transfer syntaxes that pydicom does not know


def dataset(path: Path, pixels: bool = False, tags: Sequence[int] | None = None) -> Dataset:
    """A file's elements, without its pixels unless they are asked for; of them only `tags` where these are given.

    Raises one of BROKEN where the file is damaged, OSError where the machine cannot read it.
    """
    with reading(path) as handle:
        return read(handle, pixels, tags)


def read(handle: BinaryIO, pixels: bool = False, tags: Sequence[int] | None = None) -> Dataset:
    """The same of an open file, which is at its pixels after where they are not asked for."""
    layout.check(handle, layout.PIXELS[-1] if pixels else layout.PIXELS[0] - 1)
    tags = None if tags is None else [CHARACTERS, *tags]
    with files_own_fault():
        return pydicom.dcmread(layout.Bounded(handle), stop_before_pixels=not pixels, force=True, specific_tags=tags)


def beginning(handle: BinaryIO, last: int) -> Dataset:
    """The elements of an open file up to a tag: what kind of file it is."""
    layout.check(handle, last)
    with files_own_fault():
        return read_partial(layout.Bounded(handle), lambda tag, vr, length: tag > last, force=True)


@contextmanager
def files_own_fault() -> Iterator[None]:
    """Turns an OSError that the system did not raise (a place before the file's begin) into Malformed.

    pydicom's warnings are not let out: they quote what the file holds, and logs are handed on.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _own_fault():
            yield


@contextmanager
def _own_fault() -> Iterator[None]:
    """The same where nothing is converted, so that nothing is warned of: a structure set has a million such places."""
    try:
        yield
    except OSError as error:
        if error.errno not in (None, EINVAL):
            raise
        raise Malformed("elements at places that the file does not have") from error


@contextmanager
def machines_own_fault() -> Iterator[None]:
    """Raises the fault of the machine (no memory, no disk) that decoders of pydicom and ITK hide in a RuntimeError."""
    hidden = _Hidden()
    logger = logging.getLogger("pydicom")
    logger.addHandler(hidden)
    try:
        yield
    except RuntimeError as error:
        if hidden.error is not None:
            raise hidden.error from error
        if "o allocate" in str(error):  # ITK: Failed to allocate memory for image; "bits allocated" are the file's
            raise MemoryError(str(error)) from error
        raise
    finally:
        logger.removeHandler(hidden)


class _Hidden(logging.Handler):
    """Remembers the last fault of the machine that was logged."""

    error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno is not None):
            self.error = error


def why(error: BaseException) -> str:
    """Why a file cannot be read, and what to do."""
    known = error if isinstance(error, Malformed) else Malformed(f"it is damaged ({type(error).__name__})")
    return f"{known}; {known.remedy}"


def text(data: Dataset | Mapping[int, bytes], tag: int) -> str:
    """A value as text in the file's character set, "" where it is absent: the one way from bytes to letters.

    From raw bytes: pydicom's conversion is most of the time that a header takes, and replaces what it cannot decode.
    """
    if not isinstance(data, Dataset):
        return _text(data, tag, data.get(tag) or b"")
    item = _element(data, tag)
    if item is None or item.value is None:
        return ""
    if isinstance(item.value, bytes):
        if len(item.value) > LONGEST:
            raise Malformed(f"{called(tag)} is {len(item.value)} bytes long; {LONGEST} are read")
        if (kind := _kind(item, tag)) not in PLAIN:
            raise Malformed(f"{called(tag)} is of type {kind}, where text should be")
        return _text(data, tag, item.value)
    if isinstance(item.value, MultiValue | list):
        return "\\".join(map(str, item.value))
    if isinstance(item.value, pydicom.Sequence):
        raise Malformed(f"{called(tag)} is a sequence, where text should be")
    return str(item.value)


def letters(data: Dataset | Mapping[int, bytes], tag: int) -> str:
    """What can be read as letters of an attribute, of whatever type it is: never Malformed."""
    try:
        return text(data, tag)
    except Malformed:
        item = data._dict.get(Tag(tag)) if isinstance(data, Dataset) else None  # not read: that has failed
        return _text(data, tag, item.value[:LONGEST]) if item and isinstance(item.value, bytes) else ""


def words(data: Dataset, tag: int) -> str:
    """Text without the blanks and ends of lines around it (names of structures, labels), "" where it is absent."""
    return text(data, tag).strip()


def numbers(data: Dataset | Mapping[int, bytes], tag: int) -> tuple[float, ...]:
    """An attribute's numbers, whatever they are written as; empty where it is absent, Malformed where they are none."""
    if isinstance(data, Dataset):
        item = _element(data, tag)
        if item is not None and (kind := _kind(item, tag)) in BINARY:
            swapped = isinstance(item, RawDataElement) and not item.is_little_endian
            return _binary(item.value, (">" if swapped else "<") + BINARY[kind], tag)
    elif usual(tag) in BINARY:
        return _binary(data.get(tag), "<" + BINARY[usual(tag)], tag)
    content = text(data, tag)
    return parsed(content, tag) if content else ()


def parsed(content: str, tag: int) -> tuple[float, ...]:
    """The numbers of a text as DICOM writes them; Malformed where one of them is none, or not finite."""
    try:
        found = tuple(map(float, content.split("\\")))
    except ValueError:
        found = (math.nan,)
    if "_" not in content and all(map(math.isfinite, found)):  # Python takes 1_000 for a number
        return found
    odd = next(part for part in content.split("\\") if not NUMBER.fullmatch(part))
    shown = repr(odd) if FIGURES.fullmatch(odd) else "letters"  # which could be a name's
    comma = " (a comma is none of a number's signs: write a point)" if "," in odd else ""
    raise Malformed(f"{called(tag)} holds {shown} where a number should be{comma}")


def number(data: Dataset | Mapping[int, bytes], tag: int) -> float | None:
    """The one number of an attribute, None where it is absent; Malformed where there are several."""
    values = numbers(data, tag)
    if len(values) > 1:
        raise Malformed(f"{called(tag)} has {len(values)} values, where one should be")
    return values[0] if values else None


def integer(data: Dataset | Mapping[int, bytes], tag: int, absent: int = 0) -> int:
    """The one whole number of an attribute, `absent` where it has none; Malformed where it is another."""
    value = number(data, tag)
    if value is None:
        return absent
    if value != int(value):
        raise Malformed(f"{called(tag)} is {value:g}, where a whole number should be")
    return int(value)


def one(data: Dataset, tag: int) -> Dataset | None:
    """The one item of a sequence, None where it is absent or has none; Malformed where it has several."""
    found = items(data, tag)
    if len(found) > 1:
        raise Malformed(f"{called(tag)} has {len(found)} items, where one should be")
    return found[0] if found else None


def items(data: Dataset, tag: int) -> Sequence[Dataset]:
    """The items of a sequence, none where it is absent; Malformed where the attribute is no sequence."""
    value = _value(data, tag)
    if value is None or (isinstance(value, str | bytes) and not value):
        return ()
    if not isinstance(value, pydicom.Sequence):
        raise Malformed(f"{called(tag)} is no sequence, as it should be")
    return value


def called(tag: int) -> str:
    """What messages call an attribute."""
    return keyword_for_tag(Tag(tag)) or str(Tag(tag))


def syntax(data: Dataset) -> str:
    """The transfer syntax UID of a file as it stands there: "" where it is absent, empty or no text."""
    return letters(getattr(data, "file_meta", Dataset()), 0x00020010)


def syntax_name(uid: str) -> str:
    """What messages call a transfer syntax: a damaged file may hold anything in its place."""
    return UID(uid).name if uid in UID_dictionary else NEWER.get(uid, "no transfer syntax of the standard")


@cache
def usual(tag: int) -> str:
    """The value representation that the standard gives an attribute; UN where it knows none."""
    try:
        return dictionary_VR(Tag(tag))[:2]  # of "US or SS" the first
    except KeyError:
        return "UN"


def _kind(item: DataElement | RawDataElement, tag: int) -> str:
    return usual(tag) if item.VR in (None, "UN") else str(item.VR)


def _element(data: Dataset, tag: int) -> DataElement | RawDataElement | None:
    try:
        with _own_fault():
            return data.get_item(Tag(tag))
    except BROKEN as error:
        raise Malformed(f"{called(tag)} cannot be read ({type(error).__name__})") from error


def _value(data: Dataset, tag: int) -> Any:
    """A value that pydicom has converted."""
    try:
        with files_own_fault():
            item = data.get(Tag(tag))
        return None if item is None else item.value
    except BROKEN as error:
        raise Malformed(f"{called(tag)} cannot be read ({type(error).__name__})") from error


def _text(data: Dataset | Mapping[int, bytes], tag: int, value: bytes) -> str:
    plain = value.isascii() and b"\x1b" not in value  # what no character set changes
    told = value.decode("ascii") if plain else decoded(value, stated(data), usual(tag) == "PN")
    return told.strip(" \0")


def _binary(value: Any, form: str, tag: int) -> tuple[float, ...]:
    if not isinstance(value, bytes):
        several = value if isinstance(value, MultiValue | list) else () if value in (None, "") else (value,)
        return tuple(map(float, several))
    size = struct.calcsize(form)
    if len(value) % size:
        raise Malformed(f"{called(tag)} has {len(value)} bytes, where {size} are a number")
    found = tuple(float(each) for (each,) in struct.iter_unpack(form, value))
    if not all(map(math.isfinite, found)):
        raise Malformed(f"{called(tag)} is not finite")
    return found
