import pandas as pd
import pytest

from radioloom.genomics.recovery import adjusted_rand, overlap


def frame(modules):
    return pd.DataFrame([{"module": m, "gene": g} for m, genes in modules.items() for g in genes])


def test_overlap_by_hand():
    found = overlap(frame({"P1": "abcd", "P2": "ef"}), frame({"M1": "abcx", "M2": "yz"})).set_index("planted")
    first = found.loc["P1"]
    assert (first["recovered"], first["n_shared"], first["recall"], first["precision"]) == ("M1", 3, 0.75, 0.75)
    assert first["jaccard"] == pytest.approx(3 / 5)
    assert found.loc["P2", "jaccard"] == 0


def test_perfect_recovery():
    truth = frame({"P1": "abcd", "P2": "efg"})
    assert (overlap(truth, truth.replace({"P1": "M2", "P2": "M1"}))["jaccard"] == 1).all()
    assert adjusted_rand(truth, truth) == 1


def test_nothing_found():
    found = overlap(frame({"P1": "ab"}), pd.DataFrame({"module": [], "gene": []}))
    assert found.loc[0, ["recovered", "recall", "precision", "jaccard"]].tolist() == ["", 0, 0, 0]
