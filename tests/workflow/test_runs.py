"""Whole runs: the same bytes on any number of cores, one patient added, one module edited, a run killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import yaml

from made.annotated import aim, answer
from made.studies import ROOT, Bench, environment, fill

pytestmark = pytest.mark.long


@pytest.fixture
def bench(tmp_path) -> Bench:
    """An empty study."""
    (tmp_path / "data").mkdir()
    return Bench(tmp_path)


@pytest.fixture
def copied(finished, tmp_path) -> Bench:
    """The finished study somewhere else, its own to change, with Snakemake's memory of it."""
    shutil.copytree(finished.place, tmp_path / "copy", copy_function=shutil.copy2)
    rows, outcomes = (
        {name: list(found) for name, found in each.items()} for each in (finished.rows, finished.outcomes)
    )
    return Bench(tmp_path / "copy", rows, outcomes, snakefile=finished.snakefile)


def test_report_and_tables_are_there(finished):
    assert (finished.results / "report.html").stat().st_size > 20_000
    metrics = pd.read_parquet(finished.results / "tables" / "metrics.parquet")
    assert {"signature", "volume", "null"} <= set(metrics["model"])
    assert {"apparent", "validation", "cross-validation"} <= set(metrics["evaluation"])
    assert json.loads((finished.place / "left.json").read_text(encoding="utf-8")) == {}


def test_terminal_tells_how_far_it_is(bench):
    fill(bench, train=16, valid=8)
    told = bench.run("--until", "curate")
    assert "curate train: " in told.stderr
    assert "batches" in told.stderr


