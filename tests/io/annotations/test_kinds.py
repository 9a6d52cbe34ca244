"""The table of readers of annotations: how files are recognised, and that a new kind is a row."""

import subprocess
import sys

from made.annotated import aim, answer
from radioloom.errors import BadAnnotation
from radioloom.io.annotations import read as annotations
from radioloom.io.annotations.kinds import READERS, Reader
from radioloom.io.annotations.record import Annotation, Answer

SHAPE = answer("Shape", ("round", "RID5799", "RadLex"))
TABLE = "case,reader,trait,value\nP9,A,Size,12\n"


def test_the_table_needs_no_parser(root):
    code = (
        "import sys; from radioloom.io.annotations.kinds import READERS; "
        "print([name for name in ('pydicom', 'highdicom', 'defusedxml', 'csv') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, cwd=root / "workflow", text=True).strip() == "[]"


def test_a_table_counts_only_where_the_study_names_it(tmp_path):
    (tmp_path / "index.csv").write_text(TABLE)
    (tmp_path / "a.xml").write_text(aim("P1", SHAPE), encoding="utf-8")
    assert [(one.patient, one.name) for one in annotations.read(tmp_path)] == [("P1", "a.xml")]
    assert [(one.patient, one.document) for one in annotations.read(tmp_path / "index.csv")] == [("P9", "line 2")]
    assert [(one.patient, one.name) for one in annotations.read(tmp_path / "a.xml")] == [("P1", "a.xml")]


def _read_note(file):
    patient, _, size = file.read_text().removeprefix("NOTE ").partition(" ")
    if not size:
        raise BadAnnotation("a note without a size; write one")
    return [Annotation(patient, "A", answers=(Answer("Size", size),))]


def test_a_new_kind_is_a_row(tmp_path, monkeypatch):
    note = Reader("note", lambda file, head: head.startswith(b"NOTE "), _read_note)
    monkeypatch.setattr(annotations, "READERS", (*READERS, note))
    (tmp_path / "1.txt").write_text("NOTE P1 12")
    (tmp_path / "2.txt").write_text("NOTE P2")
    (tmp_path / "3.txt").write_text("something else")
    good, bad = annotations.read(tmp_path)
    assert (good.patient, good.name, [a.value for a in good.answers], good.fault) == ("P1", "1.txt", ["12"], "")
    assert len(good.document) == 12
    assert (bad.patient, bad.name, bad.fault) == ("", "2.txt", "a note without a size; write one")
