"""What is unlikely of columns, features and covariates alike; and that clean ones are hardly doubted."""

import numpy as np
import pytest

from radioloom.stages.tables.column_doubts import Columns, column_doubts, columns_of, constant_doubts, kinds
from radioloom.stages.tables.scales import feature_doubts
from radioloom.tables import CLINICAL, COVARIATES

N = 60
CODES = [
    ("age", -999), ("age", -1), ("age", 999), ("age", -9), ("stage", 9), ("stage", 99), ("female", 9999),
    ("haemoglobin", -9), ("sphericity", -999), ("mean", -9999), ("median", 9999), ("pack_years", 999),
]  # fmt: skip


def columns(cohort: str, **values) -> Columns:
    """Columns of one cohort, of whole cases."""
    cases = np.array([f"{cohort}{k}" for k in range(len(next(iter(values.values()))))], object)
    return Columns(cases, np.array(list(values), object), np.column_stack([*values.values()]).astype(float))


def outcomes(**cohorts):
    """CLINICAL of times and events by cohort."""
    rows = [
        {"cohort": name, "case": f"{name}{k}", "time_days": time, "event": bool(event)}
        for name, (times, events) in cohorts.items() for k, (time, event) in enumerate(zip(times, events, strict=True))
    ]  # fmt: skip
    return CLINICAL.frame(rows)


def drawn(seed: int, n: int = N) -> dict[str, np.ndarray]:
    """Columns of the kinds that features and covariates are of."""
    rng = np.random.default_rng(seed)
    return {
        "volume": np.exp(rng.normal(9, 1.2, n)),
        "sphericity": rng.uniform(0.3, 0.9, n),
        "mean": rng.normal(30, 25, n),
        "median": rng.normal(10, 30, n).round(),
        "skewness": rng.normal(0, 1, n),
        "busyness": np.exp(rng.normal(0, 1.5, n)),
        "age": rng.integers(40, 90, n),
        "stage": rng.integers(1, 5, n),
        "female": rng.integers(0, 2, n),
        "pack_years": np.where(rng.random(n) < 0.3, 0, rng.integers(1, 100, n)),
        "nodes": rng.geometric(0.3, n) - 1,
        "haemoglobin": rng.normal(8.5, 1, n).round(1),
    }


def followed(seed: int, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    event, censored = rng.exponential(900, n) + 5, rng.uniform(300, 2500, n)
    return np.minimum(event, censored).round() + 1, event <= censored


def told(change=None, what="feature") -> list[str]:
    """Sentences on two clean cohorts of which the first was changed."""
    first = drawn(1)
    (change or (lambda _: None))(first)
    cohorts = {"a": columns("a", **first), "b": columns("b", **drawn(2))}
    return list(column_doubts(what, cohorts, outcomes(a=followed(3), b=followed(4))))


@pytest.mark.parametrize("what", ["feature", "covariate"])
@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("volume", lambda x: x / 1000, "{}: its median is "),
        ("sphericity", lambda x: x * 1000, "{}: its median is "),
        ("volume", np.log, "{}: its median is "),
        (
            "busyness",
            np.log,
            "{}: often below 0 in cohort a, and never in cohort b: were logarithms taken in one alone",
        ),
        (
            "sphericity",
            lambda x: np.where(np.arange(N) % 2, x.round(3) * 1000, x.round(3)),
            "cohort a: values of {} fall apart into two parts",
        ),
        ("volume", lambda x: np.where(np.arange(N) < 20, x / 1e6, x), "cohort a: values of {} fall apart"),
        *[
            (
                name,
                lambda x, code=code: np.where(np.arange(N) % 20 == 7, code, x),
                f"cohort a: {{}} is {code:g} in 3 of",
            )
            for name, code in CODES
        ],
        (
            "skewness",
            lambda _: followed(3)[0] / 30.4,
            "cohort a: {} goes along with the time of follow-up (by ranks 1.00",
        ),
        ("female", lambda _: followed(3)[1], "cohort a: {} tells who had the event (by ranks 1.00 of 1)"),
    ],
)
def test_a_column_that_is_unlikely(what, name, change, words):
    lines = told(lambda first: first.update({name: change(first[name])}), what)
    assert any(line.startswith(words.format(f"{what} {name}")) for line in lines), lines
    assert len(lines) <= 2  # that of codes, or of the outcome, has another cause than the unit it looks like


def test_columns_of_one_kind_are_told_in_one_sentence():
    def change(first):
        first.update({name: first[name] * 1000 for name in ("volume", "sphericity", "haemoglobin", "age")})

    (line,) = told(change)
    assert line.startswith("4 features (volume, sphericity, age, ...): the median of volume is")


def test_codes_in_all_columns_hide_no_scale_and_are_no_volume_below_zero():
    first = {name: np.where(np.arange(N) == 4, -999, values) for name, values in drawn(1).items()}
    table = columns("a", **first)
    table = Columns(table.cases, table.names, table.values, frozenset({"volume"}))
    (line,) = feature_doubts({"a": table, "b": columns("b", **drawn(2))}, None)
    assert line.startswith("cohort a: 12 features (volume, sphericity, mean, ...) are -999 in 1 of 60 cases (a4)")


def test_clean_cohorts_are_hardly_doubted():
    """Pairs of cohorts of 12 columns each; of 200 such pairs none was asked about."""
    for seed in range(25):
        cohorts = {"a": columns("a", **drawn(4 * seed)), "b": columns("b", **drawn(4 * seed + 1, 40))}
        clinical = outcomes(a=followed(4 * seed + 2), b=followed(4 * seed + 3, 40))
        assert feature_doubts(cohorts, clinical) == []


def test_gaps_constants_and_few_rows_tell_nothing():
    empty = columns("a", x=[np.nan] * 30, y=[3.0] * 30, z=[-999.0] * 30)
    few = columns("b", x=[1.0, 2], y=[-9.0, 4], z=[1e6, 2])
    clinical = outcomes(a=(np.arange(1.0, 31), np.arange(30) % 2), b=([1.0, 2], [0, 1]))
    assert list(column_doubts("feature", {"a": empty, "b": few}, clinical)) == []
    assert columns_of(COVARIATES.frame([]), "covariate") == {}


def test_features_of_one_value_are_told_where_another_cohort_has_others():
    first = {**drawn(1), "volume": np.full(N, 2.5), "mean": np.full(N, 0.0), "age": [60.0] * 9 + [np.nan] * (N - 9)}
    for one, other in (("a", "b"), ("b", "a")):  # in training or in validation
        tables = {one: columns(one, **first), other: columns(other, **drawn(2))}
        (line,) = constant_doubts("feature", tables)
        assert line == (
            f"cohort {one}: 2 features (volume, mean) have one value in all cases, and others in another cohort: was a "
            "cell filled down, or were they not measured?"
        )
        assert line in feature_doubts(tables, None)
    mostly = {**drawn(2), "volume": np.where(np.arange(N) % 3, 2.5, 7), "mean": np.zeros(N), "age": np.full(N, 60.0)}
    assert list(constant_doubts("feature", {"a": columns("a", **first), "b": columns("b", **mostly)})) == []
    assert list(constant_doubts("feature", {"a": columns("a", **first)})) == []


@pytest.mark.parametrize(("visit", "n"), [("", 1), ("first", 1), ("difference", 0), ("ratio", 0)])
def test_what_a_volume_changes_by_may_be_below_zero(visit, n):
    row = {"feature_id": "f", "image": "original", "feature": "MeshVolume", "ibsi": "RNU0", "visit": visit}
    assert len(kinds([row])["volumes"]) == n
