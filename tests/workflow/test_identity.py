"""One image, or one row of features, in two cases of a study: refused before anything is learnt, or told."""

import gzip
import re
import shutil

import pandas as pd
import pytest
import yaml

from made import hospital
from made.drawn import by_itk
from made.studies import ROOT, Bench, fill
from radioloom.io import images

pytestmark = [pytest.mark.long, pytest.mark.hostile]  # the parts have quick tests: stages/tables/test_identify
LEARNT = ("splits", "reliability", "selection", "metrics")


VISITED = {"R0": "T002", "R1": "T005"}  # cases of two visits, which are one image of training


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> Bench:
    """A study whose readers draw on images of the training cohort, and two visits of another one of it."""
    place = tmp_path_factory.mktemp("identity")
    (place / "data").mkdir()
    bench = fill(Bench(place))
    for number, reader in ((0, "A"), (0, "B"), (1, "A"), (1, "B")):
        row = {"case": f"T{number:03d}", "segmentation": f"T{number:03d}/mask.nii.gz", "replicate": reader}
        add(bench, "readers", "observers", row | {"image": f"T{number:03d}/image.nii.gz"})
    for case, drawn in VISITED.items():
        row = {"case": case, "image": f"{drawn}/image.nii.gz", "segmentation": f"{drawn}/mask.nii.gz"}
        add(bench, "again", "test-retest", row)
        add(bench, "again", "test-retest", row | {"replicate": "2"})
    bench.run()
    return bench


def add(bench: Bench, cohort: str, role: str, row: dict) -> None:
    """A row of a cohort without outcomes, which `Bench.write` knows nothing of."""
    path = bench.place / "study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    sheet = bench.place / f"{cohort}.tsv"
    study["cohorts"][cohort] = {"role": role, "sheet": str(sheet)}
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    row = {"modality": "CT", "replicate": "1", **row}
    keys = ("case", "image", "segmentation", "modality", "replicate")
    before = sheet.read_text(encoding="utf-8") if sheet.is_file() else "\t".join(keys) + "\n"
    sheet.write_text(before + "\t".join(row[key] for key in keys) + "\n", encoding="utf-8")


@pytest.fixture
def copied(measured, tmp_path) -> Bench:
    """The finished study somewhere else, its own to change."""
    shutil.copytree(measured.place, tmp_path / "copy", copy_function=shutil.copy2)
    study = tmp_path / "copy" / "study.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace(str(measured.place), str(tmp_path / "copy")))
    return Bench(tmp_path / "copy")


def table(bench: Bench, name: str) -> pd.DataFrame:
    return pd.read_csv(bench.results / "tables" / f"{name}.csv", keep_default_na=False)


def test_what_observers_and_visits_share_by_design_is_told(measured):
    rows = table(measured, "identities")
    assert set(rows["verdict"]) == {"allowed"}
    pairs = set(rows[["cohort", "case", "other_cohort", "other_case", "kind"]].itertuples(index=False, name=None))
    kinds = ("image", "region", "features")
    readers = {("readers", case, "train", case, kind) for case in ("T000", "T001") for kind in (*kinds, "name")}
    copies = {("readers", case, "readers", case, kind) for case in ("T000", "T001") for kind in ("region", "features")}
    visits = {("again", case, "again", case, kind) for case in VISITED for kind in kinds}
    visits |= {("again", case, "train", drawn, kind) for case, drawn in VISITED.items() for kind in kinds}
    assert pairs == readers | copies | visits
    text = (measured.results / "report.html").read_text(encoding="utf-8")
    assert "readers draw on images of other cohorts by design" in text
    assert "replicates of one case: their agreement says nothing of a second scan" in text
    assert "a copy is no second reader" in text  # both readers hand in one file
    assert "No two cases share an image" not in text
    patients = table(measured, "patients")
    assert len(patients) == 12 + 6 + 2 + 2
    assert (patients["case"] == patients["patient"]).all()
    assert measured.planned() == {}


def test_the_note_of_one_image_for_two_visits_comes_before_any_job(measured):
    note = "note: cohort again: 2 cases (R0, R1) with one image for two visits: what they agree on says nothing of a "
    assert note in measured.run("-n").stderr


@pytest.mark.hostile
def test_a_study_without_shared_images_says_so(tmp_path):
    (tmp_path / "data").mkdir()
    bench = fill(Bench(tmp_path))
    bench.run()
    assert table(bench, "identities").empty
    assert "No two cases share an image." in (bench.results / "report.html").read_text(encoding="utf-8")


def same_file(bench: Bench) -> None:
    """The same files, compressed anew: copies byte by byte are refused before any job."""
    for name in ("image.nii.gz", "mask.nii.gz"):
        content = gzip.decompress((bench.place / "data" / "T003" / name).read_bytes())
        (bench.place / "data" / "V002" / name).write_bytes(gzip.compress(content, 1))


def other_container(bench: Bench) -> None:
    """Other format, other type of voxels, another mask: only the voxels of the image are the same."""
    volume = images.read(bench.place / "data" / "T003" / "image.nii.gz")
    by_itk(volume.array.astype("float32"), volume.grid, bench.place / "data" / "V002" / "image.nrrd")
    sheet = bench.place / "valid.tsv"
    sheet.write_text(sheet.read_text().replace("V002/image.nii.gz", "V002/image.nrrd"))


