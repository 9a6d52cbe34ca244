"""An expression matrix from a file: cases as numbers, columns that are none left out, dates among genes told."""

import numpy as np
import pytest

from radioloom.errors import StudyError
from radioloom.io.expression import forms, header, left_out, read
from radioloom.io.gene_names import damaged, no_cases


def written(tmp_path, text):
    path = tmp_path / "e.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_matrix_by_its_gene_column(tmp_path):
    path = written(tmp_path, "symbol,c1,c2\n0042,1.5,2\nNA,3,\nnan,NA,1e3\n")
    found = read(path, "symbol").values
    assert list(found.columns) == ["c1", "c2"]
    assert list(found.index) == ["0042", "NA", "nan"]  # names are text
    np.testing.assert_array_equal(found.to_numpy(), [[1.5, 2], [3, np.nan], [np.nan, 1000]])


def test_columns_that_are_of_no_case_are_never_read(tmp_path):
    path = written(tmp_path, "entrez,gene,Length,P1,chrom,P2,PX,p3\n7,TP53,900,1,chr1,2,x,5\n")
    cases = ["P1", "P2", "P3"]
    found = read(path, "gene", cases)
    assert found.values.to_dict("list") == {"P1": [1.0], "P2": [2.0]}
    assert found.others == ["entrez", "Length", "chrom", "PX", "p3"]
    assert no_cases(found.others) == "5 (entrez, Length, chrom)"  # PX may be a patient
    assert header(path, "gene", cases).hints == {"P3": "p3"}


def test_no_column_of_a_case(tmp_path):
    with pytest.raises(
        StudyError,
        match=r"e.csv, line 1: no column is called like a case of the cohort \(P1, P2 ...\), but of the form 'A9-99A'",
    ):
        read(written(tmp_path, "gene,P1-01A\nA,1\n"), "gene", ["P2", "P1"])
    assert (
        forms(["P1-01A", "ID_7 é", "P2-02B", "x", "#"])
        == ", but of the form 'A9-99A', 'AA_9 A', 'A' (A stands for a letter, 9 for a digit)"
    )
    assert forms([]) == ""


def test_a_transposed_matrix_is_told(tmp_path):
    for heads in ("gene,A,B,C", "case,A,B,C"):
        path = written(tmp_path, f"{heads}\nP1,1,2,3\np-02,4,5,6\n")
        for reader in (read, header):
            with pytest.raises(StudyError, match="names of cases stand in its first column, and genes have to be rows"):
                reader(path, "gene", ["P1", "P2"])


def test_a_first_column_without_a_name(tmp_path):
    path = written(tmp_path, ",c1\nA,1\n")
    for name in ("", "Unnamed: 0"):
        assert read(path, name).values.to_dict() == {"c1": {"A": 1.0}}
    with pytest.raises(StudyError, match=r"no column 'gene' .*`gene: 'Unnamed: 0'` means it"):
        read(path)


def test_a_missing_gene_column_names_what_is_there(tmp_path):
    with pytest.raises(StudyError, match=r"e.csv, line 1: no column 'gene' among \d \(column 1 is 'symbol'\)"):
        read(written(tmp_path, "symbol,c1\nA,1\n"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gene,c1,c2\nA,1,low\n", "line 2, column 'c2': 'low' is no number"),
        ("gene,c1,c2\nA,1,2\nB,-inf,2\n", "line 3, column 'c1': '-inf' is not finite"),
        ("gene;c1;c2\nA;1,5;2\n", "line 2, column 'c1': '1,5' has a comma"),
        ("gene,c1\n,1\n", "line 2, column 'gene': a row without a gene name"),
        (
            "gene,c1\n1-Mar,1\nA,2\n1-Mar,3\n",
            "line 4, column 'gene': '1-Mar' is a date or a number, and that of line 2 too",
        ),
        ("gene,c1\n#N/A,1\n", "line 2, column 'gene': a row without a gene name"),
        ("gene,c1\n2.31E+19,1\nA,2\n2.31E+19,3\n", "line 4, .*'2.31E\\+19' is a date or a number, and that of line 2"),
        (
            "gene,c1\n44256,1\nA,2\n44256,3\nB,1\nC,1\n",
            "line 4, column 'gene': '44256' is a date or a number, and that of line 2",
        ),
        ("gene,9.9E+17,c1\nA,2,1\n", "line 1: the id is a number of which Excel keeps 15 digits alone"),
        ("gene,c1,c1\nA,1,2\n", "columns 2 and 3 have the same name"),
        ("gene,c1,c2\nA,1,2,3\n", "line 2: 4 cells where the header has 3 columns; .*write.table needs col.names=NA"),
    ],
)
def test_faults_have_their_line(tmp_path, text, words):
    with pytest.raises(StudyError, match=words):
        read(written(tmp_path, text))


