"""A table of features that was standardised is told from one as measured, by its values alone."""

import gzip
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radioloom.stages.tables.column_doubts import Columns
from radioloom.stages.tables.scales import feature_doubts, remarks, standardised
from radioloom.stats.scales import FEATURES, ROWS, apart, scale

NAMES = [f"f{k}" for k in range(40)]
WAYS = {
    "as measured": ("", lambda x: x),
    "z-scores": ("mean 0 and standard deviation 1", lambda x: (x - x.mean(0)) / x.std(0)),
    "z-scores, sample SD": ("mean 0 and standard deviation 1", lambda x: (x - x.mean(0)) / x.std(0, ddof=1)),
    "rounded": ("mean 0 and standard deviation 1", lambda x: ((x - x.mean(0)) / x.std(0)).round(2)),
    "range": ("minimum 0 and maximum 1", lambda x: (x - x.min(0)) / np.ptp(x, axis=0)),
    "robust": (
        "median 0 and interquartile range 1",
        lambda x: (x - np.median(x, 0)) / np.subtract(*np.percentile(x, (75, 25), axis=0)),
    ),
    "centred only": ("", lambda x: x - x.mean(0)),
    "logarithms": ("", np.log),
    "one feature of many": ("", lambda x: np.column_stack([(x[:, 0] - x[:, 0].mean()) / x[:, 0].std(), x[:, 1:]])),
}


def measured(n=60, f=40, seed=1):
    """Skewed features of very different sizes, as radiomic ones are."""
    draws = np.random.default_rng(seed)
    return np.exp(draws.normal(draws.uniform(-5, 12, f), draws.uniform(0.2, 1.2, f), (n, f)))


def columns(names, values, volumes=()) -> Columns:
    cases = np.array([f"P{k}" for k in range(len(values))], object)
    return Columns(cases, np.array(names, object), values, frozenset(volumes))


def test_cohorts_that_were_standardised_together_before_they_were_parted():
    """Neither is standardised by itself: 40 rows of 90 have another mean; a third cohort as measured hides nothing."""
    values = measured(90)
    z = (values - values.mean(0)) / values.std(0)
    parts = {"a": columns(NAMES, z[:40]), "b": columns(NAMES, z[40:])}
    for tables in (parts, parts | {"c": columns(NAMES, measured(50, seed=3))}):
        line, *others = remarks(tables)
        assert line.startswith("cohorts a, b: 40 of their 40 features have mean 0 and standard deviation 1 over the 90")
        assert all("spread more than" in other for other in others)
    assert not any("together" in line for line in remarks({"a": columns(NAMES, values[:40]), "b": parts["b"]}))


@pytest.mark.parametrize("way", WAYS)
def test_the_way_that_a_table_was_standardised(way):
    words, change = WAYS[way]
    assert scale(NAMES, change(measured())).standardised == words


def test_gaps_and_constant_features_change_nothing():
    values = WAYS["z-scores"][1](measured())
    values[:, 3] = 7.0
    values[:, 5] = np.nan
    values[2, 6] = np.nan
    found = scale(NAMES, values)
    assert (found.standardised, found.n_features, found.n_standardised) == ("mean 0 and standard deviation 1", 38, 38)


def test_few_rows_or_features_tell_nothing():
    one, other = measured(ROWS - 1), measured(60, FEATURES - 1)
    for values in (one, other):
        z = (values - values.mean(0)) / values.std(0)
        assert scale(NAMES[: z.shape[1]], z).standardised == ""
    assert scale([], np.empty((3, 0))).n_features == scale(["a"], np.full((3, 1), np.nan)).n_features == 0


def test_a_volume_below_zero_is_told_where_the_table_was_standardised_by_another_one():
    values = measured()
    train, valid = values[:40], values[40:]
    z = (valid - train.mean(0)) / train.std(0) - 0.3
    names = [*NAMES[1:], "volume"]
    found = scale(names, z, {"volume"})
    assert found.below_zero == "volume"
    assert scale(names, valid, {"volume"}).below_zero == scale(names, z).below_zero == ""
    assert remarks({"a": columns(names, z, {"volume"})})[0].startswith("cohort a: volume is a volume, and below 0 in")


