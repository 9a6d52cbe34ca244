"""Cyrillic and Greek names in Latin letters, in the spellings that files have: simplified, without accents.

BGN/PCGN 1947 (Zhukova, Andrey, Yeltsin), ICAO Doc 9303 of passports (Andrei, Iuliia), ISO 9:1995 (Zukova, Andrej),
German (Schukowa, Jelzin), French (Joukova, Borissoff), Polish (Zukowa, Szewczenko), Ukrainian (Hryhorenko),
and ELOT 743.
"""

from __future__ import annotations

import re
import unicodedata

CYRILLIC = re.compile("[\u0400-\u052f]")
GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
BGN = {
    **dict(zip("абвгґдеёзиіклмнопрстуўфыэјћѓќ", "abvggdeeziiklmnoprstuufyejcgk", strict=True)),
    **dict(zip("єїжйхцчшщюяђљњџѕ", "ye yi zh y kh ts ch sh shch yu ya dj lj nj dz dz".split(), strict=True)),
    "ъ": "",
    "ь": "",
}
PASSPORT = BGN | {"й": "i", "ю": "iu", "я": "ia", "є": "ie", "ї": "i", "ъ": "ie"}
ISO = BGN | dict(zip("жйхцчшщюяєїўђљњџ", "z j h c c s s u a e i u d l n d".split(), strict=True))
GERMAN = BGN | dict(zip("вёжзйхцчшщюя", "w jo sch s i ch z tsch sch schtsch ju ja".split(), strict=True))
FRENCH = BGN | dict(zip("ёжйучшщюя", "io j i ou tch ch chtch iou ia".split(), strict=True))
POLISH = BGN | dict(zip("вёжйхцчшщюя", "w io z j ch c cz sz szcz iu ia".split(), strict=True))
UKRAINIAN = PASSPORT | {"г": "h", "и": "y"}
ELOT = dict(
    zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(), strict=True)
)
# Before single letters: the ending of surnames as it is written most often, and pairs of Greek letters.
ENDING = (re.compile("(?:ий|ый)(?![^\\W_])"), "y")
ENDING_I = (ENDING[0], "i")
OFF = (re.compile("(?<=[ое])в(?![^\\W_])"), "ff")
SOFT, VOWEL = "(?<![^\\W_ъьаеёиоуыэюя])", "[аеёиоуыэюя]"  # where a vowel begins with j: at first, and after vowels
YE, JE, YO = (re.compile(f"{SOFT}е"), "ye"), (re.compile(f"{SOFT}е"), "je"), (re.compile("ё"), "yo")
SS, GU = (re.compile(f"(?<={VOWEL})с(?={VOWEL})"), "ss"), (re.compile("г(?=[еиэ])"), "gu")
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
    (CYRILLIC, (ENDING, YE, YO), BGN), (CYRILLIC, (), UKRAINIAN), (CYRILLIC, (ENDING_I,), POLISH),
    (CYRILLIC, (ENDING_I,), GERMAN), (CYRILLIC, (ENDING_I, JE, SS), GERMAN),
    (CYRILLIC, (OFF,), BGN), (CYRILLIC, (ENDING_I, GU), FRENCH), (CYRILLIC, (ENDING_I, GU, SS, OFF), FRENCH),
    (GREEK, PAIRS, ELOT),
)  # fmt: skip
COMPOSED = "ёйўґѓќї"  # letters whose accent makes another letter of them


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
