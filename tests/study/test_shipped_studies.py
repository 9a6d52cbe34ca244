"""Studies that are shipped: what they name is known, and without data each says what is lacking and nothing else."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from made.studies import ROOT
from radioloom.errors import StudyError
from radioloom.failures import notes_of
from radioloom.sealed import write_json
from radioloom.settings import read
from radioloom.stages.learning.signature import Signature, Term
from radioloom.study import load, verify

STUDIES = sorted(path for path in (ROOT / "config" / "studies").glob("*/*.yaml") if "study" in read(path))
LACKS = re.compile(r"is not below the data folder|no (image|segmentation) of its \d+ rows is below the data folder")


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A study that is shipped, loaded in a folder of its own, with an empty data folder."""
    (tmp_path / "config").symlink_to(ROOT / "config")
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("RADIOLOOM_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def loaded(path: Path):
        config = read(path)
        if str(config.get("signature", "")).startswith("results/"):
            learnt = loaded(path.with_name("study.yaml"))
            place = tmp_path / config["signature"]
            place.parent.mkdir(parents=True)
            write_json(frozen(learnt).to_json(), place)
        return load(config, tmp_path, path)

    return loaded


def frozen(study) -> Signature:
    """What a study might have learnt: a signature of one feature, and its baselines."""
    of = {name: model(name, features) for name, features in study.settings["baselines"].items()}
    one = model("signature", next(iter(study.settings["baselines"].values())))
    return replace(one, profile=study.profile_hash, baselines=of, provenance={"stage_code": "0" * 12})


def model(name: str, features: list[str]) -> Signature:
    terms = tuple(Term(each, "shape", 0.0, 1.0, coefficient=0.1, ratio=1.1) for each in features)
    return Signature(name, "cox", "hazard ratio", terms, 0.0, 0.0, 100, 50, 0.0, "")


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_shipped_study_lacks_its_data_and_nothing_else(shipped, path):
    study = shipped(path)
    with pytest.raises(StudyError) as error:
        verify(study, path)
    lines = str(error.value).splitlines()
    assert lines
    assert not [line for line in lines if not LACKS.search(line)]
    told = [note for note in notes_of(error.value) if "series are not there yet (" in note]
    assert len(told) == len(study.has.archived)


def test_the_sheet_of_lung1_pairs_series_as_its_archive_lists_them(data_dir):
    """The archive's own list, not the Commons' index that the sheet was made from."""
    with open(data_dir / "lung1" / "tcia_series_metadata.csv", encoding="utf-8") as handle:
        of = {
            row["Series UID"]: (row["Modality"], row["Subject ID"], row["Study UID"]) for row in csv.DictReader(handle)
        }
    with open(ROOT / "config" / "studies" / "aerts2014" / "lung1.tsv", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    assert len({row["case"] for row in rows}) == 422
    for row in rows:
        (_, patient, visit), (kind, *owner) = of[row["image"]], of[row["segmentation"]]
        assert (of[row["image"]][0], kind, patient, owner) == ("CT", "RTSTRUCT", row["case"], [patient, visit])
