"""Studies that start from tables of other programs, run from CSV to report without any image."""

import numpy as np
import pandas as pd
import pytest
import yaml

from made.studies import Bench

pytestmark = [pytest.mark.long, pytest.mark.hostile]
QUICK = {"bootstrap": 20, "cross_validation": {"folds": 2, "repeats": 1}, "null_models": 2}


def run(place, cohorts: dict, data, **changes) -> Bench:
    """A study of tables, run to its end."""
    bench = Bench(place)
    study = {
        "study": "bench",
        "title": "A study from tables",
        "seed": 1,
        "data": str(data),
        "cohorts": cohorts,
        "outcome": {"kind": "survival", "name": "death"},
        "model": {"kind": "cox", "n_features": 2},
        "validation": QUICK,
        **changes,
    }
    (place / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    bench.run()
    return bench


def test_lung1_from_the_features_that_others_measured(data_dir, tmp_path):
    """99 patients, 1,502 features of pyradiomics, at 1 mm: its volumes are whole numbers, and that is asked about."""
    table = "lung1/features_99/reference_outputs/extracted_features.csv"
    if not (data_dir / table).is_file():
        pytest.skip("the features of Lung1 are not in place")
    clinical = {"file": "lung1/clinical.csv", "case": "PatientID", "time_days": "Survival.time"}
    cohort = {
        "role": "training",
        "features": {"file": table, "tool": "pyradiomics", "columns": {"case": "PatientID", "features": "original_.*"}},
        "clinical": {**clinical, "event": "deadstatus.event"},
    }
    view = {"references": 20, "resamples": 20, "rules": {"permutations": 19}}
    view["annotations"] = [{"column": "clinical.T.Stage", "levels": list("12345")}, {"column": "age"}]
    volume = {"volume": ["original_shape_VoxelVolume"]}
    bench = run(tmp_path, {"lung1": cohort}, data_dir, baselines=volume, unsupervised=view)
    tables = bench.results / "tables"
    features = pd.read_parquet(tables / "features.parquet")
    assert (features["case"].nunique(), features["feature_id"].nunique()) == (99, 107)
    assert features.set_index("feature_id").loc["original_shape_VoxelVolume", "ibsi"].unique().tolist() == ["YEKZ"]
    metrics = pd.read_parquet(tables / "metrics.parquet")
    assert metrics.loc[metrics["model"] == "signature", "estimate"].notna().any()
    page = (bench.results / "report.html").read_text(encoding="utf-8")
    assert "VoxelVolume is a whole number in all 99 cases" in page
    assert "are left out" in page
    tests = pd.read_parquet(tables / "cluster_tests.parquet").set_index("annotation")
    assert tests["n"].to_dict() == {"death": 99, "clinical.T.Stage": 98, "age": 98}
    assert pd.read_parquet(tables / "similar.parquet").groupby("case").size().eq(5).all()
    assert pd.read_parquet(tables / "rules_by_chance.parquet")["items"].item() > 20
    for section in ("clusters", "similar", "rules"):
        assert f'<section id="{section}">' in page
    assert bench.planned() == {}
    study = yaml.safe_load((tmp_path / "study.yaml").read_text())
    study["unsupervised"]["neighbours"] = 4
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    again = bench.planned()
    assert again["similar"] == 1
    assert not {"cluster", "mine"} & again.keys()


def test_a_long_table_and_a_wide_one_that_share_features(tmp_path):
    draws = np.random.default_rng(1)
    names = [f"original_{group}_F{k}" for k, group in enumerate(["shape", "firstorder", "glcm", "glrlm"] * 3)]
    for cohort, n in (("train", 40), ("valid", 24)):
        frailty = draws.normal(0, 1, n)
        ids = [f"{k:03d}" for k in range(n)]
        values = np.exp(frailty[:, None] * draws.uniform(0.2, 1, 12) + draws.normal(0, 0.6, (n, 12)))
        wide = pd.DataFrame(values, columns=names).assign(ID=ids, site="A", diagnostics_Versions_Numpy="1.2.3")
        if cohort == "train":
            long = wide.melt("ID", var_name="Feature", value_name="Value").sample(frac=1, random_state=1)
            long = pd.concat([long, pd.DataFrame({"ID": ["", "900"], "Feature": names[0], "Value": ["5", ""]})])
            long.to_csv(tmp_path / "train.tsv", sep="\t", index=False)
        else:
            wide.drop(columns=names[-2:]).assign(extra=1.5 + frailty).to_csv(tmp_path / "valid.csv", index=False)
        days = np.ceil(900 * draws.exponential(np.exp(-frailty)))
        pd.DataFrame(
            {"id": [f"{cohort[0].upper()}-{each}" for each in ids], "days": days, "dead": 1 - (days > 900)}
        ).to_csv(tmp_path / f"{cohort}_c.csv", index=False)
    ignore = ["site", "diagnostics_*"]
    columns = {
        "train": {"case": "ID", "feature": "Feature", "value": "Value", "ignore": ignore},
        "valid": {"case": "ID", "ignore": ignore},
    }
    cohorts = {
        name: {
            "role": role,
            "features": {"file": file, "columns": columns[name], "ids": {"add": f"{name[0].upper()}-"}},
            "clinical": {"file": f"{name}_c.csv", "case": "id", "time_days": "days", "event": "dead"},
        }
        for name, role, file in (("train", "training", "train.tsv"), ("valid", "validation", "valid.csv"))
    }
    bench = run(tmp_path, cohorts, tmp_path, baselines={"size": [names[0]]})
    tables = bench.results / "tables"
    features = pd.read_parquet(tables / "features.parquet")
    assert set(features["feature_id"]) == set(names[:-2])
    assert features.groupby("cohort")["case"].nunique().to_dict() == {"train": 40, "valid": 24}
    exclusions = pd.read_csv(tables / "exclusions.csv").set_index("case")["reason"].to_dict()
    assert "no id in the column 'ID'" in exclusions.values()
    assert exclusions["T-900"] == "no value in any of the 12 feature columns"
    metrics = pd.read_parquet(tables / "metrics.parquet")
    judged = metrics[(metrics["cohort"] == "valid") & (metrics["model"] == "signature")]
    assert judged["estimate"].notna().any()
    page = (bench.results / "report.html").read_text(encoding="utf-8")
    assert "Cohort train: 2 of the 12 features of its table are left out, for not all cohorts have them." in page
    assert "Cohort valid: 1 of the 11 features of its table are left out, for not all cohorts have them." in page
    assert bench.planned() == {}
