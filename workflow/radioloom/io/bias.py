"""Remove the bias field of MR images by N4, ITK's implementation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from radioloom.errors import BadImage
from radioloom.failures import is_of_memory
from radioloom.volume import Volume


def n4(image: Volume, body: np.ndarray, settings: dict[str, Any]) -> Volume:
    """The image without its bias field, by N4 (Tustison 2010); the field is estimated on a coarser grid.

    body : bool (z, y, x), where the field is estimated; of it, voxels above 0
    settings : `shrink`, how many voxels along each axis become one; `iterations`, at most, at each level of resolution
    Raises BadImage where the body has no voxel above 0.
    """
    import SimpleITK as sitk

    array = image.array.astype(np.float32)
    inside = body & (array > 0)
    if not inside.any():
        raise BadImage("normalise: no voxel of the body is above 0; N4 takes logarithms")
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)  # sums of several threads differ in their last digits
    whole, where = sitk.GetImageFromArray(array), sitk.GetImageFromArray(inside.astype(np.uint8))
    for each in (whole, where):
        each.SetSpacing(image.grid.spacing_mm[::-1])
    shrink = [max(min(settings["shrink"], n // 4), 1) for n in whole.GetSize()]
    filtering = sitk.N4BiasFieldCorrectionImageFilter()
    filtering.SetMaximumNumberOfIterations(settings["iterations"])
    try:
        filtering.Execute(sitk.Shrink(whole, shrink), sitk.Shrink(where, shrink))
        field = sitk.GetArrayFromImage(filtering.GetLogBiasFieldAsImage(whole))
    except RuntimeError as error:
        if is_of_memory(error):
            raise MemoryError from error
        raise BadImage("normalise: N4 cannot estimate a bias field; the image is too small or empty") from error
    return replace(image, array=image.array / np.exp(field.astype(np.float64)))
