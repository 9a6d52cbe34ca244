"""Section: the most similar training patients of each patient, with their images where there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import similar
from radioloom.stages.report.record import Section
from radioloom.stages.report.sections.contact import spots

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs

SHOWN = 12  # patients whose images are shown beside those most similar


def build(study: ReportInputs) -> dict[str, Any]:
    """A table of all patients, and the images of the first of them; those of validation come first."""
    order = {name: place for place, name in enumerate(study.settings["cohorts"])}
    rows = study.similar.assign(place=study.similar["cohort"].map(order))
    rows = rows.sort_values(["part", "place", "case", "rank"], kind="stable", ignore_index=True)
    known = similar.outcomes(study.clinical)
    return {
        "statement": similar.statement(rows),
        "table": similar.table(rows, known),
        "pictures": _pictures(study, rows, known),
        "neighbours": study.settings["unsupervised"]["neighbours"],
    }


def _pictures(study: ReportInputs, rows: pd.DataFrame, known: similar.Outcomes) -> list[list[dict[str, Any]]]:
    """Tiles of a patient and of those most similar, for each of the first patients; none without images."""
    places = spots(study) if study.pictures else {}
    shown = []
    for key, part in rows.groupby(["cohort", "case"], sort=False):
        keys = [key, *zip(part["other_cohort"], part["other_case"], strict=True)]
        tiles = [
            {"label": case, "outcome": known[cohort, case], "spot": places.get((cohort, case))} for cohort, case in keys
        ]
        if any(tile["spot"] for tile in tiles):
            shown.append(tiles)
        if len(shown) == SHOWN:
            break
    return shown


SIMILAR = Section("similar", "Similar patients", ("similar", "clinical"), build, uses=("pictures",))
