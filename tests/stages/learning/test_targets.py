"""Verdicts on published numbers, by numbers that are known; medians and survivals of curves by R."""

import numpy as np
import pandas as pd
import pytest

from radioloom.prediction.metrics.kaplan_meier import kaplan_meier
from radioloom.stages.learning.targets import targets, tolerance_of, verdict
from radioloom.tables import CURVES, METRICS, TARGETS
from radioloom.tables.columns import WITHHELD
from radioloom.tables.targets import OF_GENES, counted

PLAIN = {"what": "a number", "published": "0.60", "bound": "", "source": "a", "verified": "paper"}
ASKED = {
    "evaluation": "validation",
    "cohort": "v",
    "model": "signature",
    "against": "",
    "metric": "c_index",
    "group": "",
}
ROW = {
    "evaluation": "validation", "cohort": "v", "kind": "signature", "model": "signature", "variant": "", "against": "",
    "metric": "c_index", "horizon_days": 0.0, "estimate": 0.62, "low": 0.55, "high": 0.69, "interval": "patients",
    "withheld": "", "draws": 1000, "n": 90, "n_measured": 90, "n_events": 40, "n_with_event": 40,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "estimate", "word"),
    [
        ({}, 0.605, "reproduced"),
        ({}, 0.5949, "differs"),
        ({"published": "0.6"}, 0.645, "reproduced"),
        ({"published": "585"}, 585.5, "reproduced"),
        ({"published": "585"}, 585.6, "differs"),
        ({"published": "2.9e-09"}, 2.95e-9, "reproduced"),
        ({"published": "2.9e-09"}, 3.0e-9, "differs"),
        ({"tolerance": 0.02}, 0.62, "reproduced"),
        ({"tolerance": 0.02}, 0.621, "differs"),
        ({"band": [0.6, 0.7]}, 0.7, "within band"),
        ({"band": [0.6, 0.7]}, 0.604, "reproduced"),
        ({"band": [0.6, 0.7]}, 0.71, "differs"),
        ({"bound": "below"}, 0.4, "reproduced"),
        ({"bound": "below"}, 0.6, "differs"),
        ({"bound": "above"}, 0.7, "reproduced"),
        ({"bound": "above"}, 0.5, "differs"),
        ({"verified": "digest"}, 0.6, "reproduced"),
        ({"verified": "memory"}, 0.6, "shown"),
        ({"verified": "none"}, 0.6, "shown"),
        ({"verified": "memory"}, np.nan, "not comparable"),
    ],
)
def test_verdicts(change, estimate, word):
    assert verdict(PLAIN | change, estimate) == word


def test_the_tolerance_is_half_of_the_last_digit():
    assert tolerance_of({"published": "0.680"}) == pytest.approx(0.0005)
    assert tolerance_of({"published": "12"}) == 0.5
    assert tolerance_of({"published": "12", "tolerance": 0}) == 0


def judged(metrics=(ROW,), curves=(), training=("b", "a"), **by_name):
    published = {"targets": {name: PLAIN | change for name, change in by_name.items()}}
    rows = targets(published, METRICS.frame(list(metrics)), CURVES.frame(list(curves)), list(training))
    return TARGETS.frame(list(rows)).set_index("target")


@pytest.mark.parametrize(
    ("withheld", "word"),
    [
        ("events", "not comparable"),
        ("same risk", "not comparable"),
        ("missing", "not comparable"),
        ("not asked", "reproduced"),
    ],
)
def test_a_number_that_metrics_withholds_gets_no_verdict(withheld, word):
    bare = {**ROW, "estimate": 0.6, "low": None, "high": None, "withheld": withheld}
    row = judged(metrics=[bare], c={"compare": ASKED}).loc["c"]
    assert (row["verdict"], row["n"]) == (word, 90)
    assert row["reason"] == ("" if word == "reproduced" else WITHHELD[withheld])
    assert np.isnan(row["estimate"]) == (word != "reproduced")


