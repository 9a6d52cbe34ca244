"""Traits, answers and readers that are several by their letters alone are told, and never named."""

from radioloom.io.annotations import sheet
from radioloom.stages.genomics.traits import contradictions, spellings


def test_two_spellings_of_one_trait_answer_or_reader(tmp_path):
    table = tmp_path / "t.csv"
    rows = ["P1,Dr. Mueller,Necrosis,Absent", "P1,B,Necrosis,absent", "P2,Dr Mueller,necrosis,present", "P2,B,Size,1"]
    table.write_text("case,reader,trait,value\n" + "\n".join(rows) + "\n")
    notes = list(spellings(sheet.read(table)))
    assert [note.split(" differ")[0] for note in notes] == ["two traits", "two answers of a trait", "two readers"]
    assert notes[1].endswith("(first in line 2 and line 3)")
    assert "Mueller" not in "".join(notes)
    table.write_text("case,reader,trait,value\nP1,A,Size,1\nP1,B,Size,01\n")
    assert not list(spellings(sheet.read(table)))


def said(tmp_path, rows, columns="case,trait,value"):
    (tmp_path / "t.csv").write_text("\n".join([columns, *rows, ""]))
    return list(contradictions(sheet.read(tmp_path / "t.csv")))


def test_answers_of_several_readers_without_their_names(tmp_path):
    rows = [f"P{k},margin,{value}" for k in range(6) for value in ("smooth", "spiculated")]
    (note,) = said(tmp_path, [*rows, "P9,margin,smooth"])
    assert note.startswith(
        "no reader is named, and 6 of 7 cases (first in line 2) have several differing answers to one trait"
    )
    assert note.endswith("say whose each is in a column `reader`")
    assert not said(tmp_path, [*rows[::2], *rows[::2]])  # lines that are there twice
    named = [row.replace(",", ",R,", 1) for row in rows]
    assert not said(tmp_path, named, "case,reader,trait,value")  # a reader who ticks several values


def test_a_line_of_a_reader_that_differs_from_another(tmp_path):
    rows = [f"P{k},{who},margin,smooth" for k in range(6) for who in "AB"]
    (note,) = said(tmp_path, [*rows, "P0,A,margin,lobulated"], "case,reader,trait,value")
    assert note.startswith("1 of 12 annotations (first in line 2) have several differing answers to one trait")
    assert note.endswith("where that is a slip, correct it")
    ticked = [f"P{k},A,place,{value}" for k in range(6) for value in ("upper", "lower")]
    assert said(tmp_path, [*rows, *ticked, "P0,A,margin,lobulated"], "case,reader,trait,value") == [note]
    assert not said(
        tmp_path, [*rows, *ticked, "P0,A,texture,solid", "P1,A,size,1", "P1,A,size,2"], "case,reader,trait,value"
    )
