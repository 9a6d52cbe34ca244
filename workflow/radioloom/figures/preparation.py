"""Preparation: how images lie, how far volumes on the profile's grid are from the drawn ones, what was not measured."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, joined, number

if TYPE_CHECKING:
    import pandas as pd

NAMED = 3  # cases that a row names
KEY = ["cohort", "case", "replicate", "roi"]  # of a region


def orientations(series: pd.DataFrame) -> Exhibit:
    """One row per cohort and orientation. series : SERIES."""
    used = _used(series)
    rows = [
        (cohort, way, str(len(part)), number(part["oblique_deg"].max(), 1))
        for (cohort, way), part in used.groupby(["cohort", "orientation"], sort=False)
    ]
    return Exhibit(("cohort", "orientation", "images", "oblique, degrees"), tuple(rows), (2, 3), grouped=True)


def mixed(series: pd.DataFrame, profile: str, depends: list[str]) -> str:
    """A warning where images lie in several ways and what is measured depends on that; "" where not.

    series : SERIES; profile : its name; depends : what of it does, where it leaves images as they are stored
    """
    counts = _used(series)["orientation"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    if len(counts) < 2 or not depends:
        return ""
    ways = joined([f"{n} in {way}" for way, n in counts.items()])
    verb = "depends" if len(depends) == 1 else "depend"
    return (
        f"The images lie in {len(counts)} orientations ({ways}), and the profile {profile} leaves them as they are "
        f"stored, while {joined(depends)} {verb} on it: the same patient stored otherwise has other values, and "
        "cohorts or scanners can differ by nothing else. Set orientation: lps in the profile, and run the study again."
    )


def _used(series: pd.DataFrame) -> pd.DataFrame:
    return series[(series["choice"] == "usable") & series["orientation"].notna()]


LEAST = 0.0005  # difference of volumes that a tenth of a percent shows


def volumes(cases: pd.DataFrame) -> tuple[str, Exhibit]:
    """A sentence on the volumes of all regions, and a row for each that is more than 2 % apart. cases : CASES."""
    away = cases["volume_difference"]
    same = "The profile leaves the volume of every region as it is on the image's own grid."
    sentence = (
        same
        if away.abs().max() < LEAST
        else (
            "On the profile's grid the volume of a region differs from that on the image's own by "
            f"{_percent(away.median())} (median; from {_percent(away.min())} to {_percent(away.max())})."
        )
    )
    apart = cases[cases["volume_note"].notna()].sort_values(["cohort", "case", "replicate", "roi"], kind="stable")
    rows = [(row.cohort, f"{row.case}, {row.replicate}, {row.roi}", *_cells(row)) for row in apart.itertuples()]
    heads = ("cohort", "case, replicate, region", "contours", "voxels", "on the grid", "difference", "why")
    return sentence, Exhibit(heads, tuple(rows), (2, 3, 4, 5), grouped=True)


def _cells(row: Any) -> tuple[str, ...]:
    """Volumes in mm3, their difference and why, of a row of CASES."""
    mm3 = (number(value, 0) for value in (row.contour_mm3, row.native_mm3, row.volume_mm3))
    return (*mm3, _percent(row.volume_difference), row.volume_note)


def _percent(share: float) -> str:
    return f"{'+' if share > 0 else ''}{number(100 * share, 1)} %"


def notes(cases: pd.DataFrame, masks: pd.DataFrame | None) -> tuple[str, Exhibit]:
    """How many regions bear notes on their image, in words ("" for none), and a row for each note of a cohort.

    cases : CASES; masks : MASKS: regions that have no notes but those of their segmentation are shown elsewhere
    """
    import pandas as pd

    noted = cases[cases["notes"].notna()].sort_values(KEY, kind="stable")
    before = {} if masks is None else masks.set_index(KEY)["notes"].to_dict()
    same = [before.get(key) for key in noted[KEY].itertuples(index=False, name=None)]
    noted = noted[noted["notes"] != pd.Series(same, noted.index, dtype=object)]
    noted = noted.assign(kind=[re.sub(r"\d+(\.\d+)?", "0", text) for text in noted["notes"]])  # whatever the numbers
    rows = []
    for (cohort, _), part in noted.groupby(["cohort", "kind"], sort=True):
        named = part["case"].drop_duplicates().tolist()
        listed = ", ".join(named[:NAMED]) + " ..." * (len(named) > NAMED)
        rows.append((cohort, part["notes"].iloc[0], str(len(part)), listed))
    n = len(noted)
    sentence = f"{n} of {count(len(cases), 'region')} {'bears a note' if n == 1 else 'bear notes'} on the image."
    return sentence if n else "", Exhibit(("cohort", "note", "regions", "cases"), tuple(rows), (2,), grouped=True)


def unmeasured(measured: pd.DataFrame) -> Exhibit:
    """What is to be said of images of regions: of one grey level, or not measured. measured : MEASURED."""
    texts = measured["reason"].mask(measured["n_levels"] == 1, "one grey level")
    rows = []
    for (cohort, text), part in measured.groupby(["cohort", texts], sort=True):
        images, cases = part["image"].drop_duplicates().tolist(), sorted(set(part["case"]))
        which = images[0] if len(images) == 1 else f"{images[0]} and {len(images) - 1} more"
        regions = part[["case", "replicate", "roi"]].drop_duplicates()
        named = ", ".join(cases[:NAMED]) + " ..." * (len(cases) > NAMED)
        rows.append((cohort, which, text, str(len(regions)), named))
    return Exhibit(("cohort", "image", "what", "regions", "cases"), tuple(rows), (3,), grouped=True)


def one_level(measured: pd.DataFrame) -> str:
    """How many regions are of one grey level on the original image, in words; "" for none."""
    original = measured[measured["image"] == "original"]
    n = int((original["n_levels"] == 1).sum())
    if not n:
        return ""
    verb = "is" if n == 1 else "are"
    return (
        f"{n} of {count(len(original), 'region')} {verb} of one grey level: histogram and texture say nothing of "
        f"{'it' if n == 1 else 'them'}. Are image and profile of one modality and unit?"
    )


def lost(measured: pd.DataFrame) -> str:
    """How many regions lack response maps, in words; "" for none."""
    missing = measured[measured["reason"].notna()]
    n = len(missing[["cohort", "case", "replicate", "roi"]].drop_duplicates())
    if not n:
        return ""
    return (
        f"Of {n} region{'' if n == 1 else 's'} {missing['image'].nunique()} filtered images could not be measured; "
        "their features have no value there, and models leave out what has none in any training case: to keep them, "
        f"leave {'the case' if n == 1 else 'these cases'} out of the sheet."
    )
