"""Names in an expression matrix: genes that Excel made dates of, rows of no gene, columns that describe genes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from radioloom.errors import StudyError
from radioloom.io.user_tables.ids import ROUNDED
from radioloom.io.user_tables.record import Table

# Months as Excel writes them in English, German and French; after a day also in Spanish, Italian, Portuguese and Dutch.
MONTH = (
    "Jan|January|Januar|Janv|Janvier|Jän|Jänner|Feb|February|Februar|Févr?|Février|Mar|March|Mars|Mär|März|Mrz|Apr|"
    "April|Avr|Avril|May|Mai|Jun|June|Juni|Juin|Jul|July|Juli|Juil|Juillet|Aug|August|Août|Sept?|September|Septembre|"
    "Oct|October|Octobre|Okt|Oktober|Nov|November|Novembre|Dec|December|Dez|Dezember|Déc|Décembre"
)
LATER = "Ene|Gen|Fev|Abr|Mag|Giu|Lug|Ago|Set|Ott|Out|Dic|Mrt|Mei"
DATED = re.compile(
    rf"\d{{1,2}}[-./ ]{{1,2}}(?:{MONTH}|{LATER})\.?(?:[-./ ]{{1,2}}\d{{2,4}})?|"
    rf"(?:{MONTH})\.?[-./ ]\d{{1,4}}|(?:{MONTH})\.|\d{{4}}-\d\d-\d\d.*|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}",
    re.IGNORECASE,
)
# Rows that programs which count reads (HTSeq, STAR, featureCounts) put beside those of genes.
COUNTER = re.compile(
    r"__\w+|no_feature|ambiguous|too_low_aQual|not_aligned|alignment_not_unique|"
    r"N_(unmapped|multimapping|noFeature|ambiguous)|(Una|A)ssigned(_\w+)?",
    re.IGNORECASE,
)
SERIAL = re.compile(r"4\d{4}")  # a day of 2009 to 2036 as Excel counts
NAMED = 3  # columns that a message names
# Columns that describe genes. Only such are named in messages: any other may be called after a patient.
ABOUT_GENES = re.compile(
    r"([\s._-]*(entrez|ensembl|hgnc|gene|probe|locus|symbol|length|chr|chrom|chromosome|start|end|strand|description|"
    r"biotype|type|name|ids?|mean|median|variance|sd))+",
    re.IGNORECASE,
)


def damaged(genes: list[str]) -> list[str]:
    """Names of genes that Excel made something else of: a date (`1-Mar`), or a number (2.31E+19 for 2310009E15Rik).

    A day as Excel counts (44256) is one where genes are not numbers anyway.
    """
    numbered = sum(name.isdecimal() for name in genes) > len(genes) / 2
    return [
        name
        for name in genes
        if DATED.fullmatch(unicodedata.normalize("NFC", name))
        or ROUNDED.fullmatch(name)
        or (not numbered and SERIAL.fullmatch(name))
    ]


def refuse_merged(table: Table, gene: str, names: list[str], lines: list[int], broken: set[str]) -> None:
    """StudyError where two rows have one damaged name: they were two genes."""
    first: dict[str, int] = {}
    for name, line in zip(names, lines, strict=True) if broken else ():
        if name in broken and first.setdefault(name, line) != line:
            raise StudyError(
                f"expression: {table.at(line, gene)}: {name!r} is a date or a number, and that of line {first[name]} "
                "too: Excel made it of the names of two genes that are not one (MARCH1 and MARC1); write their names "
                "again"
            )


def about_genes(columns: Collection[str]) -> str:
    """`column 1 is 'symbol'` for the columns that describe genes: any other may be called after a patient."""
    named = [f"column {k} is {name!r}" for k, name in enumerate(columns, start=1) if ABOUT_GENES.fullmatch(name)]
    return ", ".join(named[:NAMED]) or "none of them called as a description of genes; their names are not shown"


def no_cases(others: list[str]) -> str:
    """How many columns are of no case, and which of them describe genes: `2 (entrez, Length)`."""
    named = [name or "one without a name" for name in others if not name or ABOUT_GENES.fullmatch(name)]
    listed = ", ".join(named)
    return f"{len(others)} ({listed})" if named else str(len(others))
