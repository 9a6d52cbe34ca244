"""Cells that name a patient, a case or a gene: which of them name nobody, and which are almost alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

from radioloom.errors import StudyError

# What Excel writes where a formula fails. Such a cell names nobody, as an empty one.
FAILED = frozenset({"#n/a", "#ref!", "#value!", "#name?", "#null!", "#num!", "#div/0!", "#getting_data", "#spill!"})
# A number as Excel writes it once it has lost digits: it keeps 15 of them.
ROUNDED = re.compile(r"\d+([.,]\d+)?e\+\d+|\d{16,}\.0", re.IGNORECASE)
# What people write where they do not know who a patient is, without its signs: as a name it would make one person of
# all cases that have it. Of the column `patient` alone: a case is told apart from others by whatever name.
UNKNOWN = frozenset(
    "na nan nat null nil none unknown unkn unk missing notknown notavailable notapplicable nopatient noname anon "
    "anonym anonymous anonymised anonymized anonymisiert unbekannt inconnu desconocido sconosciuto onbekend".split()
)
OTHER_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"
UNSEEN = ("Cf", "Cc", "Zl", "Zp")  # categories of letters that nobody sees
DIVIDING = re.compile(rf"[\s_.{OTHER_DASHES}-]+")  # parts of a name


def composed(text: str) -> str:
    """A text whose accents are part of their letters (NFC), as most programs write them, and Apple's files do not."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def nobody(text: str) -> bool:
    """Whether the cell of an id is empty, or a formula that failed (`#N/A`)."""
    return not text or text.lower() in FAILED


def refuse_unknown(patients: Sequence[str], cases: Sequence[str], where: Callable[[int], str]) -> None:
    """StudyError for the first patient who is a word for one that nobody knows (`unknown`, `n/a`, `?`, `ANON`).

    patients, cases : of each row; where : place of a row's patient
    A name of zeros alone (`0000`) is one where several cases have it.
    """
    of_zeros = {
        name: {case for each, case in zip(patients, cases, strict=True) if each == name}
        for name in {*patients}
        if name and not name.strip("0")
    }
    for row, name in enumerate(patients):
        word = not nobody(name) and (re.sub(r"[\W_]+", "", name.casefold()) or "unknown") in UNKNOWN
        if word or len(of_zeros.get(name, ())) > 1:
            others = "" if word else f"; where it is a person, write another name in all {len(of_zeros[name])} cases"
            raise StudyError(
                f"{where(row)}: {name!r} names no patient, and all cases that have it would be one person's; leave the "
                f"cell empty, and the case is a patient of its own{others}"
            )


def refuse_rounded(text: str, where: str) -> None:
    """StudyError where an id is a number that lost digits; `where` : its place. The id itself is not told."""
    if ROUNDED.fullmatch(text):
        raise StudyError(
            f"{where}: the id is a number of which Excel keeps 15 digits alone (it shows 1.23E+17), and the others are "
            "lost; take the ids anew from where they came from, into a column of the format Text"
        )


def alike(names: Iterable[str]) -> dict[str, str]:
    """Names by what is left of them without what programs change; see `bare`."""
    return {bare(name): name for name in names if name}


def bare(name: str) -> str:
    """A name without what programs change of it, so that two that are almost alike are one.

    That is: letter case, leading zeros, a `.0` at the end of a number, letters that nobody sees, forms of one letter
    (NFKC), quotes and apostrophes around it and Excel's `="..."`, R's X before a digit, and what divides its parts:
    blanks, dots and dashes of any kind are one between two digits (1-23 is not 12-3), and nothing elsewhere.
    """
    text = unicodedata.normalize("NFKC", name)
    text = "".join(letter for letter in text if unicodedata.category(letter) not in UNSEEN).strip()
    text = text.removeprefix("=").strip("\"'\u2018\u2019\u201c\u201d`\u00b4 ").casefold()
    text = re.sub(r"^([^\W\d]*\d+)\.0$", r"\1", text)
    text = re.sub(r"^x(?=\d)", "", DIVIDING.sub("-", text).strip("-"))
    text = re.sub(r"(?<!\d)-|-(?!\d)", "", text)
    return re.sub(r"0*(\d+)", r"\1", text)


def almost_one(names: Iterable[str]) -> Iterator[list[str]]:
    """Groups of differing names that are almost alike, each sorted."""
    groups: dict[str, set[str]] = {}
    for name in names:
        groups.setdefault(bare(name), set()).add(name)
    yield from (sorted(group) for group in groups.values() if len(group) > 1)
