"""pyradiomics under the clock: 13 directions averaged, as it does, and cropped before filtering (preCrop)."""

from __future__ import annotations

import json
import logging
from pathlib import Path

TEXTURE = ("glrlm", "glszm", "gldm", "ngtdm")


def importing() -> None:
    """What a process of this engine imports before it can measure."""
    from radiomics import featureextractor  # noqa: F401


def extractor(workload: str):
    import radiomics
    from radiomics import featureextractor, glcm

    radiomics.setVerbosity(logging.ERROR)
    settings = {"binWidth": 25, "preCrop": True, "padDistance": 10, "additionalInfo": False}
    if workload == "native":
        settings |= {"resampledPixelSpacing": [1, 1, 1], "interpolator": "sitkBSpline"}
    made = featureextractor.RadiomicsFeatureExtractor(**settings)
    if workload == "drop-in":
        return made
    made.disableAllFeatures()
    for name in ("shape", "firstorder", *(TEXTURE if workload != "W2" else ("glrlm",))):
        made.enableFeatureClassByName(name)
    # MCC is no feature of IBSI nor of the study of 2014, and no other engine of W1 and W2 measures it.
    names = glcm.RadiomicsGLCM.getFeatureNames()
    made.enableFeaturesByName(glcm=[name for name, old in names.items() if not old and name != "MCC"])
    if workload == "W2":
        made.enableImageTypeByName("Wavelet", customArgs={"wavelet": "coif1"})
    return made


def read(folder: Path, workload: str) -> tuple:
    import numpy as np
    import SimpleITK as sitk

    image, mask = np.load(folder / "image.npy"), np.load(folder / "mask.npy")
    images = [sitk.GetImageFromArray(image.astype(np.int16)), sitk.GetImageFromArray(mask.astype(np.uint8))]
    for each in images:
        each.SetSpacing(json.loads((folder / "about.json").read_text())["spacing"][::-1])
    return *images, extractor(workload)


def measure(image, mask, made) -> dict[str, float]:
    return {name: float(value) for name, value in made.execute(image, mask).items()}


def from_files(folder: Path, workload: str) -> dict[str, float]:
    made = extractor(workload)
    return measure(str(folder / "image.nii"), str(folder / "mask.nii"), made)
