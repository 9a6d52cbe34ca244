"""Gene sets of a GMT file: a set a line, its name, a description and its genes, separated by tabs."""

from __future__ import annotations

from pathlib import Path

from radioloom.errors import StudyError
from radioloom.io.files import is_file
from radioloom.io.user_tables.text import lines

CHARACTERS = 250_000_000  # of a file; all sets of MSigDB have a tenth
FORM = "a line of a GMT file is name, description and genes, separated by tabs"


def read(path: Path | str) -> dict[str, tuple[str, ...]]:
    """Genes of each set in the order of the file, each once; blank lines and empty cells are passed over.

    Raises StudyError, with the line, for a set without a name or genes and for two sets of one name; for a file that is
    not there, has no set, or is no text in UTF-8 or UTF-16 (gzip is undone) of at most 250 million characters.
    """
    place = Path(path)
    if not is_file(place):
        raise StudyError(f"{place.name}: no such file; correct the path, or put the file there")
    sets: dict[str, tuple[str, ...]] = {}
    at: dict[str, int] = {}
    for number, line in enumerate(lines(place, CHARACTERS), start=1):
        if not line.strip():
            continue
        name, *others = (cell.strip() for cell in line.split("\t"))
        genes = tuple(dict.fromkeys(gene for gene in others[1:] if gene))
        if not name or not genes:
            lacking = "genes" if name else "a name"
            raise StudyError(f"{place.name}, line {number}: a gene set without {lacking}; {FORM}")
        if name in at:
            raise StudyError(
                f"{place.name}, line {number}: a second gene set of the name in line {at[name]}; rename one of them"
            )
        sets[name], at[name] = genes, number
    if not sets:
        raise StudyError(f"{place.name}: no gene set; {FORM}")
    return sets