def test_rows_say_where_the_number_stands():
    others = [
        {**ROW, "cohort": "a+b", "evaluation": "cross-validation", "estimate": 0.5},
        {**ROW, "kind": "baseline", "model": "volume", "estimate": 0.7},
        {**ROW, "against": "volume", "estimate": -0.08, "low": np.nan, "high": np.nan},
        {**ROW, "metric": "brier", "horizon_days": 365.0, "estimate": 0.2},
        {**ROW, "metric": "brier", "horizon_days": 730.0, "estimate": 0.3},
        {**ROW, "metric": "uno_c", "estimate": np.nan, "low": np.nan, "high": np.nan},
        {**ROW, "kind": "control", "model": "shuffled_roi", "estimate": 0.51},
        {**ROW, "kind": "control", "model": "shuffled_roi", "variant": "refitted", "estimate": 0.52},
    ]
    rows = judged(
        [ROW, *others],
        own={"compare": ASKED, "n": 136, "interval": [0.5, 0.65]},
        cv={"compare": {**ASKED, "evaluation": "cross-validation"}},
        volume={"compare": {**ASKED, "model": "volume"}},
        gap={"compare": {**ASKED, "against": "volume"}, "published": "-0.08"},
        late={"compare": {**ASKED, "metric": "brier", "days": 730}},
        undefined={"compare": {**ASKED, "metric": "uno_c"}},
        control={"compare": {**ASKED, "model": "shuffled_roi"}},
        absent={"compare": {**ASKED, "cohort": "w"}},
        private={"not_comparable": "not public"},
    )
    known = {"own": 0.62, "cv": 0.5, "volume": 0.7, "gap": -0.08, "late": 0.3, "control": 0.51}
    assert rows["estimate"].dropna().to_dict() == known
    assert rows.loc["own", ["low", "high", "n", "n_events", "published_n"]].tolist() == [0.55, 0.69, 90, 40, 136]
    assert rows.loc["own", "holds"]
    assert rows.loc["gap", "holds"] is None
    reasons = rows.loc[rows["verdict"] == "not comparable", "reason"].to_dict()
    assert reasons == {
        "absent": "the study has no such number",
        "private": "not public",
        "undefined": "the study's number is not defined for these cases",
    }
    assert counted(rows) == {"reproduced": 1, "differs": 5, "not comparable": 3}


def test_numbers_of_gene_modules():
    summary = {
        "genes": {"genes_read": 90, "in_modules": 80},
        "cases": {"expression": 40},
        "explained": {"M1": 0.5, "M2": 0.4},
    }
    trees = {"cases": 38, "offered": 32, "used": 28, "explained": 0.78, "held_out": -0.1}
    wanted = {"genes": 90, "genes_in_modules": 80, "gene_modules": 2, "traits_offered": 32, "traits_asked": 28}
    wanted |= {"variance_reconstructed": 0.78, "variance_held_out": -0.1}
    published = {"targets": {name: PLAIN | {"compare": {**ASKED, "metric": name}} for name in wanted}}
    given = METRICS.frame([]), CURVES.frame([]), ["a"]
    rows = TARGETS.frame(list(targets(published, *given, {"summary": summary, "reconstruction": trees}))).set_index(
        "target"
    )
    assert rows["estimate"].to_dict() == wanted
    assert rows["n"].to_dict() == {name: 40 if "gene" in name else 38 for name in wanted}
    assert set(rows["model"]) == set(rows["evaluation"]) == {""}
    without = TARGETS.frame(list(targets(published, *given, {"summary": summary}))).set_index("target")
    assert without["estimate"].dropna().to_dict() == {name: wanted[name] for name in wanted if "gene" in name}
    assert list(OF_GENES) == list(wanted)


def test_an_interval_that_does_not_hold_the_published_number():
    assert not judged(far={"compare": ASKED, "published": "0.70"}).loc["far", "holds"]


# tests/golden/make/targets.R
TIMES, EVENTS = np.array([5.0, 8, 8, 12, 20, 23, 30, 41, 55, 60]), np.array([1, 1, 1, 0, 1, 0, 1, 1, 0, 1], bool)


def test_numbers_of_curves_are_those_of_r(root):
    golden = pd.read_csv(root / "tests" / "golden" / "targets.csv", index_col="what")
    curve = kaplan_meier(TIMES, EVENTS)
    keys = {"cohort": "v", "kind": "signature", "model": "signature", "group": "high", "level": 2}
    columns = pd.DataFrame({name: getattr(curve, name) for name in ("time_days", "survival", "low", "high", "at_risk")})
    asked = {**ASKED, "group": "high", "metric": "survival"}
    rows = judged(
        curves=columns.assign(**keys).to_dict("records"),
        **{f"day{day}": {"compare": {**asked, "days": day}} for day in (3, 8, 25, 61)},
        median={"compare": {**asked, "metric": "median_survival"}},
        later={"compare": {**asked, "metric": "median_survival"}, "published": "1000"},
        low={"compare": {**asked, "group": "low", "days": 8}},
    )
    numbers = rows[["estimate", "low", "high"]]
    assert numbers.loc["day3"].tolist() == [1, 1, 1]
    for day in (8, 25):
        assert numbers.loc[f"day{day}"].tolist() == pytest.approx(golden.loc[str(day)].tolist(), abs=1e-9)
    assert numbers.loc["median"].tolist() == pytest.approx(golden.loc["median"].tolist(), nan_ok=True)
    assert rows.loc["median", "n"] == 10
    assert np.isnan(rows.loc["later", "high"])  # the band's upper end stays above one half: no median is too late
    assert rows.loc[["later", "median"], "holds"].tolist() == [True, False]
    assert set(rows.loc[["day61", "low"], "reason"]) == {"nobody of the group is there, or was followed that long"}
