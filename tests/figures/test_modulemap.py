"""Gene modules in the report: the order of associations, and how many stand out."""

import numpy as np
import pandas as pd

from made.texts import texts_of
from radioloom.figures import modulemap


def pairs(**columns):
    frame = {"module": ["M1", "M2"], "feature_id": ["x", "y"], "rho": [0.6, 0.1], "p": [0.001, 0.5], "q": [0.002, 0.5],
             "p_max": [0.01, 0.9], "rho_given_volume": [0.5, 0.1], "n": [30, 30]}  # fmt: skip
    return pd.DataFrame(frame | columns)


def test_associations_put_the_smallest_p_first():
    frame = pairs(rho=[0.2, -0.6], p=[0.2, 0.001], q=[0.2, 0.002], rho_given_volume=[float("nan"), -0.5])
    assert [row[0] for row in modulemap.associations(frame).rows] == ["M2", "M1"]


def test_associations_in_words():
    text = modulemap.associations_in_words(pairs())
    assert text.startswith(
        "2 pairs of module and feature were tested: 1 with q < 0.05 and 1 with a family-wise p < 0.05 (the smallest"
    )
    assert text.endswith("The strongest: module M1 with x, rho 0.60 (q 0.002, n 30); given volume, 0.50.")
    some = modulemap.associations_in_words(pairs(), "the signature's features and volume, y")
    assert some.startswith("2 pairs of module and feature (the signature's features and volume, y) were tested:")
    one = modulemap.associations_in_words(pairs().iloc[1:])
    words = "1 pair of module and feature was tested: none with q < 0.05 and none with a family-wise p < 0.05"
    assert one.startswith(words)
    assert "raise genomics.permutations" not in modulemap.associations_in_words(pairs(), smallest_q=0.04)
    few = modulemap.associations_in_words(pairs(), smallest_q=0.23)
    assert "no single pair of some kinds a q below 0.23, whatever its rho: read the family-wise p, or raise" in few


def test_modules_in_words():
    genes = {"genes_read": 100, "in_modules": 80, "unassigned": 20, "merged": 0}
    cases = {"expression": 30, "both": 25, "traits": 3}
    text = modulemap.modules_in_words({"genes": genes, "cases": cases, "method": {"definition": "k-means"}})
    assert text == (
        "100 genes of 30 cases were read; 80 are in modules (k-means), 20 in no module. "
        "25 cases have features or annotations by readers as well."
    )


def grid_of_pairs(n_features=3, n_modules=2):
    rows = [
        {"module": f"M{m}", "feature_id": f"f{k:02d}", "kind": "feature", "trait": "", "value": "",
         "rho": (k - 5) / 50 + m / 10, "p": 0.01,
         "q": 0.04 if k == 1 else 0.2, "p_max": 0.01 if m == 1 else 0.2, "n": 30,
         "rho_given_volume": np.nan if k == 0 else 0.1}
        for k in range(n_features) for m in range(1, n_modules + 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_module_map_marks_what_passed_and_only_where_it_was_tested():
    texts = texts_of(modulemap.module_map(grid_of_pairs(), {"M1": 12, "M2": 7}, ["f02"]))
    assert {"0.02**", "0.12*", "0.04**", "0.14", "f02"} <= set(texts)
    assert texts.index("f02") < texts.index("f00")
    assert not [t for t in texts_of(modulemap.module_map(grid_of_pairs(), {}, [], "rho_given_volume")) if "*" in t]


def test_question_and_answer_of_a_trait_stand_on_a_line_each():
    frame = grid_of_pairs().assign(kind="trait", trait="Nodule = mass: or not", value="")
    frame.loc[frame["feature_id"] == "f01", "value"] = "oval"
    texts = texts_of(modulemap.module_map(frame, {}, []))
    assert texts.count("Nodule = mass: or not") == 3
    assert texts.count("oval") == 1
    assert not [t for t in texts if t.startswith("f0")]


def test_module_map_of_many_features_shows_the_strongest_and_those_asked_for():
    shown = modulemap.arranged(grid_of_pairs(60), "rho", ["f05"])
    assert len(shown) == modulemap.MOST
    assert shown.index[0] == "f05"
    assert set(shown.index[1:]) == {f"f{k:02d}" for k in range(60 - modulemap.MOST + 1, 60)}


def test_a_feature_without_any_value_keeps_its_row():
    shown = modulemap.arranged(grid_of_pairs(), "rho_given_volume", [])
    assert list(shown.index) == ["f00", "f01", "f02"]
    assert shown.loc["f00"].isna().all()
