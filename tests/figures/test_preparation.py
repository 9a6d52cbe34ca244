"""Preparation: what the report says of orientations, volumes and what was not measured is what the tables hold."""

import pandas as pd

from radioloom.figures import preparation


def series(*ways, choice="usable"):
    rows = [("a", f"P{k}", way, 0.0, choice) for k, way in enumerate(ways)]
    return pd.DataFrame(rows, columns=["cohort", "case", "orientation", "oblique_deg", "choice"])


def test_a_cohort_that_mixes_orientations_is_warned_of_where_that_matters():
    mixed = series("LPS", "RAS", "LPS")
    assert preparation.mixed(mixed, "demo", ["wavelet"]) == (
        "The images lie in 2 orientations (2 in LPS and 1 in RAS), and the profile demo leaves them as they are "
        "stored, while wavelet depends on it: the same patient stored otherwise has other values, and cohorts or "
        "scanners can differ by nothing else. Set orientation: lps in the profile, and run the study again."
    )
    assert "wavelet and the grid's corner depend on it" in preparation.mixed(
        mixed, "p", ["wavelet", "the grid's corner"]
    )
    assert preparation.mixed(mixed, "demo", []) == ""
    assert preparation.mixed(series("RAS", "RAS"), "demo", ["wavelet"]) == ""
    unused = pd.concat([series("LPS"), series("RAS", choice="excluded"), series(None)])
    assert preparation.mixed(unused, "demo", ["wavelet"]) == ""
    assert preparation.orientations(unused).rows == (("a", "LPS", "1", "0.0"),)
    assert [row[1:3] for row in preparation.orientations(mixed).rows] == [("LPS", "2"), ("RAS", "1")]


def test_volumes_apart_are_rows_with_their_reason():
    heads = ["cohort", "case", "replicate", "roi", "volume_mm3", "native_mm3", "contour_mm3", "volume_difference"]
    rows = [("a", "P1", "1", "GTV", 1028.0, 1000.0, 1001.0, 0.028), ("a", "P2", "1", "GTV", 990.0, 1000.0, None, -0.01)]
    cases = pd.DataFrame(rows, columns=heads).assign(volume_note=["they lie half-way", None])
    sentence, table = preparation.volumes(cases)
    assert sentence.endswith("by +0.9 % (median; from −1.0 % to +2.8 %).")
    same, _ = preparation.volumes(cases.assign(volume_difference=[0.0, -0.0002]))
    assert same == "The profile leaves the volume of every region as it is on the image's own grid."
    assert table.rows == (("a", "P1, 1, GTV", "1001", "1000", "1028", "+2.8 %", "they lie half-way"),)


def test_notes_of_cases_are_counted_but_for_those_of_segmentations():
    heads = ["cohort", "case", "replicate", "roi", "notes"]
    notes = ["3 of 9 voxels lie beyond", "14 of 29.5 voxels lie beyond", "hole filled", None, "hole filled; inverted?"]
    cases = pd.DataFrame([("a", f"P{k}", "1", "GTV", note) for k, note in enumerate(notes)], columns=heads)
    masks = cases.assign(notes=[None, None, "hole filled", None, "hole filled"])
    sentence, table = preparation.notes(cases, masks)
    assert sentence == "3 of 5 regions bear notes on the image."
    assert table.rows == (("a", "3 of 9 voxels lie beyond", "2", "P0, P1"), ("a", "hole filled; inverted?", "1", "P4"))
    assert preparation.notes(cases[4:], None)[0] == "1 of 1 region bears a note on the image."
    many = pd.concat([cases[4:]] * 5).assign(case=[f"P{k}" for k in range(5)])
    assert preparation.notes(many, masks)[1].rows == (("a", "hole filled; inverted?", "5", "P0, P1, P2 ..."),)
    assert (preparation.notes(cases[2:4], masks)[0], preparation.notes(cases[2:4], masks)[1].rows) == ("", ())


def measured(*rows):
    heads = ["case", "image", "n_levels", "reason"]
    return pd.DataFrame(rows, columns=heads).assign(cohort="a", replicate="1", roi="GTV")


def test_one_level_and_maps_that_were_not_measured_are_counted():
    none = measured(("P1", "original", 20, None))
    assert (preparation.one_level(none), preparation.lost(none), preparation.unmeasured(none).rows) == ("", "", ())
    some = measured(
        ("P1", "original", 1, None), ("P1", "w-L", None, "too thin"), ("P1", "w-H", None, "too thin"),
        ("P2", "original", 9, None), ("P2", "w-L", 1, None), ("P2", "w-H", 4, None),
    )  # fmt: skip
    assert preparation.one_level(some).startswith("1 of 2 regions is of one grey level")
    assert preparation.lost(some).startswith("Of 1 region 2 filtered images could not be measured")
    assert preparation.lost(some).endswith("to keep them, leave the case out of the sheet.")
    assert preparation.unmeasured(some).rows == (
        ("a", "original and 1 more", "one grey level", "2", "P1, P2"),
        ("a", "w-L and 1 more", "too thin", "1", "P1"),
    )
