"""One study from plain CSV, and from what hospitals send: workbooks, semicolons, UTF-16, dates, columns of nobody."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from made.studies import Bench
from made.user_tables import text, workbook
from radioloom.study import load, verify

pytestmark = pytest.mark.long
N = 24
CASES = [f"P{k:03d}" for k in range(N)]
FEATURES = ["original_shape_MeshVolume", "original_glcm_Idm", "original_firstorder_Mean"]
IDS = {"patients": {"file": "ids.csv", "patient": "mrn", "case": "case"}}


def drawn() -> dict[str, list[list[str]]]:
    """The tables of one cohort as cells."""
    draw = np.random.default_rng(3)
    hidden, values = draw.normal(size=N), draw.normal(size=(N, 3))
    values[:, 0] = np.exp(values[:, 0])  # a volume, which is above 0
    values[:, 1] += hidden
    days = (1 + 900 * draw.exponential(size=N) * np.exp(-hidden)).astype(int).clip(max=9000)
    genes = np.vstack([hidden + 0.4 * draw.normal(size=(20, N)), draw.normal(size=(30, N))]).round(3)
    numbers = list(map(str, range(1000, 1000 + N)))
    measured = [[n, *map(str, row.round(6).tolist())] for n, row in zip(numbers, values, strict=True)]
    followed = [[case, str(days[k]), "yes" if k % 3 else "no"] for k, case in enumerate(CASES)]
    sizes = [[case, "Size", f"{20 + hidden[k]:.2f}"] for k, case in enumerate(CASES)]
    return {
        "features": [["mrn", *FEATURES], *measured],
        "clinical": [["id", "days", "dead"], *followed],
        "ids": [["mrn", "case"], *([n, case] for n, case in zip(numbers, CASES, strict=True))],
        "answers": [["case", "trait", "value"], *sizes],
        "genes": [["gene", *CASES], *([f"G{k:02d}", *map(str, row)] for k, row in enumerate(genes))],
    }  # fmt: skip


def configured(bench: Bench, files: dict[str, str], clinical: dict) -> Path:
    columns = {"case": "mrn", "features": "original_.*"}
    ids = {"patients": IDS["patients"] | {"file": files["ids"]}}
    cohort = {
        "features": {"file": files["features"], "columns": columns, "ids": ids},
        "clinical": {"file": files["clinical"], "case": "id", "event": "dead", **clinical},
    }
    study = {
        "study": "bench", "title": "A study of the tests", "seed": 1, "data": "data",
        "cohorts": {
            "train": {"role": "training", **cohort, "traits": {"files": files["answers"]}},
        },
        "outcome": {"kind": "survival", "name": "death"},
        "model": {"kind": "cox", "n_features": 1},
        "baselines": {"volume": [FEATURES[0]]},
        "validation": {"bootstrap": 20, "cross_validation": {"folds": 2, "repeats": 1}, "null_models": 2},
        "genomics": {
            "cohort": "train", "expression": {"file": files["genes"], "gene": "gene"}, "permutations": 99,
            "modules": {"n_modules": 3}, "features": "all",
            "enrichment": {"sets": "sets.gmt", "min_size": 3, "permutations": 99, "clusters": {}},
        },
    }  # fmt: skip
    path = bench.place / "study.yaml"
    written = yaml.safe_dump(study, sort_keys=False)
    path.write_text(written.replace("event: dead", "event: dead\n      event_values: {Yes: true, No: false}"))
    return path


def results(bench: Bench) -> dict[str, pd.DataFrame]:
    named = [
        "clinical/train",
        "traits/train",
        "tabulated/train",
        "tables/modules",
        "tables/associations",
        "tables/feature_enrichment",
        "tables/set_scores",
        "tables/enrichment_clusters",
    ]
    paths = {name: f"results/bench/{name}.parquet" for name in named}
    bench.run(*paths.values())
    return {name: pd.read_parquet(bench.place / path) for name, path in paths.items()}


@pytest.mark.hostile  # two whole studies, of two minutes
def test_what_hospitals_send_gives_the_same_study(tmp_path):
    cells = drawn()
    plain, sent = Bench(tmp_path / "plain"), Bench(tmp_path / "sent")
    for bench in (plain, sent):
        (bench.place / "data").mkdir(parents=True)
        (bench.place / "data" / "sets.gmt").write_text("A\t\tG00\tG01\tG02\nB\t\tG03\tG04\tG05\tG09\n")
    for name, rows in cells.items():
        (plain.place / "data" / f"{name}.csv").write_text(text(rows, ","))
    configured(plain, {name: f"{name}.csv" for name in cells}, {"time_days": "days"})

    data, first = sent.place / "data", date(2012, 2, 28)
    dated = [["id", "diagnosed", "seen", "dead", "note"]]
    for case, days, dead in cells["clinical"][1:]:
        dated.append([case, first, first + timedelta(int(days)), dead, ""])
    workbook([["read me"], ["see Outcome"]], data / "hospital.xlsx", Outcome=dated, Ids=cells["ids"])
    workbook(cells["features"], data / "features.xlsx", typed=True)
    (data / "answers.csv").write_bytes(b"\xff\xfe" + text(cells["answers"], "\t").encode("utf-16-le"))
    wide = [
        [row[0], "entrez" if k == 0 else str(k), "OTHER" if k == 0 else "x", *row[1:]]
        for k, row in enumerate(cells["genes"])
    ]
    (data / "genes.csv").write_text(text(wide, ";").replace("\n", ";\n"))
    files = {
        "features": "features.xlsx", "clinical": "hospital.xlsx#Outcome", "ids": "hospital.xlsx#Ids",
        "answers": "answers.csv", "genes": "genes.csv",
    }  # fmt: skip
    source = configured(sent, files, {"date_from": "diagnosed", "date_to": "seen"})

    expected, made = results(plain), results(sent)
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(made[name], frame, check_exact=True)
    assert len(expected["clinical/train"]) == N
    assert json.loads((sent.results / "modules.json").read_text())["cases"]["expression"] == N
    study = yaml.safe_load(source.read_text()) | {"data": str(data)}
    notes = verify(load(study, sent.place, source), source)
    assert [note for note in notes if "standard deviation 1" not in note] == [  # which made-up genes have
        "cohort train: answers.csv: its cells are separated by tabs, and read so",
        "genes.csv: its cells are separated by semicolons, and read so",
        "columns of the expression matrix that are of no case of cohort train and are left out: 2 (entrez)",
    ]
    logs = "".join(path.read_text() for path in sent.results.glob("logs/associate.log"))
    assert "24 columns are cases; of no case of the cohort: 2 (entrez)" in logs
