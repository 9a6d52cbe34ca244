"""The study of Lung3's genes takes what its README asks for: features of Hosny et al., expression as GEO has it."""

import gzip
import shutil

import numpy as np
import pandas as pd
import pytest

from made.studies import ROOT
from radioloom.settings import read
from radioloom.study import load, verify

PATH = ROOT / "config" / "studies" / "aerts2014-genes" / "study.yaml"


@pytest.fixture
def supplied(data_dir, tmp_path, monkeypatch):
    """The data folder with 600 made-up probes of 300 genes in the place of GSE58661."""
    study = read(PATH)
    features, sets = study["cohorts"]["lung3"]["features"]["file"], study["genomics"]["enrichment"]["sets"]
    for file in (features, sets):
        if not (data_dir / file).is_file():
            pytest.skip(f"{file} is not in place")
        (tmp_path / "data" / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(data_dir / file, tmp_path / "data" / file)
    place = tmp_path / "data" / "aerts2014-genes"
    place.mkdir()
    cases = sorted(set(pd.read_csv(data_dir / features)["id"].dropna().str.strip()))
    samples = [f"GSM{k}" for k in range(len(cases))]
    (place / "samples.csv").write_text("sample,case\n" + "".join(map("{},{}\n".format, samples, cases)))
    genes = [line.split("\t")[2:] for line in (data_dir / sets).read_text().splitlines()]
    names = sorted({gene for each in genes for gene in each})[:300]
    probes = "".join(f"{k}_at\t{names[k // 2]}\n" for k in range(600))
    (place / "platform.txt").write_text("#ID = probe\nID\tGene Symbol\n" + probes)
    values = np.random.default_rng(1).normal(8, 2, (600, len(cases))).round(3)
    rows = "".join("\t".join([f'"{k}_at"', *map(str, row)]) + "\n" for k, row in enumerate(values))
    text = "\t".join(["!Sample_geo_accession", *samples]) + "\n!series_matrix_table_begin\n"
    text += "\t".join(["ID_REF", *samples]) + f"\n{rows}!series_matrix_table_end\n"
    (place / "GSE58661_series_matrix.txt.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "config").symlink_to(ROOT / "config")
    monkeypatch.setenv("RADIOLOOM_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_a_user_supplies_is_taken_without_a_fault(supplied):
    notes = verify(load(read(PATH), supplied, PATH), PATH)
    assert not [note for note in notes if "expression" in note]
    assert any("25" in note for note in notes)  # rows of the features without an id
