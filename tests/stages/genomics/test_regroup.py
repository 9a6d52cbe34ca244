"""Number, stability and preservation of the modules of a study: what was planted is there again, and said in words."""

import numpy as np
import pandas as pd
import pytest
from tests.stages.genomics.test_reconstruct import FAMILY, settings, study

from radioloom.errors import StudyError
from radioloom.figures import module_stability as shown
from radioloom.figures import modulemap
from radioloom.genomics.module_numbers import RULES
from radioloom.stages.genomics.associate import Measured, associate
from radioloom.stages.genomics.number import number
from radioloom.stages.genomics.reconstruct import reconstruct
from radioloom.stages.genomics.regroup import regroup
from radioloom.tables import MODULE_NUMBERS, MODULE_PRESERVATION, MODULE_STABILITY

SETS = {"first": [f"G{k:02d}" for k in range(22)], "second": [f"G{k:02d}" for k in range(18, 40)], "no": ["X"]}


def block(method="eigengenes", **changes):
    modules = settings()["modules"] | {"method": method} | changes
    if method == "given":
        modules |= {"file": "s.gmt", "sets": SETS}
    return settings(
        modules=modules,
        number={"candidates": [2, 3, 5], "resamples": 5},
        stability={"resamples": 10, "permutations": 20},
    )


def upright(expression):
    """Genes of one module in one direction, as networks and regulators have them."""
    return expression.mul(np.where(np.arange(60) % 5, 1, -1), axis=0)


@pytest.mark.parametrize("method", ["eigengenes", "coexpression", "network", "regulators", "given"])
def test_modules_are_stable_and_preserved_where_they_are_planted(method):
    x, expression = study(1)
    x["noise"] = np.random.default_rng(1).normal(size=48)
    expression, measured = upright(expression), Measured(x, {"vessels": ("vessels", "")})
    asked = block(method)
    modules = associate(measured, expression, asked, FAMILY[:2], FAMILY[2], 1)
    results = regroup(
        measured, {"cohort": expression, "other": upright(study(2)[1])}, modules.modules, asked, FAMILY, 1
    )
    MODULE_STABILITY.frame(results.stability)
    kept = MODULE_PRESERVATION.frame(results.preservation)
    assert set(kept["against"]) == {"half", "other"}
    assert (kept["z_summary"] > 2).mean() > 0.6
    assert results.stability.empty == (method == "given")
    if method != "given":
        assert results.summary["agreement"][0] > 0.5
        assert (results.stability["kept"] > results.stability["outside"]).all()
    words = shown.in_words(results.stability, results.preservation, results.summary)
    assert "strong evidence of preservation" in words
    assert ("agree with those of all" in words) == (method != "given")
    exhibit = shown.table(results.stability, results.preservation)
    assert len(exhibit.rows) == modules.modules["module"].nunique()
    assert {len(row) for row in exhibit.rows} == {len(exhibit.columns)}


@pytest.mark.parametrize("method", ["eigengenes", "network"])
def test_the_number_that_was_planted_is_chosen(method):
    x, expression = study(3)
    expression.iloc[40:] += upright(expression).iloc[40:].div(expression.iloc[40:]) * 2 * (x["other"] > 0)
    measured = Measured(x, {"vessels": ("vessels", "")})
    numbers = MODULE_NUMBERS.frame(number(measured, upright(expression), block(method, n_modules="auto"), FAMILY, 1))
    assert numbers.loc[numbers["chosen"], "n_modules"].tolist() == [3]
    assert "3 modules were asked for" in shown.numbers_in_words(numbers, RULES["agreement"].definition)
    assert len(shown.numbers(numbers).rows) == 3


def test_a_number_at_the_edge_is_said():
    numbers = pd.DataFrame({"n_modules": [2, 3], "agreement": [0.5, 0.6], "ambiguous": 0.1, "chosen": [False, True]})
    assert "try others" in shown.numbers_in_words(numbers, "by a rule")


def test_a_gene_of_two_sets_is_reconstructed_in_both():
    x, expression = study(4)
    asked, measured = block("given"), Measured(x, {"vessels": ("vessels", "")})
    modules = associate(measured, expression, asked, FAMILY[:2], FAMILY[2], 1)
    assert modules.summary["method"].keys() >= {"file", "definition"}
    assert "sets" not in modules.summary["method"]
    assert "2 of 3 gene sets are modules, the others have too few of their genes here: no (0 of 1)" in (
        modulemap.modules_in_words(modules.summary)
    )
    trees = reconstruct(measured, expression, modules.modules, asked, FAMILY, 1)
    assert trees.modules["n_genes"].tolist() == [22, 22]
    assert trees.summary["held_out"] > 0.3


def test_other_patients_without_a_gene_of_any_module():
    x, expression = study(5)
    measured = Measured(x, {"vessels": ("vessels", "")})
    modules = associate(measured, expression, block(), FAMILY[:2], FAMILY[2], 1).modules
    other = expression.set_axis([f"X{k}" for k in range(60)])
    with pytest.raises(StudyError, match=r"genomics.stability.other: 48 patients .* 0 of 60 genes"):
        regroup(measured, {"cohort": expression, "other": other}, modules, block(), FAMILY, 1)
    with pytest.raises(StudyError, match="15 cases, and halves need 16"):
        regroup(measured, {"cohort": expression.iloc[:, :15]}, modules, block(), FAMILY, 1)


def test_more_modules_are_tried_than_there_are_genes():
    x, expression = study(6)
    asked = block(n_modules="auto") | {"number": {"candidates": [2, 61]}}
    with pytest.raises(StudyError, match="61 modules of 60 genes; try fewer"):
        number(Measured(x, {}), expression, asked, FAMILY, 1)
