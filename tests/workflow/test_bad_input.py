"""Every kind of bad case in one run: each is a row that a person understands, and the rest is computed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
import yaml

from made.canaries import WORD, Planter
from made.many_cases import many_cases
from made.studies import ROOT, SHAPE, SPACING, Bench, environment, fill, scan
from radioloom.io.write.objects import Header, ct_series, nifti, rtstruct
from radioloom.volume import Grid, Volume

GRID = Grid(SHAPE, SPACING)
CANARIES = Planter()


def square(centre: float, level: int) -> np.ndarray:
    """A contour of 20 mm around (centre, centre) mm on one slice: (z, y, x) in mm."""
    corners = np.array([[-10, -10], [-10, 10], [10, 10], [10, -10]]) + centre
    return np.column_stack([np.full(4, level * SPACING[0]), corners])


def dicom(bench: Bench, case: str, centre: float = 28, name: str = "tumour", **row: str) -> Path:
    """One patient as CT series with an RTSTRUCT; the folder of the series."""
    bench.add("train", case, image=f"{case}/ct", segmentation=f"{case}/rtstruct.dcm", **row)
    folder, header = bench.place / "data" / case, Header(key=case, patient=f"CANARY{case}")
    ct_series(Volume(scan(case)[0], GRID, "HU", "CT"), folder / "ct", header)
    contours = [square(centre, level) for level in range(5, 11)]
    rtstruct({name: contours, "Own": contours}, GRID, header, folder / "rtstruct.dcm")
    for file in (folder / "ct").iterdir():
        file.rename(file.with_name(f"DOE_{WORD}_{file.name}"))
    CANARIES.plant_all(folder)
    return folder / "ct"


def misses(bench):
    dicom(bench, "misses", centre=500)


def empty(bench):
    bench.add("train", "empty")
    nifti(np.zeros(SHAPE, np.uint8), GRID, bench.place / "data" / "empty" / "mask.nii.gz")


def other_grid(bench):
    bench.add("train", "other_grid")
    nifti(
        np.ones((8, 9, 10), np.uint8),
        Grid((8, 9, 10), (2.0, 2.0, 2.0)),
        bench.place / "data" / "other_grid" / "mask.nii.gz",
    )


def missing_slice(bench):
    sorted(dicom(bench, "missing_slice").iterdir())[7].unlink()


def truncated(bench):
    path = sorted(dicom(bench, "truncated").iterdir())[4]
    path.write_bytes(path.read_bytes()[:-500])


def duplicate(bench):
    """One slice twice, as two instances."""
    path = sorted(dicom(bench, "duplicate").iterdir())[3]
    again = pydicom.dcmread(path)
    again.SOPInstanceUID = again.file_meta.MediaStorageSOPInstanceUID = "2.25.99"
    again.save_as(path.with_name("again.dcm"))


def copied(bench):
    """One file twice, as copying makes it: no fault."""
    files = sorted(dicom(bench, "copied").iterdir())
    shutil.copy(files[3], files[3].with_name("again.dcm"))


def no_roi(bench):
    dicom(bench, "no_roi", name="Heart")


def text_among(bench):
    (dicom(bench, "text_among") / "notes.txt").write_text("the technician was here\n" * 50)


def absent(bench):
    bench.add("train", "absent")
    (bench.place / "data" / "absent" / "image.nii.gz").unlink()


def no_outcome(bench):
    bench.add("train", "no_outcome")
    bench.outcomes["train"].pop()


BAD = {
    misses: ("segment", ["image"]),
    empty: ("segment", ["empty"]),
    other_grid: ("segment", ["grid"]),
    missing_slice: ("curate", ["missing", "slice"]),
    truncated: ("curate", ["file 5 of 16"]),
    duplicate: ("curate", ["slice"]),
    no_roi: ("segment", ["tumour", "Heart", "[withheld]"]),
    absent: ("curate", ["image.nii.gz"]),
    no_outcome: ("clinical", ["no_outcome"]),
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Bench:
    place = tmp_path_factory.mktemp("bad")
    (place / "data").mkdir()
    bench = Bench(place)
    for make in [*BAD, text_among, copied]:
        make(bench)
    fill(bench)
    bench.run()
    return bench


@pytest.fixture(scope="module")
def exclusions(finished) -> pd.DataFrame:
    return pd.read_csv(finished.results / "tables" / "exclusions.csv").set_index("case")


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_bad_case_is_a_row_with_its_reason(exclusions, make):
    stage, words = BAD[make]
    row = exclusions.loc[make.__name__]
    assert row["stage"] == stage
    if make is not no_outcome:
        assert all(word.lower() in row["reason"].lower() for word in words), row["reason"]
    assert len(row["reason"]) > 20


def test_nothing_else_is_lost(finished, exclusions):
    assert set(exclusions.index) == {make.__name__ for make in BAD}
    cases = set(pd.read_parquet(finished.results / "tables" / "cases.parquet")["case"])
    assert cases == {row["case"] for rows in finished.rows.values() for row in rows} - set(exclusions.index) | {
        "no_outcome"
    }


def test_text_among_the_slices_is_counted_and_told(finished):
    series = pd.read_parquet(finished.results / "tables" / "series.parquet").set_index("case")
    assert series.loc["text_among", "n_files_ignored"] == 1
    assert series.loc["text_among", "choice"] == "usable"
    assert series.loc["copied", ["n_copies", "n_slices", "choice"]].tolist() == [1, SHAPE[0], "usable"]
    assert series.loc["missing_slice", ["check", "choice"]].tolist() == ["missing_slices", "excluded"]


def test_reasons_reach_the_report(finished, exclusions):
    report = (finished.results / "report.html").read_text()
    assert all(case in report for case in exclusions.index)


def test_no_identifier_leaves_the_images(finished):
    shutil.rmtree(finished.place / "data")
    assert len(CANARIES.planted) > 10_000
    assert CANARIES.found_below(finished.place) == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sed": 2}, ["line", "sed", "did you mean 'seed'"]),
        ({"outcome": {"kind": "survivl", "name": "x"}}, ["outcome.kind", "'survivl'", "Allowed: survival, binary"]),
        ({"data": "nowhere"}, ["data", "'nowhere'", "is not there"]),
        ({"profile": "unheard"}, ["'unheard'", "choose one of"]),
    ],
)
def test_faulty_configuration_stops_before_any_job(tmp_path, change, words):
    (tmp_path / "data").mkdir()
    bench = fill(Bench(tmp_path, changes=change), train=4, valid=2)
    done = bench.run(ok=False)
    assert done.returncode != 0
    told = done.stdout + done.stderr
    assert all(word in told for word in words), told
    assert not bench.results.exists()


def test_sheet_with_an_unknown_column_stops_before_any_job(tmp_path):
    (tmp_path / "data").mkdir()
    bench = fill(Bench(tmp_path), train=4, valid=2)
    sheet = tmp_path / "train.tsv"
    lines = sheet.read_text().splitlines()
    sheet.write_text("\n".join([f"{lines[0]}\trio", *(f"{line}\tx" for line in lines[1:])]) + "\n")
    done = bench.run(ok=False)
    assert done.returncode != 0
    assert re.search(r"train\.tsv, line 1, column \d+: unknown; did you mean 'roi'\?", done.stderr)
    assert yaml.safe_load((tmp_path / "study.yaml").read_text())["study"] == "bench"
    assert not bench.results.exists()


@pytest.fixture
def checked(tmp_path):
    """A study of hundreds of cases without a voxel, for dry runs."""
    return many_cases(tmp_path, 300)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": {"kind": "cox", "selector": "bests"}}, "model.selector: 'bests' is not accepted"),
        ({"baselines": {"volume": ["volume"]}}, "baselines.volume: 'volume' is no feature of the profile 'quick'"),
        (
            {"model": {"kind": "cox", "covariates": ["age"]}},
            "cohorts.train.clinical: train.csv: no column 'age' (covariate age)",
        ),
        ({"validation": {"cross_validation": {"folds": 151, "repeats": 1}}}, "151 folds, but only 150 events"),
    ],
)
def test_dry_run_holds_all_that_a_study_names_against_tables_and_files(checked, changes, words):
    checked.changes |= changes
    checked.write()
    done = checked.run("-n", ok=False)
    assert done.returncode != 0
    message = done.stdout + done.stderr
    assert "the study cannot start:\nstudy.yaml, line " in message
    assert words in message
    assert not checked.results.exists()


def test_dry_run_refuses_a_key_given_twice(checked):
    with open(checked.place / "study.yaml", "a") as handle:
        handle.write("cohorts: {}\n")
    done = checked.run("-n", ok=False)
    assert done.returncode != 0
    assert "the key 'cohorts' appears in line 7 already; keep one of them" in done.stdout + done.stderr


def test_a_study_without_its_name_is_never_merged_with_the_demo(checked):
    path = checked.place / "study.yaml"
    path.write_text(path.read_text().replace("study: bench\n", "", 1))
    done = checked.run("-n", ok=False)
    assert done.returncode != 0
    assert "the key 'study' is missing; add it" in done.stdout + done.stderr
    assert "simulate" not in done.stdout + done.stderr


def test_config_overrides_a_key_of_the_default_study(tmp_path):
    command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--directory", str(tmp_path), "-n"]
    messages = {}
    for override in ("study=other", "seed=many"):
        done = subprocess.run(
            [*command, "--config", override], capture_output=True, text=True, check=False, env=environment()
        )
        messages[override] = done.stdout + done.stderr
        assert (done.returncode == 0) is (override == "study=other"), messages[override]
    assert "simulate" in messages["study=other"]
    assert "seed: 'many' is not accepted. Expected: a whole number." in messages["seed=many"]


def test_dry_run_tells_of_a_clinical_file_of_a_cohort_of_tables(checked):
    study = yaml.safe_load((checked.place / "study.yaml").read_text())
    (checked.place / "data" / "t.csv").write_text("id,f1\n" + "".join(f"T{k:05d},{k}\n" for k in range(9)))
    del study["profile"], study["cohorts"]["valid"]
    cohort = study["cohorts"]["train"]
    del cohort["sheet"]
    cohort["features"] = {"file": "t.csv", "columns": {"case": "id", "features": "f1"}}
    cohort["clinical"]["file"] = "absent.csv"
    (checked.place / "study.yaml").write_text(yaml.safe_dump({**study, "baselines": {}}, sort_keys=False))
    done = checked.run("-n", ok=False)
    message = done.stdout + done.stderr
    assert "cohorts.train.clinical.file: 'absent.csv' is not below the data folder" in message
    assert "MissingInput" not in message


def test_braces_in_names_of_files_and_columns_are_no_patterns(tmp_path):
    """Windows names folders {3F25...}; Snakemake takes {name} and <name> in a path for its own, and shows the path."""
    bench, data = many_cases(tmp_path, 20), tmp_path / "data"
    for row, name in zip(bench.rows["train"], ("{3F25}", "{3F25-04E0}", "<b>", "a{b}c"), strict=False):
        (data / row["case"]).rename(data / name)
        row |= {"image": f"{name}/image.nii.gz", "segmentation": f"{name}/mask.nii.gz"}
    study = yaml.safe_load(bench.write().read_text())
    study |= {"data": str(tmp_path / "{a} <b>"), "model": {"kind": "cox", "covariates": ["dose {Gy}"]}}
    for name, cohort in study["cohorts"].items():
        cohort["clinical"]["file"] = f"{{{name}}}.csv"
        head, *rows = (data / f"{name}.csv").read_text().splitlines()
        rows = [f"{row},{k % 60}" for k, row in enumerate(rows)]
        (data / f"{{{name}}}.csv").write_text("\n".join([f"{head},dose {{Gy}}", *rows, ""]))
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    data.rename(study["data"])
    done = bench.run("-n")
    assert "image.nii.gz" not in done.stdout + done.stderr
    assert re.search(r"^prepare +\d", done.stdout, re.MULTILINE)


def test_sheets_beside_the_study_are_read_wherever_they_are_asked_for(checked):
    """A new study has its sheets there, and a workbook may hold them."""
    pd.read_csv(checked.place / "valid.tsv", sep="\t", dtype=str).to_excel(
        checked.place / "sheets.xlsx", sheet_name="V", index=False
    )
    content = yaml.safe_load((checked.place / "study.yaml").read_text())
    for name, sheet in {"train": "train.tsv", "valid": "sheets.xlsx#V"}.items():
        content["cohorts"][name]["sheet"] = sheet
    (checked.place / "study.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    planned = checked.run("-n").stdout
    assert re.search(r"^report +1$", planned, re.MULTILINE)


@pytest.mark.hostile
def test_notes_are_told_once_by_the_main_process_and_never_by_a_job(checked):
    del checked.outcomes["train"][:3]
    checked.write()
    note = "note: cohort train: 3 of 300 cases lack an outcome (3 cases (T00000, T00001, T00002): not in the clinical"
    told = checked.run("-n").stderr
    assert note in told
    assert told.count("note: ") == 1
    (checked.place / "data" / "train.csv").write_text("nobody\n")
    for mode in ("subprocess", "remote"):  # as Snakemake starts a job in a process of its own, here or on a cluster
        job = checked.run("compile", "--mode", mode)
        assert "note: " not in job.stderr
        (checked.results / "kernels.txt").unlink()
    assert "cohorts.train.clinical: train.csv: no column 'id'" in checked.run("-n", ok=False).stdout
