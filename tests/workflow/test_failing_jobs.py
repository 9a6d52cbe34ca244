"""Jobs that fail say why and can be resumed; results that were deleted, damaged or edited are made again or named."""

import json
import os
import re
import shutil

import numpy as np
import pandas as pd
import pytest

from made.studies import ROOT, Bench, fill
from radioloom.io.write.objects import Header, ct_series, rtstruct
from radioloom.sealed import sealed
from radioloom.volume import Grid, Volume

pytestmark = [pytest.mark.long, pytest.mark.hostile]  # the parts have quick tests: test_sealed, test_job, test_failures


SICK = str(ROOT / "tests" / "made" / "faulty")


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Bench:
    """A study run to its end; tests copy it before they change it."""
    place = tmp_path_factory.mktemp("sound")
    (place / "data").mkdir()
    bench = fill(Bench(place))
    bench.changes = {"controls": ["shuffled_roi"]}
    bench.write()
    bench.run()
    return bench


@pytest.fixture
def copied(sound, tmp_path) -> Bench:
    """The study somewhere else, its own to change, with Snakemake's memory of it."""
    shutil.copytree(sound.place, tmp_path / "copy", copy_function=shutil.copy2)
    return Bench(tmp_path / "copy", sound.rows, sound.outcomes, sound.changes)


def run_sick(bench, monkeypatch, *arguments, file, job, kind, at="open"):
    """A run in which jobs of one rule get an error of the system at one file; what the terminal says of it."""
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", SICK)
        for name, value in {"FILE": file, "JOB": job, "AT": at}.items():
            patch.setenv(f"FAULTY_{name}", value)
        patch.setenv("FAULTY", kind)
        done = bench.run(*arguments, ok=False)
    assert done.returncode == 1, done.stderr
    return errors(done.stderr, job)


def errors(told, job):
    """Lines at the terminal in which jobs of a rule say why they failed: one a job, and all of one kind."""
    lines = sorted(line for line in told.splitlines() if line.startswith(f"    {job}") and ": error: " in line)
    assert lines, told
    assert len(lines) == len(set(lines))
    return lines[0]


ANSWERS = "run again once the disk or file server answers"
HICCUPS = [  # in the order of the stages: file, rule that is hit, what the system says, when; words at the terminal
    ("V001/image.nii.gz", "curate", "EIO", "open", f"Input/output error; {ANSWERS}"),
    ("V001/image.nii.gz", "curate", "EACCES", "read", "Permission denied; give yourself the right to it"),
    ("V001/image.nii.gz", "curate", "MemoryError", "read", "memory ran out; run fewer jobs at once"),
    ("D000/ct/slice008.dcm", "curate", "EIO", "open", f"Input/output error; {ANSWERS}"),
    ("D000/ct/slice008.dcm", "curate", "ESTALE", "read", f"Stale file handle; {ANSWERS}"),
    ("V001/mask.nii.gz", "segment", "ESTALE", "open", f"Stale file handle; {ANSWERS}"),
    ("V001/mask.nii.gz", "segment", "EIO", "read", f"Input/output error; {ANSWERS}"),
    ("D000/rs.dcm", "segment", "EIO", "read", f"Input/output error; {ANSWERS}"),
    ("V001/image.nii.gz", "prepare", "EIO", "read", f"Input/output error; {ANSWERS}"),
    ("V001/image.nii.gz", "prepare", "ENOMEM", "open", "memory ran out; run fewer jobs at once"),
    ("D000/ct/slice008.dcm", "prepare", "EIO", "read", f"Input/output error; {ANSWERS}"),
    ("D000/ct/slice008.dcm", "prepare", "MemoryError", "open", "memory ran out; run fewer jobs at once"),
]


