"""De-identify DICOM images and segmentations, after the Basic Profile of PS3.15 Annex E.

What the profile does with each of 650 attributes is Table E.1-1 as the package dicom-anonymizer carries it (2026c); its
own anonymiser looks at the top of a file only and draws UIDs at random, so the walk and the UIDs are ours: at every
depth, and keyed, so that files of one patient still refer to each other, in another run too. Of what the table does
not name only what measuring needs is kept (`kept`), and of that only values of the kind that its element is for.
Options: dates are moved by a number of days that is the patient's own (113107), times and their zone kept; sex, size
and weight are kept (113108), since SUV needs them; private elements are removed (see `lost`). What pixels show stays
(faces); what lies in their unused bits, in segments of compressed frames and after the last one is removed.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from pydicom.datadict import dictionary_VM, dictionary_VR
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.uid import UID_dictionary

from radioloom.errors import BadImage, StudyError
from radioloom.io.dicom.called import called, chosen
from radioloom.io.dicom.headers import IMAGES, RTSTRUCT, SEGMENTATIONS, text
from radioloom.io.dicom.identity import NUMBER
from radioloom.io.dicom.kept import CHARACTERS, DECIMAL, KEPT, PRODUCT, TERMS, WHEN
from radioloom.io.dicom.pixel_bytes import clean_pixels
from radioloom.io.dicom.withhold import identifying_words, withhold
from radioloom.io.user_tables.ids import composed
from radioloom.io.write.header import record
from radioloom.pseudonym import pseudonym

DUMMY = "REMOVED"
METHOD = "PS3.15 2026c Annex E Basic Profile by Radioloom"
CODES = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
)
PATIENT = frozenset({0x00100040, 0x00101020, 0x00101030})  # sex, size, weight
TEXTS = frozenset("AE AS CS LO LT PN SH ST UC UR UT".split())
STRINGS = TEXTS | frozenset("DA DS DT IS TM UI".split())
BINARY = frozenset("AT FD FL OB OD OF OL OV OW SL SS SV UL US UV".split())
CHARACTER_SET, ZONE, PIXELS = 0x00080005, 0x00080201, 0x7FE0
LETTERS = 0x2020  # two spaces: no two letters are a smaller number
FREE = frozenset("LT ST UC UR".split())  # where people write what they like
DATED = frozenset({0x0008, 0x0018, 0x0020, 0x0054, 0x3006})  # groups of the image's, series' and structures' own days
TELLING = 6  # digits: a number of so many that is the patient's own is no measurement


@dataclass(frozen=True, slots=True)
class Scrub:
    """What is needed to clean the files of one patient."""

    key: bytes = field(repr=False)
    identifying: frozenset[str] = field(repr=False)  # words of its elements
    days: int = field(repr=False)  # that dates are moved back

    def uid(self, old: str) -> str:
        """The UID that stands for another, the same wherever it is met."""
        if not old or old in UID_dictionary:
            return old
        return f"2.25.{int.from_bytes(_keyed(self.key, 'uid', old)[:16])}"

    def date(self, old: str) -> str:
        """A date (or the date that a date and time begin with) moved, "" where it is none."""
        if not any(WHEN[kind].fullmatch(old) for kind in ("DA", "DT")):
            return ""
        try:
            day = datetime.datetime.strptime(old[:8], "%Y%m%d") - datetime.timedelta(self.days)
        except (ValueError, OverflowError):
            return ""
        return f"{day:%Y%m%d}".zfill(8) + old[8:]


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a dataset that is being cleaned."""

    data: Dataset
    tag: BaseTag
    vr: str
    action: str  # of Table E.1-1: X remove, Z empty, D dummy, U UID; "" where the table does not name it
    scrub: Scrub

    @property
    def texts(self) -> list[str]:
        """Its values as text."""
        value = self.data.get_item(self.tag).value
        return [str(each) for each in value] if isinstance(value, MultiValue) else text(self.data, self.tag).split("\\")

    def put(self, values: list[str]) -> None:
        """Give it other values."""
        self.data.add_new(self.tag, self.vr, values[0] if len(values) == 1 else values)


