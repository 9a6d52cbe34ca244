"""Gene sets as modules: genes that are measured, sets that are too small, and a gene of several sets."""

import numpy as np
import pytest
from tests.genomics.modules.test_modules import planted

from radioloom.errors import StudyError
from radioloom.genomics.modules.find import find
from radioloom.genomics.modules.record import Rules

SETS = {
    "B": (*[f"G{k:03d}" for k in range(8)], "ELSEWHERE"),
    "A": tuple(f"G{k:03d}" for k in range(5, 20)),
    "small": ("G001", "NOWHERE"),
    "none": ("NOWHERE",),
}


def test_sets_are_modules_by_name_and_overlap():
    values, _ = planted(1)
    modules = find(values, Rules("given", file="s.gmt", sets=SETS), np.random.default_rng(1))
    genes = modules.members.groupby("module")["gene"].apply(set)
    assert {name: len(each) for name, each in genes.items()} == {"A": 15, "B": 8}
    assert genes["A"] & genes["B"] == {"G005", "G006", "G007"}
    assert modules.sets == {"B": (9, 8), "A": (15, 15), "small": (2, 1), "none": (1, 0)}
    assert modules.n_unassigned == 60
    assert list(modules.scores) == ["B", "A"]


def test_sets_of_other_names_of_genes_are_refused():
    values, _ = planted(1)
    with pytest.raises(StudyError, match="none of the 80 genes of the matrix is in one of 1 gene sets; name genes"):
        find(values, Rules("given", file="s.gmt", sets={"A": ("7157",)}), np.random.default_rng(1))


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"method": "given"}, "need each other"),
        ({"file": "s.gmt"}, "need each other"),
        ({"method": "given", "file": "s.gmt", "n_modules": "auto"}, "need no number of modules"),
    ],
)
def test_a_file_and_its_method_belong_together(rules, message):
    with pytest.raises(StudyError, match=message):
        Rules(**rules)


def test_a_method_without_a_tree_has_no_number_of_its_own():
    values, _ = planted(1)
    with pytest.raises(StudyError, match="kmeans has no tree of its own"):
        find(values, Rules("kmeans", "tree"), np.random.default_rng(1))
