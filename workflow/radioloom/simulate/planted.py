"""The planted truth, written beside the data and never read by the analysis."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from radioloom.simulate.expression import PLANTED, genes, scores
from radioloom.simulate.image import body, texture
from radioloom.simulate.latent import latent, log_hazard
from radioloom.simulate.settings import Settings

Rows = list[dict[str, Any]]


def truth(
    rows_by_cohort: Mapping[str, Sequence[Mapping[str, str]]], seed: int, settings: Mapping[str, Any]
) -> dict[str, Rows]:
    """What was planted: rows of `cases` (one a patient, in the order of the sheets) and of `genes`.

    cases: cohort, case, heterogeneity and volume (standardised), volume_mm3, log_hazard (the linear predictor),
    texture_sd_hu, texture_length_mm, module_score (of the planted module).
    genes: gene, module ("" in none), driver (the hidden factor behind the module, "heterogeneity" or ""), loading.
    """
    known = Settings.of(dict(settings))
    cases = []
    for cohort, rows in rows_by_cohort.items():
        for case in dict.fromkeys(row["case"] for row in rows):
            hidden = latent(seed, case)
            sd, length = texture(hidden)
            cases.append(
                {
                    "cohort": cohort,
                    "case": case,
                    "heterogeneity": round(hidden.heterogeneity, 6),
                    "volume": round(hidden.volume, 6),
                    "volume_mm3": round(body(hidden).volume_mm3, 2),
                    "log_hazard": round(log_hazard(hidden, known), 6),
                    "texture_sd_hu": round(sd, 3),
                    "texture_length_mm": round(length, 3),
                    "module_score": round(float(scores(hidden, known)[PLANTED - 1]), 6),
                }
            )
    table = genes(seed)
    planted = [
        {
            "gene": name,
            "module": f"M{module}" if module else "",
            "driver": "heterogeneity" if module == PLANTED else "",
            "loading": round(float(loading), 4),
        }
        for name, module, loading in zip(table.names, table.module, table.loading, strict=True)
    ]
    return {"cases": cases, "genes": planted}


def write_truth(tables: Mapping[str, Rows], folder: Path) -> list[Path]:
    """Write each table into the folder: `cases.csv`, `genes.csv`."""
    return [write_csv(rows, Path(folder) / f"{name}.csv") for name, rows in tables.items()]


def write_csv(rows: Rows, path: Path) -> Path:
    """Write rows that share their keys as CSV with a heading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