def test_cohorts_on_different_scales_are_told_and_others_are_not():
    one, other = columns(NAMES, measured()), columns(NAMES, measured(50, seed=1))
    assert remarks({"a": one, "b": other}) == []
    values = measured(50)
    far = columns(NAMES, (values - values.mean(0)) / values.std(0) + 0.2)
    n, both = apart(scale(NAMES, one.values), scale(NAMES, far.values))
    assert both == 40
    assert n > 20
    (line,) = remarks({"a": one, "b": far})
    assert line.startswith(
        f"cohorts a and b: {n} of the 40 features that both tables have are spread more than 5 times"
    )
    assert remarks({"a": one, "b": columns([f"g{k}" for k in range(40)], values)}) == []  # of other names


def test_two_tables_that_were_each_standardised_are_told_to_be_two_scales():
    one, other = (WAYS["z-scores"][1](measured(seed=seed)) for seed in (1, 3))
    tables = {"a": columns(NAMES, one), "b": columns(NAMES, other), "c": columns(NAMES, measured())}
    lines = [line for line in remarks(tables) if "each standardised by themselves" in line]
    assert len(lines) == 1
    assert lines[0].startswith("cohorts a, b were each")
    assert standardised(tables) == {
        "a": "mean 0 and standard deviation 1",
        "b": "mean 0 and standard deviation 1",
        "c": "",
    }
    both = WAYS["z-scores"][1](measured(90))
    apart_again = {"a": columns(NAMES, both[:40]), "b": columns(NAMES, both[40:])}
    assert set(standardised(apart_again).values()) == {"one mean and spread with other cohorts"}


def test_a_small_part_of_a_standardised_table_is_no_table_as_measured():
    """The larger part alone is of mean 0 and SD 1, nearly; beside it the smaller one is on the same scale."""
    whole = WAYS["z-scores"][1](measured(2000))
    parts = {"train": columns(NAMES, whole[:1950]), "valid": columns(NAMES, whole[1950:])}
    assert scale(NAMES, whole[1950:]).standardised == ""
    assert all(standardised(parts).values())
    assert standardised({**parts, "valid": columns(NAMES, measured(50))})["valid"] == ""


def test_volumes_that_may_be_counts_of_voxels():
    draws = np.random.default_rng(1)
    counts = draws.integers(50, 5000, 30).astype(float)

    def told(volumes):
        return feature_doubts({"a": columns(["v"], volumes[:, None], {"v"})}, None)

    (line,) = told(counts)
    assert line.startswith(
        "cohort a: v is a whole number in all 30 cases: is it a count of voxels, whose spacing is lost?"
    )
    assert told(counts * 0.9765625**2 * 3) == told(counts * 8) == told(counts[:9]) == []  # voxels of 2 mm
    assert feature_doubts({"a": columns(["v"], counts[:, None])}, None) == []  # no volume


def test_intensities_that_end_at_one_number():
    draws = np.random.default_rng(1)
    lowest = np.round(draws.normal(-300, 90, 30))

    def told(values):
        table = columns(["original_firstorder_Minimum"], values[:, None])
        return feature_doubts({"a": replace(table, extremes=frozenset(table.names))}, None)

    assert told(lowest) == []
    (line,) = told(np.maximum(lowest, -250.0))
    assert "original_firstorder_Minimum is -250 in" in line
    assert "cut off there" in line


def real(path, prefix=""):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as handle:
        frame = pd.read_csv(handle).select_dtypes("number")
    chosen = frame[[name for name in frame if "_" in name and not name.startswith("logit")]]
    return columns([name.removeprefix(prefix) for name in chosen], chosen.to_numpy(float))


def test_published_tables(data_dir):
    place = data_dir / "feature_tables"
    files = {"hosny2018_maastro.csv": "", "hosny2018_mumc.csv": "", "hn1_137.csv.gz": "GTV-1_"}
    if not all((place / name).is_file() for name in files):
        pytest.skip("the published tables of features are not in place")
    maastro, mumc, hn1 = (real(place / name, prefix) for name, prefix in files.items())
    assert feature_doubts({"maastro": maastro, "mumc": mumc}, None) == []
    (line,) = feature_doubts({"hn1": hn1}, None)
    assert line.startswith("cohort hn1: all 105 features of its table have mean 0 and standard deviation 1 over")


def test_quartiles_apart_by_rounding_are_no_spread():
    noise = np.tile([0.5, np.nextafter(0.5, 1)], 10)[:, None] + np.zeros(8)
    assert not scale(list("abcdefgh"), noise).spreads