def test_same_bytes_on_one_core_and_on_two(finished, tmp_path):
    (tmp_path / "data").mkdir()
    again = fill(Bench(tmp_path))
    again.run(cores=1)
    ours, theirs = again.tables(), finished.tables()
    assert set(ours) == set(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_a_study_moved_with_its_data_has_nothing_to_run(copied):
    assert copied.planned() == {}


def test_adding_a_patient_runs_one_batch_and_what_rests_on_it(copied):
    copied.add("train", "T900")
    copied.write()
    planned = copied.planned()
    for stage in ("curate", "segment", "prepare", "extract"):
        assert planned[stage] in (1, 2), planned  # two where the new case cuts a batch in two
    assert planned["clinical"] == 1
    assert planned["fit"] == planned["validate"] == planned["report"] == 1
    copied.run()
    cases = pd.read_parquet(copied.results / "tables" / "cases.parquet")
    assert "T900" in set(cases["case"])
    looks = pd.read_parquet(copied.results / "tables" / "looks.parquet")  # another patient, another signature
    (row,) = looks[looks["evaluation"] == "validation"].to_dict("records")
    counts = {"signatures": 2, "look": 2, "patients": 1, "primaries": 1, "declarations": 1}
    assert row["cohort"] == "valid"
    assert {name: row[name] for name in counts} == counts
    text = (copied.results / "report.html").read_text(encoding="utf-8")
    assert "valid has been judged 2 times by different signatures" in text


@pytest.mark.hostile
def test_harmonisation_runs_the_learning_and_nothing_before_it(copied):
    """All images here are of one scanner: there is nothing to learn, and the signature says so and stays as it was."""
    before = json.loads((copied.results / "signature.json").read_text(encoding="utf-8"))
    copied.changes = {"harmonise": {"method": "combat", "batch": ["manufacturer"]}}
    copied.write()
    assert set(copied.planned()) - {"all"} == {"acquisition", "reduce", "size", "fit", "validate", "report"}
    copied.run("--until", "fit", "acquisition")
    after = json.loads((copied.results / "signature.json").read_text(encoding="utf-8"))
    assert after.pop("harmonisation")["learned"] == {}
    apart = {"provenance": None, "digest": None}
    assert {**after, **apart} == {**before, **apart}


@pytest.mark.hostile
def test_controls_and_robustness_run_what_rests_on_them_and_nothing_else(copied):
    copied.changes = {"controls": ["shuffled_roi", "uniform_image"]}
    copied.write()
    planned = copied.planned()
    assert set(planned) - {"all"} == {"control", "validate", "report"}
    copied.run()
    metrics = pd.read_parquet(copied.results / "tables" / "metrics.parquet")
    judged = set(zip(metrics["kind"], metrics["model"], metrics["variant"], strict=True))
    assert {("control", "shuffled_roi", ""), ("control", "uniform_image", "refitted")} <= judged
    assert "control: shuffled ROI" in (copied.results / "report.html").read_text(encoding="utf-8")
    before = (copied.results / "signature.json").read_bytes()

    copied.changes["robustness"] = {"chain": "RCV", "repeats": 3}
    copied.write()
    learned = {"reliability", "reduce", "size", "fit", "validate", "report"}
    assert set(copied.planned()) - {"all"} == {"perturb", *learned}
    copied.run()
    reliability = pd.read_parquet(copied.results / "tables" / "reliability.parquet")
    assert set(reliability["source"]) == {"train, perturbed RCV"}
    assert set(reliability["k"]) == {3}
    assert (copied.results / "signature.json").read_bytes() != before
    copied.changes = {}
    copied.write()
    copied.run()
    assert json.loads((copied.results / "signature.json").read_text())["features"] == json.loads(before)["features"]


@pytest.mark.hostile
def test_traits_run_what_rests_on_them_and_nothing_else(copied):
    """Two readers annotate the training cohort; a gene module follows what they see."""
    cases = [row["case"] for row in copied.rows["train"]]
    shapes = {case: ("round", "spiculated")[place % 2] for place, case in enumerate(cases)}
    for case, shape in shapes.items():
        for reader in ("CANARY-ann", "CANARY-ben"):
            seen = "round" if (reader, case) == ("CANARY-ben", cases[1]) else shape
            file = copied.place / "data" / "aim" / f"{case}.{reader}.xml"
            file.parent.mkdir(exist_ok=True)
            file.write_text(aim(f"ID-{case}", answer("Shape", (seen, "RID1", "RadLex")), reader), encoding="utf-8")
    (copied.place / "data" / "aim" / "CANARY.xml").write_text(aim("nobody", ""), encoding="utf-8")
    links = "".join(f"ID-{case},{case}\n" for case in cases)
    (copied.place / "data" / "patients.csv").write_text("id,case\n" + links, encoding="utf-8")
    draw = np.random.default_rng(1)
    program = np.array([[1.0 if shape == "round" else -1.0 for shape in shapes.values()], draw.normal(size=len(cases))])
    genes = np.repeat(program, 10, axis=0) + 0.3 * draw.normal(size=(20, len(cases)))
    frame = pd.DataFrame(genes, index=pd.Index([f"G{k:02d}" for k in range(20)], name="gene"), columns=cases)
    frame.to_csv(copied.place / "data" / "genes.csv")
    expression = {"file": "genes.csv", "gene": "gene"}
    copied.changes = {
        "genomics": {"cohort": "train", "expression": expression, "modules": {"n_modules": 2}, "permutations": 199}
    }
    study = yaml.safe_load(copied.write().read_text(encoding="utf-8"))
    linked = {"file": "patients.csv", "patient": "id", "case": "case"}
    study["cohorts"]["train"]["traits"] = {"files": "aim", "patients": linked}
    (copied.place / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    assert set(copied.planned()) - {"all"} == {"traits", "sift", "associate", "report"}
    copied.run()
    found = pd.read_parquet(copied.results / "tables" / "associations.parquet").set_index("feature_id")
    best = found.loc["trait: Shape = round" if "trait: Shape = round" in found.index else "trait: Shape = spiculated"]
    assert best["rho"].abs().max() > 0.8
    assert best["rho_given_volume"].notna().all()
    agreed = pd.read_parquet(copied.results / "traits" / "train.agreement.parquet").set_index("trait")
    assert agreed.loc["Shape", "n"] == len(cases)
    assert agreed.loc["Shape", "same"] == pytest.approx(1 - 1 / len(cases))
    unread = pd.read_parquet(copied.results / "traits" / "train.unread.parquet")
    assert unread["reason"].str.contains("of no case").tolist() == [True]
    text = (copied.results / "report.html").read_text(encoding="utf-8")
    assert "Semantic annotations by readers" in text
    assert "reader-1, reader-2" in text
    for file in (path for path in copied.results.rglob("*") if path.is_file()):
        assert b"CANARY" not in file.read_bytes(), file
    for file in (path for path in (copied.place / ".snakemake").rglob("*") if path.is_file()):
        assert b"CANARY" not in file.read_bytes(), file  # names of files may be patients'
    assert not copied.planned()
    (copied.place / "data" / "aim" / "CANARY.xml").unlink()
    assert set(copied.planned()) - {"all"} == {"traits", "sift", "associate", "report"}


@pytest.mark.parametrize(
    ("module", "rerun", "kept"),
    [
        ("prediction/metrics/kaplan_meier.py", {"validate", "report"}, {"curate", "extract", "collect"}),
        ("features/glcm.py", {"extract", "collect", "fit", "report"}, {"curate", "segment", "prepare", "clinical"}),
        ("stages/images/curate.py", {"curate", "segment", "prepare", "extract", "report"}, {"clinical"}),
        ("figures/flow.py", {"report"}, {"validate", "extract", "fit"}),
    ],
)
def test_editing_a_module_runs_exactly_what_rests_on_it(copied, module, rerun, kept):
    copied.snakefile = copied.place / "project" / "Snakefile"
    path = copied.snakefile.parent / "workflow" / "radioloom" / module
    path.write_text(path.read_text() + "\n# a change\n")
    planned = set(copied.planned())
    assert rerun <= planned
    assert not kept & planned


def wait_for(condition, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("victim", ["snakemake", pytest.param("job", marks=pytest.mark.hostile)])
def test_killed_and_resumed(finished, tmp_path, victim):
    (tmp_path / "data").mkdir()
    bench = fill(Bench(tmp_path))
    with subprocess.Popen(
        bench.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(), start_new_session=True
    ) as process:
        wait_for(lambda: list(bench.results.glob("extracted/*/*.parquet")))
        if victim == "snakemake":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            wait_for(lambda: jobs_of(process.pid) or process.poll() is not None)
            for job in jobs_of(process.pid):
                os.kill(job, signal.SIGKILL)
        process.wait(timeout=120)
    half = list(bench.results.rglob("*.part"))
    bench.run("--unlock")
    bench.run()
    assert bench.tables() == finished.tables(), half


def jobs_of(pid: int) -> list[int]:
    """Script processes that Snakemake has started."""
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    found = [int(child) for child in children]
    return [*found, *(grandchild for child in found for grandchild in jobs_of(child))]


def test_half_written_output_is_not_believed(copied):
    """A table that was being written when its job died: Snakemake's mark of an open job makes it run again."""
    victim = next(iter(sorted(copied.results.glob("extracted/train/*[!s].parquet"))))
    victim.write_bytes(victim.read_bytes()[:100])
    os.utime(victim)
    done = copied.run("--force", str(victim.relative_to(copied.place)), ok=False)
    assert done.returncode == 0
    assert len(pd.read_parquet(victim)) > 0


def test_a_signature_names_its_profile(finished):
    signature = json.loads((finished.results / "signature.json").read_text())
    assert len(signature["profile"]) == 12
    assert signature["features"]


def test_lint():
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--lint"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
