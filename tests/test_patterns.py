"""Regular expressions of users: whatever `re` makes of one, it is compiled or refused by name, at every door."""

import ast
import re

import numpy as np
import pytest

from radioloom.commands.deidentify import export
from radioloom.errors import CaseError, StudyError
from radioloom.patterns import LONGEST, as_expression, compiled
from radioloom.segmentation.choose import Choice, absent, pick
from radioloom.settings import Origin
from radioloom.stages.genomics.traits import case_pattern
from radioloom.stages.images.choose_series import _called
from radioloom.study.checks import region_faults
from radioloom.study.feature_tables import _patterns
from radioloom.study.sheet import read_sheet
from test_architecture import TREES

REFUSED = {
    "a bracket": "GTV(",
    "nothing to repeat": "*",
    "a range": "[z-a]",
    "a number too large": "a{99999999999}",
    "brackets too deep": "(" * 499 + "a" + ")" * 499,
    "too long": "a" * (LONGEST + 1),
    "far too long": "(" * 100_000,
    "a flag in the middle": "a(?i)b",
    "a group that is not there": r"\9",
    "a look behind of any width": "(?<=a*)b",
    "an end": "a\\",
    "a name twice": "(?P<case>a)(?P<case>b)",
    "a letter that is none": r"\N{NO SUCH LETTER}",
    "a code point beyond all": r"\U99999999",
}


def sheet(tmp_path, **cells):
    row = {"case": "P1", "image": "a", "segmentation": "b", **cells}
    (tmp_path / "s.tsv").write_text("\t".join(row) + "\n" + "\t".join(row.values()) + "\n", encoding="utf-8")
    return read_sheet(tmp_path / "s.tsv", "train", "training")


def of_regions(tmp_path, pattern):
    block = {"cohorts": {"train": {"rois": {"tumour": {"patterns": [pattern]}}}}}
    for fault in region_faults(block, {"train": [{"roi": "tumour"}]}, Origin("study.yaml")):
        raise StudyError(fault)


def of_table(key):
    def door(tmp_path, pattern):
        columns = {"features": "f.*", "groups": {}, "feature": "", "value": ""}
        ids = {"pattern": ""}
        {"features": columns, "pattern": ids, "other": columns["groups"]}[key][key] = pattern
        _patterns({"columns": columns, "ids": ids}, "study.yaml")

    return door


def of_region(tmp_path, pattern):
    choice = Choice((pattern,))
    assert pick(choice, [("GTV",)]) == ([], [])
    error = absent("structure", choice, ["GTV"])
    assert "(and " in str(error)
    raise error


DOORS = {
    "a sheet's pattern": lambda tmp_path, pattern: sheet(tmp_path, pattern=pattern),
    "a sheet's description": lambda tmp_path, pattern: sheet(tmp_path, description=pattern),
    "a sheet's kernel": lambda tmp_path, pattern: sheet(tmp_path, kernel=pattern),
    "rois": of_regions,
    "columns.features": of_table("features"),
    "ids.pattern": of_table("pattern"),
    "columns.groups": of_table("other"),
    "traits.pattern": lambda tmp_path, pattern: case_pattern("train", pattern),
    "a region": of_region,
    "a series": lambda tmp_path, pattern: _called(pattern, {"2.25.1": "Thorax"}),
    "deidentify": lambda tmp_path, pattern: export(tmp_path, tmp_path.parent / "out", b"k" * 32, pattern),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("what", REFUSED)
def test_what_re_refuses_is_named_at_every_door(tmp_path, door, what):
    with pytest.raises((StudyError, CaseError), match=r"regular expression|is not accepted") as refused:
        DOORS[door](tmp_path, REFUSED[what])
    assert len(str(refused.value)) < 1000
    assert refused.value.__cause__ is None or isinstance(refused.value.__cause__, StudyError)


def test_any_text_compiles_as_re_does_or_is_refused():
    draw = np.random.default_rng(5)
    signs = np.array([*"ab0^$.*+?{}[]()|\\-,:=!<>PiLu9é\n", "(?", "(?P<", "[^", "{9", r"\N{"])
    n_refused = 0
    for _ in range(4000):
        text = "".join(draw.choice(signs, draw.integers(1, 14)))
        try:
            found = compiled(text, re.IGNORECASE)
        except StudyError:
            n_refused += 1
            continue
        assert found.pattern == text
        assert found.flags & re.IGNORECASE
    assert 400 < n_refused < 3800
    assert compiled("x" * LONGEST).fullmatch("x" * LONGEST)


def test_no_other_file_compiles_what_it_did_not_write_itself():
    own = {"radioloom.patterns", "radioloom.schema", "radioloom.yaml_file"}  # the last two have grammars of their own
    written = (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Attribute)
    calls = {
        (name, ast.unparse(node))
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).removeprefix("re.") in {"compile", "search", "match", "fullmatch", "sub", "split"}
        and ast.unparse(node.func).startswith("re.")
        and not isinstance(node.args[0], written)
    }
    assert {call for call in calls if call[0] not in own} == set()


def test_a_pattern_of_a_shell_is_told_as_the_expression_that_is_meant():
    names = ["original_glcm_a", "wavelet_b"]
    for pattern, meant in {"original*": "original.*", "glcm": ".*glcm.*", "original_*": "original_.*"}.items():
        assert as_expression(pattern, names).endswith(f"try {meant!r}")
    assert as_expression("lbp*", names) == as_expression("original(", names) == ""
    with pytest.raises(StudyError, match=r"nothing to repeat .*; for any signs write .*, as in '\.\*glcm"):
        compiled("*glcm*")
