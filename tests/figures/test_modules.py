"""Gene modules in the report: the order of associations, and how many stand out."""

import pandas as pd

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
        "2 pairs of module and feature were tested: 1 with q < 0.05 and 1 with a family-wise p < 0.05."
    )
    assert text.endswith("The strongest: module M1 with x, rho 0.60 (q 0.002, n 30); given volume, 0.50.")
    some = modulemap.associations_in_words(pairs(), "the signature's features and volume, y")
    assert some.startswith("2 pairs of module and feature (the signature's features and volume, y) were tested:")
    one = modulemap.associations_in_words(pairs().iloc[1:])
    assert one == "1 pair of module and feature was tested: none with q < 0.05."


def test_modules_in_words():
    genes = {"genes_read": 100, "in_modules": 80, "unassigned": 20, "merged": 0}
    cases = {"expression": 30, "both": 25, "traits": 3}
    text = modulemap.modules_in_words({"genes": genes, "cases": cases, "method": {"definition": "k-means"}})
    assert text == (
        "100 genes of 30 cases were read; 80 are in modules (k-means), 20 in no module. "
        "25 cases have features or annotations by readers as well."
    )
