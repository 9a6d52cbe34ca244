"""Studies that combine images of a patient, run from tables and from images to the report."""

import numpy as np
import pandas as pd
import pytest
import yaml

from made.several_images import several_images
from made.studies import Bench
from radioloom.sealed import read_json

pytestmark = [pytest.mark.long, pytest.mark.hostile]


def test_two_regions_modalities_and_visits_from_tables(tmp_path):
    bench = Bench(tmp_path)
    study = several_images(tmp_path, required={"modalities": ["PT"]}) | {"study": "bench"}
    frame = pd.read_csv(tmp_path / "valid.csv")
    frame[(frame["who"] != "V2") | (frame["modality"] != "PT")].to_csv(tmp_path / "valid.csv", index=False)
    source = tmp_path / "study.yaml"
    source.write_text(yaml.safe_dump(study, sort_keys=False))
    bench.run()
    tables = bench.results / "tables"
    combined = pd.read_parquet(tables / "combined.parquet")
    assert combined.groupby("cohort")["case"].nunique().to_dict() == {"train": 24, "valid": 23}
    assert combined["feature_id"].nunique() == 2 * 2 * 2 * 4
    lacking = pd.read_parquet(tables / "combinations.parquet").set_index(["cohort", "roi"])["lacking"]
    assert lacking.groupby(level=[0, 1]).max().to_dict() == {
        ("train", "node"): 1, ("train", "tumour"): 0, ("valid", "node"): 1, ("valid", "tumour"): 0
    }  # fmt: skip
    assert set(pd.read_parquet(tables / "predictions.parquet").query("cohort == 'valid'")["case"]) == set(
        combined.query("cohort == 'valid'")["case"]
    )
    page = (bench.results / "report.html").read_text(encoding="utf-8")
    assert "What is combined of a patient" in page
    assert "no features of the modality PT, which combine.required asks for" in page
    assert "Where its features are from" in page
    assert bench.planned() == {}
    study["combine"]["lesions"] = "mean"
    source.write_text(yaml.safe_dump(study, sort_keys=False))
    again = bench.planned()
    assert again["combine"] == again["fit"] == 1
    known = read_json(bench.results / "signature.json")["profile"]
    source.write_text(yaml.safe_dump({**study, "combine": {**study["combine"], "lesions": "largest"}}, sort_keys=False))
    bench.run()
    assert read_json(bench.results / "signature.json")["profile"] != known


def test_regions_lesions_and_visits_of_images_with_controls_and_replicates(tmp_path):
    """Cases are images; outcomes are of patients; control images are of the lesion that was chosen in the original."""
    bench = Bench(tmp_path)
    for cohort, n in (("train", 8), ("valid", 6)):
        for k in range(n):
            who = f"{cohort[0].upper()}{k}"
            for visit in "12":
                for lesion in "ab"[: 1 + (k % 3 == 0)]:
                    bench.add(cohort, f"{who}-{visit}{lesion}", patient=who, visit=visit)
            bench.outcomes[cohort] = [row for row in bench.outcomes[cohort] if "-" not in row[0]]
            bench.outcomes[cohort].append((who, 100 + 37 * k, int(k % 4 != 1)))
    for k in range(4):
        for replicate in "12":
            case = f"R{k}-{replicate}"
            bench.add("retest", case, visit="1")
            bench.rows["retest"][-1] |= {"case": f"R{k}", "replicate": replicate}
    visits = {"first": "1", "second": "2", "as": ["first", "difference"]}
    bench.changes = {
        "combine": {"lesions": "largest", "visits": visits},
        "baselines": {"volume": ["first_morphology_volume"]},
        "controls": ["shuffled_roi"],
        "harmonise": {"method": "combat"},
    }
    bench.write()
    bench.run()
    features = pd.read_parquet(bench.results / "tables" / "features.parquet")
    assert set(zip(features["modality"], features["visit"], strict=True)) == {("CT", "1"), ("CT", "2")}
    combined = pd.read_parquet(bench.results / "tables" / "combined.parquet").set_index("feature_id")
    volumes = features[features["feature_id"].eq("morphology_volume") & features["visit"].eq("1")]
    largest = volumes[volumes["case"].str.startswith("T0-")]["value"].max()
    own = combined.loc["first_morphology_volume"].query("case == 'T0'")["value"]
    assert own.tolist() == [largest]
    controls = pd.read_parquet(bench.results / "combined" / "controls.parquet")
    kept = controls[controls["feature_id"].eq("first_morphology_volume") & controls["case"].eq("T0")]["value"]
    np.testing.assert_allclose(kept, largest)
    metrics = pd.read_parquet(bench.results / "tables" / "metrics.parquet")
    assert {"signature", "baseline", "control"} <= set(metrics["kind"])
    reliability = pd.read_parquet(bench.results / "tables" / "reliability.parquet").set_index("feature_id")
    assert reliability.loc["first_morphology_volume", "n"] == 4
    assert bench.planned() == {}
