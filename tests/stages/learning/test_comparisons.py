"""Which comparison is the primary one, how p of the others are adjusted, and what may be said of each."""

import numpy as np
import pytest
from scipy import special

from made.planted_tables import Made
from radioloom.stages.learning.comparisons import comparisons
from radioloom.stats.interval_p import interval_p
from radioloom.tables import COMPARISONS, METRICS

NAN = float("nan")
PLACE = {"evaluation": "cross-validation", "cohort": "a+b"}


def row(model, numbers, against="", **keys):
    """A row of METRICS; of the signature or a baseline in the validation cohort v, unless `keys` say otherwise."""
    estimate, low, high = numbers
    kind = "signature" if model == "signature" else "baseline"
    keys = {
        "evaluation": "validation",
        "cohort": "v",
        "kind": kind,
        "variant": "",
        "metric": "c_index",
        "draws": 0,
    } | keys
    told = {"apparent": "", "validation": "patients", "cross-validation": "learning"}[keys["evaluation"]]
    keys |= {"draws": 50} if keys["metric"] == "null_p" and not keys["draws"] else {}
    keys |= {"model": model, "against": against, "horizon_days": 0.0, "estimate": estimate, "low": low, "high": high}
    return keys | {"interval": told, "withheld": "", "n": 40, "n_measured": 40, "n_events": 20, "n_with_event": 20}


def with_z(z, null):
    """Numbers of an interval of two equal sides whose z is so much, against chance on the logit scale."""
    value, half = 0.1 * np.sign(z), 0.1 * 1.959964 / abs(z)
    ends = value, value - half, value + half
    return tuple(special.expit(ends)) if null else ends


ROWS = [
    row("signature", (0.9, NAN, NAN), evaluation="apparent"),
    row("signature", with_z(2.5, 0.5)),
    row("volume", with_z(9.0, 0.5)),
    row("signature", with_z(2.2, 0.0), "volume"),
    row("signature", with_z(3.0, 0.0), "shuffled_roi"),
    row("shuffled_roi", with_z(1.0, 0.5), kind="control"),
    row("signature", (0.02, NAN, NAN), metric="null_p"),
    row("signature", (0.6, NAN, NAN), cohort="few"),
    row("signature", (0.01, NAN, NAN), "volume", metric="delong_p"),
]


def told(rows=ROWS, **asked):
    found = COMPARISONS.frame(comparisons(rows, "survival", {"multiplicity": "holm", **asked}))
    return found.set_index(["evaluation", "cohort", "model", "against"])


def test_the_rows_are_metrics():
    assert len(METRICS.frame(ROWS)) == len(ROWS)


def test_all_are_exploratory_without_a_primary_one():
    frame = told()
    assert set(frame["rank"]) == {"exploratory"}
    assert list(frame.index) == [
        ("validation", "few", "signature", ""),
        ("validation", "v", "signature", ""),
        ("validation", "v", "signature", "shuffled_roi"),
        ("validation", "v", "signature", "volume"),
    ]
    assert list(frame["family"]) == ["models", "models", "controls", "models"]
    assert list(frame["tests"]) == [2, 2, 1, 2]
    p = [NAN, 0.012419, 0.0026998, 0.027807]
    np.testing.assert_allclose(frame["p"], p, rtol=1e-4)
    np.testing.assert_allclose(frame["p_adjusted"], [NAN, 2 * p[1], p[2], p[3]], rtol=1e-4)
    assert list(frame["verdict"]) == ["", "above", "above", "above"]
    assert list(frame["nulls"]) == [0, 50, 0, 0]


def test_a_primary_one_is_tested_by_itself():
    primary = {"evaluation": "validation", "cohort": "v", "model": "signature", "against": "volume"}
    frame = told(primary=primary)
    assert frame.loc[("validation", "v", "signature", "volume"), "rank"] == "primary"
    assert (frame["rank"] == "primary").sum() == 1
    assert list(frame["tests"]) == [1, 1, 1, 1]
    chance = told(primary=primary | {"against": "chance"})
    assert chance.loc[("validation", "v", "signature", ""), "rank"] == "primary"


def test_a_cross_validation_has_one_place_that_is_not_named():
    inside = row("signature", with_z(2.5, 0.0), "volume", **PLACE)
    refitted = row("signature", with_z(2.5, 0.0), "volume", **PLACE, variant="refitted")
    primary = {"evaluation": "cross-validation", "model": "signature", "against": "volume"}
    frame = COMPARISONS.frame(
        comparisons([inside, refitted, *ROWS], "survival", {"multiplicity": "holm", "primary": primary})
    )
    (one,) = frame[frame["rank"] == "primary"].to_dict("records")
    assert (one["evaluation"], one["variant"]) == ("cross-validation", "")


