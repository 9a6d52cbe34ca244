"""Cyrillic and Greek names in Latin letters, in the spellings that files have: simplified, without accents.

BGN/PCGN 1947 (Zhukova, Andrey), ICAO Doc 9303 of passports (Andrei, Iuliia), ISO 9:1995 (Zukova, Andrej) and ELOT 743.
"""

from __future__ import annotations

import re
import unicodedata

CYRILLIC = re.compile("[\u0400-\u052f]")
GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
BGN = {
    **dict(zip("абвгґдезиіклмнопрстуўфыэјћѓќ", "abvggdeziiklmnoprstuufyejcgk", strict=True)),
    **dict(zip("єжйхцчшщюяђљњџѕ", "ye zh y kh ts ch sh shch yu ya dj lj nj dz dz".split(), strict=True)),
    "ъ": "",
    "ь": "",
}
PASSPORT = BGN | {"й": "i", "ю": "iu", "я": "ia", "є": "ie", "ъ": "ie"}
ISO = BGN | dict(zip("жйхцчшщюяєўђљњџ", "z j h c c s s u a e u d l n d".split(), strict=True))
ELOT = dict(
    zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(), strict=True)
)
# Before single letters: the ending of surnames as it is written most often, and pairs of Greek letters.
ENDING = (re.compile("(?:ий|ый)(?![^\\W_])"), "y")
PAIRS = (
    (re.compile("ου"), "ou"),
    (re.compile("([αεη])υ(?=[θκξπσςτφχψ]|$)"), r"\1f"),
    (re.compile("([αεη])υ"), r"\1v"),
    (re.compile("γγ"), "ng"),
    (re.compile("γξ"), "nx"),
    (re.compile("γχ"), "nch"),
    (re.compile(r"(?<![^\W_])μπ"), "b"),
)
SPELLINGS = (
    (CYRILLIC, (), BGN), (CYRILLIC, (ENDING,), BGN), (CYRILLIC, (), PASSPORT), (CYRILLIC, (), ISO),
    (GREEK, PAIRS, ELOT),
)  # fmt: skip
COMPOSED = "йўґѓќї"  # letters whose accent makes another letter of them


def latin(text: str) -> tuple[str, ...]:
    """A text in small letters with its Cyrillic or Greek in Latin, in each spelling; none where it has neither."""
    if text.isascii():
        return ()
    return tuple(_spelt(text, before, table) for script, before, table in SPELLINGS if script.search(text))


def _spelt(text: str, before: tuple, table: dict[str, str]) -> str:
    composed = unicodedata.normalize("NFC", text).lower()
    bare = "".join(each if each in COMPOSED else unicodedata.normalize("NFD", each)[0] for each in composed)
    for old, new in before:
        bare = old.sub(new, bare)
    return "".join(table.get(each, each) for each in bare)
