"""CASES and SERIES of features that were made up: how each image was acquired."""

import pandas as pd

from radioloom import tables
from radioloom.stages.images.rows import OPTIONAL

USUAL = dict.fromkeys(OPTIONAL) | {"manufacturer": "A", "model": "M", "kernel": "K", "kvp": 120.0}
USUAL |= {"slice_thickness_mm": 2.5, "slice_spacing_mm": 2.5, "pixel_spacing_mm": 0.9}


def scans(features: pd.DataFrame, **said) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of every case and replicate; `said` holds a value, or a function of cohort and case, by column of SERIES."""
    rows = features[["cohort", "case", "replicate", "roi"]].drop_duplicates().to_dict("records")
    cases, series = [], []
    for row in rows:
        own = {name: value(row["cohort"], row["case"]) if callable(value) else value for name, value in said.items()}
        used = {"series": f"s-{row['case']}", "modality": "CT"}
        more = {"n_voxels": 9, "volume_mm3": 9.0, "contour_mm3": 9.0, "image_digest": None, "region_digest": None}
        more |= {"study_digest": None, "frame_digest": None}
        more |= {"native_mm3": 9.0, "volume_difference": 0.0, "volume_note": None, "notes": None}
        cases.append({**row, **used, **more, "role": "training", "unit": "HU", "source": "NIfTI"})
        keys = {key: row[key] for key in ("cohort", "case", "replicate")}
        used_series = {"n_slices": 9, "n_files_ignored": 0, "n_copies": 0, "choice": "usable", "reason": None}
        series.append({**keys, **used, **USUAL, **own, **used_series})
        localizer = {
            "series": "other",
            "manufacturer": "wrong",
            "choice": "excluded",
            "check": "not_chosen",
            "reason": "not chosen",
        }
        series.append({**series[-1], **localizer})
    return tables.CASES.frame(cases), tables.SERIES.frame(series)
