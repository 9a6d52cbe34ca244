"""Annotations read: AIM in both dialects, structured reports, CSV; untrusted files refused with bounded memory."""

import re
import time
import tracemalloc

import pandas as pd
import pydicom
import pytest
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import DeflatedExplicitVRLittleEndian

from made.annotated import AIM, aim, answer, calculation, report
from made.studies import ROOT
from made.user_tables import workbook
from radioloom.errors import StudyError
from radioloom.io.annotations import read as annotations
from radioloom.io.annotations import sr
from radioloom.io.annotations.aim import LARGEST_BYTES
from radioloom.io.patients import cases_by_patient, cases_of_one

SHAPE = answer("Shape", ("round", "RID5799", "RadLex"))


def one(folder, text, name="a.xml"):
    (folder / name).write_text(text, encoding="utf-8")
    (found,) = annotations.read(folder)
    return found


def said(annotation):
    return {a.trait: (a.value, a.number, a.unit, a.code, a.code_system) for a in annotation.answers}


@pytest.mark.parametrize("dialect", ["displayName", "attribute"])
def test_both_dialects_of_aim_say_the_same(dialect, tmp_path):
    solid = ("partially solid", "RID46011", "RadLex"), ("solid over 5 mm", "LT3", "LungTemplate")
    text = answer("Attenuation", *solid, dialect=dialect)
    found = one(tmp_path, aim("P1", text))
    assert said(found) == {
        "Nodule": ("mass", None, "", "RID39056", "RadLex"),
        "Attenuation": ("partially solid, solid over 5 mm", None, "", "RID46011+LT3", "RadLex+LungTemplate"),
    }
    assert (found.patient, found.reader, found.time, found.name) == ("P1", "CANARY-login", "20140903180705", "a.xml")
    assert len(found.document) == 12
    assert not found.fault


STANDING_IN = {
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:a\n", "it is a Git LFS pointer, which stands"),
    "empty": (b"", "it is empty (0 bytes); copy or fetch it again, if it was an annotation"),
    "JSON": (b'{"error": 404}', "it is a JSON document"),
    "of another": (b"hello", ""),
}


@pytest.mark.parametrize("what", STANDING_IN)
def test_what_stands_in_the_place_of_an_annotation_is_told(tmp_path, what):
    content, fault = STANDING_IN[what]
    (tmp_path / "a.aim").write_bytes(content)
    (tmp_path / ".keep").write_bytes(b"")
    (tmp_path / "readme.json").write_bytes(b"{}")
    assert [each.fault[: len(fault)] for each in annotations.read(tmp_path)] == [fault] * bool(fault)


def test_numbers_of_aim(tmp_path):
    graded = (
        "<characteristicQuantificationCollection><CharacteristicQuantification>"
        '<value value="4"/></CharacteristicQuantification></characteristicQuantificationCollection>'
    )
    text = answer("Severity", ("high", "T39", "LungTemplate"), more=graded)
    length = calculation("Length", "12.5", "mm")
    found = said(one(tmp_path, aim("P1", text).replace("</ImageAnnotation>", f"{length}</ImageAnnotation>")))
    assert found["Length"] == ("12.5", 12.5, "mm", "", "")
    assert found["Severity, grade"] == ("4", 4.0, "", "", "")
    assert found["Severity"][0] == "high"


def test_nothing_shows_who_is_meant(tmp_path):
    assert "CANARY" not in repr(one(tmp_path, aim("CANARY-id", SHAPE), "CANARY.xml"))


def test_free_text_names_no_calculation(tmp_path):
    coded = calculation("Length", "12.5", "mm")
    free = coded.replace(coded[coded.index("<typeCode") : coded.index("<calc")], '<description value="CANARY, John"/>')
    text = aim("P1", SHAPE).replace("</ImageAnnotation>", f"{coded}{free}</ImageAnnotation>")
    assert set(said(one(tmp_path, text))) == {"Nodule", "Shape", "Length"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><l>&b;</l>', "document type or entities"),
        ('<!DOCTYPE l SYSTEM "file:///etc/passwd"><l/>', "document type or entities"),
        (f'<ImageAnnotation aimVersion="3.0" xmlns="{AIM}"/>', "AIM 3 .3.0.; convert it to AIM 4"),
        ("<html/>", "not AIM 4: its root is 'html'"),
        (aim("P1", SHAPE)[:-50], "broken XML"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', "broken XML"),
        ("<a>" * 200, "more than 100 levels or 100000 elements"),
        ("<a>" + "<b/>" * 200_000, "more than 100 levels or 100000 elements"),
        ("<" + "a" * LARGEST_BYTES, f"{LARGEST_BYTES + 1} bytes of XML"),
        (aim("P1", answer("", ("round", "R", "RadLex"))), "the label of an answer is empty"),
        (aim("P1", answer("Shape")), "the answer to 'Shape' is empty"),
        (aim("P1", answer("Shape", ("x" * 400, "R", "RadLex"))), "400 characters"),
    ],
)
def test_what_is_no_annotation_says_so(text, words, tmp_path):
    found = one(tmp_path, text)
    assert re.search(words, found.fault), found.fault
    assert not found.answers


