"""A signature beside the one before: by pairs within folds, in patients whom that one has not seen."""

from dataclasses import replace

import numpy as np
import pytest

from made.planted_tables import Made
from radioloom.errors import StudyError
from radioloom.figures.succession import statement, table
from radioloom.stages.learning.succeed import succeed
from radioloom.tables import PREDICTIONS, SUCCESSION

REPEATS = 5


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(repeats=REPEATS, sizes={"train": 80, "valid1": 50})


@pytest.fixture(scope="module")
def predictions(made):
    return PREDICTIONS.frame(made.validated.predictions)


@pytest.fixture(scope="module")
def earlier(made):
    """The signature with all but its first feature taken out."""
    own = made.signature
    return replace(own, terms=own.terms[:1], baselines={}, n=0, n_events=0)


@pytest.fixture(scope="module")
def rows(made, predictions, earlier):
    told = succeed(made.material, predictions, made.splits, earlier, ["train"])
    return SUCCESSION.frame(told).set_index("version")


def within_folds(made, risk_of_fold):
    """Mean over the repeats of C by pairs within folds, from the tables. risk_of_fold : label, cases -> risks."""
    outcomes, values = made.outcomes.set_index("case"), []
    for repeat in range(1, REPEATS + 1):
        hits = pairs = 0.0
        own = made.splits[(made.splits["repeat"] == repeat) & (made.splits["part"] == "test")]
        for label, part in own.groupby("split"):
            cases = part["case"].tolist()
            told = outcomes.loc[cases]
            risk, time, event = np.asarray(risk_of_fold(label, cases)), told["time_days"].to_numpy(), told["event"]
            for i in np.flatnonzero(event):
                longer = (time > time[i]) | ((time == time[i]) & ~event.to_numpy())
                pairs += longer.sum()
                hits += (risk[i] > risk[longer]).sum() + 0.5 * (risk[i] == risk[longer]).sum()
        values.append(hits / pairs)
    return np.mean(values)


def test_both_are_judged_by_the_same_pairs(made, predictions, earlier, rows):
    own = predictions[predictions["kind"] == "signature"].set_index(["split", "case"])["risk"]
    later = within_folds(made, lambda label, cases: own.loc[[(label, case) for case in cases]])
    name = earlier.terms[0].feature_id
    feature = made.features[made.features["feature_id"] == name].set_index("case")["value"]
    sign = np.sign(earlier.terms[0].coefficient)
    before = within_folds(made, lambda _, cases: sign * feature.loc[cases])
    assert rows.loc["later", "estimate"] == pytest.approx(later)
    assert rows.loc["earlier", "estimate"] == pytest.approx(before)
    assert rows.loc["difference", "estimate"] == pytest.approx(later - before)
    metrics = made.metrics.loc[("cross-validation", "train", "signature", "signature", "", "", "c_index", 0.0)]
    assert rows.loc["later", "estimate"] == pytest.approx(metrics["estimate"])
    assert rows.loc["difference", "low"] < rows.loc["difference", "estimate"] < rows.loc["difference", "high"]
    assert set(rows["n"]) == {80}


def test_a_version_beside_itself_has_no_difference(made, predictions):
    frozen = replace(made.signature, n=0, n_events=0)
    same = predictions[predictions["kind"] == "signature"].copy()
    risk = predictions[(predictions["split"] == "frozen") & (predictions["kind"] == "signature")].set_index("case")[
        "risk"
    ]
    same["risk"] = risk.loc[same["case"]].to_numpy()
    told = SUCCESSION.frame(succeed(made.material, same, made.splits, frozen, ["train"])).set_index("version")
    assert told.loc["difference", "estimate"] == 0
    assert np.isnan(told.loc["difference", "low"])


@pytest.mark.parametrize(("n", "n_events", "words"), [(150, 0, "150 cases"), (0, 70, "70 events")])
def test_whom_the_earlier_signature_has_seen_is_not_unseen(made, predictions, earlier, n, n_events, words):
    with pytest.raises(StudyError, match=rf"learnt from {words}, and training without train has 0; so it has seen"):
        succeed(made.material, predictions, made.splits, replace(earlier, n=n, n_events=n_events), ["train"])


def test_where_nothing_can_be_compared(made, predictions, earlier):
    assert succeed(made.material, predictions, made.splits, earlier, []) == []
    alone = made.splits[made.splits["repeat"] == 0]
    assert succeed(made.material, predictions, alone, earlier, ["train"]) == []


def test_what_is_said(rows):
    frame = rows.reset_index()
    shown = table(frame)
    assert [row[0] for row in shown.rows] == [
        "the version before, as it is",
        "this version, learnt anew in each fold",
        "this version minus the one before",
    ]
    lead = "In train (80 cases, "
    assert statement(frame).startswith(lead)
    told = frame.set_index("version")
    for low, high, words in ((0.01, 0.2, "that is higher by"), (-0.2, -0.01, "that is lower by"), (-1, 1, "neither")):
        told.loc["difference", ["low", "high"]] = low, high
        assert words in statement(told.reset_index())
    told.loc["difference", ["low", "high", "withheld"]] = np.nan, np.nan, "repeats"
    assert "of so few repeats no interval is told" in statement(told.reset_index())
