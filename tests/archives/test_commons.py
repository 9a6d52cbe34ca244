"""Sheets of the collections that the published signatures rest on, from the real index."""

import pandas as pd
import pydicom
import pytest

from made.studies import ROOT
from radioloom.cli import main
from radioloom.commands.idc import drawn_on
from radioloom.io.archives.credentials import Credentials
from radioloom.io.archives.idc import Idc
from radioloom.provenance import digest
from radioloom.settings import read

# Counted in the index by hand, with SQL-like filters: studies with one CT and one such segmentation.
COLLECTIONS = [
    ("nsclc_radiomics", "RTSTRUCT", "", 422),
    ("nsclc_radiomics", "SEG", "", 421),  # LUNG1-128 has no SEG
    ("nsclc_radiomics_interobserver1", "RTSTRUCT", "", 21),
    ("nsclc_radiogenomics", "SEG", "", 143),  # and one whose study holds six CT
    ("rider_lung_ct", "RTSTRUCT", "rider_lungct_seg", 26),  # the others hold two CT in a study
]


@pytest.mark.parametrize(("collection", "segmentation", "result", "n"), COLLECTIONS)
def test_collections(collection, segmentation, result, n, tmp_path, capsys):
    out = tmp_path / "sheet.tsv"
    assert main(["idc", collection, str(out), "--segmentation", segmentation, "--result", result]) == 0
    lines = [line.split("\t") for line in out.read_text().splitlines()]
    assert lines[0] == ["case", "image", "segmentation", "replicate", "modality"]
    assert len(lines) == n + 1
    assert f"{n} images" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cohort", "collection", "result"),
    [
        ("lung1", "nsclc_radiomics", ""),
        ("interobserver1", "nsclc_radiomics_interobserver1", ""),
        ("rider", "rider_lung_ct", "rider_lungct_seg"),
    ],
)
def test_sheets_that_are_shipped_are_those_of_the_index(cohort, collection, result, tmp_path, capsys):
    out = tmp_path / "sheet.tsv"
    main(["idc", collection, str(out), "--result", result])
    folder = ROOT / "config" / "studies" / "aerts2014"
    source = read(folder / "study.yaml")["cohorts"][cohort]["source"]
    assert f" {source['gigabytes']} GB: " in capsys.readouterr().out
    keys = ["case", "image", "segmentation"] + ["replicate"] * (cohort == "rider")
    shipped, ours = (pd.read_csv(path, sep="\t", dtype=str)[keys] for path in (folder / f"{cohort}.tsv", out))
    assert shipped.drop_duplicates(ignore_index=True).equals(ours)


def test_lung1_001_is_the_pair_that_we_hold(data_dir, tmp_path):
    out = tmp_path / "sheet.tsv"
    main(["idc", "nsclc_radiomics", str(out)])
    source = data_dir / "lung1" / "LUNG1-001"
    uids = [
        str(pydicom.dcmread(next((source / sub).glob("*.dcm"))).SeriesInstanceUID) for sub in ("image", "mask_rtstruct")
    ]
    row = next(line.split("\t") for line in out.read_text().splitlines() if line.startswith("LUNG1-001\t"))
    assert row[1:3] == uids


def test_unknown_collection_is_answered_with_near_names(tmp_path, capsys):
    assert main(["idc", "nsclc_radiomcs", str(tmp_path / "x.tsv")]) == 1
    assert "it has nsclc_radiomics" in capsys.readouterr().err


def test_segmentation_is_looked_at_to_see_what_it_was_drawn_on(bucket, data_dir, tmp_path, s3_environment):
    source = data_dir / "lung1" / "LUNG1-001"
    drawn = next((source / "mask_rtstruct").glob("*.dcm"))
    image, segmentation = (
        str(pydicom.dcmread(path).SeriesInstanceUID) for path in (next((source / "image").glob("*.dcm")), drawn)
    )
    place = Idc({"index": ""}, Credentials(), "")._place(segmentation)[0]
    name, folder = place.removeprefix("s3://").rstrip("/").split("/")
    bucket.upload(drawn, name, folder)
    assert digest(image) in drawn_on(tmp_path, segmentation)
