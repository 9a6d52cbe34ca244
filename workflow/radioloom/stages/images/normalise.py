"""Normalise the intensities of a whole image (MR): the steps of a profile's `normalise`, one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from radioloom.imaging.normalise import METHODS, body, normalised
from radioloom.volume import Volume

Steps = list[dict[str, Any]] | None


def normalise(image: Volume, inside: np.ndarray, steps: Steps) -> Volume:
    """The whole image after each step; None leaves it as it is.

    inside : bool (z, y, x), the segmented region on the image's grid
    Raises BadImage where a step cannot be done.
    """
    for step in steps or ():
        if step["method"] == "n4":
            from radioloom.io.bias import n4

            image = n4(image, body(image.array), step)
        else:
            image = normalised(image, inside, step)
    return image


def words(steps: Steps) -> list[str]:
    """What was done, one line per step."""
    labels = {"n4": "N4 bias field"} | {name: method.label for name, method in METHODS.items()}
    where = {"image": " of the whole image", "body": " of the body", "roi": " of the region"}
    return [f"normalised: {labels[step['method']]}{where.get(step.get('region'), '')}" for step in steps or ()]
