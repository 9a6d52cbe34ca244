"""What the report says of clusters, in words and pictures; a continuum is not called clusters."""

import numpy as np
import pandas as pd
import pytest

from radioloom.figures import clusters, heatmap, style
from radioloom.tables import CLUSTER_NUMBERS, CLUSTER_TESTS

NUMBER = {"area": 0.4, "area_gain": 0.4, "silhouette": 0.2, "smallest": 5}


def numbers(p, by_chance=0.4):
    rows = [
        {"clusters": k, "found": k, "ambiguous": 0.05 * k, "by_chance": by_chance, "p": p, "chosen": k == 3, **NUMBER}
        for k in (2, 3, 4)
    ]
    return CLUSTER_NUMBERS.frame(rows)


def row(kind, annotation, p, q, test="chi-square"):
    values = {"test": test if p is not None else "", "statistic": 3.2 if test != "Fisher" else None, "df": 2, "p": p}
    note = "" if p is not None else "all are of one level or one cluster"
    return {
        "cohort": "a",
        "kind": kind,
        "annotation": annotation,
        **values,
        "q": q,
        "effect": 0.3,
        "n": 40,
        "note": note,
    }


def test_clusters_and_a_continuum_in_words():
    told = clusters.stability_in_words(numbers(0.0196), [20, 12, 8], 30, 50)
    assert told == (
        "40 training patients by 30 features: 3 clusters of 20, 12 and 8; 15 % of the pairs of patients are ambiguous, "
        "of data without clusters with the same covariance 40 % (p 0.020, of 50 such data sets)."
    )
    assert "That is no evidence of clusters: the features form a continuum" in clusters.stability_in_words(
        numbers(0.06), [20, 20], 30, 50
    )
    assert "Nothing says whether" in clusters.stability_in_words(numbers(None, None), [20, 20], 30, 0)


def test_what_goes_with_them_in_words_and_as_a_table():
    rows = [row("outcome", "death", 0.2, 0.3), row("annotation", "stage", 0.001, 0.003)]
    rows += [row("annotation", "T", 0.5, 0.5, "Fisher"), row("annotation", "site", None, None)]
    frame = CLUSTER_TESTS.frame(rows)
    assert clusters.tests_in_words(frame) == (
        "3 tests of what goes with the clusters: significant with all of them counted for stage in a (q 0.003)."
    )
    table = {cells[1]: cells[2:] for cells in clusters.table_of_tests(frame).rows}
    assert table["stage"] == ("chi-square", "3.20 (df 2)", "0.001", "0.003", "0.30", "40")
    assert table["T"][1] == "–"
    assert table["site"] == ("all are of one level or one cluster", "–", "–", "–", "–", "40")
    assert "none is significant" in clusters.tests_in_words(frame.assign(q=0.2))
    assert "No test" in clusters.tests_in_words(frame.assign(p=np.nan))


@pytest.mark.parametrize("n_features", [4, 60])
def test_the_figures_are_drawn_alike_twice_and_say_what_they_show(n_features):
    draws = np.random.default_rng(1)
    z = draws.normal(size=(20, n_features))
    z[3, 2] = np.nan
    bars = [
        heatmap.Bar("death", np.arange(20) % 2.0, ("no", "yes"), yes=True),
        heatmap.Bar("stage", np.where(np.arange(20) == 4, np.nan, np.arange(20) % 3.0), ("I", "II", "III")),
        heatmap.Bar("age", np.arange(20) + 0.5),
        heatmap.Bar("nothing known", np.full(20, np.nan)),
    ]
    names = [f"f{k}" for k in range(n_features)]
    given = heatmap.Map(z, np.repeat([1, 2], 10), names, ["shape", "texture"] * (n_features // 2), bars)
    one, other = (style.svg(heatmap.heat_map(given, "a: 20"), "map", "Map") for _ in range(2))
    assert one == other
    for words in ("death", "stage", "III", "not known", "not measured", "texture", "1 (10)", "0.5000", "19.50"):
        assert f">{words}<" in one
    assert (">f3<" in one) == (n_features == 4)
    matrix = clusters.consensus_map(np.eye(20), np.repeat([1, 2], 10))
    assert "share of the resamples together" in style.svg(matrix, "matrix", "Matrix")
    assert "data without clusters" in style.svg(clusters.numbers(numbers(0.02)), "numbers", "Numbers")
    assert "data without" not in style.svg(clusters.numbers(numbers(None, None)), "numbers", "Numbers")
    curve = {"time_days": [0.0, 300.0], "survival": [1.0, 0.5], "at_risk": [5, 2]}
    frame = pd.concat([pd.DataFrame({"cluster": k, **curve}) for k in (1, 2)])
    drawn = style.svg(clusters.survival(frame, "a", "log-rank p 0.01"), "curves", "Curves")
    assert "log-rank p 0.01" in drawn
    assert ">cluster 2<" in drawn
