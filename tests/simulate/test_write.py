import csv
import filecmp

import numpy as np
import pydicom
import pytest

from radioloom import simulate
from radioloom.errors import StudyError
from radioloom.simulate.cohorts import COHORTS
from radioloom.simulate.expression import expression, genes
from radioloom.simulate.latent import latent
from radioloom.simulate.settings import Settings

SEED, SETTINGS = 11, {"effect_heterogeneity": 1.0, "effect_volume": 0.5}
# One case of each format: RTSTRUCT, SEG, RTSTRUCT with a sloppy name, label map, two visits, four readers, expression.
FEW = {"train": 1, "valid1": 2, "valid2": 1, "retest": 2, "readers": 4, "genomics": 2}


def write(folder, skip=0):
    for name, n in FEW.items():
        simulate.cohort(name, simulate.sheet(name)[:n][skip:], SEED, SETTINGS, folder)
    return folder


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write(tmp_path_factory.mktemp("once"))


def test_two_runs_write_equal_bytes(written, tmp_path):
    write(tmp_path)
    assert len(files(written)) > 200
    assert files(tmp_path) == files(written)
    _, differ, missing = filecmp.cmpfiles(written, tmp_path, files(written), shallow=False)
    assert (differ, missing) == ([], [])


def test_files_lie_where_the_sheets_say(written):
    for name, n in FEW.items():
        for row in simulate.sheet(name)[:n]:
            shape = COHORTS[name].scanner(row["case"], SEED).shape
            assert len(list((written / row["image"]).iterdir())) == shape[0]
            assert (written / row["segmentation"]).is_file()
    assert (written / "genomics" / "expression.csv").is_file()
    assert not (written / "retest" / "clinical.csv").exists()


def test_a_case_is_the_same_without_the_others(written, tmp_path):
    """The second of two cases (SEG and RTSTRUCT), and the second visit, written alone."""
    for name in ("valid1", "retest"):
        simulate.cohort(name, simulate.sheet(name)[1:2], SEED, SETTINGS, tmp_path)
    alone = [name for name in files(tmp_path) if not name.endswith(".csv")]
    assert len(alone) > 60
    _, differ, missing = filecmp.cmpfiles(written, tmp_path, alone, shallow=False)
    assert (differ, missing) == ([], [])


def test_a_reader_is_the_same_without_the_others(written, tmp_path):
    row = simulate.sheet("readers")[2]
    simulate.cohort("readers", [row], SEED, SETTINGS, tmp_path)
    _, differ, _ = filecmp.cmpfiles(written, tmp_path, files(tmp_path), shallow=False)
    assert set(differ) == {row["segmentation"], "readers/answers.csv"}  # the same image; fewer structures and answers
    alone, all_four = (structures(folder / row["segmentation"]) for folder in (tmp_path, written))
    assert set(all_four) == {"Spinal-Cord", *(f"GTV-1vis-{reader}" for reader in "1234")}
    assert alone["GTV-1vis-3"] == all_four["GTV-1vis-3"] != all_four["GTV-1vis-2"]


def structures(path):
    """Structure name -> contour data, by plain pydicom."""
    dataset = pydicom.dcmread(path)
    names = {item.ROINumber: item.ROIName for item in dataset.StructureSetROISequence}
    return {
        names[item.ReferencedROINumber]: [list(contour.ContourData) for contour in item.ContourSequence]
        for item in dataset.ROIContourSequence
    }


def test_clinical_file(written):
    with open(written / "valid1" / "clinical.csv", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0]) == ["patient", "survival_days", "dead", "age", "stage"]
    assert [row["patient"] for row in rows] == ["V001", "V002"]
    assert all(int(row["survival_days"]) >= 1 and row["dead"] in "01" for row in rows)


def test_expression_file(written):
    with open(written / "genomics" / "expression.csv", encoding="utf-8", newline="") as handle:
        head, *rows = list(csv.reader(handle))
    assert head == ["gene", "G001", "G002"]
    assert [row[0] for row in rows] == list(genes(SEED).names)
    values = np.array([row[1:] for row in rows], float)
    assert np.allclose(values[:, 1], expression(latent(SEED, "G002"), Settings(**SETTINGS)), atol=5.1e-5)


def test_headers_tell_of_the_scanner_and_of_a_simulated_patient(written):
    slices = [pydicom.dcmread(path) for path in sorted((written / "valid2" / "W001" / "ct").iterdir())]
    first = slices[0]
    assert (first.Manufacturer, first.ConvolutionKernel, float(first.KVP)) == ("TOSHIBA", "FC51", 135)
    assert float(first.SliceThickness) == 2.5
    assert str(first.PatientName) == "SIMULATED^W001"
    assert len({one.SOPInstanceUID for one in slices}) == len(slices)
    assert len({one.SeriesInstanceUID for one in slices}) == 1


def test_a_path_without_a_format_is_refused(tmp_path):
    row = {**simulate.sheet("train")[0], "segmentation": "train/T001/mask.nrrd"}
    with pytest.raises(StudyError, match=r"T001: segmentation train/T001/mask.nrrd is not one that is simulated"):
        simulate.cohort("train", [row], SEED, SETTINGS, tmp_path)


def test_readers_answer_with_what_is_hidden(written):
    """Degrees of texture follow the hidden heterogeneity, diameters the volume; readers differ a little."""
    from radioloom.simulate.answers import DEGREES, answers

    with open(written / "readers" / "answers.csv", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 1 * 4 * 2  # one case, four readers, two traits
    hidden = [latent(SEED, f"X{number:03d}") for number in range(150)]
    said = [answers(one, ["1", "2"]) for one in hidden]
    degree = np.array([[DEGREES.index(row["value"]) for row in rows[::2]] for rows in said])
    size = np.log([[float(row["value"]) for row in rows[1::2]] for rows in said])
    drawn = np.array([one.heterogeneity for one in hidden])
    assert np.corrcoef(degree[:, 0], drawn)[0, 1] > 0.75
    assert np.corrcoef(degree.T)[0, 1] > 0.7
    assert (degree[:, 0] != degree[:, 1]).any()
    assert np.corrcoef(size[:, 0], [one.volume for one in hidden])[0, 1] > 0.9
    assert not (written / "genomics" / "answers.csv").exists()
