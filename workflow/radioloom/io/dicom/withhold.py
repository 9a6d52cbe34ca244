"""Keep words of DICOM files that identify their patient out of messages and results."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pydicom.dataset import Dataset

from radioloom.io.dicom.alphabets import latin
from radioloom.io.dicom.characters import PRIVATE
from radioloom.io.dicom.ordinary import ORDINARY
from radioloom.io.dicom.values import BROKEN, items, letters
from radioloom.io.dicom.whose import placeholder
from radioloom.tables.text import visible

WITHHELD = "[withheld]"
IDENTIFYING = (
    0x00100010, 0x00100020, 0x00100030, 0x00101000, 0x00101001, 0x00101005, 0x00101060, 0x00102154,  # the patient
    0x00080050, 0x00200010, 0x00380010, 0x00321032, 0x00401001,  # accession, study, admission, requested procedure
    0x00080080, 0x00081040, 0x00080090, 0x00081048, 0x00081050, 0x00081060, 0x00081070,  # hospital and its people
    0x00700084, 0x300E0008, 0x00102297,  # creator of the content, reviewer, who answers for the patient
)  # fmt: skip
NESTED = (
    (0x00101002, 0x00100020),
    (0x30060080, 0x300600A6),
)  # other numbers of the patient; interpreters of structures
BIRTH, NAMES = 0x00100030, (0x00100010, 0x00101001, 0x00101005)
PEOPLE = (
    *NAMES,
    0x00101060,
    0x00321032,
    0x00080090,
    0x00081048,
    0x00081050,
    0x00081060,
    0x00081070,
    0x00700084,
    0x300E0008,
    0x00102297,
    0x300600A6,
)  # of whom one may be called Heart
DATES = (BIRTH, 0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x30060008)  # and of study to content and structures
TELLING = (*IDENTIFYING, *DATES, *(sequence for sequence, _ in NESTED))
CODE = re.compile(r"(?=[^\d]*\d)[\w.-]+")  # in place of a name a number of a study, as Lung_Dx-A0001
YEAR = re.compile("(19|20)[0-9][0-9]")  # of many a study's numbers, and of what is drawn
PHRASE = 4  # letters: shorter words of a file count only where they stand alone
IDEOGRAMS = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")  # two are a name
A_NAME = re.compile("[\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")  # alone: no kana
KANA = {hiragana: hiragana + 0x60 for hiragana in (*range(0x3041, 0x3097), 0x309D, 0x309E)}  # -> katakana
LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
READABLE = {PRIVATE + byte: chr(byte) for byte in range(0xA0, 0x100)}  # what no set has is most often Latin
# Where a name begins in what is written as one word: GTVLi, GTV_LI, ctvLi2.
BREAKS = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
    rf"|(?<=[A-Za-z])(?={A_NAME.pattern})|(?<={A_NAME.pattern})(?=[A-Za-z])"
)
REGION = re.compile(r"^(i?gtv|ctv|ptv|itv|roi)(?=[^\W\d_])")
# Initials as people write them; two capitals without dots are what is drawn as often (LN, CT, PV, LL), and are shown.
DOTTED = re.compile(r"(?<!\w)[^\W\d_]\.(?:[ -]?[^\W\d_]\.)+(?!\w)")
HYPHENED = re.compile(r"(?<!\w)[^\W\d_](?:(?:\.[ -]?|-)[^\W\d_])+\.(?!\w)")  # H-J.M. of Hans-Jörg
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS_TOO = {2: ("maer",), 4: ("mai",), 9: ("okt",), 11: ("dez",)}


def identifying_words(data: Dataset | Mapping[int, bytes]) -> frozenset[str]:
    """Words of a file's identifying elements, of dates in the orders that people write: names, numbers, hospital."""
    dates = (letters(data, tag) for tag in DATES)
    return identity_words(data) | {word for date in dates for word in _written(date)}


def identity_words(data: Dataset | Mapping[int, bytes]) -> frozenset[str]:
    """The same without dates other than the patient's birth."""
    found = set(_written(letters(data, BIRTH)))
    for tag in IDENTIFYING:
        found |= _of_value(letters(data, tag), tag)
    for sequence, tag in NESTED if isinstance(data, Dataset) else ():
        try:
            nested = items(data, sequence)
        except BROKEN:
            continue
        found |= {word for item in nested for word in _of_value(letters(item, tag), tag)}
    return frozenset(found)


def name_words(value: str) -> frozenset[str]:
    """Words of a person's name, folded, in Latin letters too; none of what stands in the place of one."""
    forms = () if placeholder(value) else (value, *latin(value))
    return frozenset(word for form in forms for word in _words(_merged(form)))


