"""Segal's three filters: each decision against pandas, scikit-learn and a naive twin; what cannot be judged is told."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score

from radioloom.errors import StudyError
from radioloom.stages.genomics.associate import FEWEST_CASES, sifted
from radioloom.stages.genomics.associate import tested as family_of
from radioloom.stages.genomics.trait_filters import RULES, STEPS, Candidates, Rules, candidates, sift
from radioloom.tables import TRAIT_FILTERS, TRAITS

N = 60
CASES = [f"c{k:02d}" for k in range(N)]
EMPTY = {"number": None, "level": None, "unit": None, "code": None, "code_system": None}


def answers(reader, trait, values, cases=CASES, **others):
    return [
        {**EMPTY, **others, "cohort": "genes", "case": case, "reader": reader, "trait": trait, "value": str(value)}
        for case, value in zip(cases, values, strict=False)
    ]


def measured(reader, trait, values, cases=CASES):
    return [row | {"number": float(row["value"])} for row in answers(reader, trait, values, cases)]


def drawn(seed=1):
    """Two readers: of `shape` they agree, of `margin` by chance, `copy` is `shape` again, `rare` in one patient."""
    draw = np.random.default_rng(seed)
    shape, margin = draw.integers(2, size=N), draw.integers(2, size=N)
    other = np.where(draw.random(N) < 0.05, 1 - shape, shape)
    size = draw.normal(size=N).round(3)
    return [
        *answers("a", "shape", np.array(["round", "spiky"])[shape]),
        *answers("b", "shape", np.array(["round", "spiky"])[other]),
        *answers("a", "margin", np.array(["smooth", "sharp"])[margin]),
        *answers("b", "margin", np.array(["smooth", "sharp"])[draw.integers(2, size=N)]),
        *answers("a", "copy", np.array(["no", "yes"])[shape]),
        *answers("a", "rare", ["yes"] + ["no"] * (N - 1)),
        *measured("a", "size", size),
        *measured("a", "seldom", size[: FEWEST_CASES - 1]),
        *answers("a", "apart", ["x", "y"] * 15, CASES[:30]),  # readers who never overlap
        *answers("b", "apart", ["x", "y"] * 15, CASES[30:]),
    ]


def run(rows, values=None, **settings):
    features = pd.DataFrame(index=pd.Index([], name="case")) if values is None else values
    block = {"cohort": "genes", "expression": {"file": "e", "gene": "g"}, "modules": {}, **settings}
    matrix = pd.DataFrame(0.0, index=["G"], columns=CASES)
    given, decisions = sifted(features, TRAITS.frame(rows), matrix, block)
    frame = TRAIT_FILTERS.frame(decisions).set_index(["feature_id", "step"])
    return given, frame


SEGAL = {"filter": "segal2007", "min_agreement": 0.4, "max_correlation": 0.8}


def test_each_step_leaves_out_what_it_should():
    given, frame = run(drawn(), traits=SEGAL)
    lost = frame[~frame["kept"]].reset_index().set_index("trait")
    assert lost["step"].to_dict() == {
        "rare": "prevalence", "seldom": "prevalence", "margin": "agreement", "copy": "independence",
    }  # fmt: skip
    shape = next(label for label, (trait, _) in given.traits.items() if trait == "shape")
    assert lost.loc["copy", "twin"] == shape  # readers agree on it, and of the copy nobody knows
    assert lost.loc["seldom", "reason"] == "fewer than 8 cases have it"
    assert {trait for trait, _ in given.traits.values()} == {"shape", "size", "apart"}
    assert list(given.values.columns) == list(given.traits)


def test_numbers_are_those_of_others():
    rows = drawn()
    _, frame = run(rows, traits=SEGAL)
    table = TRAITS.frame(rows)
    for trait in ("shape", "margin"):
        wide = table[table["trait"] == trait].pivot(index="case", columns="reader", values="value")
        (row,) = [row for (label, step), row in frame.iterrows() if step == "agreement" and row["trait"] == trait]
        assert row["estimate"] == pytest.approx(cohen_kappa_score(wide["a"], wide["b"]), abs=1e-12)
        assert row["kept"] == (row["low"] >= 0.4)
        assert row["n"] == N
    by_case = {
        trait: (table[table["trait"] == trait].assign(x=lambda f, v=value: f["value"] == v).groupby("case")["x"].mean())
        for trait, value in (("copy", "yes"), ("shape", "spiky"))
    }
    rho = spearmanr(by_case["copy"], by_case["shape"]).statistic
    assert abs(frame.loc[("trait: copy = yes", "independence"), "estimate"]) == pytest.approx(abs(rho), abs=1e-12)
    shares = {"trait: rare = yes": 1 / N, "trait: copy = yes": by_case["copy"].mean()}
    for label, share in shares.items():
        assert frame.loc[(label, "prevalence"), "estimate"] == pytest.approx(min(share, 1 - share))


def test_what_no_two_readers_read_is_kept_and_told():
    _, frame = run(drawn(), traits=SEGAL)
    reasons = frame.xs("agreement", level="step")["reason"]
    for label in ("trait: size", "trait: apart = x"):
        if label in reasons:
            assert reasons[label] == "not judged: no case was read by two readers"
    assert (reasons == "not judged: no case was read by two readers").sum() == 3  # copy, size, apart
    same = [*answers("a", "gas", ["no"] * 50 + ["yes"] * 10), *answers("b", "gas", ["no"] * 10, CASES[:10])]
    _, frame = run(same, traits=SEGAL)
    (row,) = frame.xs("agreement", level="step").itertuples()
    assert (row.kept, row.reason) == (True, "not judged: both readers gave one answer throughout")


def test_without_a_filter_prevalence_alone_decides():
    given, frame = run(drawn())
    assert set(frame.index.get_level_values("step")) == {"prevalence"}
    assert {trait for trait, _ in given.traits.values()} == {"shape", "margin", "copy", "size", "apart"}


def test_features_go_through_the_same_filters_where_all_are_tested():
    rows = drawn()
    sizes = [row["number"] for row in rows if row["trait"] == "size"]
    draw = np.random.default_rng(2)
    features = pd.DataFrame(
        {"volume": np.exp(sizes), "texture": draw.normal(size=N), "again": 0.0, "flat": 1.0}, index=CASES
    )
    features["again"] = 2 * features["texture"]
    given, frame = run(rows, features, traits=SEGAL, features="all")
    assert given.dropped == {"volume", "texture", "flat"}
    assert frame.loc[("volume", "independence"), "twin"] == "trait: size"  # of a feature no reader is known
    assert "volume" in given.values  # which associations are given
    family = family_of(given, "all", [], "volume")
    assert set(family) == (set(given.values) - given.dropped)
    unfiltered, frame = run(rows, features, features="all")
    assert not unfiltered.dropped
    assert set(frame["kind"]) == {"trait"}


def test_an_unknown_filter_is_refused():
    with pytest.raises(StudyError, match=r"genomics.traits.filter: 'mine' is none of prevalence, segal2007"):
        Rules("mine")
    assert {step for steps in RULES.values() for step in steps} == set(STEPS)


def of_hand(low, agreed=0.8):
    """Two traits that are correlated: `a` varies in fewer cases, and readers agree on it by `low` and more."""
    draw = np.random.default_rng(5)
    b = draw.normal(size=N).round(3)
    values = pd.DataFrame({"a": np.maximum(b, np.quantile(b, 0.2)), "b": b}, CASES)
    row = {"n": N, "estimate": agreed, "low": low, "high": 0.9}
    return Candidates(values, {"a": ("a", ""), "b": ("b", "")}, {("a", ""): row}, 0.1, 8)


def test_of_two_that_are_correlated_the_one_that_readers_agree_on_stays():
    """Though more cases differ in the other."""
    assert sift(of_hand(low=0.5), Rules("segal2007"), "genes").kept == ["a"]
    given = of_hand(low=0.5)._replace(agreed={})
    assert sift(given, Rules("segal2007"), "genes").kept == ["b"]


@pytest.mark.parametrize(("low", "kept"), [(0.39, ["b"]), (0.41, ["a"])])
def test_the_lower_bound_counts(low, kept):
    assert sift(of_hand(low), Rules("segal2007"), "genes").kept == kept


def test_the_two_readers_who_agree_least_decide():
    shape = [*"xy"] * (N // 2)
    draw = np.random.default_rng(6)
    read = {"a": shape, "b": shape, "c": draw.permutation(shape)}
    rows = [row for reader, values in read.items() for row in answers(reader, "shape", values)]
    given = candidates(TRAITS.frame(rows), None, CASES, 0.1, 8)
    (row,) = given.agreed.values()
    assert row["low"] < 0.2
    assert sift(given, Rules("segal2007"), "genes").kept == []
