"""Section: image gallery for quality control, one tile of each image with the outline of its region."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from radioloom.figures import contact
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.figures.contact import Page
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """The tiles of each cohort; an excluded region has a tile with its reason, where it would have been."""
    sheets, css = [], []
    for outer, cohort in enumerate(study.sheets):
        pages = contact.pages(study.pictures.get(cohort, []))
        tiles = _tiles(outer, [key for key, _ in study.pictures.get(cohort, [])])
        drawn = {"images": len({tile["key"][:2] for tile in tiles}), "regions": len(tiles)}
        out = study.exclusions[study.exclusions["cohort"] == cohort]
        _exclude(tiles, out[out["case"].isin({row["case"] for row in study.sheets[cohort]})])  # others are patients
        several = len({tile["key"][2] for tile in tiles} - {""}) > 1
        for tile in tiles:
            case, replicate, roi = tile["key"]
            tile["label"] = contact.label(case, replicate, roi if several else "")
        if tiles:
            css += [_rule(_css(outer, number), page) for number, page in enumerate(pages)]
            tiles.sort(key=lambda tile: tile["label"])
            role = study.settings["cohorts"][cohort]["role"]
            sheets.append({"cohort": cohort, "role": role, "tiles": tiles, **drawn})
    return {"sheets": sheets, "css": "\n".join(css)} if sheets else None


def spots(study: ReportInputs) -> dict[tuple[str, str], tuple[str, int, int]]:
    """Style class, left and top of the first tile of each (cohort, case), for other sections to show it too."""
    found: dict[tuple[str, str], tuple[str, int, int]] = {}
    for outer, cohort in enumerate(study.sheets):
        tiles = study.pictures.get(cohort, [])
        for ((case, *_), _), (page, left, top) in zip(tiles, contact.places(len(tiles)), strict=True):
            found.setdefault((cohort, case), (_css(outer, page), left, top))
    return found


def _css(outer: int, page: int) -> str:
    return f"s{outer}-{page}"


def _tiles(outer: int, keys: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Tiles of regions. keys : case, replicate and roi of each."""
    return [
        {"key": key, "css": _css(outer, page), "place": (left, top), "reason": ""}
        for key, (page, left, top) in zip(keys, contact.places(len(keys)), strict=True)
    ]


def _exclude(tiles: list[dict[str, Any]], out: pd.DataFrame) -> None:
    """Add the reason to the tiles of what was excluded; what dropped out before its picture gets a tile without.

    out : rows of EXCLUSIONS; those without a region are of whole cases
    """
    for row in out.itertuples():
        key = (row.case, row.replicate, row.roi)
        late = [tile for tile in tiles if tile["key"] == key or (not row.roi and tile["key"][0] == row.case)]
        for tile in late:
            tile["reason"] = row.reason
        if not late:
            tiles.append({"key": key, "css": None, "place": None, "reason": row.reason})


def _rule(name: str, page: Page) -> str:
    """A style rule, so that the picture of a page is in the file once and each tile shows its part."""
    width, height = page.size
    picture = base64.b64encode(page.webp).decode()
    return (
        f".{name} {{ background-image: url(data:image/webp;base64,{picture}); background-size: {width}px {height}px; }}"
    )


CONTACT = Section(
    "contact", "Image gallery (quality control)", ("pictures", "exclusions"), build, empty="there is no image to show"
)
