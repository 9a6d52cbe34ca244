"""What stands in the way of leaving out each training cohort is told before any job."""

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.study import load, verify


def verified(tmp_path, other="training", events=None, **changes):
    """Notes on a study of 60 cases in one cohort and 6 in another; `events` : how many of these have the event."""
    bench = many_cases(tmp_path, 60, data=str(tmp_path / "data"))
    bench.changes = {"data": str(tmp_path / "data"), "validation": {"leave_one_cohort_out": True}, **changes}
    if events is not None:
        rows = bench.outcomes["valid"]
        bench.outcomes["valid"] = [(case, days, int(k < events)) for k, (case, days, _) in enumerate(rows)]
    path = bench.write()
    content = yaml.safe_load(path.read_text())
    content["cohorts"]["valid"]["role"] = other
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return verify(load(content, bench.place, path), path)


def test_one_training_cohort_alone(tmp_path):
    with pytest.raises(StudyError) as caught:
        verified(tmp_path, "validation")
    assert str(caught.value).endswith(
        "validation.leave_one_cohort_out: train is the only training cohort with patients, and without it nothing is "
        "left to learn from; set it to false, or give each centre a cohort of its own"
    )
    assert "line " in str(caught.value)


def test_too_few_events_without_one_cohort(tmp_path):
    with pytest.raises(StudyError, match=r"line \d+: validation\.leave_one_cohort_out: without train \(join small cen"):
        verified(tmp_path, events=1)


def test_cohorts_with_few_events_are_noted_and_a_sound_study_has_nothing_to_be_told(tmp_path):
    centres, *others = verified(tmp_path, events=2)
    assert centres.startswith("model: 2 training cohorts: ")
    assert others == [
        "cohort valid: 2 of its 6 outcomes are of the rarer kind: where it is left out, models are judged in it "
        "without interval, for which 10 are needed"
    ]


@pytest.mark.parametrize("value", ["yes please", 1])
def test_it_is_true_or_false(tmp_path, value):
    with pytest.raises(StudyError, match=r"leave_one_cohort_out: .* is not accepted"):
        verified(tmp_path, validation={"leave_one_cohort_out": value})
