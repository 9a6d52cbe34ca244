"""A cohort that goes on, from tables to report: patients come, the signature stays, and no date leaves its table."""

import json
import re
import subprocess
import sys

import pandas as pd
import pytest
import yaml

from made.ongoing import going_on
from made.studies import Bench

pytestmark = [pytest.mark.long, pytest.mark.hostile]
RADIOLOOM = [sys.executable, "-m", "radioloom"]


def test_patients_are_added_and_the_signature_keeps_its_bytes(tmp_path):
    bench = Bench(tmp_path)
    going_on(tmp_path, shift=1.5)
    whole = {name: (tmp_path / name).read_text().splitlines() for name in ("later.csv", "later_c.csv")}
    for name, lines in whole.items():
        (tmp_path / name).write_text("\n".join(lines[:121]) + "\n")
    bench.run()
    signature = (bench.results / "signature.json").read_bytes()
    before = pd.read_parquet(bench.results / "tables" / "followed.parquet")
    for name, lines in whole.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    bench.run()
    assert (bench.results / "signature.json").read_bytes() == signature
    after, drift = (pd.read_parquet(bench.results / "tables" / f"{name}.parquet") for name in ("followed", "drift"))
    assert (before["period"].max(), after["period"].max()) == (2, 4)
    assert set(drift.loc[drift["q"] < 0.05, "period"]) == {3}
    assert bench.planned() == {}
    page = (bench.results / "report.html").read_text(encoding="utf-8")
    assert '<section id="follow">' in page
    days = re.compile(rb"202[1-3]-[01]\d-[0-3]\d")
    files = [path for path in bench.results.rglob("*") if path.is_file() and path.suffix != ".csv"]
    assert not [path for path in files if days.search(path.read_bytes())]
    study = yaml.safe_load((tmp_path / "study.yaml").read_text())
    study["cohorts"]["later"]["follow"]["level"] = 0.95
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    assert set(bench.planned()) == {"all", "enter", "follow", "report"}


def test_a_later_version_bears_the_digest_of_the_one_before_and_is_held_against_it(tmp_path):
    bench = Bench(tmp_path)
    going_on(tmp_path, factor=2.0)
    bench.run("--until", "fit")
    earlier = bench.results / "signature.json"
    subprocess.run([*RADIOLOOM, "refit", "study.yaml", "--out", "second.yaml"], cwd=tmp_path, check=True)
    study = yaml.safe_load((tmp_path / "second.yaml").read_text())
    study["validation"]["cross_validation"]["repeats"] = 5
    study["study"] = "bench"
    (tmp_path / "first.json").write_bytes(earlier.read_bytes())
    study["supersedes"]["file"] = "first.json"
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    before = json.loads(earlier.read_text())
    bench.run()
    after = json.loads(earlier.read_text())
    assert after["lineage"] == [{key: before[key] for key in ("digest", "n", "n_events")}]
    assert after["n"] == before["n"] + 260
    rows = pd.read_parquet(bench.results / "tables" / "succession.parquet").set_index("version")
    assert rows.loc["difference", "low"] < rows.loc["difference", "estimate"]
    assert set(rows["n"]) == {260}
    page = (bench.results / "report.html").read_text(encoding="utf-8")
    assert f"version 2 of its line: it supersedes the signature {before['digest']}" in page
    assert "whom the version before has not seen" in page
    command = [*RADIOLOOM, "apply", str(earlier), "later.csv", "--profile", after["profile"]]
    table = pd.read_csv(tmp_path / "later.csv").rename(columns={"id": "case"})
    table.to_csv(tmp_path / "later.csv", index=False)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "note: version 2 of its line" in done.stderr
