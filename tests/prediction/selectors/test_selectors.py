from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from radioloom.errors import StudyError
from radioloom.prediction.metrics.concordance import comparable, feature_concordance
from radioloom.prediction.models.cox import COX, fit_cox
from radioloom.prediction.models.record import Fitted
from radioloom.prediction.outcome import outcome
from radioloom.prediction.selectors import SELECTORS, Candidates, select
from radioloom.prediction.selectors.forward import gain

NAMES = np.array(["a", "b", "c", "d", "e", "f"], dtype=object)
GROUPS = np.array(["shape", "shape", "texture", "texture", "texture", "filtered"], dtype=object)


def candidates(scores=(0.55, 0.30, 0.62, 0.61, 0.40, 0.50), n: int = 60) -> Candidates:
    """Scores as given; columns of noise, with the hazard in columns c and f."""
    draw = np.random.default_rng(3)
    columns = draw.normal(size=(n, 6))
    time = np.ceil(draw.exponential(300 / np.exp(columns[:, 2] - columns[:, 5])))
    outcomes = outcome("survival", np.arange(n) % 4 > 0, time)
    if scores is None:
        scores = feature_concordance([comparable(outcomes)], columns)[0]
    return Candidates(NAMES, GROUPS, np.array(scores), columns, outcomes, COX, {}, None)


def chosen(name: str, n_features: int = 4, **of) -> list[str]:
    return [NAMES[place] for place in select(candidates(**of), name, n_features)]


def test_best_per_group_takes_the_strongest_of_each_whichever_way_it_points():
    assert chosen("best_per_group") == ["b", "c", "f"]
    assert chosen("best_per_group", 2) == ["b", "c"]
    assert select(candidates(), "best_per_group", 4)[1] == "most prognostic of shape: C 0.300"


def test_top_takes_the_strongest_of_all():
    assert chosen("top", 3) == ["b", "c", "d"]
    assert select(candidates(), "top", 3)[3] == "rank 3 of 6: C 0.610"


def test_equal_strengths_are_taken_by_name():
    assert chosen("top", 2, scores=[0.4, 0.6, 0.6, 0.4, 0.4, 0.6]) == ["a", "b"]


def test_a_mirror_image_is_as_strong():
    assert chosen("top", 2, scores=[0.5, 0.3, 0.7, 0.5, 0.5, 0.5]) == ["b", "c"]
    assert chosen("top", 1, scores=[0.5, 0.7, 0.30000000000000004, 0.5, 0.5, 0.5]) == ["b"]


def test_forward_finds_the_two_that_bear_on_the_outcome_and_stops():
    """Naive twin: every candidate is fitted at each step, whose ratio of likelihoods must pass Bonferroni's bound."""
    found = chosen("forward", scores=None)
    assert found[:2] in (["c", "f"], ["f", "c"])
    given = candidates(scores=None)
    kept: list[int] = []
    while len(kept) < 4:
        rest = [place for place in range(6) if place not in kept]
        base = fit_cox(given.columns[:, kept], given.outcomes).log_likelihood
        gains = [fit_cox(given.columns[:, [*kept, p]], given.outcomes).log_likelihood - base for p in rest]
        if chi2.sf(2 * max(gains), 1) > 0.05 / len(rest):
            break
        kept.append(rest[int(np.argmax(gains))])
    assert found == [NAMES[place] for place in kept]


def test_forward_takes_noise_in_one_of_twenty_studies():
    """60 features of noise, 80 patients: by 3.84 for each feature, several would be taken in every study."""
    draw = np.random.default_rng(8)
    names, taken = np.array([f"f{k:02d}" for k in range(60)], dtype=object), []
    for _ in range(60):
        columns, time = draw.normal(size=(80, 60)), np.ceil(draw.exponential(300, size=80))
        outcomes = outcome("survival", draw.random(80) < 0.7, time)
        scores = feature_concordance([comparable(outcomes)], columns)[0]
        taken.append(len(select(Candidates(names, names, scores, columns, outcomes, COX, {}, None), "forward", 10)))
    assert np.mean(np.array(taken) > 0) < 0.15  # 0.05 and three standard errors
    assert max(taken) <= 2


def test_forward_asks_more_of_more_candidates():
    assert gain(1) == pytest.approx(1.9207, abs=1e-4)  # 3.84 / 2
    assert gain(440) == pytest.approx(chi2.isf(0.05 / 440, 1) / 2)


def test_forward_takes_no_more_than_asked():
    assert len(chosen("forward", 1, scores=None)) == 1


def test_none_leaves_every_candidate_to_the_model_whatever_their_number():
    assert chosen("none", 2) == ["b", "c", "d", "e", "a", "f"]  # the strongest first
    assert select(candidates(), "none", 2)[1] == "left to the model: C 0.300"


def test_forward_needs_a_likelihood():
    without = replace(COX, name="stump", fit=lambda columns, *_: Fitted({}, ()))
    with pytest.raises(StudyError, match=r"selector forward compares likelihoods, and the stump model has none"):
        select(replace(candidates(scores=None), model=without), "forward", 4)


@pytest.mark.parametrize("name", SELECTORS)
def test_nothing_to_choose_from(name):
    none = candidates()
    asked = {"features": ["gone"]} if name == "named" else {}
    empty = Candidates(NAMES[:0], GROUPS[:0], none.scores[:0], none.columns[:, :0], none.outcomes, COX, {}, None, asked)
    assert select(empty, name, 4) == {}


def test_an_unknown_selector():
    with pytest.raises(
        StudyError, match=r"model.selector is 'lasso'; it must be one of best_per_group, top, forward, none"
    ):
        select(candidates(), "lasso", 4)
