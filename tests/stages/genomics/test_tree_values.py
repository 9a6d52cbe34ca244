"""What a drawn tree stands on is what it was learnt from; the report draws it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.synthetic_study import survival_study
from radioloom.figures import style
from radioloom.simulate.networks import Size, planted
from radioloom.stages.genomics.associate import Measured, associate
from radioloom.stages.genomics.reconstruct import reconstruct
from radioloom.stages.report import report as stage
from radioloom.stages.report.sections.associated import ASSOCIATED
from radioloom.stages.report.sections.module_trees import MODULE_TREES
from radioloom.stages.report.sections.reconstruction import RECONSTRUCTION

SIZE = Size(180, 40, 8, 6, 9, share=0.6)
NAMES = [f"trait {k}" for k in range(SIZE.traits)]


@pytest.fixture(scope="module", params=["network", "eigengenes"])
def results(request):
    """Results of associate and reconstruct on nine planted modules of twenty genes, and the traits."""
    truth, cases = planted(SIZE, np.random.default_rng(3)), [f"C{k:02d}" for k in range(SIZE.cases)]
    x = pd.DataFrame(truth.traits, cases, NAMES)
    x.iloc[2, 0] = np.nan
    genes = pd.DataFrame(truth.expression, [f"G{k:03d}" for k in range(SIZE.genes)], cases)
    block = {
        "cohort": "g",
        "expression": {"file": "e", "gene": "g"},
        "modules": {"method": request.param, "n_modules": 9, "trees": {"starts": 1}},
        "reconstruction": {"folds": 4, "permutations": 19},
        "permutations": 99,
        "features": "all",
    }
    measured = Measured(x, dict.fromkeys(NAMES[:3], ("vessels", "")))
    modules = associate(measured, genes, block, NAMES, NAMES[0], 1)
    return modules, reconstruct(measured, genes, modules.modules, block, NAMES, 1), x


def test_values_and_leaves_of_drawn_trees(results):
    modules, rebuilt, x = results
    drawn = rebuilt.values["module"].unique()
    best = rebuilt.modules.sort_values("held_out", ascending=False)["module"].head(6)
    assert set(drawn) == set(best)
    for module, part in rebuilt.values.groupby("module"):
        tree = rebuilt.trees[rebuilt.trees["module"] == module].set_index("split")
        genes = part[part["kind"] == "gene"].pivot(index="name", columns="case", values="value")
        assert set(genes.index) == set(modules.modules.query("module == @module")["gene"])
        np.testing.assert_allclose(genes.std(axis=1, ddof=1), 1)
        leaf = part.drop_duplicates("case").set_index("case")["leaf"]
        for number, row in tree.iterrows():
            upper = genes.loc[:, leaf.index[leaf == number]].to_numpy()
            if number not in set(tree["leaf"]):  # not split further
                assert upper.mean() == pytest.approx(row["mean_upper"])
                assert upper.shape[1] == row["n_upper"]
        asked = part[part["kind"] != "gene"].pivot(index="case", columns="name", values="value")
        pd.testing.assert_frame_equal(asked, x.loc[asked.index, asked.columns], check_names=False)
        assert set(asked) == set(tree["feature_id"])


def test_the_report_draws_modules_under_their_trees(results, monkeypatch):
    modules, rebuilt, _ = results
    study = replace(
        survival_study(), modules=modules.modules, associations=modules.associations, summary=modules.summary,
        trees=rebuilt.trees, reconstructed=rebuilt.modules, reconstruction=rebuilt.summary, tree_values=rebuilt.values,
        truth=None,
    )  # fmt: skip
    monkeypatch.setattr(style, "svg", lambda figure, name, title: f"<svg>{name}: {title}</svg>")
    monkeypatch.setattr(stage, "SECTIONS", (ASSOCIATED, RECONSTRUCTION, MODULE_TREES))
    page = stage.report(study)
    assert page.count("<svg>module-tree-M") == 6
    best = rebuilt.modules.sort_values("held_out", ascending=False).iloc[0]
    assert f"{best['module']}: {best['n_genes']} genes, {100 * best['explained']:.0f} %" in page
    assert page.count("<svg>tree-map") == 1
    assert "The 6 modules of 9 of which trees reconstruct most" in page
    tested = bool(modules.associations["p"].notna().any())
    assert ("<svg>volcano" in page) == tested
    assert ("Associations of gene modules drawn is left out" in stage.context(study)["left_out"]) != tested
