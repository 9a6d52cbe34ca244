"""One content in every format of expression matrices; the oracle of how each is laid out is pandas."""

import gzip

import numpy as np
import pandas as pd
import pytest

from made.matrices import GENES, SAMPLES, VALUES, frame, gct, series_matrix
from radioloom.errors import StudyError
from radioloom.io.expression import header, of_study, read
from radioloom.io.matrices.kinds import FORMATS, kind

CASES = ["P1", "P2", "P3"]


def table(path, **changes):
    frame(**changes).to_csv(path)
    return path


def parquet(path, **changes):
    frame(**changes).to_parquet(path)
    return path


WRITTEN = {
    "GEO series matrix": lambda path: series_matrix(path / "m.txt"),
    "GEO series matrix, packed": lambda path: series_matrix(path / "m.txt.gz", packed=True),
    "GEO series matrix, its name a lie": lambda path: series_matrix(path / "m.csv"),
    "GCT 1.2": lambda path: gct(path / "m.gct", "1.2"),
    "GCT 1.3": lambda path: gct(path / "m.gct", "1.3"),
    "Parquet": lambda path: parquet(path / "m.parquet"),
    "Parquet, rows without a name": lambda path: parquet(path / "m.parquet", name=None),
    "table": lambda path: table(path / "m.csv"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_format_has_the_same_content(name, tmp_path):
    path = WRITTEN[name](tmp_path)
    given = read(path, cases=SAMPLES)
    np.testing.assert_array_equal(given.values.to_numpy(), np.array(VALUES, float))
    assert (list(given.values.index), list(given.values.columns)) == (GENES, SAMPLES)
    assert given.damaged == ["1-Mar"]
    assert name.startswith(given.format)
    assert header(path, cases=SAMPLES).cases == SAMPLES


def test_pandas_reads_the_same_of_the_files(tmp_path):
    path = series_matrix(tmp_path / "m.txt")
    theirs = pd.read_csv(path, sep="\t", comment="!", index_col="ID_REF")
    np.testing.assert_array_equal(theirs.to_numpy(), read(path, cases=SAMPLES).values.to_numpy())
    theirs = pd.read_csv(gct(tmp_path / "m.gct", "1.2"), sep="\t", skiprows=2, index_col="NAME").drop(
        columns="Description"
    )
    np.testing.assert_array_equal(theirs.to_numpy(), read(tmp_path / "m.gct", cases=SAMPLES).values.to_numpy())


@pytest.mark.parametrize(
    ("write", "samples"),
    [
        (WRITTEN["GEO series matrix, packed"], {"case": "patient", "batch": "batch"}),
        (WRITTEN["GEO series matrix"], {"case": "title", "batch": "batch"}),
        (WRITTEN["GCT 1.3"], {"case": "patient", "batch": "batch"}),
        (WRITTEN["table"], {"file": "s.csv", "sample": "gsm", "case": "who", "batch": "plate"}),
        (WRITTEN["table"], {"file": "g.txt", "case": "title", "batch": "batch"}),
    ],
)
def test_samples_are_of_cases(write, samples, tmp_path):
    (tmp_path / "s.csv").write_text("gsm,who,plate\nGSM1,P1,a\nGSM2,P2,b\nGSM3,P9,b\nGSM8,P3,a\n")
    series_matrix(tmp_path / "g.txt", rows=False)
    block = {"file": write(tmp_path).name, "samples": samples}
    given = of_study(tmp_path, block, CASES)
    assert list(given.values.columns) == ["P1", "P2"]
    assert given.batches == {"P1": "a", "P2": "b"}
    assert (given.n_samples, len(given.columns.strangers)) == (3, 1)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda p: series_matrix(p / "m", rows=False),
            "a series matrix without values, as GEO writes it",
        ),
        (lambda p: series_matrix(p / "m", end=False), "its last line is not there .* cut short"),
        (lambda p: gct(p / "m", "1.2", rows=4), "3 genes, and line 2 says 4: the file is cut short"),
        (lambda p: (p / "m").write_text("#1.2\n3\t\nNAME\tDescription\tA\n"), "line 2: a GCT file says here how many"),
        (lambda p: (p / "m").write_text("#1.3\n1\t2\t3\t4\nid\tA\n"), "line 3: 2 columns, and line 2 says 6"),
        (lambda p: (p / "m").write_text("#1.2\n"), "line 2: a GCT file says"),
        (lambda p: (p / "m").write_bytes(b"PAR1" + bytes(100)), "the Parquet file is damaged"),
        (lambda p: (p / "m").write_bytes(gzip.compress(b"!Series_x\n" * 9)[:-9]), "damaged or cut short"),
        (
            lambda p: (p / "m").write_text('!Series_x\t"a\n!series_matrix_table_begin\n'),
            "its last line is not there",
        ),
        (lambda p: (p / "m").write_text("!Sample_x\n" + "!" * 60_000_000), "characters"),
        (lambda p: None, "no such file"),
    ],
)
def test_files_that_are_spoilt_are_refused_by_name(spoil, words, tmp_path):
    spoil(tmp_path)
    with pytest.raises(StudyError, match=words):
        read(tmp_path / "m", cases=SAMPLES)


