"""Gene sets that a study names are held against the genes of its matrix before any job."""

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.study import load, verify

CASES = [f"T{k:05d}" for k in range(20)]


@pytest.fixture
def remarks(tmp_path):
    """What is said of gene sets, by the text of their file and the settings of `enrichment`."""

    def of(text, **settings):
        bench = many_cases(tmp_path, 20, data=str(tmp_path / "data"))
        rows = "".join(f"G{g},{','.join(str((g * k) % 7) for k in range(20))}\n" for g in range(1, 7))
        (bench.place / "data" / "genes.csv").write_text(f"gene,{','.join(CASES)}\n{rows}")
        (bench.place / "data" / "sets.gmt").write_text(text)
        bench.changes |= {
            "genomics": {
                "cohort": "train", "expression": {"file": "genes.csv", "gene": "gene"}, "modules": {"n_modules": 2},
                "enrichment": {"sets": "sets.gmt", "min_size": 2} | settings,
            }
        }  # fmt: skip
        path = bench.write()
        content = yaml.safe_load(path.read_text())
        try:
            return "\n".join(verify(load(content, bench.place, path), path))
        except StudyError as error:
            return str(error)

    return of


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        ("A\tx\tG1\tG2\n", {}, ""),
        (
            "A\tx\tG1\tG2\nB\tx\tX1\tX2\tG3\tX3\n",
            {},
            "50% of the genes of 2 sets are in the matrix; not tested, with fewer than 2 or",
        ),
        ("A\tx\tX1\tX2\n", {}, "genomics.enrichment.sets: none of 1 gene sets has 2 to 500 of the 6 genes"),
        ("A\tx\n", {}, "genomics.enrichment.sets: sets.gmt, line 1: a gene set without genes"),
        ("A\tx\tG1\tG2\n", {"sets": "no.gmt"}, "genomics.enrichment.sets: 'no.gmt' is"),
        ("A\tx\tG1\tG2\n", {"min_size": 9, "max_size": 3}, "genomics.enrichment: min_size 9 is above max_size 3"),
        ("A\tx\tG1\tG2\n", {"permute": "cells"}, "genomics.enrichment.permute"),
    ],
)
def test_what_is_said_of_gene_sets(remarks, text, settings, said):
    message = remarks(text, **settings)
    assert said in message
    assert bool(said) is bool(message)


def test_a_simulated_study_has_no_gene_sets(root):
    content = yaml.safe_load((root / "config" / "config.yaml").read_text())
    content["genomics"]["enrichment"] = {"sets": "sets.gmt"}
    with pytest.raises(StudyError, match=r"genomics.enrichment: simulated genes are in no set; take it out"):
        load(content, root, root / "config" / "config.yaml")