@pytest.mark.parametrize(
    ("z", "multiplicity", "verdict"),
    [(2.1, "none", "above"), (2.1, "holm", "unadjusted"), (1.9, "holm", "none"), (-3.0, "holm", "below"),
     (-2.1, "holm", "unadjusted")],
)  # fmt: skip
def test_what_is_not_significant_after_adjustment_is_not_claimed(z, multiplicity, verdict):
    rows = [row("signature", with_z(z, 0.0), name, cohort=f"v{k}") for k, name in enumerate(["volume"] * 3)]
    rows += [row("volume", with_z(1.0, 0.5))]
    assert set(told(rows, multiplicity=multiplicity)["verdict"]) == {verdict}


@pytest.mark.parametrize(
    ("z", "null_p", "verdict"),
    [(3.0, 0.02, "above"), (3.0, 0.3, "disputed"), (1.0, 0.02, "disputed"), (1.0, 0.3, "none"), (-3.0, 1.0, "below")],
)
def test_better_than_chance_takes_interval_and_null_models(z, null_p, verdict):
    rows = [row("signature", with_z(z, 0.5)), row("signature", (null_p, NAN, NAN), metric="null_p")]
    assert told(rows)["verdict"].iloc[0] == verdict


def test_few_null_models_have_no_say():
    rows = [row("signature", with_z(3.0, 0.5)), row("signature", (1 / 6, NAN, NAN), metric="null_p", draws=5)]
    assert told(rows)["verdict"].iloc[0] == "above"


@pytest.mark.parametrize("evaluation", ["validation", "cross-validation"])
def test_an_interval_of_a_value_has_its_p_on_the_logit_scale(evaluation):
    """0.73106 is 1 on the logit scale, whose error here is 0.4: z 2.5."""
    numbers = tuple(1 / (1 + np.exp(-(1 + sign * 1.959964 * 0.4))) for sign in (0, -1, 1))
    frame = told([row("signature", numbers, evaluation=evaluation)])
    assert frame["p"].iloc[0] == pytest.approx(0.012419, rel=1e-4)


@pytest.mark.parametrize(("value", "against"), [(0.5, ""), (0.0, "volume")])
def test_what_has_no_interval_is_no_test_though_it_is_the_value_of_no_difference(value, against):
    rows = [row("signature", (value, NAN, NAN), against), row("signature", with_z(2.5, 0.5), cohort="w")]
    frame = told([*rows, row("volume", with_z(2.5, 0.5))])
    mine = frame.loc[("validation", "v", "signature", against)]
    assert np.isnan(mine["p"])
    assert mine["verdict"] == ""
    assert frame.loc[("validation", "w", "signature", ""), "tests"] == 1


def test_the_stage_compares_what_it_judged():
    made = Made(sizes={"train": 40, "valid1": 40}, repeats=0)
    frame = COMPARISONS.frame(made.validated.comparisons).set_index(["cohort", "model", "against"])
    assert list(frame.index) == [("valid1", "signature", ""), ("valid1", "signature", "volume")]
    metrics = made.metrics.reset_index().set_index(["evaluation", "cohort", "model", "against", "metric"])
    for _, model, against in frame.index:
        told = metrics.loc[("validation", "valid1", model, against, "c_index")]
        mine = frame.loc[("valid1", model, against)]
        assert tuple(mine[["estimate", "low", "high"]]) == tuple(told[["estimate", "low", "high"]])
        numbers = mine[["estimate", "low", "high"]].to_numpy(float)
        assert mine["p"] == (interval_p(*numbers, 0.0) if against else interval_p(*special.logit(numbers), 0.0))
    assert frame["nulls"].iloc[0] == made.study["validation"]["null_models"]


def test_a_quick_look_is_without_intervals_everywhere():
    made = Made(sizes={"train": 40, "valid1": 40}, repeats=0)
    made.study["validation"] |= {"intervals": "none", "null_models": 2}
    rows = made.learned()
    assert rows["metrics"][["low", "high"]].isna().all(axis=None)
    assert rows["metrics"].loc[rows["metrics"]["metric"].isin(["null_p", "logrank_p"]), "estimate"].isna().all()
    assert rows["curves"][["low", "high"]].isna().all(axis=None)
    compared = COMPARISONS.frame(made.validated.comparisons)
    assert set(compared["verdict"]) == {""}
    assert compared["p"].isna().all()
