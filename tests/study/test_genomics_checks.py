"""A matrix of expression is held against the rules of genes and modules before any job."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.genomics.expression import LARGEST_LOGARITHM, not_logarithms, z_scored
from radioloom.study import load, verify

CASES = [f"T{k:05d}" for k in range(12)]
VALUES = np.random.default_rng(1).normal(7, 2, (10, 12))


@pytest.fixture
def bench(tmp_path):
    return many_cases(tmp_path, 12, data=str(tmp_path / "data"))


def verified(bench, values, genes=None, **changes):
    frame = pd.DataFrame(values, index=genes or [f"G{g}" for g in range(len(values))], columns=CASES)
    frame.to_csv(bench.place / "data" / "genes.csv", index_label="gene")
    bench.changes["genomics"] = {"cohort": "train", "expression": {"file": "genes.csv", "gene": "gene"}} | changes
    path = bench.write()
    return verify(load(yaml.safe_load(path.read_text()), bench.place, path), path)


@pytest.mark.parametrize(
    ("values", "genes", "changes", "words"),
    [
        (VALUES, [*"ABCDEFGHI", "A"], {}, "genomics.expression.file: 1 gene has more than one row (A ...); set"),
        (VALUES[:4], None, {}, "genomics.modules.n_modules: 8 modules asked of 4 genes; ask for fewer"),
        (
            VALUES[:4],
            None,
            {"modules": {"n_modules": 2, "min_genes": 6}},
            "genomics.modules.min_genes: 6 genes asked of 4; ask for fewer",
        ),
        (np.ones((10, 12)), None, {}, "genomics.expression.file: no gene is left of 10"),
    ],
)
def test_what_the_stage_would_refuse_is_a_fault_before_any_job(bench, values, genes, changes, words):
    with pytest.raises(StudyError) as caught:
        verified(bench, values, genes, **changes)
    assert words in str(caught.value)
    assert "study.yaml, line" in str(caught.value)


def test_counts_and_values_that_are_no_logarithms_are_notes(bench):
    assert verified(bench, VALUES) == []
    (note,) = verified(bench, np.floor(np.exp(VALUES)))
    assert "genomics.expression: the values are whole numbers, as counts of reads are (1 of 100 is above" in note
    (note,) = verified(bench, np.exp(VALUES))
    assert "genomics.expression: the values are no logarithms (1 of 100 is above" in note


def test_the_first_rule_of_geo2r():
    """log2 is taken there where the 99th percentile (R's quantile of type 7, as numpy's) is above 100."""
    for highest, told in ((LARGEST_LOGARITHM, False), (LARGEST_LOGARITHM + 0.1, True)):
        values = pd.DataFrame([[0.5] * 98 + [highest] * 3])
        assert bool(not_logarithms(values)) is told


def test_genes_that_were_each_standardised_are_told():
    draws = np.random.default_rng(1)
    values = draws.normal(8, draws.uniform(0.3, 2, (100, 1)), (100, 60))
    z = (values - values.mean(1, keepdims=True)) / values.std(1, keepdims=True)
    assert "% of the genes have" in z_scored(pd.DataFrame(z[:, :40]))  # over 20 patients more than the cohort has
    assert z_scored(pd.DataFrame(z)).startswith("100% of the genes have about mean 0 and standard deviation 1")
    for other in (values, values - values.mean(1, keepdims=True), z[:20], z[:, :10]):
        assert z_scored(pd.DataFrame(other)) == ""


def test_two_cases_of_one_column_of_expression(bench):
    copied = VALUES.copy()
    copied[:, 3] = copied[:, 1]
    said = "genomics.expression.file: 1 pair (T00001 = T00003) of cases with all 10 genes equal"
    with pytest.raises(StudyError, match=re.escape(said)):
        verified(bench, copied)
    for row in bench.rows["train"]:
        row["patient"] = row["case"].replace("T00003", "T00001")
    assert any(note.endswith(f"{said}; modules count them twice") for note in verified(bench, copied))


def mapped(bench, samples, others=(), columns=None, **block):
    """A matrix whose columns are called S0, S1 ...; samples : rows of the table beside it."""
    frame = pd.DataFrame(VALUES, [f"G{g}" for g in range(len(VALUES))], columns or [f"S{k}" for k in range(12)])
    frame.to_csv(bench.place / "data" / "genes.csv", index_label="gene")
    text = "sample,who\n" + "".join(f"{sample},{case}\n" for sample, case in [*samples, *others])
    (bench.place / "data" / "samples.csv").write_text(text)
    given = {"file": "genes.csv", "samples": {"file": "samples.csv", "sample": "sample", "case": "who"} | block}
    bench.changes["genomics"] = {"cohort": "train", "expression": given}
    path = bench.write()
    return verify(load(yaml.safe_load(path.read_text()), bench.place, path), path)


def test_samples_that_have_no_column_and_cases_that_have_no_sample_are_notes(bench):
    whole = [(f"S{k}", case) for k, case in enumerate(CASES)]
    assert mapped(bench, whole) == []
    notes = mapped(bench, whole[:10], [("GONE-1", CASES[10])])
    assert any("10 of 12 cases of cohort train have a column in the expression matrix; 2 cases" in n for n in notes)
    assert any("of no case of cohort train and are left out: 2" in note for note in notes)
    assert any("genomics.expression.samples: 1 of 11 samples have no column in the matrix" in note for note in notes)
    assert not any("GONE" in note for note in notes)


@pytest.mark.parametrize(
    ("samples", "block", "words"),
    [
        (
            [("S0", "Meyer")],
            {},
            "0 of 12 cases of cohort train have a column .* look at the columns `sample`",
        ),
        ([("S0", CASES[0])], {"case": "whom"}, "genomics.expression.samples: samples.csv: no column 'whom'"),
        (
            [("S0", CASES[0])],
            {"file": "gone.csv"},
            "expression.samples: 'gone.csv' is not below the data folder",
        ),
        ([("S0", CASES[0]), ("S0", CASES[1])], {}, "samples.csv, line 3: its sample has another case in 2"),
        ([("S0", CASES[0]), ("S1", CASES[0])], {}, "1 of 12 cases have more than one sample"),
    ],
)
def test_samples_that_do_not_fit_are_faults_before_any_job(bench, samples, block, words):
    with pytest.raises(StudyError, match=words) as caught:
        mapped(bench, samples, **block)
    assert "study.yaml, line" in str(caught.value)
    assert "Meyer" not in str(caught.value)
