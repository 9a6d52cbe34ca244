"""Samples that meet no case and cases that meet no sample are rows; what a matrix is stands in words of its own."""

import numpy as np
import pandas as pd
import pytest

from made.matrices import series_matrix
from radioloom.figures import expression
from radioloom.genomics.expression import Expression, prepare
from radioloom.genomics.expression import Rules as Reading
from radioloom.io.expression import of_study
from radioloom.stages.genomics.inputs import Inputs
from radioloom.stages.genomics.sift import sift


@pytest.fixture
def sifted(tmp_path):
    series_matrix(tmp_path / "m.txt")
    given = of_study(tmp_path, {"file": "m.txt", "samples": {"case": "patient", "batch": "batch"}}, ["P1", "P2", "P3"])
    ready = prepare(given.values, Reading(), given.batches)
    return sift(Inputs(None, [], given, ready, ["P1", "P2", "P3"]), "genes")


def test_what_did_not_match_is_told(sifted):
    rows = sifted.samples[["number", "case", "state", "batch"]].to_dict("records")
    rows = [{key: None if pd.isna(value) else value for key, value in row.items()} for row in rows]
    assert rows == [
        {"number": 1, "case": "P1", "state": "matched", "batch": 1},
        {"number": 2, "case": "P2", "state": "matched", "batch": 2},
        {"number": 3, "case": None, "state": "no patient", "batch": None},
        {"number": 4, "case": "P3", "state": "no sample", "batch": None},
    ]
    assert expression.samples_in_words(sifted.summary["samples"]) == (
        "2 cases of the cohort have a sample with expression; 1 case without a sample; 1 sample of no case, never read "
        "(table SAMPLES)."
    )
    assert sifted.summary["format"] == "GEO series matrix"
    excel, batches = expression.remarks(sifted.summary)
    assert excel.startswith("1 gene is called like a date")
    assert batches.startswith("Batches are named, and not corrected: fewer than two have the 5 cases")


def test_every_scale_and_every_loss_has_words(sifted):
    values = pd.DataFrame(np.ones((2, 2)))
    counts = dict.fromkeys(
        ["dropped_undetected", "merged", "dropped_missing", "dropped_constant", "dropped_unvarying", "values_filled"], 1
    )
    summary = sifted.summary | {"genes": counts | {"genes_read": 9, "left": 2}}
    assert Expression(values, counts).batches is None
    for scale, words in expression.SCALES.items():
        told = expression.genes_in_words(summary | {"scale": scale})
        assert told.endswith(words)
    assert "9 rows of genes; 2 are left, 1 not detected, 1 merged with a row of the same gene" in told
