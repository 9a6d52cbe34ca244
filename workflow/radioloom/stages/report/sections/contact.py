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
    """The tiles of each cohort; an excluded image has a tile with its reason, where it would have been."""
    sheets, css = [], []
    for outer, cohort in enumerate(study.sheets):
        pages = contact.pages(study.pictures.get(cohort, []))
        tiles = _tiles(outer, [label for label, _ in study.pictures.get(cohort, [])])
        n_drawn = len(tiles)
        out = study.exclusions[study.exclusions["cohort"] == cohort]
        _exclude(tiles, out[out["case"].isin({row["case"] for row in study.sheets[cohort]})])  # others are patients
        if tiles:
            css += [_rule(_css(outer, number), page) for number, page in enumerate(pages)]
            tiles.sort(key=lambda tile: tile["label"])
            role = study.settings["cohorts"][cohort]["role"]
            sheets.append({"cohort": cohort, "role": role, "tiles": tiles, "n": n_drawn})
    return {"sheets": sheets, "css": "\n".join(css)} if sheets else None


def spots(study: ReportInputs) -> dict[tuple[str, str], tuple[str, int, int]]:
    """Style class, left and top of the tile of each (cohort, label), for other sections to show it too."""
    return {
        (cohort, label): (_css(outer, page), left, top)
        for outer, cohort in enumerate(study.sheets)
        for tiles in [study.pictures.get(cohort, [])]
        for (label, _), (page, left, top) in zip(tiles, contact.places(len(tiles)), strict=True)
    }


def _css(outer: int, page: int) -> str:
    return f"s{outer}-{page}"


def _tiles(outer: int, labels: list[str]) -> list[dict[str, Any]]:
    places = zip(labels, contact.places(len(labels)), strict=True)
    return [
        {"label": label, "css": _css(outer, page), "place": (left, top), "reason": ""}
        for label, (page, left, top) in places
    ]


def _exclude(tiles: list[dict[str, Any]], out: pd.DataFrame) -> None:
    """Add the reason to the tile of each excluded image; what dropped out before its picture gets a tile without."""
    for row in out.itertuples():
        label = contact.label(row.case, row.replicate)
        late = [tile for tile in tiles if tile["label"] == label]
        for tile in late:
            tile["reason"] = row.reason
        if not late:
            tiles.append({"label": label, "css": None, "place": None, "reason": row.reason})


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
