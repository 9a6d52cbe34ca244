"""Agreement of readers: what stands in the table and the figure is what the rows say."""

import re

import pandas as pd
import pytest

from radioloom.figures import overlap
from radioloom.figures.style import svg

PAIRS = [("A", "B", 0.8, -0.2), ("A", "C", 0.9, 0.0), ("B", "C", 0.7, 0.2)]


@pytest.fixture
def frame():
    return pd.DataFrame(
        [
            {"cohort": "readers", "case": case, "roi": "GTV", "replicate_a": a, "replicate_b": b, "dice": dice - less,
             "surface_dice": 0.9, "hausdorff_95_mm": 4.0, "volume_difference": more}
            for case, less in (("P1", 0.0), ("P2", 0.1)) for a, b, dice, more in PAIRS
        ]
    )  # fmt: skip


def test_each_reader_beside_all_others(frame):
    rows = overlap.agreement(frame).rows
    assert [row[1] for row in rows] == ["all pairs", "A with others", "B with others", "C with others"]
    assert rows[0][2:] == ("2", "6", "0.75 (0.60–0.90)", "0.90", "4.0", "20 %")
    assert rows[2][2:] == ("2", "4", "0.70 (0.60–0.80)", "0.90", "4.0", "+20 %")
    assert rows[3][-1] == "−10 %"


def test_two_formats_need_no_row_each(frame):
    two = frame[(frame["replicate_a"] == "A") & (frame["replicate_b"] == "B")]
    assert len(overlap.agreement(two).rows) == 1


def test_the_least_alike_is_named(frame):
    assert overlap.worst(frame) == "case P2 of readers, readers B and C: Dice 0.60, Hausdorff 95 4.0 mm"


def test_the_figure_has_a_row_a_reader(frame):
    drawn = svg(overlap.readers(frame, "dice"), "f", "t")
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert {"A", "B", "C", "reader", "Dice", "readers, GTV: each reader with all others"} <= set(texts)


def test_notes_are_counted():
    masks = pd.DataFrame(
        {"cohort": "t", "roi": "GTV", "case": ["P1", "P2", "P3", "P4", "P5"], "notes": ["x", "x", "x", "x", None]}
    )
    assert overlap.notes(masks).rows == (("t", "GTV", "x", "4", "P1, P2, P3 ..."),)


def test_segmentations_that_are_no_contours_are_named_by_their_kind():
    assert overlap.sources(pd.DataFrame({"source": ["SEG", "NIfTI", "NIfTI", "NRRD"]})) == (
        "2 label maps (NIfTI), 1 label maps (NRRD), 1 SEG"
    )
    assert overlap.sources(pd.DataFrame({"source": []})) == ""
