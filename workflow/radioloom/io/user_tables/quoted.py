"""What a message may quote of a user's table: what the study itself names, and what can be nobody's name or number.

The names of columns are a patient's where a table is transposed or has no header, and any cell is where columns were
exchanged. So of a header a message tells the number of a column, and of a cell its form, unless it is a short number or
a word that everybody uses. Ids of cases are pseudonyms, and may be told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from radioloom.io.user_tables.ids import UNKNOWN, alike, bare
from radioloom.settings import meant

QUOTED = 40  # characters of a form
ENCODED = "in another encoding; save the table as UTF-8, in Excel as `CSV UTF-8`"
LEGEND = {"A": "letter", "9": "digit"}  # what the signs of a form stand for
CLOSE = 0.8  # from which a name of another first letter may be meant: `id` by pid; age and stage are 0.75 alike
DIGITS = 6  # from which on a number may be a patient's
NUMBER = re.compile(r"[<>=~\u2264\u2265 ]*[-+]?[\d.,]+([eE][-+]?\d+)?[ %]*")
DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
FAILED = re.compile(
    r"#(REF|DIV/0|NAME|NUM|NULL|VALUE|SPILL|CALC|FIELD|N/A|BEZUG|WERT|ZAHL)[!?]?|Err:\d{3}", re.IGNORECASE
)
STAGE = re.compile(  # of a whole cell without signs: groups of TNM, its parts, grades
    r"(stage|stadium)?(i{1,3}|iv)[abc]?[1-3]?|[cpyr]{0,2}(t([0-4x][a-d]?|is)|n[0-3x][a-d]?|m[01x][a-d]?)|g[1-4x]"
)
NOT_KNOWN = UNKNOWN | frozenset("nd nk ka tbd notdone notdetermined notassessed notreported pending".split())
WORDS = NOT_KNOWN | frozenset(  # of outcomes and categories, as people write them
    "yes no true false on off dead alive died living deceased censored event progression relapse lost maybe other male "
    "female m f w ct pt pet mr mri nm us ja nein oui non inf infinity low high left right".split()
)


def shown(text: str, words: Iterable[str] = ()) -> str:
    """A cell as messages quote it: a short number, a common word or a stage as it is, else by its form.

    words : of the study; a cell that is one of them but for its case, blanks or encoding is told with it
    """
    if near := alike(words).get(bare(text), ""):
        return f"{text!r} (not {near!r})"
    if word := garbled(text, words):
        return f"{text!r} (it seems to be {word!r} {ENCODED})"
    plain = NUMBER.fullmatch(text) and not DATE.search(text) and sum(map(str.isdigit, text)) < DIGITS
    if FAILED.fullmatch(text):
        return f"{text!r} (a formula of a spreadsheet that failed)"
    word = re.sub(r"[\W_]+", "", text.casefold())
    known = not text or plain or word in WORDS or STAGE.fullmatch(word)
    if known and len(text) <= QUOTED:
        return repr(str(text))
    return masked([text])


def garbled(text: str, words: Iterable[str]) -> str:
    """The word that a text is but for its encoding: UTF-8 read as that of Windows, or the other way round; else ""."""
    for word in words:
        for one in ("cp1252", "latin-1"):
            ways = ((word, "utf-8", one), (word, one, "utf-8"))
            read = (each.encode(first, "replace").decode(other, "replace") for each, first, other in ways)
            if word != text and (text in read or text.encode("utf-8").decode(one, "replace") == word):
                return word
    return ""


def form(text: str) -> str:
    """How a text looks: `A99-99A` of G00-01A."""
    short = re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", text))
    return short if len(short) <= QUOTED else f"{short[:QUOTED]} ..."


def masked(texts: Iterable[str], most: int = 3) -> str:
    """The forms of texts as messages tell them, and what their signs stand for."""
    looks = list(dict.fromkeys(map(form, texts)))[:most]
    signs = [f"{sign} for a {what}" for sign, what in LEGEND.items() if any(sign in each for each in looks)]
    legend = f" ({', '.join(signs).replace(' for', ' stands for', 1)})" if signs else ""
    return f"{', '.join(map(repr, looks))}{legend}"


def forms(names: Collection[str]) -> str:
    """The forms of ids, for the end of a message; "" where there is none."""
    return f", but of the form {masked(names)}" if names else ""


def column(columns: Sequence[str], k: int, known: Iterable[str] = ()) -> str:
    """What messages call column `k` (from 0): its number, and its name where that is almost one of the `known`."""
    near = bare(columns[k]) in alike(known)
    return f"column {k + 1}{f' ({columns[k]!r})' if near else ''}"


def meant_column(wanted: str, columns: Sequence[str]) -> str:
    """`did you mean column 3?` where a column is called almost as the one that is wanted; else ""."""
    near = alike(columns).get(bare(wanted), "")
    if near:
        same = unicodedata.normalize("NFKC", near) == unicodedata.normalize("NFKC", wanted)
        return f"did you mean {near!r}?{' It looks the same and has other letters: copy it from the table.' * same}"
    if places := [k for k, name in enumerate(columns, 1) if garbled(name, [wanted])]:
        return f"column {places[0]} seems to be it {ENCODED}."
    starts = [name for name in columns if name[:1].casefold() == wanted[:1].casefold()]  # stage is no age
    longer = [name for name in starts if wanted and name.casefold().startswith(f"{wanted.casefold()} ")]  # age [years]
    hint = repr(longer[0]) if longer else meant(wanted, starts) or meant(wanted, columns, CLOSE)
    k = next((k for k, name in enumerate(columns) if hint and repr(name) in hint), None)
    return "" if k is None else f"did you mean column {k + 1}, which is called almost so?"
