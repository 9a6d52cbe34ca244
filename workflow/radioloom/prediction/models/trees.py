"""Decision trees as lists of nodes: grown by scikit-learn, predicted from without it.

All nodes of all trees stand in five lists (what `value` is, the model says), and `start` has the root of each tree: a
case goes to `left` where its value of `column` is at most `threshold`, else to `right`; a leaf leads to itself, and its
column is -1. Values are compared in single precision, as scikit-learn does when it grows a tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from radioloom.prediction.models.record import State

LARGEST = np.finfo(np.float32).max
LEAF = -1  # as scikit-learn marks the child of a leaf

TREES: dict[str, Any] = {"description": "how many trees", "type": "integer", "minimum": 1, "maximum": 2000}
DEPTH: dict[str, Any] = {
    "description": "most cuts between the root of a tree and a leaf",
    "type": "integer",
    "minimum": 1,
    "maximum": 20,
}
SMALLEST: dict[str, Any] = {
    "description": "fewest training cases of a leaf: of fewer its value would be that of a patient",
    "type": "integer",
    "minimum": 2,
    "maximum": 1000,
    "default": 5,
}


def single(columns: np.ndarray) -> np.ndarray:
    """Columns (n, p) as scikit-learn's trees have them, so that many trees of the same cases need not ask again."""
    return np.ascontiguousarray(columns, dtype=np.float32)


@contextmanager
def unasked() -> Iterator[None]:
    """No check of what scikit-learn is given, which for a small tree costs more than to grow it."""
    from sklearn import config_context

    with config_context(skip_parameter_validation=True, assume_finite=True):
        yield


def nodes(trees: Iterable[tuple[Any, np.ndarray]]) -> State:
    """Lists of all nodes of several trees.

    trees : `tree_` of scikit-learn's trees, each with the value (k,) of its nodes
    """
    lists: dict[str, list[Any]] = {key: [] for key in ("start", "column", "threshold", "left", "right", "value")}
    for tree, value in trees:
        here = len(lists["column"])
        leaf, own = tree.children_left == LEAF, np.arange(tree.node_count)
        lists["start"].append(here)
        lists["column"] += np.where(leaf, LEAF, tree.feature).tolist()
        lists["threshold"] += np.where(leaf, 0.0, tree.threshold).tolist()
        lists["left"] += (here + np.where(leaf, own, tree.children_left)).tolist()
        lists["right"] += (here + np.where(leaf, own, tree.children_right)).tolist()
        lists["value"] += value.tolist()
    return lists


def values(trees: State, columns: np.ndarray) -> np.ndarray:
    """Value of the leaf of each case in each tree, (m, trees), of columns (m, p)."""
    column, threshold, left, right = (np.array(trees[key]) for key in ("column", "threshold", "left", "right"))
    x = np.clip(np.column_stack([columns, np.zeros(len(columns))]), -LARGEST, LARGEST).astype(np.float32)
    rows = np.arange(len(columns))[:, None]
    node = np.repeat(np.array(trees["start"])[None], len(columns), axis=0)
    for _ in range(len(column)):  # as deep as a tree can be: also where a hand has made a circle of it
        ahead = np.where(x[rows, column[node]] <= threshold[node], left[node], right[node])
        if (ahead == node).all():
            break
        node = ahead
    return np.array(trees["value"])[node]


def taken(trees: State) -> tuple[State, tuple[int, ...]]:
    """Trees whose columns are numbered among those that they cut at, and the places of these, ascending."""
    column = np.array(trees["column"])
    places = np.unique(column[column != LEAF])
    among = np.where(column == LEAF, LEAF, np.searchsorted(places, column))
    return {**trees, "column": among.tolist()}, tuple(places.tolist())


def shares(tree: Any) -> np.ndarray:
    """Share with the event in each node of a tree of classes False and True, (k,)."""
    return np.asarray(tree.value[:, 0, 1] / tree.value[:, 0].sum(axis=1))
