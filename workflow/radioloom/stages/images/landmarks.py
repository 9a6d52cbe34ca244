"""Learn the standard intensity scale of Nyul & Udupa (MR) from the images of training cohorts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from radioloom.errors import CaseError, StudyError
from radioloom.imaging.normalise import landmarks as landmarks_of
from radioloom.imaging.normalise import standard_scale
from radioloom.imaging.orient import turn_to
from radioloom.profile import fault
from radioloom.segmentation.mask import Mask
from radioloom.stages.images.curate import curate
from radioloom.stages.images.curated import CuratedImage
from radioloom.stages.images.exclude import exclusions
from radioloom.stages.images.normalise import Steps
from radioloom.stages.images.prepare import oriented, whole
from radioloom.stages.images.segment import segment
from radioloom.volume import Volume

Row = dict[str, Any]
Batch = tuple[list[Row], Mapping[str, Row]]  # rows of a cohort sheet, and how the cohort's regions are found
DECILES = (1.0, *(10.0 * n for n in range(1, 10)), 99.0)  # Nyul, Udupa & Zhang 2000


def landmarks(
    batches: Iterable[Batch],
    data: Path,
    before: Steps,
    step: Row,
    leave_out: Callable[[Row], None],
    orientation: str | None = None,
) -> tuple[Row, int]:
    """The step with its standard scale learnt, and the number of images (or regions: `by_region`) behind it.

    batches : of the training cohorts, and of no other; images are held one at a time
    data : folder that the rows' paths start from
    before : the steps that come first in the profile
    step : of method nyul; of its `standard` the first and the last value stand
    orientation : the profile's, to which images are brought first
    leave_out : called with a row of EXCLUSIONS for each case that cannot be learnt from
    Raises StudyError where the step is not sound, or no image is left.
    """
    _check(step)
    marks: list[np.ndarray] = []
    for rows, rois in batches:
        curated = curate(rows, data)
        segmented = segment(curated.images, data, rois)
        faults: list[tuple[Row, CaseError]] = []
        images = [each for each in curated.images if each.name in segmented.masks]
        for image in images if by_region(before, step) else _once(images):
            try:
                volume, inside = _whole(image, segmented.masks[image.name], data, before, orientation)
                marks.append(landmarks_of(volume, inside, step))
            except CaseError as error:
                faults.append((image.region, error))
        for row in (*curated.exclusions, *segmented.exclusions, *exclusions("landmarks", faults)):
            leave_out(row)
    if not marks:
        raise StudyError("landmarks: no image of a training cohort can be learnt from; correct what was left out")
    learnt = step | {"standard": standard_scale(marks, (step["standard"][0], step["standard"][-1]))}
    _check(learnt)
    return learnt, len(marks)


def by_region(before: Steps, step: Row) -> bool:
    """Whether a step looks at the segmented region, so that an image counts once for each of its regions."""
    return any(each.get("region") == "roi" for each in (*(before or ()), step))


def _check(step: Row) -> None:
    if reason := fault(step):
        raise StudyError(f"landmarks: {reason}")


def _whole(
    image: CuratedImage, mask: Mask, data: Path, before: Steps, orientation: str | None
) -> tuple[Volume, np.ndarray]:
    """The whole image after the steps that come first, and its region."""
    _, mask = oriented(image, mask, orientation)
    volume = whole(image, mask, data, before, turn_to(image.grid, orientation))
    return volume, mask.on(volume.array.shape)


def _once(images: list[CuratedImage]) -> list[CuratedImage]:
    """Every image once, whichever regions or readers it has."""
    return list({(image.case, image.series): image for image in reversed(images)}.values())
