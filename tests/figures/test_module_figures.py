"""Figures of gene modules: maps of many modules, trees above their genes, volcano, network."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from radioloom.figures import module_network, module_tree, modulemap, style, tree_map, volcano
from radioloom.tables import TREE_VALUES


def texts_of(figure):
    return [each.get_text() for each in figure.findobj(Text) if each.get_text()]


def split(module, number, leaf, name, means=(0.0, 1.0), explained=0.3):
    return {
        "module": module, "split": number, "leaf": leaf, "feature_id": name, "kind": "trait", "threshold": 0.5,
        "gaps": "", "n_lower": 5, "n_upper": 4, "mean_lower": means[0], "mean_upper": means[1], "explained": explained,
    }  # fmt: skip


TREES = pd.DataFrame(
    [
        split("M1", 1, 0, "halo", (1.0, 0.0)),
        split("M1", 2, 1, "halo", (0.0, 2.0), 0.1),
        split("M2", 1, 0, "halo"),
        split("M3", 1, 0, "arteries"),
        split("M3", 2, 0, "capsule", (2.0, 0.5)),
    ]
)


def shares(n):
    names = [f"M{k}" for k in range(1, n + 1)]
    return pd.DataFrame({"module": names, "explained": 0.5, "held_out": np.linspace(0.4, -0.1, n), "n_genes": 9})


def test_map_of_trees_puts_modules_of_one_first_split_together():
    """M2 rises with the trait of most modules, M1 falls with it; M4 has no tree."""
    columns = tree_map.columns_of(TREES)
    assert columns == ["halo", "arteries", "capsule"]
    rows = tree_map.rows_of(TREES, shares(4), columns)
    assert rows == ["M2", "M1", "M3", "M4"]
    rise, texts = tree_map._cells(TREES, rows, columns)
    assert rise[1, 0] == -1.0  # of the two splits the one that explains more
    assert (texts[1, 0], texts[2, 2], texts[3, 0]) == ("1,2", "2", "")
    assert np.isnan(rise[3]).all()


def test_every_module_of_116_is_named_and_no_name_lies_over_another():
    many = pd.DataFrame([split(f"M{k}", 1, 0, f"trait {k % 28}") for k in range(1, 117)])
    figure = tree_map.tree_map(many, shares(116))
    style.svg(figure, "a", "b")
    assert {f"M{k}" for k in range(1, 117)} <= set(texts_of(figure))
    assert figure.get_figheight() < 18
    axes = figure.axes[0]
    boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
    assert all(one.y0 >= other.y1 - 0.5 for one, other in pairwise(boxes))


def pairs(n_modules=3, n_features=4, q=0.2):
    rows = [
        {"module": f"M{m:03d}", "feature_id": f"f{k}", "kind": "trait" if k else "feature", "trait": "", "value": "",
         "rho": 0.9 * np.cos(m + 2 * k), "p": 0.001 + 0.01 * ((m * n_features + k) % 60), "q": q, "p_max": 0.5,
         "n": 30, "rho_given_volume": np.nan}
        for m in range(n_modules) for k in range(n_features)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_map_of_many_modules_marks_what_passed_and_writes_no_numbers():
    frame = pairs(20)
    frame.loc[4 * 7 + 3, ["q", "p_max"]] = 0.01
    figure = modulemap.module_map(frame, {}, [])
    texts = texts_of(figure)
    (mark,) = (each for each in figure.findobj(Text) if each.get_text() == "**")
    assert {f"M{m:03d}" for m in range(20)} <= set(texts)
    cells = figure.axes[0].collections[0].get_array()
    order = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert (order[int(mark.get_position()[1])], mark.get_position()[0]) == ("M007", 3.5)  # of the pair M007 and f3
    wide = frame.pivot(index="module", columns="feature_id", values="rho").loc[order]
    np.testing.assert_allclose(np.asarray(cells).reshape(wide.shape), wide)
    strongest = wide.abs().to_numpy().argmax(axis=1)
    assert (np.diff(strongest) >= 0).all()


def test_volcano_counts_what_passed_and_draws_its_line_between():
    frame = pairs().assign(p=[0.0005, 0.001, *np.linspace(0.03, 1, 10)])
    frame.loc[:1, "q"] = 0.01
    figure = volcano.volcano(frame)
    assert {"annotation, q ≥ 0.05 (8)", "feature, q < 0.05 (1)"} <= set(texts_of(figure))
    line = next(each for each in figure.axes[0].lines if each.get_linestyle() != "-")
    assert line.get_ydata()[0] == pytest.approx(-(np.log10(0.001) + np.log10(0.03)) / 2)
    assert volcano.in_words(frame).startswith("1: M000 with f0 (q 0.010); 2: M000 with f1")


def test_numbers_that_would_touch_stand_together():
    rho, height = pd.Series([0.8, 0.81, -0.8]), pd.Series([0.9, 0.9, 0.9])
    assert volcano._together(rho, height) == {(0.81, 0.9): "1, 2", (-0.8, 0.9): "3"}


def test_network_draws_what_passed_and_untangles_it():
    rows = [("A", "z", 0.5, 0.01), ("B", "x", -0.6, 0.01), ("C", "y", 0.7, 0.01), ("A", "x", 0.1, 0.3)]
    frame = pd.DataFrame(rows, columns=["module", "feature_id", "rho", "q"])
    edges = module_network.edges_of(frame)
    assert list(edges["module"]) == ["C", "B", "A"]
    modules, features = module_network.layout(edges)
    places = [(modules.index(r.module), features.index(r.feature_id)) for r in edges.itertuples()]
    assert all(one == other for one, other in places)  # lines of a matching need not cross
    assert module_network.layout(edges.sample(frac=1, random_state=1)) == (modules, features)
    assert {"A", "x", "rise together"} <= set(texts_of(module_network.network(edges)))


def test_a_tree_stands_over_the_cases_of_its_leaves():
    """Split 2 divides the upper side of split 1, split 3 the lower side."""
    tree = pd.DataFrame([split("M1", 1, 0, "a"), split("M1", 2, 1, "b"), split("M1", 3, 0, "c")])
    root = module_tree.tree_of(tree)
    assert (root.leaves, root.height, [side.split for side in root.below]) == ((0, 3, 1, 2), 2, [3, 2])
    cases, leaves = [f"c{k}" for k in range(8)], [2, 0, 1, 3, 2, 0, 1, 3]
    rows = [
        {"module": "M1", "kind": kind, "name": name, "case": case, "leaf": leaf, "value": 10.0 * leaf + k}
        for kind, name in (("gene", "G1"), ("gene", "G2"), ("trait", "a"), ("trait", "b"), ("trait", "c"))
        for k, (case, leaf) in enumerate(zip(cases, leaves, strict=True))
    ]
    figure = module_tree.module_tree(TREE_VALUES.frame(rows), tree, "M1")
    shown = np.asarray(figure.axes[2].images[0].get_array())
    assert shown.shape == (2, 8)
    assert {"1. a > 0.5000", "2. b > 0.5000", "G1", "8 cases", "yes"} <= set(texts_of(figure))
    bars = np.asarray(figure.axes[1].collections[0].get_array()).reshape(3, 8)
    assert np.argsort(bars[0]).tolist() == [0, 1, 4, 5, 6, 7, 2, 3]  # leaves 0, 3, 1, 2; values 10 a leaf
    lines = [line.get_xdata()[0] for line in figure.axes[2].lines]
    assert lines == [1.5, 3.5, 5.5]
