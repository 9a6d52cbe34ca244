"""pictologics under the clock: one table merged over 13 directions, the only aggregation in 3D that it has."""

from __future__ import annotations

import json
from pathlib import Path

BANDS = ("LLL", "LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH")


def importing() -> None:
    """What a process of this engine imports before it can measure."""
    import pictologics  # noqa: F401


def pipeline(workload: str, starts: dict[str, float]):
    """One configuration an image; `starts` are the lower edges of the bins, which it cannot find by itself."""
    from pictologics.pipeline import RadiomicsPipeline

    made = RadiomicsPipeline(load_standard=False)
    families = {
        "W2": ["intensity", "morphology", "texture_glcm", "texture_glrlm"],
        "bands": ["intensity", "texture_glcm", "texture_glrlm"],
    }
    whole = ["intensity", "morphology", "texture"]
    grid = {"new_spacing": (1.0, 1.0, 1.0), "interpolation": "cubic", "mask_interpolation": "nearest"}
    before = [{"step": "resample", "params": {**grid, "round_intensities": True}}] if workload == "native" else []
    made.add_config("original", [*before, *_steps(starts["original"], families.get(workload, whole))])
    for band in BANDS if workload == "W2" else ():
        filtered = {"type": "wavelet", "wavelet": "coif1", "decomposition": band, "boundary": "periodic"}
        made.add_config(band, [{"step": "filter", "params": filtered}, *_steps(starts[band], families["bands"])])
    return made


def _steps(start: float, families: list[str]) -> list[dict]:
    chosen = {"families": families, "include_spatial_intensity": False, "include_local_intensity": False}
    return [
        {"step": "discretise", "params": {"method": "FBS", "bin_width": 25, "min_val": start}},
        {"step": "extract_features", "params": chosen},
    ]


def read(folder: Path, workload: str) -> tuple:
    import numpy as np
    from pictologics.loader import Image

    image, mask = np.load(folder / "image.npy").T, np.load(folder / "mask.npy").T
    place = {"spacing": tuple(json.loads((folder / "about.json").read_text())["spacing"][::-1]), "origin": (0.0,) * 3}
    starts = {"original": _edge(image[mask].min())}
    if workload == "W2":
        from pictologics.filters import wavelet_transform

        for band in BANDS:
            response = wavelet_transform(image, wavelet="coif1", decomposition=band, boundary="periodic")
            starts[band] = _edge(response[mask].min())
    return Image(array=image, **place), Image(array=mask.astype(np.uint8), **place), pipeline(workload, starts)


def _edge(lowest: float) -> float:
    return float(lowest // 25 * 25)


def measure(image, mask, made) -> dict[str, float]:
    from pictologics.loader import Image

    # New objects, so that nothing is remembered from the call before.
    image, mask = (
        Image(array=each.array, spacing=each.spacing, origin=each.origin, direction=each.direction)
        if hasattr(each, "array")
        else each
        for each in (image, mask)
    )
    results = made.run(image, mask)
    return {f"{name}_{key}": float(value) for name, series in results.items() for key, value in series.items()}


def from_files(folder: Path, workload: str) -> dict[str, float]:
    starts = dict.fromkeys(("original", *BANDS), -1000.0)
    return measure(str(folder / "image.nii"), str(folder / "mask.nii"), pipeline(workload, starts))
