"""The study of NSCLC-Radiogenomics from raw files to its report; its numbers against pandas and scipy on the files."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest
import yaml
from scipy.stats import spearmanr

from made.studies import ROOT, environment
from radioloom.tables import ASSOCIATIONS, SAMPLES, TRAIT_FILTERS, TRAITS

pytestmark = [pytest.mark.long, pytest.mark.hostile]
STUDY = ROOT / "config" / "studies" / "nsclc-radiogenomics"


@pytest.fixture(params=["study.yaml", "features.yaml"])
def run(request, data_dir, tmp_path):
    """Settings and results of one of the two; fewer repeats and permutations than the study asks for."""
    study = yaml.safe_load((STUDY / request.param).read_text())
    block = study["cohorts"]["nsclc"]
    needed = [block["features"]["file"], block["clinical"]["file"], study["genomics"]["expression"]["file"]]
    if lacking := [each for each in needed if not (data_dir / each).is_file()]:
        pytest.skip(f"{lacking[0]} is not in place")
    study["validation"] |= {"bootstrap": 20, "cross_validation": {"folds": 2, "repeats": 1}, "null_models": 2}
    study["genomics"] |= {"reconstruction": {"folds": 5, "permutations": 19}, "relearnt": {"permutations": 19}}
    if "enrichment" in study["genomics"]:
        study["genomics"]["enrichment"]["permutations"] = 99
    file = tmp_path / "study.yaml"
    file.write_text(yaml.safe_dump(study, sort_keys=False))
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--cores", "1", "--configfile", str(file),
         "--directory", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=600,
        env={**os.environ, **environment(), "RADIOLOOM_DATA": str(data_dir)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return study, tmp_path / "results" / study["study"], done.stderr


def test_the_study_runs_to_its_report_and_tells_its_traps(run, data_dir):
    study, results, told = run
    tables = results / "tables"
    expression = pd.read_csv(data_dir / "nsclc_radiogenomics" / "expression_zscore.csv", index_col=0)
    features = pd.read_csv(data_dir / study["cohorts"]["nsclc"]["features"]["file"]).set_index("ID")
    both = sorted(set(expression.columns) & set(features.index))
    states = SAMPLES.read(tables / "samples.parquet")["state"].value_counts()
    assert states.to_dict() == {
        "matched": len(both), "no patient": len(expression.columns) - len(both),
        "no sample": len(features) - len(both),
    }  # fmt: skip
    summary = json.loads((results / "expression.json").read_text())
    assert (summary["scale"], summary["damaged"]) == ("standardised", 1)  # MARCH3 is called 3-Mar
    assert "all 105 features of its table have mean 0 and standard deviation 1" in told
    report = (results / "report.html").read_text(encoding="utf-8")
    assert "they were standardised before, over whichever patients" in report
    pairs = ASSOCIATIONS.read(tables / "associations.parquet")
    scores = _scores(tables, expression[both])
    decisions = TRAIT_FILTERS.read(tables / "trait_filters.parquet")
    if "traits" in study["cohorts"]["nsclc"]:
        assert (pairs["kind"] == "trait").any()
        reasons = decisions.loc[decisions["step"] == "agreement", "reason"]
        assert (reasons == "not judged: no case was read by two readers").all()
        ticked = TRAITS.read(results / "traits" / "nsclc.parquet")
        emphysema = ticked[ticked["trait"] == "Emphysema"].set_index("case")["value"].eq("absent").astype(float)
        rows = pairs[(pairs["trait"] == "Emphysema") & (pairs["value"] == "absent")].set_index("module")
        for module, score in scores.items():
            cases = sorted(set(emphysema.index) & set(score.index))
            expected = spearmanr(score[cases], emphysema[cases]).statistic
            assert abs(rows.loc[module, "rho"]) == pytest.approx(abs(expected), abs=1e-9)
        return
    kept = decisions.groupby("feature_id")["kept"].all()
    assert set(pairs["feature_id"]) == set(kept[kept].index)
    rho = features.filter(like="CT_original").corr(method="spearman").abs()
    left = [f"CT_{name}" for name in kept[kept].index]
    assert (rho.loc[left, left] <= 0.9).to_numpy().sum() == len(left) * (len(left) - 1)


def _scores(tables, expression):
    """First principal component of each module's genes, of the raw file by NumPy's singular values."""
    import numpy as np

    members = pd.read_parquet(tables / "modules.parquet")
    filled = expression.T.fillna(expression.median(axis=1)).T
    z = filled.sub(filled.mean(axis=1), axis=0).div(filled.std(axis=1, ddof=0), axis=0)
    scores = {}
    for module, part in members.groupby("module"):
        _, _, right = np.linalg.svd(z.loc[part["gene"]].to_numpy(), full_matrices=False)
        scores[module] = pd.Series(right[0], expression.columns)
    return scores
