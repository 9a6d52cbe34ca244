"""Association rules of a study: cuts are learnt in training, targets are no features, and what is planted is told."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from made.grouped_patients import annotated, grouped
from radioloom import tables
from radioloom.figures import rules as figures
from radioloom.figures import style
from radioloom.stages.report.record import ReportInputs
from radioloom.stages.report.sections.rules import build
from radioloom.stages.unsupervised.mine import mine
from radioloom.stages.unsupervised.view import view
from radioloom.tables import TRAITS

RULES = {"features": 6, "support": 0.1, "confidence": 0.6, "longest": 2, "permutations": 99}
NOBODY = TRAITS.frame([])


@pytest.fixture(scope="module")
def made():
    made = grouped()
    made.study["unsupervised"]["rules"] = RULES
    made.study["outcome"]["horizons"] = [400.0, 200.0]
    return made


@pytest.fixture(scope="module")
def patients(made):
    return view(made.material, made.splits, made.selection, made.study["unsupervised"])


def mined(made, patients, traits=NOBODY, **changes):
    """Frames of the stage's tables, checked against their declarations."""
    study = made.study | {"unsupervised": made.study["unsupervised"] | {"rules": RULES | changes}}
    found = mine(patients, annotated(made), traits, study)
    return {name: tables.by_name(name).frame(rows) for name, rows in asdict(found).items()}


@pytest.fixture(scope="module")
def found(made, patients):
    return mined(made, patients)


def test_what_is_planted_comes_first_and_is_found_again(found):
    first = found["rule_items"].query("rule == 1").set_index("side")
    assert (first.loc["then", "kind"], first.loc["then", "variable"]) == ("annotation", "group")
    assert first.loc[["if"], "kind"].tolist() == ["feature"] * len(first.loc[["if"]])
    rows = found["association_rules"].query("rule == 1").set_index("cohort")
    assert rows.loc["train", "p_max"] == 0.01
    assert rows["lift"].min() > 2
    assert rows.loc["valid1", "p"] == 0.01
    assert np.isnan(rows.loc["valid1", "p_max"])
    counted = found["rules_by_chance"].squeeze()
    assert counted["n"] == 60
    assert counted["by_chance"] < counted["rules"]


def test_a_rule_by_hand(made, patients, found):
    """A single feature's rule from the tables alone: its cuts, its patients, its numbers in both places."""
    items = found["rule_items"].groupby("rule").filter(lambda part: part["kind"].tolist() == ["feature", "annotation"])
    rule = items.query("variable == 'group'")["rule"].iloc[0]
    ahead, then = (items[(items["rule"] == rule) & (items["side"] == side)].squeeze() for side in ("if", "then"))
    values = pd.Series(patients.z[:, list(patients.names).index(ahead["variable"])])
    low, high = np.quantile(values[patients.train], (1 / 3, 2 / 3))
    expected = {"low": (np.nan, low), "middle": (low, high), "high": (high, np.nan)}[ahead["level"]]
    assert np.array_equal([ahead["above"], ahead["up_to"]], expected, equal_nan=True)
    mine = (values > np.nan_to_num(expected[0], nan=-np.inf)) & (values <= np.nan_to_num(expected[1], nan=np.inf))
    group = pd.Series([("a", "b", "c")[int(case[-3:]) % 3] for _, case in patients.cases]) == then["level"]
    for place, rows in patients.places():
        told = found["association_rules"].set_index(["rule", "cohort"]).loc[(rule, place)]
        assert told["n"] == len(rows)
        assert told["n_both"] == (mine & group)[rows].sum()
        assert told["confidence"] == pytest.approx(group[rows][mine[rows]].mean())
        assert told["lift"] == pytest.approx(group[rows][mine[rows]].mean() / group[rows].mean())


def test_features_and_outcome_have_one_side_each(found):
    sides = found["rule_items"].groupby("side")["kind"].agg(set)
    assert "outcome" not in sides["if"]
    assert "feature" not in sides["then"]


def test_the_outcome_is_by_the_last_horizon_where_it_is_known(made, patients):
    loose = mined(made, patients, support=0.05, confidence=0.3)
    rows = loose["rule_items"]
    assert set(rows.query("kind == 'outcome'")["level"]) <= {"by 400 days", "not by 400 days"}
    assert set(rows.query("kind == 'outcome'")["variable"]) == {"made up"}
    told = loose["association_rules"].query("cohort == 'train'")
    rule = rows.query("kind == 'outcome'")["rule"].iloc[0]
    truth = patients.outcomes.take(patients.train)
    known = (truth.event & (truth.time_days <= 400)) | (truth.time_days > 400)
    assert told.set_index("rule").loc[rule, "n"] == known.sum() < 60
    study = made.study | {"outcome": {"kind": "survival", "name": "made up"}}
    without = mine(patients, annotated(made), NOBODY, study).rule_items
    assert not [row for row in without if row["kind"] == "outcome"]


def test_answers_of_readers_count_where_half_of_them_agree(made, patients):
    rows = []
    for k, (cohort, case) in enumerate(patients.cases):
        keys = {"cohort": cohort, "case": case, "level": None, "unit": "", "code": "", "code_system": ""}
        solid = "solid" if int(case[-3:]) % 3 == 1 else "ground glass"
        rows += [{**keys, "reader": f"reader-{r}", "trait": "texture", "value": solid, "number": None} for r in (1, 2)]
        rows.append({**keys, "reader": "reader-1", "trait": "score", "value": "", "number": float(k % 7)})
    frame = pd.DataFrame(rows)
    names = [column.name for column in TRAITS.columns]
    traits = TRAITS.frame(frame.assign(**{name: "" for name in names if name not in frame})[names])
    items = mined(made, patients, traits)["rule_items"]
    of_trait = items[items["kind"] == "trait"]
    assert {"ground glass", "solid"} >= set(of_trait.query("variable == 'texture'")["level"]) != set()
    assert set(of_trait.query("variable == 'score'")["level"]) <= {"low", "middle", "high"}


def test_limits_that_nothing_reaches_and_the_report(made, patients, found):
    nothing = mined(made, patients, support=0.9, confidence=0.99)
    assert [len(frame) for frame in nothing.values()] == [0, 0, 1]
    study = ReportInputs(made.study, {}, **nothing)
    told = build(study)
    assert told["table"] is None
    assert "0 rules of up to 2 items" in told["statement"]
    told = build(replace(study, **found))
    assert "beyond chance with all possible rules counted (family-wise p < 0.05)." in told["statement"]
    first = dict(zip(told["table"].columns, told["table"].rows[0], strict=True))
    assert first["then"] in {"group: a", "group: b", "group: c"}
    assert first["by chance up to"] < first["lift"]
    assert first["lift in valid1 (p)"].endswith("(0.010)")
    assert "by chance (95 %)" in told["figure"]
    words = figures.in_words(found["rule_items"])
    again = style.svg(figures.lifts(found["association_rules"], words, ["train", "valid1"]), "rules", "Lift of rules")
    assert again == told["figure"]