def withhold(name: str, identifying: frozenset[str]) -> str:
    """A name from a file as a message may show it: `[withheld]` where it holds an identifying word.

    identifying : of the same file and of the others of its case, as `identifying_words` gives them
    What cannot be seen of it is marked.
    Letters' case, accents (ü, ue and u are one), leading zeros, the script of what `latin` spells, kana's form and what
    stands between words do not count; long words count inside others too, a patient's initials as capitals with
    dots alone (J.M.).
    """
    return WITHHELD if _identified(name, identifying) else visible(name[:40])


def _identified(name: str, identifying: frozenset[str]) -> bool:
    initials = (each for dots in (DOTTED, HYPHENED) for each in dots.findall(name) if each.isupper())
    spelt = (_initials(_words(_folded(form))) for each in initials for form in (each, *latin(each)))
    if not identifying.isdisjoint(spelt):
        return True
    return any(_told(each, identifying) for each in (name, *latin(name)))


def _told(name: str, identifying: frozenset[str]) -> bool:
    for form, known in zip((_folded, _merged), _forms(identifying), strict=True):
        whole = [part for word in re.findall(r"[^\W_]+", name) for part in _words(form(word))]
        broken = (part for word in BREAKS.sub(" ", name).split() for part in _words(form(word)))
        alone = {*whole, *broken, *(REGION.sub("", word) for word in whole)}
        run = "".join(_words(form(name)))
        if not known.isdisjoint(alone) or any(word in run for word in known if _long(word)):
            return True
    return False


@lru_cache(maxsize=64)
def _forms(identifying: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(map(_folded, identifying)), frozenset(map(_merged, identifying))


def _long(word: str) -> bool:
    """Whether a word says who somebody is wherever it stands."""
    return len(word) >= PHRASE or (len(word) > 1 and IDEOGRAMS.fullmatch(word) is not None)


def _of_value(value: str, tag: int) -> set[str]:
    """Identifying words of a value, and what they are written together.

    Words that single nobody out (ct, lung) count in the names of people alone: a hospital's or a study's say no more
    than the structure that is called by them.
    """
    found: set[str] = set()
    name = tag in NAMES
    nobody = frozenset() if tag in PEOPLE and not CODE.fullmatch(value.strip()) else ORDINARY
    for part in (form for each in re.split(r"[\\=]", value) for form in (each, *latin(each))):
        words = _words(_folded(part))
        if nobody.issuperset(words):
            continue
        telling = {word for word in words if _identifies(word)} - nobody
        telling |= {run for word in (*words, "".join(words)) for run in _runs(word)}
        found |= telling | {short for word in telling if len(short := word.lstrip("0")) >= PHRASE - 1}
        orders = [words, [*words[1:], *words[:1]], words[:2], words[1::-1]] if name else [words]
        found |= {joined for each in orders if len(each) > 1 and _identifies(joined := "".join(each))}
        found |= {_initials(each) for each in orders if name and len(each) > 1}
    return found


def _runs(word: str) -> Iterator[str]:
    """Digits beside letters (0012345 of hn0012345): of four or more, as fewer count slices, and no year."""
    runs: list[str] = re.findall(r"[0-9]+", word)
    return (run for run in runs if _identifies(run) and not YEAR.fullmatch(run))


def _initials(words: list[str]) -> str:
    """`j.m.` of [john, meyer]."""
    return "".join(f"{word[0]}." for word in words)


def _identifies(word: str) -> bool:
    """Whether a word can single somebody out: no initial of an alphabet, no small number such as a study's."""
    return (len(word) > 1 or A_NAME.fullmatch(word) is not None) and not (word.isdecimal() and len(word) < PHRASE)


def _written(date: str) -> Iterator[str]:
    """A date (YYYYMMDD) as people write it, without what stands between its parts."""
    try:
        day = datetime.datetime.strptime(date[:8], "%Y%m%d")
    except ValueError:
        return
    full, short = f"{day:%Y}".zfill(4), f"{day:%y}"
    for d, m in {(f"{day:%d}", f"{day:%m}"), (str(day.day), str(day.month))}:
        for y in (full, short):
            yield from (y + m + d, d + m + y, m + d + y)
        for month in (MONTHS[day.month - 1], *MONTHS_TOO.get(day.month - 1, ())):
            yield from (d + month, month + d)
    yield f"{day:%B}{day.day}".lower()


def _folded(value: str) -> str:
    """Letters without case and accents, kana in one of their two forms."""
    plain = unicodedata.normalize("NFKD", value.translate(READABLE)).casefold().translate(LETTERS)
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare).translate(KANA)  # syllables of Hangul are letters again


def _merged(value: str) -> str:
    """The same where ü is ue, å is aa, đ is dj and so on, as in files that know no such letters."""
    return re.sub(r"([aou])e|(a)a|(d)[hj]", r"\1\2\3", _folded(value))


def _words(folded: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded)
