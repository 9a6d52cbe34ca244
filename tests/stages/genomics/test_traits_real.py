"""The 190 AIM files of NSCLC-Radiogenomics as traits, and their association with gene modules of the same patients."""

import pandas as pd
import pytest

from made.studies import ROOT
from radioloom.io import expression
from radioloom.io.annotations import read as annotations
from radioloom.stages.genomics.associate import associate, measurements
from radioloom.stages.genomics.traits import traits
from radioloom.tables import ASSOCIATIONS, TRAITS

SEVERITY = "Overall Emmphysema Severity"  # as the template spells it
ORDINAL = {
    SEVERITY: ["low severity (1-25%)", "moderate severity (26-50%)", "moderately high severity (51-75%)",
               "high severity (greaterThan 75%)"],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(data_dir):
    return data_dir / "nsclc_radiogenomics"


@pytest.fixture(scope="module")
def made(folder):
    cases = pd.read_csv(folder / "clinical.csv")["Case ID"]
    settings = {"files": "aim_v4_xml", "pattern": "", "ordinal": ORDINAL}
    return traits(annotations.read(folder / "aim_v4_xml"), "nsclc", cases, settings)


def test_every_file_is_of_a_case_and_every_answer_is_kept(made):
    table = TRAITS.frame(made.traits)
    assert table["case"].nunique() == 190
    assert set(table["reader"]) == {"reader-1"}  # all users are called "anonymized"
    assert [row["reason"] for row in made.unread] == ["'LineLength' has 2 differing numbers; not used"]
    golden = pd.read_csv(ROOT / "tests" / "golden" / "aim_answers.csv")
    counts = table[table["number"].isna()].value_counts(["trait", "value", "code", "code_system"])
    assert counts.to_dict() == golden.set_index(["trait", "value", "code", "code_system"])["files"].to_dict()
    levels = table[table["trait"] == SEVERITY]["level"].value_counts().sort_index()
    assert levels.to_dict() == {0: 69, 1: 22, 2: 6, 3: 1}


def test_traits_go_with_gene_modules_without_any_image(folder, made):
    matrix = expression.read(folder / "expression_zscore.csv", "Unnamed: 0").values
    settings = {
        "cohort": "nsclc",
        "expression": {"file": "expression_zscore.csv", "gene": "Unnamed: 0"},
        "modules": {"method": "eigengenes", "n_modules": 8},
        "permutations": 499,
    }
    nobody = pd.DataFrame(index=pd.Index([], name="case"))
    found = associate(
        measurements(nobody, TRAITS.frame(made.traits), matrix, settings), matrix, settings, [], "morphology_volume", 1
    )
    table = ASSOCIATIONS.frame(found.associations)
    # 119 patients have files named after them; one more is R01-023, whose file is called R01-023v1
    assert found.summary["cases"] == {"expression": 130, "features": 0, "traits": 120, "both": 120}
    assert (table["kind"] == "trait").all()
    assert set(table["trait"]) <= set(TRAITS.frame(made.traits)["trait"])
    assert table["rho_given_volume"].isna().all()
    sound = table[(table["q"] < 0.05) & (table["p_max"] < 0.05)]
    assert len(sound) >= 8
    # each against a test of its own, made of the raw tables
    from scipy.stats import mannwhitneyu, spearmanr

    frame = TRAITS.frame(made.traits)
    for name, values in (("Emphysema", {"absent"}), ("Nodule Shape", {"complex"})):
        tested = table[(table["trait"] == name) & table["value"].isin(values)]
        assert len(tested) == table["module"].nunique()
        said = frame[frame["trait"] == name].set_index("case")["value"].isin(values)
        for row in tested.itertuples():
            score = found.scores[row.module]
            both = sorted(set(score.index) & set(said.index))
            assert row.n == len(both)
            expected = spearmanr(score[both], said[both].astype(float))
            assert row.rho == pytest.approx(expected.statistic, abs=1e-12)
            rank_sum = mannwhitneyu(score[both][said[both]], score[both][~said[both]]).pvalue
            assert row.p == pytest.approx(rank_sum, abs=0.05)
