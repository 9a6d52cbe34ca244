"""Discover without a pair says on the terminal why, most frequent reasons first; a name is taken for a name first."""

from made.hospital import image_slice, save, square, stored, structures

CUBE = [square(-100 + 3 * k, 0, 12) for k in range(1, 6)]


def patient(place, number: int, *names: str) -> None:
    """A CT of four slices and a structure set drawn on it."""
    where = {"series": f"2.25.4{number}", "frame": f"2.25.5{number}"}
    for k, pixels in enumerate(stored(4, seed=number)):
        ct = image_slice(pixels, (-10, -20, -100 + 3 * k), "CT", where["series"], PatientID=f"CANARY-{number}")
        ct.FrameOfReferenceUID = where["frame"]
        save(ct, place / str(number) / f"{k}")
    structures(place / str(number) / "rs", dict.fromkeys(names, CUBE), **where)
    import pydicom

    data = pydicom.dcmread(place / str(number) / "rs")
    data.PatientID = f"CANARY-{number}"
    data.save_as(place / str(number) / "rs")


def test_the_most_frequent_reasons_are_on_the_terminal(tmp_path, discovering):
    data = tmp_path / "data"
    for number in range(4):
        patient(data, number, *(("Lung", "Heart") if number else ("Lung", "Liver")))
    (data / "notes.txt").write_text("none")
    code, said = discovering("--roi", "GTV")
    assert code == 1
    lines = [line.strip() for line in said.splitlines()]
    assert lines[0].startswith("radioloom: no image could be paired with a segmentation; all reasons are in ")
    assert [line.split(":")[0] for line in lines[1:4]] == ["3 times", "1 time", "4 times"]
    assert "no structure matches 'GTV'; found: 'Lung', 'Heart'" in lines[1]
    assert "'Liver'" in lines[2]
    assert lines[3] == "4 times: CT series of 4 file(s): no segmentation goes with it"
    assert lines[4:] == ["... and 1 more"]
    assert "CANARY" not in said


def test_a_roi_that_is_no_regular_expression_is_told_and_is_a_name_first(tmp_path, discovering):
    data = tmp_path / "data"
    patient(data, 1, "GTV-1", "Lung")
    code, said = discovering("--roi", "GTV(")
    assert code == 1
    assert "no structure matches 'GTV(' (and 'GTV(' is no regular expression: missing ), unterminated" in said
    patient(data, 1, "GTV(", "Lung")
    assert discovering("--roi", "GTV(")[0] == 0
    assert (tmp_path / "sheet.tsv").read_text().splitlines()[1].split("\t")[4] == "GTV("


def test_a_long_list_of_structures_is_cut(tmp_path, discovering):
    patient(tmp_path / "data", 1, *(f"structure of a long name, number {k}" for k in range(40)))
    code, said = discovering()
    assert code == 1
    assert max(map(len, said.splitlines())) < 450
