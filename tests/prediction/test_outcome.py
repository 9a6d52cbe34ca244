from dataclasses import replace

import numpy as np
import pytest

from radioloom.errors import BadOutcome, StudyError
from radioloom.prediction.outcome import check_learnable, check_patient, outcome

EVENT = np.array([True, False, True])


def test_what_passes_the_gate():
    found = outcome("survival", EVENT, np.array([1, 2, 3]))
    assert len(found) == 3
    assert found.n_events == 2
    assert found.time_days.dtype == float
    assert found.take(np.array([2, 0])).time_days.tolist() == [3, 1]
    assert outcome("binary", EVENT).time_days.tolist() == [0, 0, 0]


@pytest.mark.parametrize("time", [[1, 2, 0], [1, 2, -3], [1, 2, np.nan], [1, 2, np.inf]])
def test_times_are_above_0_and_finite(time):
    with pytest.raises(BadOutcome, match="1 of 3 times are not above 0"):
        outcome("survival", EVENT, np.array(time))


def test_other_faults_are_refused():
    with pytest.raises(BadOutcome, match="events are int64"):
        outcome("binary", np.array([0, 1, 1]))
    with pytest.raises(BadOutcome, match="one time per patient"):
        outcome("survival", EVENT, np.array([1, 2]))
    with pytest.raises(StudyError, match=r"outcome.kind is 'ordinal'; it must be one of survival, binary"):
        outcome("ordinal", EVENT)


@pytest.mark.parametrize(
    ("event", "time", "reason"),
    [
        (None, 3.0, "the event is missing"),
        (True, None, "the time of follow-up is missing"),
        (True, float("nan"), "the time of follow-up is missing"),
        (False, 0.0, "follow-up of 0 days"),
        (True, -12.0, "follow-up of -12 days"),
        (True, float("inf"), "follow-up of inf days"),
    ],
)
def test_a_patient_without_outcome_has_a_reason(event, time, reason):
    with pytest.raises(BadOutcome, match=reason):
        check_patient("survival", event, time)


def test_a_binary_outcome_needs_no_time():
    check_patient("binary", False, None)
    check_patient("survival", False, 0.5)
    with pytest.raises(BadOutcome, match="the event is missing"):
        check_patient("binary", None, None)


@pytest.mark.parametrize(
    ("kind", "event"), [("survival", [1, 0, 0, 0]), ("binary", [1, 1, 1, 0]), ("survival", [1, 1])]
)
def test_too_little_to_learn_from(kind, event):
    event = np.array(event, bool)
    with pytest.raises(StudyError, match=f"training: {len(event)} patients with {event.sum()} event"):
        check_learnable(outcome(kind, event, np.arange(1.0, len(event) + 1)), "training")


def test_cases_of_one_patient_are_counted_as_cases():
    lesions = replace(outcome("binary", EVENT), units=np.array([0, 0, 1]))
    with pytest.raises(StudyError, match="training: 3 cases with 2 events"):
        check_learnable(lesions, "training")


def test_survival_may_be_without_censoring():
    check_learnable(outcome("survival", np.ones(5, bool), np.arange(1.0, 6)), "training")
