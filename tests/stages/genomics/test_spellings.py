"""Traits, answers and readers that are several by their letters alone are told, and never named."""

from radioloom.io.annotations import sheet
from radioloom.stages.genomics.traits import spellings


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