def with_dicom(bench: Bench) -> Bench:
    """The study with one patient whose image is a DICOM series and whose contours are an RTSTRUCT."""
    from made.studies import SHAPE, SPACING, scan

    bench.add("valid", "D000", image="D000/ct", segmentation="D000/rs.dcm")
    image, mask, _ = scan("D000")
    grid, header = Grid(SHAPE, SPACING), Header(key="D000", patient="CANARY")
    folder = bench.place / "data" / "D000"
    ct_series(Volume(image, grid, "HU", "CT"), folder / "ct", header)
    for number, file in enumerate(sorted((folder / "ct").iterdir())):
        file.rename(file.with_name(f"slice{number:03d}.dcm"))
    levels = [k for k in range(SHAPE[0]) if mask[k].sum() > 20]
    corners = [[20, 20], [20, 36], [36, 36], [36, 20]]
    contours = [np.array([[k * SPACING[0], *corner] for corner in corners]) for k in levels]
    rtstruct({"tumour": contours}, grid, header, folder / "rs.dcm")
    bench.write()
    return bench


@pytest.mark.parametrize(
    "hiccups",
    [
        pytest.param([HICCUPS[k] for k in (0, 7, 10)], id="some"),
        pytest.param(HICCUPS, id="all"),
    ],
)
def test_a_file_server_with_hiccups_costs_time_and_no_case(tmp_path, monkeypatch, hiccups):
    """EIO, ESTALE, EACCES, too little memory at any stage: the job fails and is run again, and no case is excluded."""
    benches = []
    for name in ("undisturbed", "sick"):
        (tmp_path / name / "data").mkdir(parents=True)
        benches.append(with_dicom(fill(Bench(tmp_path / name), train=12, valid=6)))
    undisturbed, sick = benches
    for file, job, kind, at, words in hiccups:
        line = run_sick(sick, monkeypatch, "--until", "prepare", file=file, job=job, kind=kind, at=at)
        case, _, name = file.replace("ct/", "ct: ").partition("/")
        said, _, remedy = words.partition("; ")
        of = "" if said.startswith("memory") else f" (valid/{case}: {name})"
        assert f"{said}{of}; {remedy}" in line, (file, job, kind, at)
        assert f"(log: results/bench/logs/{job}/valid." in line
        assert "canary" not in line
    for bench in benches:
        bench.run()
    assert sick.tables() == undisturbed.tables()
    assert pd.read_parquet(sick.results / "tables" / "exclusions.parquet").empty
    assert "D000" in set(pd.read_parquet(sick.results / "tables" / "cases.parquet")["case"])


