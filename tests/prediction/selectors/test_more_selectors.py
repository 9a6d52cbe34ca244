"""Selectors by a false discovery rate, mRMR, stability selection and cluster medoids: oracles, and bad input."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, spearmanr

from radioloom.errors import StudyError
from radioloom.prediction.metrics.concordance import comparable, feature_concordance
from radioloom.prediction.models.cox import COX
from radioloom.prediction.models.elastic_net import Problem
from radioloom.prediction.models.logistic import LOGISTIC
from radioloom.prediction.outcome import Outcome
from radioloom.prediction.score_test import score_test
from radioloom.prediction.selectors import SELECTORS, Candidates, select
from radioloom.prediction.selectors.mrmr import information
from radioloom.prediction.selectors.stability import entered, first

GOLDEN = Path(__file__).parents[2] / "golden"
NEW = ("univariate", "mrmr", "stability", "medoids")


def planted(kind="survival", n=80, f=20, seed=4, effect=1.2, **settings) -> Candidates:
    """Columns of noise, of which the first and the second bear on the outcome, and the third is like the first."""
    draw = np.random.default_rng(seed)
    columns = draw.normal(size=(n, f))
    columns[:, 2] = columns[:, 0] + 0.2 * draw.normal(size=n)
    hazard = effect * (columns[:, 0] - columns[:, 1])
    event = draw.random(n) < 0.7 if kind == "survival" else hazard + draw.logistic(size=n) > 0
    time = np.ceil(draw.exponential(300 / np.exp(hazard))) if kind == "survival" else np.zeros(n)
    return candidates(columns, Outcome(kind, event, time), settings)


def candidates(columns, outcomes, settings=()) -> Candidates:
    names = np.array([f"f{k:03d}" for k in range(columns.shape[1])], dtype=object)
    scores = feature_concordance([comparable(outcomes)], columns)[0]
    model, draws = COX if outcomes.kind == "survival" else LOGISTIC, np.random.default_rng(5)
    return Candidates(names, names, scores, columns, outcomes, model, {}, draws, dict(settings))


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_univariate_takes_those_of_small_q_the_smallest_p_first(kind):
    given = planted(kind)
    p = score_test(given.columns, given.outcomes)
    q = false_discovery_control(p)
    for fdr in (0.05, 0.6):
        found = list(select(replace(given, asked={"fdr": fdr}), "univariate", 99))
        assert found == [k for k in np.argsort(p) if q[k] <= fdr]
        assert list(select(replace(given, asked={"fdr": fdr}), "univariate", 2)) == found[:2]
    assert {0, 1, 2} <= set(found)
    assert select(given, "univariate", 1)[found[0]].startswith("score test p ")


def test_univariate_takes_noise_in_one_of_twenty_studies():
    taken = [len(select(planted(n=60, f=60, seed=k, effect=0), "univariate", 60)) for k in range(150)]
    assert 0.0 < np.mean(np.array(taken) > 0) < 0.11  # 0.05 and three standard errors


def test_mrmr_by_hand():
    """Ranks of which rho is 0.9 (a, b), 0 (a, c) and -0.3 (b, c): c is taken before b, which is like a."""
    columns = np.array([[1, 2, 3, 4, 5], [2, 1, 3, 4, 5], [2, 5, 3, 1, 4]], dtype=float).T
    given = replace(
        candidates(columns, Outcome("binary", np.arange(5) > 2, np.zeros(5))), scores=np.array([0.9, 0.89, 0.3])
    )
    found = select(given, "mrmr", 3)
    assert list(found) == [0, 2, 1]
    assert found[0] == "step 1: relevance 0.511 less redundancy 0.000"
    assert found[2] == "step 2: relevance 0.087 less redundancy 0.000"
    assert found[1] == "step 3: relevance 0.469 less redundancy 0.439"  # (0.830 + 0.047) / 2
    assert information(np.array([0.0, np.nan, 1.0])).tolist() == [0.0, 0.0, -0.5 * np.log(1e-12)]


def test_mrmr_s_naive_twin():
    given = planted()
    taken: list[int] = []
    while len(taken) < 8:
        values = {}
        for k in set(range(20)) - set(taken):
            shared = [-0.5 * np.log(1 - spearmanr(given.columns[:, k], given.columns[:, j])[0] ** 2) for j in taken]
            values[k] = -0.5 * np.log(1 - (2 * given.scores[k] - 1) ** 2) - np.mean(shared or [0])
        taken.append(max(values, key=values.get))
    assert list(select(given, "mrmr", 8)) == taken
    assert len({0, 2} & set(taken[:3])) == 1  # of the two that are alike one alone is taken early


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_what_enters_a_half_sample_first_is_glmnet_s(kind):
    cases = pd.read_csv(GOLDEN / "elastic_net_cases.csv")
    x, event = cases.filter(like="X").to_numpy(), cases["event"].to_numpy() == 1
    outcomes = Outcome(kind, event, cases["time"].to_numpy() * (kind == "survival"))
    expected = pd.read_csv(GOLDEN / "stability.csv").query("kind == @kind").set_index("half").filter(like="X")
    for half, taken in expected.iterrows():
        rows = np.flatnonzero((np.arange(1, 91) * (half + 1)) % 97 < 48)
        assert entered(Problem(x, outcomes, 1.0).take(rows), 3).astype(int).tolist() == taken.tolist(), half


def test_how_many_enter_first_is_meinshausen_and_buehlmann_s_bound():
    assert first(440, 0.75, 1) == 14  # 14² / (0.5 * 440) = 0.89, 15² / (0.5 * 440) = 1.02
    assert first(440, 1.0, 1) == 20
    assert first(3, 0.9, 50) == 3
    assert first(3, 0.6, 0.1) == 1


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_stability_selection_finds_what_bears_on_the_outcome_and_little_else(kind):
    both = planted(kind, n=120)  # of the two that are alike each takes the other's place
    given = candidates(np.delete(both.columns, 2, axis=1), both.outcomes, {"pairs": 20})
    found = select(given, "stability", 9)
    assert set(found) == {0, 1}
    assert found[1].startswith("among the first 3 in ")
    assert found[1].endswith(" of 40 half-samples")
    again = [select(replace(given, generator=np.random.default_rng(5)), "stability", 9) for _ in range(2)]
    assert again[0] == again[1]


@pytest.mark.parametrize(("false_features", "words"), [(0.12, ""), (0.1, "; of so few features up to 0.11 false")])
def test_a_bound_that_cannot_be_kept_is_told(false_features, words):
    """One of 18 columns that enters, threshold 0.75: 1² / (0.5 * 18) = 0.11."""
    both = planted(n=120)
    asked = {"pairs": 10, "threshold": 0.75, "false_features": false_features}
    given = candidates(np.delete(both.columns, [1, 2], axis=1), both.outcomes, asked)
    found = select(given, "stability", 9)
    assert found
    for reason in found.values():
        assert reason.split("half-samples")[1].startswith(words) if words else reason.endswith("half-samples")


def test_stability_selection_keeps_its_bound_on_noise():
    taken = [len(select(planted(n=60, f=40, seed=k, effect=0, pairs=10), "stability", 40)) for k in range(12)]
    assert np.mean(taken) <= 1


def test_medoids_by_a_naive_twin():
    """Average linkage: the two clusters of smallest mean distance are joined, until so many are left."""
    given = planted(f=14, seed=9)
    distance = 1 - np.abs(spearmanr(given.columns)[0])
    clusters = [[k] for k in range(14)]
    while len(clusters) > 5:
        means = {
            (i, j): distance[np.ix_(clusters[i], clusters[j])].mean() for i in range(len(clusters)) for j in range(i)
        }
        i, j = min(means, key=means.get)
        clusters[j] += clusters.pop(i)
    medoids = {tuple(sorted(each)): each[int(np.argmin(distance[np.ix_(each, each)].sum(axis=1)))] for each in clusters}
    found = select(given, "medoids", 5)
    sizes = [int(reason.split()[-1]) for reason in found.values()]
    assert sizes == sorted(map(len, clusters), reverse=True)
    assert {min(cluster) if len(cluster) == 2 else k for cluster, k in medoids.items()} == set(found)  # two: by name


@pytest.mark.parametrize("n_features", [5, 20, 29])
def test_medoids_do_not_ask_the_outcome(n_features):
    """Permuted outcomes: the same features in the same order, also of clusters of two, whose sums are equal."""
    given = planted(f=30)
    one, other = (
        candidates(given.columns, given.outcomes.permuted(np.random.default_rng(k).permutation(80))) for k in (3, 4)
    )
    found = select(one, "medoids", n_features)
    assert "medoid of a cluster of 2" in found.values()
    assert list(found.items()) == list(select(other, "medoids", n_features).items())


@pytest.mark.parametrize("name", NEW)
@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_ties_constants_one_candidate_and_values_of_any_size(name, kind):
    given = planted(kind, n=40, f=6, pairs=10) if name == "stability" else planted(kind, n=40, f=6)
    cases = {
        "whole numbers": np.round(given.columns),
        "the same thrice": given.columns[:, [0, 0, 0, 1, 1, 1]],
        "some constant": given.columns * np.array([1, 0, 1, 0, 1, 1]) + 2,
        "all constant": np.full((40, 6), 7.0),
        "large": given.columns * 1e200,
        "small": given.columns * 1e-200,
        "one": given.columns[:, :1],
    }
    for columns in cases.values():
        one = candidates(columns, given.outcomes, given.asked)
        found, again = (select(replace(one, generator=np.random.default_rng(5)), name, 4) for _ in range(2))
        assert found == again
        assert len(found) <= min(4, columns.shape[1])
        assert all(reason for reason in found.values())
    sized = [list(select(candidates(cases[size], given.outcomes, given.asked), name, 4)) for size in ("large", "small")]
    assert sized[0] == sized[1] == list(select(replace(given, generator=np.random.default_rng(5)), name, 4))


@pytest.mark.parametrize("name", NEW)
@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_few_events_several_cases_a_patient_and_centres(name, kind):
    given = planted(kind, n=40, f=6)
    few = replace(given.outcomes, event=np.arange(40) < 2)
    assert name != "stability" or select(replace(given, outcomes=few), name, 4) == {}
    select(replace(given, outcomes=few, asked={}), name, 4)
    shared = replace(given.outcomes, units=np.arange(40) // 2, strata=np.arange(40) % 4 // 2)
    select(candidates(given.columns, shared), name, 4)


def test_settings_of_a_selector_are_checked():
    given = planted(fdr=2)
    with pytest.raises(StudyError, match=r"model.selector_settings.fdr: 2 is not accepted. The rule: .*share of false"):
        select(given, "univariate", 4)
    with pytest.raises(StudyError, match=r"fdr: the selector mrmr has no such setting. Known here: it has none"):
        select(given, "mrmr", 4)


def test_the_page_on_selection_names_every_selector_and_setting(root):
    page = (root / "docs" / "selection.md").read_text(encoding="utf-8")
    for selector in SELECTORS.values():
        assert f"`{selector.name}`" in page
        assert all(f"`{key}`" in page for key in selector.settings)


def test_named_takes_what_the_study_names_in_its_order_and_none_that_is_gone():
    given = planted()
    taken = select(replace(given, asked={"features": ["f007", "gone", "f001"]}), "named", 1)
    assert list(taken) == [7, 1]
    assert set(taken.values()) == {f"named by the study: C {given.scores[k]:.3f}" for k in taken}
    with pytest.raises(StudyError, match=r"model\.selector_settings\.features"):
        select(given, "named", 4)
