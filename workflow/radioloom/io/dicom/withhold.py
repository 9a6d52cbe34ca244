"""Keep words of a DICOM file that identify its patient out of messages and results."""

from __future__ import annotations

import re
import unicodedata

from pydicom.dataset import Dataset

from radioloom.io.dicom.values import letters
from radioloom.tables.text import visible

WITHHELD = "[withheld]"
IDENTIFYING = (
    0x00100010, 0x00100020, 0x00100030, 0x00101000, 0x00101001, 0x00101005, 0x00101060, 0x00102154,  # the patient
    0x00080050, 0x00200010, 0x00380010, 0x00321032, 0x00401001,  # accession, study, admission, requested procedure
    0x00080080, 0x00081040, 0x00080090, 0x00081048, 0x00081050, 0x00081060, 0x00081070,  # hospital and its people
)  # fmt: skip
PHRASE = 4  # letters: shorter words of a file count only where they stand alone


def identifying_words(data: Dataset) -> frozenset[str]:
    """Words of a file's identifying elements: names, numbers, birth date, hospital, physicians."""
    return frozenset(word for tag in IDENTIFYING for word in _words(letters(data, tag)) if _identifies(word))


def withhold(name: str, identifying: frozenset[str]) -> str:
    """A name from the file as a message may show it: `[withheld]` where it holds an identifying word.

    identifying : of the same file, as `identifying_words` gives them
    What cannot be seen of it is marked.
    Letters' case, accents and what stands between words do not count; long words count inside others too.
    """
    words = _words(name)
    run = "".join(words)
    identified = any(word in words or (len(word) >= PHRASE and word in run) for word in identifying)
    return WITHHELD if identified else visible(name[:40])


def _identifies(word: str) -> bool:
    """Whether a word can single somebody out: no initial, no small number such as a study's."""
    return len(word) > 1 and not (word.isdecimal() and len(word) < PHRASE)


def _words(value: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", value).casefold()
    return re.findall(r"[^\W_]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))