def test_malicious_xml_is_refused_in_bounded_memory(tmp_path):
    one(tmp_path, "<a/>")  # imports are no part of the measurement
    (tmp_path / "wide.xml").write_bytes(b"<a>" + b"<b/>" * (LARGEST_BYTES // 4 - 10))
    (tmp_path / "long.xml").write_bytes(b'<a b="' + b"x" * (LARGEST_BYTES - 10) + b'"/>')
    tracemalloc.start()
    assert all(found.fault for found in annotations.read(tmp_path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * 2**20


def test_structured_report(tmp_path):
    length, nodule = (12.5, codes.UCUM.Millimeter), codes.SCT.Nodule
    report(tmp_path / "a.dcm", "P1", [(nodule, {codes.SCT.Diameter: length}, {"Margin": "lobulated"})])
    (found,) = annotations.read(tmp_path)
    assert said(found) == {
        "Nodule: Diameter": ("12.5", 12.5, "mm", "", ""),
        "Nodule: Margin": ("lobulated", None, "", "X1", "99TEST"),
    }
    assert (found.patient, found.reader) == ("P1", "CANARY^Jane")
    assert len(found.time) == 14


def test_evaluations_of_the_whole_report(tmp_path):
    from highdicom.sr import CodeContentItem, ContainerContentItem, ContentSequence, TextContentItem

    report(tmp_path / "a.dcm", "P1", [(codes.SCT.Nodule, {}, {"Margin": "smooth"})])
    data = pydicom.dcmread(tmp_path / "a.dcm")
    container = ContainerContentItem(name=sr.WHOLE, relationship_type="CONTAINS")
    emphysema = Code("RID4799", "RADLEX", "Emphysema")
    container.ContentSequence = ContentSequence([
        CodeContentItem(name=emphysema, value=codes.SCT.Present, relationship_type="CONTAINS"),
        TextContentItem(name=emphysema, value="CANARY", relationship_type="CONTAINS"),
    ])  # fmt: skip
    data.ContentSequence.append(container)
    data.save_as(tmp_path / "a.dcm")
    (found,) = annotations.read(tmp_path)
    assert set(said(found)) == {"Nodule: Margin", "Emphysema"}
    assert said(found)["Emphysema"] == ("Present", None, "", "52101004", "SCT")


def test_broken_and_other_reports(tmp_path):
    report(tmp_path / "a.dcm", "P1", [(codes.SCT.Nodule, {}, {"Margin": "smooth"})])
    whole = (tmp_path / "a.dcm").read_bytes()
    (tmp_path / "b.dcm").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "c.dcm").write_bytes(whole.replace(b"1500", b"2000"))
    packed = pydicom.dcmread(tmp_path / "a.dcm")
    packed.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    packed.save_as(tmp_path / "d.dcm")
    (tmp_path / "readme.txt").write_text("no annotation")
    faults = [found.fault for found in annotations.read(tmp_path)]
    expected = ("", "a report that cannot be read", "another template", "")
    assert len(faults) == 4
    assert all(words in fault for fault, words in zip(faults, expected, strict=True))
    assert faults[0] == faults[3] == ""


def test_links_that_are_broken_or_lead_out_are_faults_without_names(tmp_path):
    place, outside = tmp_path / "data" / "aim", tmp_path / "outside"
    for folder in (place, outside):
        folder.mkdir(parents=True)
    (place / "good.xml").write_text(aim("P1", SHAPE), encoding="utf-8")
    (outside / "CANARY.xml").write_text(aim("P2", SHAPE), encoding="utf-8")
    (place / "CANARY-gone.xml").symlink_to(place / "nowhere.xml")
    (place / "CANARY-out.xml").symlink_to(outside / "CANARY.xml")
    (place / "same.xml").symlink_to(place / "good.xml")
    found = {one.name: one for one in annotations.read(place, tmp_path / "data")}
    assert {name for name, one in found.items() if not one.fault} == {"good.xml", "same.xml"}
    assert "a link that leads to no file; put the file itself there" in found["CANARY-gone.xml"].fault
    assert "leads out of the data folder" in found["CANARY-out.xml"].fault
    assert not any("CANARY" in one.fault or "P2" in one.patient for one in found.values())
    assert [one.document for one in found.values() if one.fault] == ["file 1", "file 2"]  # a row of UNREAD each


def test_places_that_lead_out_are_refused(tmp_path):
    data, outside = tmp_path / "data", tmp_path / "outside"
    data.mkdir()
    outside.mkdir()
    (outside / "t.csv").write_text("case,trait,value\nP1,Size,12\n")
    (data / "aim").symlink_to(outside)
    (data / "t.csv").symlink_to(outside / "t.csv")
    for name in ("aim", "t.csv", "../outside"):
        with pytest.raises(StudyError, match=r"traits.files: .* leads out of the data folder"):
            annotations.read(data / name, data)
    with pytest.raises(StudyError, match=r"traits.patients.file: t.csv leads out of the data folder"):
        cases_by_patient(data, "t.csv", "case", "value")


def test_deep_sequences_are_refused(tmp_path):
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    report(tmp_path / "a.dcm", "P1", [(codes.SCT.Nodule, {}, {"Margin": "smooth"})])
    nested = b""
    for _ in range(3000):
        item = b"\xfe\xff\x00\xe0" + (len(nested)).to_bytes(4, "little") + nested
        nested = b"\x40\x00\x30\xa7SQ\x00\x00" + len(item).to_bytes(4, "little") + item
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, sr.REPORTS + "22"
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    data = Dataset()
    data.file_meta, data.SOPClassUID = meta, sr.REPORTS + "22"
    data.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    with open(tmp_path / "a.dcm", "ab") as handle:
        handle.write(nested)
    (found,) = annotations.read(tmp_path)
    assert found.fault


def test_csv(tmp_path):
    (tmp_path / "t.csv").write_text("case,reader,trait,value,unit\nP1,A,Size,12,mm\nP1,A,Shape,round,\nP2,B,Shape,,\n")
    (found,) = annotations.read(tmp_path / "t.csv")
    assert said(found) == {"Size": ("12", 12.0, "mm", "", ""), "Shape": ("round", None, "", "", "")}
    assert (found.patient, found.reader, found.document) == ("P1", "A", "line 2")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("case,trait,value\nP1,Size," + "x" * 400, "t.csv, line 2: a value of 400 characters"),
        ("case,trait\nP1,Size\n", "no column value"),
        ("", "t.csv: the file is empty"),
        ("x\n1\n", "no column case, trait, value"),
        (b"\xff\xfe\xfa", "t.csv: the text is damaged UTF-16"),
    ],
)
def test_csv_that_is_none(text, words, tmp_path):
    (tmp_path / "t.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(StudyError, match=words):
        annotations.read(tmp_path / "t.csv")
    with pytest.raises(StudyError, match="is not below the data folder"):
        annotations.read(tmp_path / "gone")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("Case,trait,value\nP1,Size,1\n", "no column case; .*names 3 others"),
        ("case,trait,value,Reader\nP1,Size,1,A\n", r"column 4: unknown; did you mean 'reader'\?"),
        ("case,trait,value,code system\nP1,Size,1,A\n", r"column 4: unknown; did you mean 'code_system'\?"),
        ("case,trait,value\n,Size,1\n", "line 2, column 'case': the cell is empty"),
        ("case,trait,value\nP1,,1\n", "line 2, column 'trait': the cell is empty"),
        ('case,trait,value\nP1,Size,1\nP2,Size,"1,5"\n', "line 3, column 'value': '1,5' has a comma"),
    ],
)
def test_tables_of_answers_that_are_at_fault(rows, words, tmp_path):
    (tmp_path / "t.csv").write_text(rows)
    with pytest.raises(StudyError, match=f"traits.files: t.csv, .*{words}"):
        annotations.read(tmp_path / "t.csv")


