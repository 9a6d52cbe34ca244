"""Subgroups declared in advance: who is in which, how the frozen models do there, what is not told of few events."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import MAPPING, Made, metric_of
from radioloom.errors import StudyError
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.prediction.metrics.likelihood_ratio import interaction
from radioloom.prediction.outcome import outcome
from radioloom.stages.learning.divide import divide, levels_of
from radioloom.stages.learning.frozen import frozen
from radioloom.stages.learning.risks import ModelKey
from radioloom.stages.learning.subgroups import subgroups
from radioloom.tables import DIVISIONS, PATIENTS, PREDICTIONS, SUBGROUPS

SEX, AGE = {"column": "sex", "levels": ["f", "m"]}, {"column": "age", "cuts": [60, 70]}
NOBODY = PATIENTS.frame([])


def sexes(_, outcomes):
    """Every second is a man, but one whose cell is empty; of valid2 three alone."""
    for name, frame in outcomes.items():
        men = np.arange(len(frame)) % 2 == 0 if name != "valid2" else np.arange(len(frame)) < 4
        frame["sex"] = np.where(men, "m", "f")
        frame.loc[1, "sex"] = ""


@pytest.fixture(scope="module", params=["survival", "binary"])
def made(request) -> Made:
    made = Made(kind=request.param, sizes={"train": 80, "valid1": 110, "valid2": 50}, repeats=1, change=sexes)
    made.study["validation"] |= {"subgroups": [SEX, AGE]}
    return made


@pytest.fixture(scope="module")
def divisions(made):
    rows = []
    for name in ("valid1", "valid2"):
        frame = made._raw[1][name]
        rows += divide(frame, name, frame["patient"], MAPPING, made.study["outcome"], [SEX, AGE])
    return DIVISIONS.frame(rows)


@pytest.fixture(scope="module")
def judged(made):
    return frozen(PREDICTIONS.frame(made.validated.predictions), made.outcomes, NOBODY, made.study)


@pytest.fixture(scope="module")
def rows(made, divisions, judged):
    return SUBGROUPS.frame(subgroups(judged, divisions, made.study))


def members(made, column, test):
    """Risk of the signature and outcomes of the cases of valid1 of whom something is so, straight from the tables."""
    frame = made._raw[1]["valid1"]
    cases = frame.loc[test(frame[column]), "patient"]
    predictions = PREDICTIONS.frame(made.validated.predictions)
    risk = predictions[(predictions["kind"] == "signature") & (predictions["cohort"] == "valid1")]
    risk = risk.set_index("case")["risk"].loc[cases].to_numpy()
    truth = made.outcomes[made.outcomes["cohort"] == "valid1"].set_index("case").loc[cases]
    return risk, outcome(made.kind, truth["event"].to_numpy(bool), truth["time_days"].to_numpy(float))


def test_each_is_in_the_group_of_its_cell(made, divisions):
    frame = made._raw[1]["valid1"].set_index("patient")
    wide = divisions[divisions["cohort"] == "valid1"].pivot(index="case", columns="subgroup", values="level")
    assert wide["sex"].isna().sum() == 1
    known = wide["sex"].dropna()
    assert known.tolist() == frame.loc[known.index, "sex"].tolist()
    age = frame.loc[wide.index, "age"].astype(float)
    expected = pd.cut(age, [-np.inf, 60, 70, np.inf], right=False, labels=levels_of(AGE)).astype(str)
    assert wide["age"].tolist() == expected.tolist()
    assert levels_of(AGE) == ["below 60", "60 to below 70", "70 and above"]


def test_the_frozen_places_are_those_of_validation(made, judged):
    """The same cases, values and resamples: the interval of a whole cohort is that of METRICS to the last bit."""
    main = "c_index" if made.kind == "survival" else "auc"
    everybody = [{"cohort": "valid1", "case": case, "subgroup": "sex", "level": "f"} for _, case in judged[1].cases]
    asked = {**made.study, "validation": made.study["validation"] | {"subgroups": [SEX]}}
    found = SUBGROUPS.frame(subgroups(judged, DIVISIONS.frame(everybody), asked)).set_index(list(SUBGROUPS.key))
    for kind, model in (("signature", "signature"), ("baseline", "volume")):
        for column in ("estimate", "low", "high"):
            expected = metric_of(made.metrics, "validation", "valid1", model, main, column=column)
            assert found.loc[("valid1", "sex", "f", kind, model, main), column] == expected


def test_the_metric_within_a_level_by_hand(made, rows):
    found = rows[(rows["cohort"] == "valid1") & (rows["model"] == "signature")].set_index(["subgroup", "level"])
    for column, level, test in (
        ("sex", "m", lambda cell: cell == "m"),
        ("age", "60 to below 70", lambda cell: cell.astype(float).between(60, 69.9)),
        ("sex", "f", lambda cell: cell == "f"),
    ):
        risk, truth = members(made, column, test)
        row = found.loc[(column, level)]
        assert row["estimate"] == pytest.approx(concordance(comparable(truth), risk), abs=1e-12)
        assert (row["n"], row["n_events"]) == (len(truth), truth.n_events)
        assert row["low"] < row["estimate"] < row["high"]


def test_interaction_is_of_the_patients_whose_level_is_known(made, rows):
    found = rows[(rows["cohort"] == "valid1") & (rows["model"] == "signature") & (rows["metric"] == "interaction_p")]
    row = found.set_index("subgroup").loc["sex"]
    risk, truth = members(made, "sex", lambda cell: cell != "")
    man = made._raw[1]["valid1"].set_index("patient")["sex"]
    man = (man[man != ""] == "m").to_numpy().astype(int)
    assert row["estimate"] == interaction(risk, man, truth).value
    assert (row["n"], row["level"]) == (109, "")


def test_all_tests_of_a_model_are_one_family(rows):
    tests = rows[rows["metric"] == "interaction_p"].dropna(subset=["estimate"])
    for _, family in tests.groupby("model"):
        order = family.sort_values("estimate")
        m = len(order)
        by_hand = [min(order["estimate"].iloc[j] * m / (j + 1) for j in range(k, m)) for k in range(m)]
        assert order["q"].tolist() == pytest.approx([min(q, 1.0) for q in by_hand])
    assert rows.loc[rows["metric"] != "interaction_p", "q"].isna().all()


def test_few_events_have_neither_interval_nor_interaction(rows):
    """Three men in valid2: their value stands, and nothing is claimed of it; women have an interval."""
    found = rows[(rows["cohort"] == "valid2") & (rows["subgroup"] == "sex") & (rows["model"] == "signature")]
    found = found.set_index("level")
    assert found.loc["m", "n"] == 3
    assert found.loc["m", ["low", "high"]].isna().all()
    assert found.loc["f", ["low", "high"]].notna().all()
    assert np.isnan(found.loc["", "estimate"])
    assert found.loc["", "withheld"] == "events"


def test_a_level_of_nobody_has_no_value_and_does_not_hide_the_others(made, judged, divisions, rows):
    more = made.study["validation"] | {"subgroups": [SEX | {"levels": ["f", "x", "m"]}]}
    found = SUBGROUPS.frame(subgroups(judged, divisions, {**made.study, "validation": more}))
    found, rows, key = found.drop(columns="q"), rows.drop(columns="q"), list(SUBGROUPS.key)  # of another family
    nobody = found[found["level"] == "x"]
    assert (nobody["n"] == 0).all()
    assert nobody[["estimate", "low", "high"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(
        found[found["level"] != "x"].set_index(key), rows[rows["subgroup"] == "sex"].set_index(key)
    )


def test_several_cases_of_a_patient_are_no_several_patients_of_a_test(made, divisions):
    """Pairs of cases are made patients: intervals draw them together, and a test that cannot is not made."""
    cases = made.outcomes[["cohort", "case"]]
    rows = [
        {"cohort": cohort, "case": case, "patient": f"{cohort} {number // 2}", "named": True}
        for number, (cohort, case) in enumerate(cases.itertuples(index=False))
    ]
    judged = frozen(PREDICTIONS.frame(made.validated.predictions), made.outcomes, PATIENTS.frame(rows), made.study)
    found = SUBGROUPS.frame(subgroups(judged, divisions, made.study))
    assert found.loc[found["metric"] == "interaction_p", "estimate"].isna().all()
    assert found.loc[(found["level"] == "f") & (found["cohort"] == "valid1"), "low"].notna().all()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"column": "grade", "levels": ["1", "2"]}, "no column 'grade'"),
        ({"column": "stage", "levels": ["I", "II"]}, "'III' is not among the levels I, II of covariate stage"),
        ({"column": "sex", "cuts": [1]}, "column 'sex': 'm' is no number"),
        ({"column": "dead", "levels": ["0", "1"]}, "which is `event`: part of the outcome that a model predicts"),
    ],
)
def test_cells_that_the_study_did_not_declare(made, entry, words):
    frame = made._raw[1]["valid1"]
    with pytest.raises(StudyError) as caught:
        list(divide(frame, "valid1", frame["patient"], MAPPING, made.study["outcome"], [entry]))
    assert words in str(caught.value)


def test_noise_that_divides_has_uniform_p():
    """Patients divided by a coin: p of interaction is below .05 in 5 % of cohorts, within Monte-Carlo error."""
    draw, ps = np.random.default_rng(5), []
    for _ in range(300):
        risk = draw.normal(size=80)
        time, end = draw.exponential(np.exp(-0.7 * risk)), draw.exponential(2, 80)
        truth = outcome("survival", time <= end, 1 + 100 * np.minimum(time, end))
        ps.append(interaction(risk, draw.integers(2, size=80), truth).value)
    assert 0.02 < np.mean(np.array(ps) < 0.05) < 0.09


def test_the_signature_stands_first_in_every_place(judged):
    assert all(next(iter(each.risks)) == ModelKey("signature", "signature") for each in judged)
    assert [each.place.evaluation for each in judged] == ["apparent", "validation", "validation"]


def test_one_risk_in_a_level_is_why_there_is_no_test(made, judged, divisions, rows):
    tested = rows[rows["metric"] == "interaction_p"].dropna(subset=["estimate"]).iloc[0]
    level = rows.loc[(rows["subgroup"] == tested["subgroup"]) & (rows["level"] != ""), "level"].iloc[0]
    there = divisions[(divisions["subgroup"] == tested["subgroup"]) & (divisions["level"] == level)]
    cases = set(zip(there["cohort"], there["case"], strict=True))
    flat = [
        replace(each, risks={key: np.where([c in cases for c in each.cases], 0.3, r) for key, r in each.risks.items()})
        for each in judged
    ]
    found = SUBGROUPS.frame(subgroups(flat, divisions, made.study))
    told = found[(found[["cohort", "subgroup", "metric"]] == tested[["cohort", "subgroup", "metric"]]).all(axis=1)]
    assert set(told["withheld"]) == {"same risk"}
    assert tested["withheld"] == ""
