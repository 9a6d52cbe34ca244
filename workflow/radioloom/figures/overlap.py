"""Segmentations: agreement of readers on one image, voxels against contours, notes on corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, count, number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST = 40  # readers that a figure has room for
MEASURES = {
    "dice": ("Dice", 2),
    "surface_dice": ("surface Dice", 2),
    "hausdorff_95_mm": ("Hausdorff 95, mm", 1),
}
ALL = "all pairs"
DICOM = ("SEG", "RTSTRUCT")  # kinds of segmentations that are no label maps


def by_reader(frame: pd.DataFrame) -> pd.DataFrame:
    """Each row of OVERLAPS twice, once for each of its readers: `reader`, and `larger`, the volume difference as seen
    from that reader (above 0: this reader drew more).
    """
    import pandas as pd

    sides = [("replicate_a", 1.0), ("replicate_b", -1.0)]
    return pd.concat(
        [frame.assign(reader=frame[name], larger=sign * frame["volume_difference"]) for name, sign in sides],
        ignore_index=True,
    )


@style.drawn
def readers(frame: pd.DataFrame, measure: str) -> Figure:
    """One row per reader: the measure of every pair with this reader, and the median.

    frame : rows of OVERLAPS of one cohort and region; measure : a key of MEASURES
    """
    sides = by_reader(frame)
    names = sorted(sides["reader"].unique())[:MOST]
    figure, axes = style.canvas(style.PANEL, 0.9 + 0.32 * len(names))
    for level, name in enumerate(names):
        values = np.sort(sides.loc[sides["reader"] == name, measure].to_numpy())
        spread = 0.18 * ((np.arange(len(values)) * 0.618034) % 1 - 0.5) * 2  # a fixed scatter, the same in every run
        axes.plot(values, level + spread, ".", color=style.BLUE, markersize=5, alpha=0.5, markeredgewidth=0, zorder=3)
        middle = float(np.median(values))
        axes.plot([middle, middle], [level - 0.32, level + 0.32], color=style.VERMILION, linewidth=1.8)
    axes.set_yticks(range(len(names)), names)
    axes.set(ylim=(len(names) - 0.5, -0.5), ylabel="reader", xlabel=MEASURES[measure][0])
    axes.set_title(f"{frame['cohort'].iloc[0]}, {frame['roi'].iloc[0]}: each reader with all others")
    axes.grid(axis="x", color=style.FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    return figure


def agreement(frame: pd.DataFrame) -> Exhibit:
    """One row for all pairs of a cohort and region, and one per reader where there are more than two."""
    rows = []
    for (cohort, roi), part in frame.groupby(["cohort", "roi"]):
        rows.append(_row(f"{cohort}, {roi}", ALL, part, part["volume_difference"].abs()))
        sides = by_reader(part)
        if sides["reader"].nunique() > 2:
            for reader, pairs in sides.groupby("reader"):
                rows.append(_row(f"{cohort}, {roi}", f"{reader} with others", pairs, pairs["larger"]))
    heads = ("cohort, region", "readers", "cases", "pairs", *(head for head, _ in MEASURES.values()), "volume")
    return Exhibit(heads, tuple(rows), tuple(range(2, len(heads))), grouped=True)


def worst(frame: pd.DataFrame) -> str:
    """The pair that agrees least, in words."""
    row = frame.sort_values(["dice", "cohort", "case", "roi", "replicate_a", "replicate_b"]).iloc[0]
    return (
        f"case {row['case']} of {row['cohort']}, readers {row['replicate_a']} and {row['replicate_b']}: "
        f"Dice {number(row['dice'])}, Hausdorff 95 {number(row['hausdorff_95_mm'], 1)} mm"
    )


def _row(where: str, who: str, part: pd.DataFrame, volume: pd.Series) -> tuple[str, ...]:
    cells = [where, who, str(part["case"].nunique()), str(len(part))]
    cells += [_middle(part[name], digits) for name, (_, digits) in MEASURES.items()]
    sign = "" if who == ALL or volume.median() <= 0 else "+"
    return (*cells, sign + number(100 * volume.median(), 0) + " %")


def _middle(values: pd.Series, digits: int) -> str:
    low, high = (number(value, digits) for value in (values.min(), values.max()))
    middle = number(values.median(), digits)
    return middle if low == high else f"{middle} ({low}{DASH}{high})"


def contours(drawn: pd.DataFrame) -> tuple[int, str, str]:
    """How many masks were drawn as contours, and how far voxels and polygons are apart: the median and the largest.

    drawn : rows of MASKS that have a `contour_difference`
    """
    away = drawn["contour_difference"].abs()
    most = drawn.loc[away.idxmax()]
    middle, largest = (f"{100 * share:.2f} %" for share in (away.median(), away.max()))
    return len(drawn), middle, f"{largest} (case {most['case']} of {most['cohort']})"


def carried(masks: pd.DataFrame) -> str:
    """How many regions were carried from another image, and what that did to volumes; "" of none. masks : MASKS."""
    given = masks[masks["drawn_mm3"].notna()]
    if given.empty:
        return ""
    change = (given["volume_mm3"] / given["drawn_mm3"] - 1).sort_values()
    low, middle, high = (f"{100 * share:+.1f} %" for share in (change.iloc[0], change.median(), change.iloc[-1]))
    n = len(given)
    return (
        f"{count(n, 'region')} {'was' if n == 1 else 'were'} drawn on another image of the same frame of reference and "
        f"carried to {'its' if n == 1 else 'their'} own: a voxel belongs to the region if at least half of it lies "
        f"inside. That changed the volume by {middle} (median; {low} to {high})."
    )


def sources(frame: pd.DataFrame) -> str:
    """What kinds of segmentations these are, in words. frame : rows of MASKS."""
    counts = frame["source"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return ", ".join(f"{n} {kind if kind in DICOM else f'label maps ({kind})'}" for kind, n in counts.items())


def notes(frame: pd.DataFrame) -> Exhibit:
    """What was chosen, corrected or left out in which segmentations.

    frame : MASKS
    """
    counts = frame.dropna(subset=["notes"]).groupby(["cohort", "roi", "notes"], sort=True)["case"]
    rows = [
        (cohort, roi, note, str(len(cases)), ", ".join(sorted(set(cases))[:3]) + " ..." * (cases.nunique() > 3))
        for (cohort, roi, note), cases in counts
    ]
    return Exhibit(("cohort", "region", "note", "masks", "cases"), tuple(rows), (3,), grouped=True)