def test_words_with_commas_are_words(tmp_path):
    """And only numbers of plain digits are numbers."""
    rows = 'P1,Margin,"smooth, round"\nP1,Segments,"1,2"\nP2,Segments,"1, 3 and 4"\nP2,Size,1_000\nP2,Area,1e2\n'
    (tmp_path / "t.csv").write_text(f"case,trait,value\n{rows}")
    numbers = {a.value: a.number for one in annotations.read(tmp_path / "t.csv") for a in one.answers}
    assert numbers == {"smooth, round": None, "1,2": None, "1, 3 and 4": None, "1_000": None, "1e2": 100.0}


def test_a_worksheet_of_answers(tmp_path):
    workbook([["x"], ["1"]], tmp_path / "t.xlsx", Answers=[["case", "trait", "value"], ["P1", "Size", 12]])
    (found,) = annotations.read(tmp_path / "t.xlsx#Answers", tmp_path)
    assert said(found) == {"Size": ("12", 12.0, "", "", "")}


def test_sixty_thousand_answers_of_one_case_take_as_long_as_of_many(tmp_path):
    seconds = {}
    for name, case in (("one", "P1"), ("many", "P{}")):
        rows = "".join(f"{case.format(k)},t{k},1\n" for k in range(60_000))
        (tmp_path / "t.csv").write_text(f"case,trait,value\n{rows}")
        start = time.process_time()
        assert sum(len(one.answers) for one in annotations.read(tmp_path / "t.csv")) == 60_000
        seconds[name] = time.process_time() - start
    assert seconds["one"] < 3 * seconds["many"] + 1


