"""Radioloom under the clock."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).parent
CHAIN = {"chain": "RCV", "repeats": 30, "seed": 20140603, "region": {"case": "bench"}}


def importing() -> None:
    """What a process of this engine imports before it can measure."""
    import radioloom.stages.images.extract  # noqa: F401


def profile(workload: str):
    from radioloom.profile import load

    if workload == "drop-in":  # the profile as shipped, on the original image
        return replace(load("pyradiomics"), images={"original": {}})
    return load(HERE / f"{'w2' if workload == 'perturbed' else workload.lower()}.yaml")


def read(folder: Path, workload: str) -> tuple:
    from radioloom.process import tune_process

    tune_process(keep_all=True)  # as the jobs that measure do
    import numpy as np

    from radioloom.volume import Grid, Volume

    image, mask = np.load(folder / "image.npy"), np.load(folder / "mask.npy")
    grid = Grid(image.shape, tuple(json.loads((folder / "about.json").read_text())["spacing"]))
    return Volume(image, grid), Volume(mask, grid), profile(workload), workload == "perturbed"


def measure(image, mask, chosen, perturbed) -> dict[str, float]:
    from radioloom.stages.images.extract import extract

    if perturbed:
        return perturb(image, mask, chosen)

    return {row["feature_id"]: row["value"] for row in extract(image, mask, chosen)}


def perturb(image, mask, chosen) -> dict[str, float]:
    """W2 on 30 perturbed images, the supervoxels that contours are drawn from among the cost."""
    from radioloom.imaging.perturb import Scene
    from radioloom.imaging.resample import spacing_of
    from radioloom.imaging.supervoxels import supervoxels
    from radioloom.stages.images.perturb import variants

    labels = supervoxels(image.array, mask.array, image.grid.spacing_mm)
    scene = Scene(image, mask.array, labels, spacing_of(image.grid, chosen.grid))
    return {
        f"{variant} {row['feature_id']}": row["value"]
        for variant, rows in variants(scene, image.grid, chosen, CHAIN)
        for row in rows
    }


def from_files(folder: Path, workload: str) -> dict[str, float]:
    from radioloom.process import tune_process

    tune_process()  # as the command `radioloom extract` does, and first
    from radioloom.stages.images.single import measure as single

    name = "pyradiomics" if workload == "drop-in" else str(HERE / f"{workload.lower()}.yaml")
    return {row["feature_id"]: row["value"] for row in single(folder / "image.nii", folder / "mask.nii", name).rows}
