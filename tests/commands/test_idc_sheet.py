"""Sheets from an index of the Imaging Data Commons: one image with one segmentation, or a line that says why not."""

import pytest

from radioloom.cli import main
from radioloom.commands.idc_sheet import Kind, cohort_sheet
from radioloom.errors import BadMask, CaseError
from radioloom.provenance import digest

OWN = Kind("CT", "RTSTRUCT")


def series(patient, study, uid, modality, result=None, date="2001-01-01"):
    return {
        "PatientID": patient, "StudyDate": date, "StudyInstanceUID": study, "SeriesInstanceUID": uid,
        "Modality": modality, "analysis_result_id": result, "license_short_name": "CC BY 3.0", "source_DOI": "10.1/x",
        "series_size_MB": 2.0,
    }  # fmt: skip


def pairs(listing):
    return [(row["case"], row["replicate"], row["image"], row["segmentation"]) for row in listing.rows]


def test_one_image_and_one_segmentation_of_a_study_belong_together():
    index = [
        series("P-2", "2.1", "2.11", "RTSTRUCT"),
        series("P-2", "2.1", "2.10", "CT"),
        series("P-1", "1.2", "1.20", "CT", date="2002-02-02"),
        series("P-1", "1.2", "1.21", "RTSTRUCT", date="2002-02-02"),
        series("P-1", "1.9", "1.90", "CT", date=None),
        series("P-1", "1.9", "1.91", "RTSTRUCT", date=None),
        series("P-1", "1.9", "1.92", "SEG"),
        series("P-1", "1.9", "1.93", "RTSTRUCT", "others"),
        series("P-3", "3.1", "3.10", "CT"),  # nobody drew on it
    ]
    found = cohort_sheet(index, OWN, None)
    assert pairs(found) == [("P-1", "1", "1.90", "1.91"), ("P-1", "2", "1.20", "1.21"), ("P-2", "1", "2.10", "2.11")]
    assert found.left_out == []
    assert found.megabytes == 12
    assert found.licences == ["CC BY 3.0 (doi:10.1/x)"]
    assert pairs(cohort_sheet(index, Kind("CT", "RTSTRUCT", "others"), None)) == [("P-1", "1", "1.90", "1.93")]


def test_study_with_two_candidates_is_left_out_by_name_unless_looked_at():
    index = [series("P-1", "1", f"1.{n}", "CT") for n in (1, 2, 3)]
    index += [series("P-1", "1", "1.7", "RTSTRUCT"), series("P-1", "1", "1.8", "RTSTRUCT")]
    index += [series("a b", "2", "2.1", "CT"), series("a b", "2", "2.2", "RTSTRUCT")]
    found = cohort_sheet(index, OWN, None)
    assert found.rows == []
    assert found.left_out == [
        "P-1: 3 CT and 2 RTSTRUCT series in a study",
        "a b: 1 CT and 1 RTSTRUCT series in a study",
    ]
    on = {"1.7": "1.3", "1.8": "1.1"}
    looked = cohort_sheet(index, OWN, lambda uid: frozenset([digest(on[uid])]))
    assert pairs(looked) == [("P-1", "1", "1.1", "1.8"), ("P-1", "2", "1.3", "1.7")]


def test_two_drawings_on_one_image_are_not_guessed_at():
    index = [series("P-1", "1", f"1.{n}", "CT") for n in (1, 2)]
    index += [series("P-1", "1", "1.7", "RTSTRUCT"), series("P-1", "1", "1.8", "RTSTRUCT")]
    for on in ("1.1", "9.9"):
        found = cohort_sheet(index, OWN, lambda uid, on=on: frozenset([digest(on)]))
        assert found.rows == []
        assert len(found.left_out) == 1


@pytest.mark.parametrize("fault", [BadMask("not a readable DICOM SEG"), CaseError("2 of 3 files did not arrive")])
def test_one_bad_series_leaves_out_its_study_alone(fault):
    index = [series("P-1", "1", f"1.{n}", "CT") for n in (1, 2)] + [series("P-1", "1", "1.7", "RTSTRUCT")]
    index += [series("P-2", "2", "2.1", "CT"), series("P-2", "2", "2.2", "RTSTRUCT")]

    def look(uid):
        raise fault

    found = cohort_sheet(index, OWN, look)
    assert pairs(found) == [("P-2", "1", "2.1", "2.2")]
    assert found.left_out == [f"P-1: what its RTSTRUCT series were drawn on cannot be seen: {fault}"]


def test_a_sheet_that_is_there_is_not_written_over(tmp_path, monkeypatch, capsys):
    from radioloom.io.archives import idc

    index = [series("P-1", "1", "1.1", "CT"), series("P-1", "1", "1.2", "RTSTRUCT")]
    monkeypatch.setattr(idc, "index_file", lambda: None)
    monkeypatch.setattr(idc, "collection", lambda name, file: index)
    assert main(["idc", "any", str(tmp_path / "sheet.tsv")]) == 0
    (tmp_path / "sheet.tsv").write_text("mine")
    assert main(["idc", "any", str(tmp_path / "sheet.tsv")]) == 1
    assert "already exists; delete or rename it" in capsys.readouterr().err
    assert (tmp_path / "sheet.tsv").read_text() == "mine"
