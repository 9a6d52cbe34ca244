"""The default study, whole: what was planted is found, what was not is not, and nobody's name gets out."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from made.studies import ROOT, environment
from radioloom.stages.report.sections import SECTIONS

pytestmark = pytest.mark.long
CANARIES = (b"SIMULATED^", b"SIM-PID-", b"SIM-ACC-", b"19010203")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    place = tmp_path_factory.mktemp("demo")
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "-s",
        str(ROOT / "Snakefile"),
        "--cores",
        "2",
        "--directory",
        str(place),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1500, env=environment())
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
    return place / "results" / "demo"


@pytest.fixture(scope="module")
def metrics(results) -> pd.DataFrame:
    frame = pd.read_parquet(results / "tables" / "metrics.parquet")
    values = frame[(frame["metric"] == "c_index") & (frame["against"] == "") & (frame["variant"] == "")]
    return values.set_index(["evaluation", "cohort", "model"], verify_integrity=True).sort_index()


@pytest.fixture(scope="module")
def truth(results) -> pd.DataFrame:
    return pd.read_csv(results / "data" / "truth" / "cases.csv").set_index(["cohort", "case"])


@pytest.mark.parametrize("cohort", ["valid1", "valid2"])
def test_signature_validates_and_null_models_do_not(metrics, cohort):
    found = metrics.loc["validation", cohort]
    assert found.loc["signature", "estimate"] > found.loc["volume", "estimate"]
    assert found.loc["signature", "low"] > 0.5
    assert abs(found.loc["null", "estimate"] - 0.5) < 0.08


def test_cross_validated_null_models_are_blind(metrics):
    assert abs(metrics.loc[("cross-validation", "train", "null"), "estimate"] - 0.5) < 0.06
    assert metrics.loc[("cross-validation", "train", "signature"), "low"] > 0.6


def test_signature_follows_the_hidden_heterogeneity(results, truth):
    signature = json.loads((results / "signature.json").read_text())
    names = [
        term["feature_id"] for term in signature["features"] if term["group"] in ("texture", "filtered", "intensity")
    ]
    features = pd.read_parquet(results / "tables" / "features.parquet").query("replicate == '1'")
    wide = features.pivot(index=["cohort", "case"], columns="feature_id", values="value")
    for cohort in ("train", "valid1", "valid2"):
        rho = wide.loc[cohort, names].corrwith(truth.loc[cohort, "heterogeneity"], method="spearman").abs()
        assert rho.max() > 0.8, rho


def test_planted_module_is_found_and_no_other(results):
    planted = pd.read_csv(results / "data" / "truth" / "genes.csv").query("driver == 'heterogeneity'")
    modules = pd.read_parquet(results / "tables" / "modules.parquet")
    shared = modules[modules["gene"].isin(planted["gene"])].groupby("module").size()
    best = shared.idxmax()
    assert shared.max() / len(planted) > 0.7
    assert shared.max() / (modules["module"] == best).sum() > 0.7
    hits = pd.read_parquet(results / "tables" / "associations.parquet").query("q < 0.05")
    assert set(hits["module"]) == {best}


def test_simulated_readers_agree_and_are_nobody(results):
    agreed = pd.read_parquet(results / "traits" / "readers.agreement.parquet")
    assert len(agreed) == 2 * 6  # two traits, pairs of four readers
    assert set(agreed["statistic"]) == {"weighted kappa", "ICC(A,1)"}
    assert set(agreed["n"]) == {12}
    assert agreed["estimate"].median() > 0.6
    answers = (results / "traits" / "readers.csv").read_text(encoding="utf-8")
    assert "Dr" not in answers
    assert "reader-4" in answers


def test_every_case_is_kept(results):
    assert pd.read_csv(results / "tables" / "exclusions.csv").empty
    assert len(pd.read_csv(results / "tables" / "cases.csv")) == 304


def test_the_analysis_never_reads_the_truth():
    """No script but those that write it and the report's knows where the truth lies."""
    scripts = {path.stem for path in (ROOT / "workflow" / "scripts").glob("*.py") if "truth" in path.read_text()}
    assert scripts == {"truth", "report"}


def test_report_shows_the_truth_beside_what_was_found(results):
    report = (results / "report.html").read_text()
    absent = {"subgroups", "pooled", "incidence", "frozen", "targets"}  # which the default study does not ask for
    absent |= {"clusters", "similar", "rules", "follow", "succession", "models"}
    absent |= {"number", "stability", "relearnt", "adjusted", "replicated", "scanned", "reconstruction", "module_trees"}
    absent |= {"programs", "foretold", "enrichment"}
    for section in SECTIONS:
        assert (f'<section id="{section.name}">' in report) == (section.name not in absent)
    assert "None of 50 signatures learnt on shuffled outcomes did as well (p 0.020; smallest possible 0.020)" in report
    assert report.count("None of 50 shuffles of the outcomes were ordered as well") == 2  # valid1, valid2
    assert "so nothing is claimed" not in report
    assert "All 3 significant associations are true ones." in report
    assert 'src="http' not in report
    assert 'href="http' not in report


def test_no_identifier_reaches_any_result(results):
    for path in results.rglob("*"):
        if path.is_file() and "data" not in path.relative_to(results).parts[:1]:
            content = path.read_bytes()
            assert not [canary for canary in CANARIES if canary in content], path.name