def deidentify(data: Dataset, key: bytes, structures: str = "", words: frozenset[str] = frozenset()) -> Dataset:
    """The dataset without identity, changed in place; PatientID and PatientName become the pseudonym.

    structures : pattern of names of structures and segments that are kept, if no word in them identifies the patient;
        all others are numbered; words : that identify the patient in other files
    Raises BadImage where it is no image, RTSTRUCT or SEG, has no patient's number, or says that names are burned in.
    """
    number, sop_class = composed(text(data, NUMBER)), text(data, 0x00080016)
    if sop_class not in IMAGES | SEGMENTATIONS | {RTSTRUCT}:
        raise BadImage("neither image nor segmentation")
    if not number:
        raise BadImage("no patient's number (PatientID)")
    if not re.fullmatch("[0-9.]{1,64}", text(data, 0x0020000E)):
        raise BadImage("its SeriesInstanceUID is not a UID")
    if text(data, 0x00280301).strip().upper() not in ("", "NO"):
        raise BadImage("its pixels say who the patient is (BurnedInAnnotation)")
    if text(data.file_meta, 0x00020010) not in UID_dictionary:
        raise BadImage("its transfer syntax is not one of the standard")
    scrub = Scrub(key, identifying_words(data) | words, 365 + int.from_bytes(_keyed(key, "days", number)[:4]) % 3650)
    names = _names(data, chosen(structures), scrub.identifying)
    _clean(data, scrub)
    clean_pixels(data)
    for item, keyword, name in names:
        setattr(item, keyword, name)
    data.PatientID = data.PatientName = pseudonym(number, key)
    data.PatientIdentityRemoved, data.LongitudinalTemporalInformationModified = "YES", "MODIFIED"
    data.DeidentificationMethod = METHOD
    data.DeidentificationMethodCodeSequence = [
        record(CodeValue=code, CodingSchemeDesignator="DCM", CodeMeaning=meaning[:64]) for code, meaning in CODES
    ]
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = data.file_meta.TransferSyntaxUID
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, data.SOPInstanceUID
    data.file_meta, data.preamble = meta, bytes(128)
    return data


def _names(data: Dataset, kept: re.Pattern[str], identifying: frozenset[str]) -> list[tuple[Dataset, str, str]]:
    """Items of structures and segments, with what they are called afterwards."""
    names = []
    for item, keyword, name, number in called(data):
        clean = kept.fullmatch(name) and withhold(name, identifying) == name[:40]
        names.append((item, keyword, name if clean else f"ROI {number}"))
    return names


def _clean(data: Dataset, scrub: Scrub) -> None:
    for tag in list(data.keys()):
        item = data.get_item(tag)
        element = Element(data, tag, _vr(tag, item.VR), _table().get(int(tag), ""), scrub)
        next((act for when, act in RULES if when(element)), lambda element: None)(element)


def _remove(element: Element) -> None:
    del element.data[element.tag]


def _walk(element: Element) -> None:
    for item in element.data[element.tag].value:
        _clean(item, element.scrub)


def _refer(element: Element) -> None:
    """References to images keep their UIDs and codes, and nothing that is written beside them."""
    _walk(element)
    for item in element.data[element.tag].value:
        for tag in [part.tag for part in item if part.VR not in ("UI", "IS", "CS", "SQ")]:
            del item[tag]


def _dummy(element: Element) -> None:
    element.data.add_new(element.tag, element.vr, DUMMY if element.vr in TEXTS else None)


def _empty(element: Element) -> None:
    element.data.add_new(element.tag, element.vr, [] if element.vr == "SQ" else None)


def _identifies(element: Element) -> bool:
    identifying = element.scrub.identifying
    return element.vr in TEXTS and any(withhold(value, identifying) != value[:40] for value in element.texts)


def _foreign(element: Element) -> bool:
    """Whether an element is neither in the table nor one that measuring needs, or not of the kind that it should be."""
    return element.vr == "UN" or element.tag.is_private or not (element.action or element.tag in KEPT)


def _a_text(element: Element) -> bool:
    """Whether a binary number could be a text: it has more values than it may, or any number of large ones."""
    if element.vr not in BINARY or element.tag.group == PIXELS or element.action:
        return False
    most = dictionary_VM(element.tag).rpartition("-")[2]
    value = element.data[element.tag].value
    values = list(value) if isinstance(value, MultiValue | list) else [value]
    if not all(each is None or isinstance(each, int | float) for each in values):
        return True
    if any(isinstance(each, float) and each and not 1e-30 < abs(each) < 1e30 for each in values):
        return True  # nothing that is measured
    return len(values) > int(most) if most.isdecimal() else any(each >= LETTERS for each in values if each is not None)