@pytest.mark.parametrize("name", [name for name in WRITTEN if name != "table"])
def test_a_file_cut_anywhere_is_refused(name, tmp_path):
    """But for the last number of a GCT file, after which nothing has to come; a plain table says no length."""
    whole = WRITTEN[name](tmp_path)
    content = whole.read_bytes()
    ends = content.rfind(b"\t") if name.startswith("GCT") else len(content.rstrip())
    for n in range(0, ends, max(len(content) // 40, 1)):
        whole.write_bytes(content[:n])
        with pytest.raises(StudyError):
            read(whole, cases=SAMPLES)


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ({"case": "patient"}, "a table says nothing of its samples"),
        ({"file": "s.csv", "sample": "gsm", "case": "whom"}, "no column 'whom'; did you mean column 2"),
        ({"file": "gone.csv", "sample": "gsm", "case": "who"}, "'gone.csv' is not below the data folder"),
        ({"file": "twice.csv", "sample": "gsm", "case": "who"}, "twice.csv, line 3: its sample has another case in 2"),
        ({"file": "several.csv", "sample": "gsm", "case": "who"}, "1 of 3 cases have more than one sample; keep one"),
        ({"file": "strange.csv", "sample": "gsm", "case": "who"}, "gives 1 samples, 0 of them of a case"),
    ],
)
def test_samples_that_do_not_meet_the_matrix(samples, words, tmp_path):
    table(tmp_path / "m.csv")
    (tmp_path / "s.csv").write_text("gsm,who\nGSM1,P1\n")
    (tmp_path / "twice.csv").write_text("gsm,who\nGSM1,P1\nGSM1,P2\n")
    (tmp_path / "several.csv").write_text("gsm,who\nGSM1,P1\nGSM2,P1\n")
    (tmp_path / "strange.csv").write_text("gsm,who\nGSM1,Meyer\n")
    with pytest.raises(StudyError, match=words) as told:
        of_study(tmp_path, {"file": "m.csv", "samples": samples}, CASES)
    assert "Meyer" not in str(told.value)


def test_a_transposed_matrix_is_told_by_its_samples_too(tmp_path):
    frame().T.to_csv(tmp_path / "m.csv", index_label="gene")
    (tmp_path / "s.csv").write_text("gsm,who\nGSM1,P1\nGSM2,P2\n")
    block = {"file": "m.csv", "samples": {"file": "s.csv", "sample": "gsm", "case": "who"}}
    with pytest.raises(StudyError, match="transpose the table"):
        of_study(tmp_path, block, CASES)


GPL = "#ID = probe\n#Gene Symbol = gene\n\n"
PROBES = "ID\tGene Symbol\n1_at\tTP53\n2_at\tEGFR /// EGFR-AS1\n3_at\t\n4_at\t---\n"


@pytest.mark.parametrize(
    "content",
    [
        GPL + PROBES,
        f"^PLATFORM = GPL1\n!platform_title = x\n{GPL}!platform_table_begin\n{PROBES}!platform_table_end\n",
        PROBES,
        PROBES.replace("\t", ","),
    ],
)
def test_probes_are_of_genes(content, tmp_path):
    (tmp_path / "gpl.txt").write_text(content)
    series_matrix(tmp_path / "m.txt", probes=["1_at", "2_at", "4_at"])
    block = {"file": "m.txt", "platform": {"file": "gpl.txt", "probe": "ID", "gene": "Gene Symbol"}}
    given = of_study(tmp_path, block, SAMPLES)
    assert list(given.values.index) == ["TP53"]
    assert given.probes == {"probes_read": 3, "probes_without_one_gene": 2}


def test_a_platform_of_other_probes_is_refused(tmp_path):
    (tmp_path / "gpl.txt").write_text(PROBES)
    series_matrix(tmp_path / "m.txt")
    block = {"file": "m.txt", "platform": {"file": "gpl.txt", "probe": "ID", "gene": "Gene Symbol"}}
    with pytest.raises(StudyError, match="none of 3 probes is one of the 1 of one gene"):
        of_study(tmp_path, block, SAMPLES)
    (tmp_path / "gpl.txt").write_text(PROBES + "1_at\tEGFR\n")
    with pytest.raises(StudyError, match="line 6, column 'ID': this probe has another gene in an earlier row"):
        of_study(tmp_path, block, SAMPLES)


def test_formats_are_told_by_content_and_the_last_takes_all():
    assert FORMATS[-1].looks(b"anything")
    assert [each.name for each in FORMATS] == ["GEO series matrix", "GCT", "Parquet", "table"]


def test_the_series_of_nsclc_radiogenomics_says_whose_its_samples_are(data_dir):
    """Its table is empty: GEO has the values of sequencing in a supplementary file."""
    path = data_dir / "nsclc_radiogenomics" / "GSE103584_series_matrix.txt"
    told = kind(path).samples(path)
    assert len(told) == 130
    assert told[0] | {} == told[0] | {"title": "R01-034", "geo_accession": "GSM2774822", "histology": "Adenocarcinoma"}
    assert {each["title"] for each in told} == set(
        pd.read_csv(path.with_name("expression_zscore.csv"), index_col=0, nrows=1).columns
    )
    with pytest.raises(StudyError, match="supplementary files"):
        read(path, cases=[each["geo_accession"] for each in told])


@pytest.mark.parametrize("name", [name for name in WRITTEN if name != "table"])
def test_spoilt_bytes_are_read_or_refused(name, tmp_path):
    """Each byte of a header turned in some way gives numbers or an error of ours, and nothing else."""
    whole = WRITTEN[name](tmp_path)
    content = whole.read_bytes()
    draw = np.random.default_rng(1)
    for k in draw.integers(len(content), size=60):
        whole.write_bytes(content[:k] + bytes([int(draw.integers(256))]) + content[k + 1 :])
        try:
            given = read(whole, cases=SAMPLES)
        except StudyError:
            continue
        assert given.values.shape[1] <= len(SAMPLES)
