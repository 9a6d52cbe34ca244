"""The scanner of a patient whose images a study combines: that of all of them, or harmonisation is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from radioloom.errors import StudyError
from radioloom.stages.tables.lesions import some
from radioloom.stages.tables.scans import acquisitions, batches

if TYPE_CHECKING:
    import pandas as pd

IMAGE = ["cohort", "case", "replicate"]


class Scans(NamedTuple):
    """How patients were scanned, as models read it."""

    cases: pd.DataFrame  # CASES, of one image of each patient and replicate
    series: pd.DataFrame  # SERIES of these images


def scans_of(cases: pd.DataFrame, series: pd.DataFrame, lesions: pd.DataFrame, attributes: list[str]) -> Scans:
    """CASES and SERIES whose cases are patients.

    cases, series : CASES and SERIES of images; lesions : see `lesions.lesions_of`; attributes : `harmonise.batch`
    Raises StudyError where images of a patient are of several scanners: a combined feature would be of both.
    """
    scans = acquisitions(cases, series)
    labels = scans[[]].assign(batch=batches(scans, attributes)).reset_index()
    of_images = lesions[[*IMAGE, "patient"]].drop_duplicates()
    several = of_images.merge(labels, on=["cohort", "case"]).groupby(["cohort", "patient"])["batch"].nunique()
    if torn := several.index[several > 1].get_level_values("patient").tolist():
        raise StudyError(
            f"combine: {some(torn, 'patient')} with images of several batches of harmonisation "
            f"({', '.join(attributes)}): take images of one scanner of each patient, or set harmonise.method to none"
        )
    one = of_images.sort_values(IMAGE).drop_duplicates(["cohort", "patient", "replicate"])
    return Scans(*(_of_patients(table, one) for table in (cases.drop_duplicates(IMAGE), series)))


def _of_patients(table: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Rows of these images, by patient."""
    rows = table.merge(images, on=IMAGE)
    return rows.assign(case=rows["patient"].to_numpy(np.object_))[list(table.columns)]
