import numpy as np
import pandas as pd
import pytest

from radioloom.figures import verdicts


def judged(own, delta=None, volume=(0.6, 0.5, 0.7), null=None):
    columns = ["model", "metric", "estimate", "low", "high"]
    rows = [("signature", "c_index", *own)]
    rows += [("volume", "c_index", *volume)] if volume else []
    rows += [("signature", "delta_c_index", *delta)] if delta else []
    rows += [("null", "c_index", null, np.nan, np.nan), ("signature", "null_p", 0.02, np.nan, np.nan)] if null else []
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(evaluation="validation", cohort="v", n=40, n_events=1)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ((0.7, 0.6, 0.8), "above chance"),
        ((0.55, 0.45, 0.65), "not told apart from chance"),
        ((0.3, 0.2, 0.4), "below chance"),
    ],
)
def test_chance(own, words):
    ((lead, said),) = verdicts.performance(judged(own), "c_index")
    assert lead == "Validation in v (n 40, 1 event)"
    assert words in said


@pytest.mark.parametrize(
    ("delta", "words"),
    [((0.1, -0.02, 0.2), "no gain over volume is shown"), ((-0.1, -0.2, -0.01), "worse than volume")],
)
def test_volume(delta, words):
    assert words in verdicts.performance(judged((0.7, 0.6, 0.8), delta), "c_index")[0][1]


def test_a_gain_is_told_by_its_interval_alone():
    said = verdicts.performance(judged((0.7, 0.6, 0.8), (0.1, 0.02, 0.2)), "c_index")[0][1]
    assert said.endswith("a difference of 0.10 (0.02–0.20).")


def test_null_models():
    assert (
        "null models 0.51 on average (p 0.020)"
        in verdicts.performance(judged((0.7, 0.6, 0.8), null=0.51), "c_index")[0][1]
    )


def controls(*losses, names=("shuffled ROI", "uniform ROI", "shuffled outside ROI", "shuffled ROI, learned anew")):
    rows = []
    for name, (loss, low) in zip(names, losses, strict=False):
        keys = {"model": f"control: {name}", "evaluation": "validation", "cohort": "v", "n": 40, "n_events": 1}
        rows.append({**keys, "metric": "c_index", "estimate": 0.7 - loss, "low": 0.4, "high": 0.9})
        rows.append({**keys, "metric": "signature_minus", "estimate": loss, "low": low, "high": 0.5})
    return pd.concat([judged((0.7, 0.6, 0.8), (0.1, 0.02, 0.2)), pd.DataFrame(rows)], ignore_index=True)


def test_controls_are_told_by_the_interval_of_the_loss():
    said = verdicts.performance(controls((0.15, 0.02), (0.1, -0.1), (0.0, -0.1), (0.2, 0.1)), "c_index")[0][1]
    assert "on 2 control images without the region's texture 0.55 to 0.60, worse in 1 of 2" in said
    said = verdicts.performance(controls((0.05, -0.1)), "c_index")[0][1]
    assert said.endswith(
        "on 1 control image without the region's texture 0.65: no loss is shown, so texture is not shown to count."
    )
    assert "control" not in verdicts.performance(judged((0.7, 0.6, 0.8)), "c_index")[0][1]
    assert "control: " not in said  # they are no baselines


def test_names_of_controls_are_those_of_the_stages():
    from radioloom.figures.words import CONTROL
    from radioloom.imaging.controls import PREFIX, REGIONS
    from radioloom.stages.learning.controls import RELEARNED

    assert (PREFIX, RELEARNED, REGIONS["outside"][0]) == (CONTROL, verdicts.RELEARNED, verdicts.OUTSIDE)


def test_apparent_performance_is_no_headline():
    assert verdicts.performance(judged((0.9, 0.8, 1.0)).assign(evaluation="apparent"), "c_index") == []


def test_proxies():
    assert verdicts.proxies([], 4, 0.9).startswith("None of the 4 features")
    assert "1 of 4 features of the signature correlates with volume" in verdicts.proxies(["a"], 4, 0.9)


def test_a_cut_point_that_does_not_divide():
    curves = pd.DataFrame({"cohort": ["a", "a", "b", "b"], "group": ["high", "low"] * 2, "at_risk": [44, 4, 25, 23]})
    (line,) = verdicts.shifts(curves, ["a", "b"])
    assert line.startswith("In a, 44 of 48 patients lie above")


def test_a_cohort_all_on_one_side():
    curves = pd.DataFrame({"cohort": ["a"], "group": ["low"], "at_risk": [12]})
    assert "0 of 12 patients" in verdicts.shifts(curves, ["a"])[0]


def test_associations():
    frame = pd.DataFrame(
        {"module": ["M1", "M2"], "feature_id": ["x", "y"], "rho": [0.6, 0.1], "p": [0.001, 0.5], "q": [0.002, 0.5],
         "p_max": [0.01, 0.9], "rho_given_volume": [0.5, 0.1], "n": [30, 30]}
    )  # fmt: skip
    said = verdicts.associations(frame)
    assert said.startswith(
        "2 pairs of module and feature were tested: 1 with q < 0.05 and 1 with a family-wise p < 0.05."
    )
    assert "module M1 with x, rho 0.60" in said
    assert verdicts.associations(frame.iloc[1:]) == "1 pair of module and feature were tested: 0 with q < 0.05."


def test_planted():
    overlap = pd.DataFrame(
        {"planted": ["P1"], "driver": ["heterogeneity"], "n_planted": [30], "found": ["M2"], "n_found": [28],
         "n_shared": [25], "jaccard": [0.76]}
    )  # fmt: skip
    said = verdicts.planted_modules(overlap, pd.DataFrame({"planted": [True, False]}))
    assert "M2: 25 of its genes are among M2's 28 (Jaccard 0.76)" in said
    assert "Of 2 associations with q < 0.05, 1" in said
    lost = verdicts.planted_modules(overlap.assign(n_shared=0), pd.DataFrame({"planted": []}))
    assert lost.startswith("No module found has a gene of the planted one")
    follows = {"a": {"heterogeneity": 0.8}, "b": {}}
    assert verdicts.planted_features(follows, ["a", "b"]) == (
        "Of 2 features in the signature, 1 follows the hidden heterogeneity, 1 follows neither."
    )
