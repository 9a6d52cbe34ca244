"""Expression matrices as GEO, the Broad Institute and pandas write them: one content in each format."""

import gzip
from pathlib import Path

import pandas as pd

GENES = ["TP53", "EGFR", "1-Mar"]
SAMPLES = ["GSM1", "GSM2", "GSM3"]
PATIENTS = ["P1", "P2", "P9"]  # P9 is of no study
VALUES = [[1.5, -2.0, 3.25], [4.0, None, 6.0], [0.1, 0.2, 1e-5]]
CELLS = [[("" if value is None else repr(value)) for value in row] for row in VALUES]


def series_matrix(path: Path, rows=True, end=True, packed=False, probes=GENES) -> Path:
    """With a line of characteristics that holds another key of each sample, as GEO has them."""

    def line(*cells: str) -> str:
        return "\t".join([cells[0], *(f'"{cell}"' for cell in cells[1:])])

    text = [
        '!Series_title\t"A series, with ""quotes"""',
        line("!Sample_title", *PATIENTS),
        line("!Sample_geo_accession", *SAMPLES),
        line("!Sample_characteristics_ch1", "patient: P1", "tissue: lung", "patient: P9"),
        line("!Sample_characteristics_ch1", "batch: a", "patient: P2", "batch: b"),
        line("!Sample_characteristics_ch1", "", "batch: b", ""),
        "",
        "!series_matrix_table_begin",
        line('"ID_REF"', *SAMPLES),
        *(("\t".join([f'"{gene}"', *cells]) for gene, cells in zip(probes, CELLS, strict=True)) if rows else ()),
        *(["!series_matrix_table_end"] if end else ()),
        "",
    ]
    content = "\n".join(text).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def gct(path: Path, version: str, rows: int = 3) -> Path:
    """1.2 and 1.3; the latter with a column about genes and two rows about samples."""
    about = [["patient", "na", *PATIENTS], ["batch", "na", "a", "b", "b"]]
    whole = version == "1.3"
    text = [
        [f"#{version}"], [str(rows), "3", *(["1", "2"] if whole else [])],
        ["id" if whole else "NAME", "symbol" if whole else "Description", *SAMPLES], *(about if whole else []),
        *([gene, "about it", *cells] for gene, cells in zip(GENES, CELLS, strict=True)),
    ]  # fmt: skip
    path.write_text("".join("\t".join(cells) + "\n" for cells in text), encoding="utf-8")
    return path


def frame(columns=SAMPLES, index=GENES, name="gene") -> pd.DataFrame:
    """The content as pandas has it."""
    return pd.DataFrame(VALUES, index=pd.Index(index, name=name), columns=list(columns), dtype=float)