def test_genes_that_excel_made_dates_of(tmp_path):
    genes = ["TP53", "1-Mar", "Sep-02", "2.Dez", "2019-03-01", "44256", "MARCH1", "HLA-A", "1-8U"]
    found = read(written(tmp_path, "gene,c1\n" + "".join(f"{name},1\n" for name in genes)))
    assert found.damaged == genes[1:6]
    numbered = read(written(tmp_path, "gene,c1\n44256,1\n7157,2\n672,3\n"))  # Entrez ids
    assert numbered.damaged == []


# What Excel shows for MARCH1, SEPT2 and DEC1 in several languages, and for 2310009E15Rik.
DAMAGED = [
    "1-Mar", "01-Mar", "Mar-01", "1-mars", "1. Mrz", "01. Mrz", "Mrz 01", "1-Mär", "2-sept", "2-sept.", "02-sept.",
    "sept.-02", "sept.", "1-déc.", "1-de\u0301c.", "1-dic", "2-set", "1/set", "1-mrt", "1-Mar-26", "1. März 2026",
    "Sep-02",    "2026-03-01", "01.03.2026", "3/1/2026", "2.31E+19", "2.31e+19", "2,31E+19", "1E+13", "44256",
]  # fmt: skip
WHOLE = [
    "MARCH1", "MARCHF1", "SEPT2", "SEPTIN2", "DEC1", "MAR-A", "SET-1", "AGO-2", "GEN1", "MAGEA1", "1-8U",
    "2310009E15Rik", "ENSG00000141510.18", "HLA-A", "5S_rRNA", "7SK", "1007_s_at", "MAYA", "DICER1", "OUT-1", "1e5",
    "mir-21", "NOV", "AUG",
]  # fmt: skip


def test_genes_that_excel_made_something_else_of():
    assert damaged(DAMAGED + WHOLE) == DAMAGED


COUNTERS = [
    "__no_feature", "__ambiguous", "__too_low_aQual", "__not_aligned", "__alignment_not_unique", "N_unmapped",
    "N_multimapping", "N_noFeature", "N_ambiguous", "no_feature", "too_low_aQual", "Assigned", "Unassigned_NoFeatures",
]  # fmt: skip


def test_rows_that_count_reads_of_no_gene_are_left_out(tmp_path):
    text = "gene,c1,c2\nTP53,1,2\n" + "".join(f"{name},9000,x\n" for name in COUNTERS) + "N_PAC,1,2\nASSIGNED1,3,4\n"
    given = read(written(tmp_path, text))
    assert list(given.values.index) == ["TP53", "N_PAC", "ASSIGNED1"]
    assert given.counters == COUNTERS
    assert f"rows that count reads of no gene: {', '.join(COUNTERS)}" in left_out(given)


@pytest.mark.parametrize(
    ("case", "column"),
    [("TCGA-05-4244", "TCGA.05.4244"), ("001", "X001"), ("P2", "P2\u200b"), ("P-2", "P\u20132"), ("P2", "\uff302")],
)
def test_columns_that_are_almost_called_like_a_case(tmp_path, case, column):
    path = written(tmp_path, f"gene,C1,{column},C2\nA,1,2,3\n")
    assert header(path, "gene", [case, "C1"]).hints == {case: column}
    with pytest.raises(StudyError) as caught:
        read(path, "gene", [case])
    assert f"; did you mean {case} by its column {column!r}?" in str(caught.value)


@pytest.mark.parametrize("text", ["symbol,CANARY_JOHN,b\nA,1,2\n", "gene,CANARY_JOHN,CANARY_JOHN\nA,1,2\n",
                                  "CANARY_JOHN,b,c\n1,2,3\n", "gene|CANARY_JOHN|c2\nA|1|2\nB,1,2\n"])  # fmt: skip
def test_no_message_names_a_column_that_may_be_a_patient(text, tmp_path):
    (tmp_path / "e.csv").write_text(text)
    with pytest.raises(StudyError) as caught:
        read(tmp_path / "e.csv", "gene", ["b", "c"])
    assert "CANARY" not in str(caught.value)