FULL = [  # what a job writes when the disk is full
    ("curated/train/last.json", "curate"), ("segmented/train/last.npz", "segment"),
    ("prepared/train/last/T003.1.tumour.image.nii", "prepare"), ("prepared/train/last/T003.1.tumour.json", "prepare"),
    ("extracted/train/last.parquet", "extract"), ("tables/features.csv", "collect"), ("signature.json", "fit"),
    ("tables/metrics.parquet", "validate"), ("report.html", "report"),
]  # fmt: skip


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(sound, tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    bench = fill(Bench(tmp_path, changes={**sound.changes, "batch_size": 30}))
    for file, job in FULL:
        part = file if file.endswith(".nii") else f"{file}.part"
        line = run_sick(bench, monkeypatch, file=part, job=job, kind="ENOSPC", at="write")
        named = "" if file == part else f" (results/bench/{file})"
        assert f"error: No space left on device{named}; make room, and run again (log: results/bench/logs/" in line
        assert not (bench.results / file).exists()
        assert not (bench.results / part).exists()
    bench.run()
    assert list(bench.results.rglob("*.part")) == []
    assert bench.planned() == {}


PROMISED = [
    "signature.json", "tables/features.csv", "controls/train/*[!d].parquet", "report.html", "tables/metrics.parquet",
    "tables/splits.parquet", "tables/curves.parquet", "tables/features.parquet", "tables/exclusions.csv",
    "tables/acquisition.parquet", "clinical/valid.parquet", "clinical/train.covariates.parquet",
]  # fmt: skip


@pytest.mark.parametrize("deleted", PROMISED)
def test_a_result_that_was_deleted_is_made_again(copied, deleted):
    path = next(copied.results.glob(deleted))
    content = path.read_bytes()
    path.unlink()
    assert copied.planned()
    if deleted in ("tables/features.csv", "signature.json"):
        copied.run()
        assert path.read_bytes() == content
        assert copied.planned() == {}


def listed():
    """What README.md lists under what comes out, as patterns of paths below the results."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What comes out: ")[2].split("\n\n")[1]
    names = [name for line in table.splitlines() for name in line.split("|")[1].split("`")[1::2]]
    return [name for name in names if name not in ("logs/", "benchmarks/", "looks.json", "study.json")]


@pytest.mark.parametrize("name", sorted(listed(), key=lambda name: name != "prepared/"))
def test_all_that_the_readme_lists_is_made_again(copied, name):
    there = list(copied.results.glob(name.rstrip("/")))
    if not there and name in ("perturbed/", "traits/", "models/"):
        pytest.skip("this study has none")
    for path in there:
        aside = copied.results / "aside"
        path.rename(aside)
        assert copied.planned(), path.name
        aside.rename(path)
    for folder in (copied.results / "prepared").glob("*") if name == "prepared/" else ():
        shutil.rmtree(folder)
        assert copied.planned()["prepare"] >= 1, folder.name
        copied.run()
        assert list(folder.rglob("*.nii"))
        assert copied.planned() == {}


def test_every_table_is_promised(copied):
    kept = {path.name for path in (copied.results / "tables").iterdir()}
    shutil.rmtree(copied.results / "tables")
    copied.run()
    assert {path.name for path in (copied.results / "tables").iterdir()} == kept


CUT, EMPTIED, FLIPPED = (
    lambda content: content[: len(content) // 2],
    lambda content: b"",
    lambda content: content[:-40] + bytes([content[-40] ^ 1]) + content[-39:],
)
INTERMEDIATES = [  # what is damaged and how -> who reads it, and what to delete; every other damage: test_sealed.py
    ("curated/train/last.json", CUT, "segment", "curated/train/last.json"),
    ("segmented/train/last.npz", CUT, "prepare", "segmented/train/last.npz"),
    ("prepared/train/last/T*.image.nii", FLIPPED, "extract", "prepared/train/last"),
    ("prepared/train/last/T*.json", EMPTIED, "extract", "prepared/train/last"),
    ("extracted/train/last.parquet", CUT, "collect", "extracted/train/last.parquet"),
    ("clinical/valid.parquet", EMPTIED, "split", "clinical/valid.parquet"),
    ("tables/reliability.parquet", FLIPPED, "reduce", "tables/reliability.parquet"),
    ("signature.json", EMPTIED, "validate", "signature.json"),
]


@pytest.mark.parametrize(
    ("damaged", "damage", "reader", "culprit"),
    INTERMEDIATES,
    ids=[damaged for damaged, *_ in INTERMEDIATES],
)
def test_a_damaged_result_is_named_and_made_again(sound, copied, damaged, damage, reader, culprit):
    path = next(copied.results.glob(damaged))
    path.write_bytes(damage(path.read_bytes()))
    done = copied.run("--forcerun", reader, ok=False)
    assert done.returncode == 1
    line = errors(done.stderr, reader)
    assert f"error: results/bench/{culprit}" in line
    assert ("delete this whole folder" if "prepared" in culprit else "delete it") in line
    place = copied.results / culprit
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    copied.run()
    assert copied.tables() == sound.tables()


EXCHANGED = [  # intact files of two batches that change places -> who reads them
    ("segmented/{}/last.npz", "prepare"), ("prepared/{}/last", "extract"), ("curated/{}/last.json", "segment"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "reader"), EXCHANGED)
def test_an_intact_result_of_another_batch_is_named_and_made_again(sound, copied, name, reader):
    one, other = (copied.results / name.format(cohort) for cohort in ("train", "valid"))
    one.rename(copied.results / "aside")
    other.rename(one)
    (copied.results / "aside").rename(other)
    line = errors(copied.run("--forcerun", reader, ok=False).stderr, reader)
    told = r": error: results/bench/\w+/(train|valid)/last\S*: it is not of this batch, which has no "
    told = r": error: results/bench/\w+/(train|valid)/last\S*: it is not of this batch, which has no "
    assert re.search(told, line), line
    for place in (one, other):
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    copied.run()
    assert copied.tables() == sound.tables()


def test_a_prepared_case_that_is_gone_is_named(sound, copied):
    folder = copied.results / "prepared" / "train" / "last"
    name = min(path.stem for path in folder.glob("T*.json"))
    for path in list(folder.glob(f"{name}.*")):
        path.unlink()
    for reader in ("extract", "control"):
        line = errors(copied.run("--forcerun", reader, ok=False).stderr, reader)
        assert f"error: results/bench/prepared/train/last: {name} is gone; delete this whole folder, and run" in line
    shutil.rmtree(folder)
    copied.run()
    assert copied.tables() == sound.tables()


def test_a_signature_that_was_edited_is_refused_or_told(copied):
    path = copied.results / "signature.json"
    content = json.loads(path.read_text())
    content["features"][0]["coefficient"] = 9.5
    path.write_text(json.dumps(content))
    told = copied.run(ok=False).stderr
    line = errors(told, "validate")
    assert line.startswith(
        "    validate: error: results/bench/signature.json was changed after it was written; delete it"
    )
    assert "or set `trust_edited: true` in the study to use it as it is, which the report will say (log: " in line
    copied.changes = {**copied.changes, "trust_edited": True}
    copied.write()
    assert set(copied.planned()) - {"all"} == {"validate", "report"}
    copied.run()
    page = (copied.results / "report.html").read_text()
    assert "signature.json was changed after it was written, and used as it was" in page
    assert page.count("Edited by hand") == 2
    path.write_text(json.dumps(sealed(content)))  # as nobody does by accident
    copied.run()
    assert "Edited by hand" not in (copied.results / "report.html").read_text()


def test_a_table_that_pandas_wrote_again_is_refused(copied):
    path = copied.results / "tables" / "features.parquet"
    frame = pd.read_parquet(path)
    frame.loc[0, "value"] *= 2
    frame.to_parquet(path)
    told = copied.run(ok=False).stderr
    assert (
        "error: results/bench/tables/features.parquet: it is not as it was written: edited, or damaged; delete it"
        in told
    )


REPLACED = {  # what is exchanged for an older file -> what runs again, at least
    "data/T003/image.nii.gz": {"curate", "segment", "prepare", "extract", "collect"},
    "data/T003/mask.nii.gz": {"segment", "prepare", "extract", "collect"},
    "data/train.csv": {"clinical", "split", "validate"},
}


@pytest.mark.parametrize("name", REPLACED)
def test_a_file_exchanged_for_an_older_one_is_noticed_and_changes_no_byte(sound, copied, name):
    path = copied.place / name
    shutil.copy(path, path.with_name("again"))
    os.utime(path.with_name("again"), (1, 1))
    os.replace(path.with_name("again"), path)
    assert REPLACED[name] - set(copied.planned()) == set()
    copied.run()
    assert copied.tables() == sound.tables()
    assert copied.planned() == {}


def test_provenance_names_each_digest_once(sound):
    from radioloom.provenance import digest, environment
    from radioloom.tables import provenance_of

    page = (sound.results / "report.html").read_text()
    of_table = provenance_of(sound.results / "tables" / "metrics.parquet")
    assert {"stage_code", "software", "profile_hash", "params", "inputs", "table"} == set(of_table)
    assert of_table["software"] == digest(environment())
    assert f"<td>software (versions beside)</td>\n<td>{of_table['software']}" in page.replace(
        "</td><td>", "</td>\n<td>"
    )
    for words in ("train, outcomes: train.csv", "train, sheet: train.tsv", "images: 18 regions", "few families, so"):
        assert words in page
    assert str(sound.place / "data") not in page