def same_examination(bench: Bench) -> None:
    """Two series of one examination of DICOM, each with a region of its own: only the headers tell."""
    for case, sheet, seed in (("T003", "train.tsv", 1), ("V002", "valid.tsv", 2)):
        folder, pixels = bench.place / "data" / case, hospital.stored(8, 24, 20, seed=seed)
        hospital.ct(folder / "ct", pixels, series=f"2.25.{seed + 10}")
        contours = {"tumour": [hospital.square(-100 + 3 * k, -5, 8) - (0, 10, 0) for k in (2, 3, 4)]}
        hospital.structures(folder / "rs.dcm", contours, series=f"2.25.{seed + 10}")
        path = bench.place / sheet
        text = path.read_text(encoding="utf-8").replace(f"{case}/image.nii.gz", f"{case}/ct")
        path.write_text(text.replace(f"{case}/mask.nii.gz", f"{case}/rs.dcm"), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (same_file, "the same voxels of the image, the same voxels inside the same mask, all 7 features equal"),
        (same_examination, "the same examination (StudyInstanceUID) (a validation cohort is of patients that nothing"),
        pytest.param(
            other_container,
            "the same voxels of the image (a validation cohort is of patients that nothing was learnt",
            marks=pytest.mark.hostile,
        ),
    ],
)
def test_a_copy_in_training_and_validation_ends_the_study_before_anything_is_learnt(copied, change, words):
    change(copied)
    for name in LEARNT:
        (copied.results / "tables" / f"{name}.parquet").unlink()
    done = copied.run(ok=False)
    assert done.returncode != 0
    told = done.stdout + done.stderr
    assert "identify: error: 1 pair of cases may not be in one study:" in told
    assert f"train/T003 and valid/V002: {words}" in told
    assert "take one case of each pair out of its sheet or table" in told
    left = {path.stem for path in (copied.results / "tables").glob("*.parquet")}
    assert not left & {*LEARNT, "identities"}
    refused = table(copied, "identities").query("verdict == 'refused'")
    assert set(zip(refused["case"], refused["other_case"], strict=True)) == {("T003", "V002")}


@pytest.mark.hostile
def test_two_lesions_of_one_patient_as_two_cases(copied):
    """Refused until the sheet names the patient; nothing is measured anew once it does."""
    volume = images.read(copied.place / "data" / "T003" / "image.nii.gz")
    sheet = copied.place / "train.tsv"
    lines = sheet.read_text(encoding="utf-8").splitlines()
    place = next(k for k, line in enumerate(lines) if line.startswith("T004"))
    images.write(volume, copied.place / "data" / "T004" / "image.nii.gz")
    done = copied.run(ok=False)
    assert done.returncode != 0
    assert "train/T003 and train/T004: the same voxels of the image (what is learnt from counts" in done.stderr
    clinical = copied.place / "data" / "train.csv"
    outcome = next(line.partition(",")[2] for line in clinical.read_text().splitlines() if line.startswith("T003,"))
    clinical.write_text(re.sub(r"^T004,.*$", f"T004,{outcome}", clinical.read_text(), flags=re.M))
    named = [f"{line}\t{'P9' if k in (place - 1, place) else ''}" for k, line in enumerate(lines)]
    sheet.write_text("\n".join([f"{lines[0]}\tpatient", *named[1:]]) + "\n", encoding="utf-8")
    assert not {"curate", "segment", "prepare", "extract"} & set(copied.planned())  # exclusions are collected again
    copied.run()
    named = table(copied, "patients").query("cohort == 'train' and patient == 'P9'")
    assert named["case"].tolist() == ["T003", "T004"]
    said = table(copied, "identities").query("case == 'T003' and other_case == 'T004'")
    assert set(said["kind"]) == {"patient", "image"}
    assert set(said["reason"]) == {"two regions of one patient, as the sheets say"}


def test_one_path_in_training_and_validation_ends_the_study_before_any_job(copied):
    sheet = copied.place / "valid.tsv"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("V002/", "T003/"), encoding="utf-8")
    done = copied.run("-n", ok=False)
    assert done.returncode != 0
    assert "cohorts.valid.sheet: 1 pair (train/T003 = valid/V002) of cases with one image" in done.stdout + done.stderr


@pytest.mark.hostile
def test_a_row_of_features_in_two_tables(measured, tmp_path):
    """Tables of another program: the same patient under two names, found by the features alone."""
    (tmp_path / "data").mkdir()
    study = yaml.safe_load((measured.place / "study.yaml").read_text(encoding="utf-8"))
    del study["profile"]
    features = pd.read_parquet(measured.results / "tables" / "features.parquet")
    study["cohorts"] = {name: study["cohorts"][name] for name in ("train", "valid")}
    wide = {}
    for name, cohort in study["cohorts"].items():
        del cohort["sheet"]
        rows = features[features["cohort"] == name]
        wide[name] = rows.pivot(index="case", columns="feature_id", values="value").reset_index()
        cohort["features"] = {"file": f"{name}.features.csv", "columns": {"case": "case", "features": "(?!case).*"}}
        shutil.copy(measured.place / "data" / f"{name}.csv", tmp_path / "data")
    columns = list(wide["train"].columns[1:])
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    bench = Bench(tmp_path, snakefile=ROOT / "Snakefile")
    own = wide["valid"].copy()
    wide["valid"].loc[2, columns] = wide["train"].loc[5, columns]
    for name, frame in wide.items():
        frame.to_csv(tmp_path / "data" / f"{name}.features.csv", index=False)
    done = bench.run(ok=False)
    assert done.returncode != 0
    words = "cohorts.valid.features: 1 pair (train/T005 = valid/V002) of cases with all 7 features equal; take one case"
    assert words in done.stdout + done.stderr
    assert not (bench.results / "tables" / "splits.parquet").exists()
    own.to_csv(tmp_path / "data" / "valid.features.csv", index=False)
    bench.run()
    text = (bench.results / "report.html").read_text(encoding="utf-8")
    assert "No two cases share a patient. Nor do any two share a row of features." in text
    assert len(table(bench, "patients")) == 18