def _no_number(element: Element) -> bool:
    """Whether a decimal or integer string holds something else, or the patient's number."""
    if element.vr not in ("DS", "IS"):
        return False
    least = 1 if element.tag in (0x00200011, 0x00200012) else TELLING  # of series, acquisition
    telling = {word for word in element.scrub.identifying if word.isdecimal() and len(word) >= least}
    return not all(map(DECIMAL.fullmatch, element.texts)) or not telling.isdisjoint(map(str.strip, element.texts))


def _words_put(element: Element) -> None:
    """Words of a coded string that are terms of the standard; another may be a name."""
    texts = [each.strip() for each in element.texts]
    if element.tag != CHARACTER_SET:
        element.put([each if set(each.split()) <= TERMS else DUMMY for each in texts])
    elif not all(set(each.split()) <= CHARACTERS for each in texts):
        _remove(element)


def _no_product(element: Element) -> bool:
    return element.vr in TEXTS and not all(map(PRODUCT.fullmatch, element.texts))


def _dated(element: Element) -> bool:
    """Whether an element says when the image was made, and not when its patient was born, admitted or treated."""
    return element.vr in ("DA", "DT", "TM") and (element.tag.group in DATED or not element.action)


def _shift(element: Element) -> None:
    if element.vr in ("DA", "DT"):
        element.put(list(map(element.scrub.date, element.texts)))
    elif not all(map(WHEN[element.vr].fullmatch, element.texts)):
        _empty(element)


def _characteristic(element: Element) -> bool:
    return element.tag in PATIENT and (element.vr == "DS" or set(element.texts) <= {"M", "F", "O"})


# The first rule that fits is followed; an element that none fits stays as it is.
RULES: tuple[tuple[Callable[[Element], bool], Callable[[Element], None]], ...] = (
    (lambda element: _foreign(element) or element.tag.group >> 8 in (0x50, 0x60) or _a_text(element), _remove),
    (lambda element: element.vr == "SQ" and element.action in ("X", "D"), _remove),
    (lambda element: element.vr == "SQ" and element.action == "Z", _empty),
    (lambda element: element.vr == "SQ" and element.action == "U", _refer),
    (lambda element: element.vr == "SQ", _walk),
    (lambda element: element.tag == ZONE or _dated(element), _shift),
    (
        lambda element: element.vr == "UI" or element.action == "U",
        lambda element: element.put(list(map(element.scrub.uid, element.texts))),
    ),
    (_no_number, _empty),
    (_characteristic, lambda element: None),
    (lambda element: element.action == "X" or element.vr in FREE, _remove),
    (lambda element: element.action == "Z" or element.tag in PATIENT, _empty),
    (lambda element: element.vr == "CS" and not element.action, _words_put),
    (lambda element: element.action == "D" or element.vr in ("PN", "UT") or _identifies(element), _dummy),
    (_no_product, _dummy),
)


@cache
def _table() -> dict[int, str]:
    """Attribute -> action of Table E.1-1; of alternatives the last, which keeps every kind of file valid."""
    try:
        from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table
    except ImportError:
        raise StudyError("this needs the package dicom-anonymizer: pip install 'radioloom[deidentify]'") from None
    groups = {
        "X": table.X_TAGS, "Z": table.Z_TAGS + table.X_Z_TAGS, "U": table.U_TAGS + table.X_Z_U_STAR_TAGS,
        "D": table.D_TAGS + table.Z_D_TAGS + table.X_D_TAGS + table.X_Z_D_TAGS,
    }  # fmt: skip
    return {(tag[0] << 16) + tag[1]: action for action, tags in groups.items() for tag in tags if len(tag) == 2}


def _vr(tag: BaseTag, given: str | None) -> str:
    """The value representation that an element should have; UN where it is unknown, or the file gives quite another.

    One kind of text may be written as another: its values are held against what they should be.
    """
    try:
        own = dictionary_VR(tag).split(" or ")
    except KeyError:
        return "UN"
    if given in own:
        return given
    if given is None or given == " or ".join(own):  # the file, or a dataset that is none yet, leaves it open
        return own[0]
    return own[0] if given in STRINGS and own[0] in STRINGS else "UN"


def _keyed(key: bytes, purpose: str, value: str) -> bytes:
    return hmac.new(key, f"radioloom {purpose} 1\0{value}".encode(), hashlib.sha256).digest()
