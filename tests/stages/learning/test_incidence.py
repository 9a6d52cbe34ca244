"""A competing event: how tables mark it, incidences by group of risk against R, and what is not told beside it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import MAPPING, Made
from made.studies import ROOT
from radioloom.errors import StudyError
from radioloom.prediction.metrics.kaplan_meier import kaplan_meier
from radioloom.prediction.outcome import outcome
from radioloom.stages.learning.clinical import clinical
from radioloom.stages.learning.frozen import Frozen, frozen
from radioloom.stages.learning.incidence import incidence
from radioloom.stages.learning.place import Place, resamples
from radioloom.stages.learning.risks import THE_SIGNATURE
from radioloom.tables import CAUSES, COMPETING, INCIDENCE, PATIENTS, PREDICTIONS

GOLDEN = ROOT / "tests" / "golden"
SIZES = {"train": 80, "valid1": 60, "valid2": 40}


def some_die_otherwise(_, outcomes):
    """Every third of those without the event has the other one; of valid2 two alone."""
    for name, frame in outcomes.items():
        free = np.flatnonzero(frame["dead"] == "0")
        frame["dead"] = frame["dead"].astype(object)
        frame.loc[free[::2] if name != "valid2" else free[:2], "dead"] = "2"


@pytest.fixture(scope="module")
def made() -> Made:
    coded = MAPPING | {"event_values": {"0": False, "1": True, "2": "competing"}}
    made = Made(sizes=SIZES, repeats=1, mapping=coded, change=some_die_otherwise)
    made.study["outcome"] |= {"competing": "death of something else", "horizons": [200, 400]}
    return made


@pytest.fixture(scope="module")
def judged(made):
    return frozen(PREDICTIONS.frame(made.validated.predictions), made.outcomes, PATIENTS.frame([]), made.study)


@pytest.fixture(scope="module")
def competing(made):
    return COMPETING.frame([row for table in made.clinical for row in table.competing])


@pytest.fixture(scope="module")
def found(made, judged, competing):
    rows = incidence(judged, competing, made.signature, made.study)
    return INCIDENCE.frame(rows.incidence), CAUSES.frame(rows.causes)


def test_both_events_and_survival_without_them_are_all_there_is(made, found, competing):
    """Incidences of both events and Kaplan-Meier of either add to one, in each group, at each time."""
    curves = found[0][(found[0]["model"] == "signature") & (found[0]["cohort"] == "valid1")]
    predictions = PREDICTIONS.frame(made.validated.predictions)
    risk = predictions[(predictions["kind"] == "signature") & (predictions["cohort"] == "valid1")].set_index("case")
    truth = made.outcomes.set_index("case").loc[risk.index]
    either = truth["event"] | truth.index.isin(competing["case"])
    for group, members in (
        ("high", risk["risk"] > made.signature.cut_point),
        ("low", risk["risk"] <= made.signature.cut_point),
    ):
        both = curves[curves["group"] == group].groupby("time_days")["incidence"].sum()
        stay = kaplan_meier(truth.loc[members, "time_days"].to_numpy(), either[members].to_numpy())
        np.testing.assert_allclose(both.to_numpy(), 1 - stay.survival[1:], rtol=1e-12)
        assert both.index.tolist() == stay.time_days[1:].tolist()
    high, low = (curves[(curves["cause"] == "event") & (curves["group"] == each)] for each in ("high", "low"))
    assert high["incidence"].max() > low["incidence"].max() + 0.2


def test_cause_specific_models_equal_coxph():
    """The cases of the golden file, judged by their risk at a cut-point of 0: ratios, intervals and C of each cause."""
    cases = pd.read_csv(GOLDEN / "incidence_cases.csv")
    expected = pd.read_csv(GOLDEN / "incidence_cox.csv").set_index("cause")
    study = {"seed": 1, "validation": {"bootstrap": 20}}
    truth = outcome("survival", (cases["cause"] == 1).to_numpy(), cases["time_days"].to_numpy(float))
    names = [("valid", f"c{k}") for k in range(len(cases))]
    place = Place("validation", "valid", np.arange(len(cases)), truth, resamples(truth, study, "valid"))
    judged = [Frozen(place, names, {THE_SIGNATURE: cases["risk"].to_numpy()})]
    others = [dict(zip(("cohort", "case"), names[k], strict=True)) for k in np.flatnonzero(cases["cause"] == 2)]
    signature = replace(Made(sizes={"train": 80}, repeats=1).signature, cut_point=0.0)
    rows = CAUSES.frame(incidence(judged, COMPETING.frame(others), signature, study).causes)
    rows = rows.set_index(["cause", "metric"])
    for cause, name in ((1, "event"), (2, "competing")):
        ratio = rows.loc[(name, "hazard_ratio"), ["estimate", "low", "high"]].tolist()
        assert ratio == pytest.approx(expected.loc[cause, ["ratio", "low", "high"]].tolist(), rel=1e-8)
        assert rows.loc[(name, "c_index"), "estimate"] == pytest.approx(expected.loc[cause, "c_index"], rel=1e-10)
        assert rows.loc[(name, "c_index"), "n_events"] == (cases["cause"] == cause).sum()


def test_few_competing_events_have_no_interval(found):
    rows = found[1][(found[1]["cohort"] == "valid2") & (found[1]["model"] == "signature")].set_index(
        ["cause", "metric"]
    )
    assert rows.loc[("competing", "c_index"), "n_events"] == 2
    assert rows.loc["competing", ["low", "high"]].isna().all(axis=None)
    assert rows.loc["event", ["low", "high"]].notna().all(axis=None)
    apparent = found[1][found[1]["evaluation"] == "apparent"]
    assert apparent[["low", "high"]].isna().all(axis=None)


def test_few_events_of_a_group_and_training_have_no_band(found):
    known = found[0].groupby(["evaluation", "cohort", "cause"])["low"].count()
    assert known["validation", "valid2", "competing"] == 0
    assert known["validation", "valid1", "event"] > 0
    assert not known["apparent"].any()


def test_no_absolute_risk_is_told_beside_it(made):
    """Neither in the tables nor by the signature: 1 - S would be too high."""
    assert made.signature.hazard is None
    assert all(each.hazard is None for each in made.signature.baselines.values())
    assert not made.validated.risks
    assert not made.validated.calibration
    assert {row["horizon_days"] for row in made.validated.metrics} == {0.0}
    assert any("no absolute risk is told beside 'death of something else'" in note for note in made.validated.notes)
    values = pd.DataFrame(np.zeros((1, len(made.signature.terms))), columns=made.signature.feature_ids)
    with pytest.raises(StudyError, match="another event rules the outcome out"):
        made.signature.risk_at(values, 200)


def test_for_the_model_the_other_event_is_censoring(made):
    """Coefficients are those of the same study in which nobody marks it."""
    plain = Made(sizes=SIZES, repeats=1)
    assert [t.coefficient for t in made.signature.terms] == [t.coefficient for t in plain.signature.terms]
    assert plain.signature.hazard is not None


def table(**columns):
    return pd.DataFrame({"patient": ["a", "b", "c", "d"], "days": ["5", "6", "7", "8"]} | columns)


def read(frame, **mapping):
    return clinical(frame, "train", ["a", "b", "c", "d"], MAPPING | mapping, {"kind": "survival"}, [])


def test_the_other_event_is_a_word_or_a_column():
    words = {"relapse": True, "none": False, "died": "competing"}
    coded = read(table(dead=["relapse", "died", "none", "died"]), event_values=words)
    marked = read(table(dead=["1", "0", "0", "0"], gone=["0", "1", "0", "1"]), competing="gone")
    assert coded == marked
    assert [row["event"] for row in coded.clinical] == [True, False, False, False]
    assert [row["case"] for row in coded.competing] == ["b", "d"]


def test_an_empty_cell_is_no_answer_unless_the_event_happened():
    found = read(table(dead=["1", "0", "0", "0"], gone=["", "", "1", "0"]), competing="gone")
    assert [row["case"] for row in found.clinical] == ["a", "c", "d"]
    assert found.exclusions[0]["reason"] == "no outcome: the event is missing in the clinical table"


@pytest.mark.parametrize(
    ("frame", "mapping", "words"),
    [
        (table(dead=["0", "1", "2", "0"]), {}, "row 4, column 'dead': '2' is not known, only 0, 1, true, false are"),
        (table(dead=["0", "1", "2", "0"]), {}, "an event that rules it out: competing"),
        (
            table(dead=["1", "0", "0", "0"], gone=["1", "0", "0", "0"]),
            {"competing": "gone"},
            "columns 'dead' and 'gone' both say that it happened; follow-up ends with the first of the two",
        ),
        (table(dead=["1", "0", "0", "0"]), {"competing": "gone"}, "no column 'gone' (competing)"),
        (table(dead=["1", "0", "0", "0"]), {"competing": "dead"}, "the column 'dead' is `event` and `competing`"),
    ],
)
def test_what_nobody_declared_is_refused(frame, mapping, words):
    with pytest.raises(StudyError) as caught:
        read(frame.set_axis([2, 3, 4, 5]), **mapping)
    assert words in str(caught.value)
