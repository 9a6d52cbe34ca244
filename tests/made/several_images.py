"""Tables of features of patients with two regions, two modalities and two visits; P3 of each cohort has no node."""

from pathlib import Path
from typing import Any

import numpy as np

NAMES = [
    "original_shape_MeshVolume",
    "original_firstorder_Mean",
    "original_firstorder_Energy",
    "original_glcm_Contrast",
]
BLOCK = {
    "lesions": "sum",
    "regions": ["tumour", "node"],
    "modalities": ["CT", "PT"],
    "visits": {"first": "1", "second": "2", "as": ["first", "difference"]},
}


def rows_of(patient: str, draws: np.random.Generator, nodes: int = 1) -> list[tuple]:
    """Rows of one patient: case, patient, region, modality, visit, features; `nodes` lesions of the region node."""
    rows = []
    for modality in ("CT", "PT"):
        for visit in "12":
            lesions = [("tumour", 1), *(("node", k + 1) for k in range(nodes))]
            for region, lesion in lesions:
                case = f"{patient}-{modality}-{visit}-{region}-{lesion}"
                values = np.exp(draws.normal(1, 0.5, len(NAMES)))
                rows.append((case, patient, region, modality, visit, *values))
    return rows


def several_images(place: Path, n: int = 24, **block: Any) -> dict[str, Any]:
    """A study whose files are written; `block` changes its `combine`."""
    cohorts: dict[str, Any] = {}
    heads = ["id", "who", "region", "modality", "visit", *NAMES]
    for name, role in (("train", "training"), ("valid", "validation")):
        draws = np.random.default_rng([7, *name.encode()])
        people = [f"{name[0].upper()}{k}" for k in range(n)]
        rows = [row for k, who in enumerate(people) for row in rows_of(who, draws, {3: 0, 5: 2}.get(k, 1))]
        lines = [",".join(heads), *(",".join(map(str, row)) for row in rows)]
        (place / f"{name}.csv").write_text("\n".join([*lines, ""]))
        days = 100 if name == "train" else 100.5
        outcomes = "".join(f"{who},{days + k},{int(k % 3 != 0)}\n" for k, who in enumerate(people))
        (place / f"{name}_c.csv").write_text(f"id,days,dead\n{outcomes}")
        columns = {"case": "id", "patient": "who", "roi": "region", "modality": "modality", "visit": "visit"}
        cohorts[name] = {
            "role": role,
            "features": {"file": f"{name}.csv", "columns": {**columns, "features": "original_.*"}},
            "clinical": {"file": f"{name}_c.csv", "case": "id", "time_days": "days", "event": "dead"},
        }
    return {
        "study": "several",
        "title": "Several images of a patient",
        "seed": 1,
        "data": str(place),
        "combine": {**BLOCK, **block},
        "cohorts": cohorts,
        "outcome": {"kind": "survival", "name": "death"},
        "model": {"kind": "cox", "n_features": 2},
        "reduce": {"most_missing": 0.2},
        "baselines": {"volume": ["CT_tumour_first_original_shape_MeshVolume"]},
        "validation": {"bootstrap": 20, "cross_validation": {"folds": 2, "repeats": 1}, "null_models": 2},
    }
