"""The planted truth in the report: shares, true associations, and the features that follow a hidden factor."""

import pandas as pd
import pytest

from made.texts import texts_of
from radioloom.figures import truth
from radioloom.figures.style import svg

COLUMNS = ["evaluation", "cohort", "kind", "model", "label", "against", "metric", "estimate", "low", "high", "n"]


def metrics(*rows):
    return pd.DataFrame(rows, columns=COLUMNS).assign(n_events=20)


def row(cohort, kind, model, estimate, low, against=""):
    return ("validation", cohort, kind, model, model, against, "c_index", estimate, low, 0.9, 40)


JUDGED = metrics(
    row("v", "signature", "signature", 0.7, 0.6),
    row("v", "signature", "signature", 0.1, 0.0, "volume"),
    row("v", "baseline", "volume", 0.6, 0.5),
    row("v", "control", "shuffled_roi", 0.6, 0.5),
    row("w", "signature", "signature", 0.7, 0.6),
)
TRUTH = metrics(row("v", "truth", "truth", 0.75, 0.65), row("w", "truth", "truth", 0.6, 0.4))


def test_the_share_is_given_only_where_the_truth_is_above_chance():
    table = truth.metrics(JUDGED, TRUTH, "c_index")
    assert table.columns[3:] == (
        "planted truth",
        "signature",
        "volume",
        "share of the achievable C-index above 0.5",
    )
    assert [line[-1] for line in table.rows] == ["80 %", "–"]
    assert table.rows[0][4:6] == ("0.70 (0.60–0.90)", "0.60 (0.50–0.90)")
    assert table.rows[1][5] == "–"


def test_signature_beside_the_truth_in_words():
    assert truth.performance_in_words(JUDGED, TRUTH, "c_index") == (
        "C-index of the signature: 0.70 in v (the planted hazard itself: 0.75), "
        "0.70 in w (the planted hazard itself: 0.60)."
    )


def test_a_planted_module_is_not_taken_for_a_recovered_one_of_its_name():
    overlap = OVERLAP.assign(planted="M2", recall=0.8, precision=0.9)
    assert truth.modules(overlap).rows[0][:4] == ("P2", "heterogeneity", "30", "M2")
    text = truth.modules_in_words(overlap, pd.DataFrame({"planted": []}))
    assert text.startswith("The planted module P2 (30 genes that follow heterogeneity) is matched best by M2:")
    planted = pd.DataFrame({"gene": list("abc"), "module": ["M2", "M2", ""]})
    drawn = svg(truth.module_overlap(planted, pd.DataFrame({"gene": ["a"], "module": ["M1"]})), "f", "t")
    assert ">planted P2<" in drawn
    assert truth.planted_label("Mitosis") == "Mitosis"


OVERLAP = pd.DataFrame(
    {"planted": ["P1"], "driver": ["heterogeneity"], "n_planted": [30], "recovered": ["M2"], "n_recovered": [28],
     "n_shared": [25], "jaccard": [0.76]}
)  # fmt: skip


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ([], "No association has q < 0.05."),
        ([True], "The one significant association is a true one."),
        ([False], "The one significant association is not a true one."),
        ([True, False], "1 of 2 significant associations is a true one."),
        ([False, False], "None of 2 significant associations are true ones."),
        ([True, True, True], "All 3 significant associations are true ones."),
    ],
)
def test_true_associations(planted, words):
    text = truth.modules_in_words(OVERLAP, pd.DataFrame({"planted": pd.Series(planted, dtype=bool)}))
    assert "is matched best by M2: 25 of its genes are among M2's 28 (Jaccard 0.76)." in text
    assert text.endswith(words)


def test_a_planted_module_that_was_lost():
    lost = truth.modules_in_words(OVERLAP.assign(n_shared=0), pd.DataFrame({"planted": []}))
    assert lost.startswith("No recovered module has a gene of the planted one")


def test_features_in_words():
    follows = {"a": {"heterogeneity": 0.8}, "b": {}}
    assert truth.features_in_words(follows, ["a", "b"]) == (
        "Of 2 features in the signature, 1 follows the hidden heterogeneity, 1 follows neither."
    )
    both = {"a": {"heterogeneity": 0.8}, "b": {"heterogeneity": 0.6}}
    text = truth.features_in_words(both, ["a", "b"])
    assert text == "All 2 features of the signature follow the hidden heterogeneity."
    assert truth.features(follows, ["a", "b"]).rows == (("a", "heterogeneity (0.80)"), ("b", "neither: not planted"))


def test_overlap_of_modules():
    planted = pd.DataFrame({"gene": list("abcdef"), "module": ["P1", "P1", "P1", "P2", "P2", ""]})
    recovered = pd.DataFrame({"gene": list("abd"), "module": ["M1", "M1", "M1"], "weight": 1.0})
    texts = texts_of(truth.module_overlap(planted, recovered))
    assert {"planted P1", "planted P2", "in none", "M1", "none"} <= set(texts)
    assert sorted(t for t in texts if t.isdigit()) == ["1", "1", "1", "1", "2"]


def test_hidden_factors_in_the_order_asked_for():
    frame = pd.DataFrame(
        {"cohort": ["a", "b"] * 2, "feature_id": ["x", "x", "y", "y"], "rho_heterogeneity": 0.5, "rho_volume": -0.2}
    )
    texts = texts_of(truth.hidden_factors(frame, ["y", "x", "z"]))
    assert texts.index("y") < texts.index("x")
    assert "z" not in texts