def test_patients(tmp_path):
    (tmp_path / "p.csv").write_text("id,case\n007,P1\n008,P2\n")
    assert cases_by_patient(tmp_path, "p.csv", "id", "case") == {"007": "P1", "008": "P2"}
    with pytest.raises(StudyError, match="no column 'pid'"):
        cases_by_patient(tmp_path, "p.csv", "pid", "case")
    with pytest.raises(StudyError, match="is not below the data folder"):
        cases_by_patient(tmp_path, "gone.csv", "id", "case")
    (tmp_path / "p.csv").write_text("id,case\n007,P1\n007,P1\n\n007,P2\n")
    with pytest.raises(
        StudyError, match=r"p.csv, line 5, .*one patient id two cases, this and that of line 2"
    ) as caught:
        cases_by_patient(tmp_path, "p.csv", "id", "case")
    assert "007" not in str(caught.value)
    (tmp_path / "p.csv").write_text("id,case\n,P1\n")
    with pytest.raises(StudyError, match=r"p.csv, line 2, column 'id': the cell is empty"):
        cases_by_patient(tmp_path, "p.csv", "id", "case")
    (tmp_path / "p.csv").write_text("id,case\n#N/A,P1\n#N/A,P2\n")
    with pytest.raises(StudyError, match=r"p.csv, line 2, column 'id': the cell is #N/A, a formula that failed"):
        cases_by_patient(tmp_path, "p.csv", "id", "case")
    workbook([["x"]], tmp_path / "p.xlsx", Ids=[["id", "case"], ["008", "P1"]])
    assert cases_by_patient(tmp_path, "p.xlsx#Ids", "id", "case") == {"008": "P1"}


def test_the_190_files_say_what_another_parse_says(data_dir):
    found = annotations.read(data_dir / "nsclc_radiogenomics" / "aim_v4_xml")
    assert len(found) == 190
    assert not [one.fault for one in found if one.fault]
    columns = ["trait", "value", "code", "code_system"]
    rows = [
        (a.trait, a.value, a.code, a.code_system)
        for one in found
        for a in dict.fromkeys(one.answers)
        if a.number is None
    ]
    ours = pd.DataFrame(rows, columns=columns).value_counts().rename("files").reset_index()
    golden = pd.read_csv(ROOT / "tests" / "golden" / "aim_answers.csv")
    pd.testing.assert_frame_equal(
        ours.sort_values(columns, ignore_index=True), golden.sort_values(columns, ignore_index=True), check_dtype=False
    )
    assert sum(a.trait == "LineLength" for one in found for a in one.answers) == 35


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (
            "dcmqi/sr-example/sr.dcm",
            {"Neoplasm, Primary: Volume": 33.5824, "Neoplasm, Primary: SUVbw, Mean": 6.01529},
        ),
        ("highdicom/sr_document.dcm", {"Spinal cord: Area of defined region": 1.7}),
        (
            "highdicom/sr_document_with_multiple_groups.dcm",
            {"Nodule: Diameter": 10.0, "Aorta: Diameter": 20.0, "Vertebra: Volume": 200.0},
        ),
    ],
)
def test_real_reports(place, expected, data_dir):
    (found,) = annotations.read(data_dir / "dicom_samples" / place)
    numbers = {a.trait: a.number for a in found.answers}
    assert {name: numbers[name] for name in expected} == expected
    n_items = {
        "sr.dcm": 22,
        "sr_document.dcm": 1,
        "sr_document_with_multiple_groups.dcm": 6,
    }
    assert len(found.answers) == n_items[place.rpartition("/")[2]]


def test_cases_of_one_patient_whose_id_is_written_in_two_ways():
    assert cases_of_one({"0077": "P1", "77": "P2", "78": "P3", "078": "P3", "a": "P4"}) == ["P1 = P2"]
