"""Whether a segmentation is of an image: of its patient, and drawn on its slices or in its frame of reference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from radioloom.errors import BadMask
from radioloom.io.dicom.whose import UNKNOWN, Whose, differ
from radioloom.volume import Grid

TWO_NUMBERS = "{} not the image's, though it refers to the image's slices: taken as the same patient"
NO_SLICE = "it names the image's series, and none of the image's slices: was the series exported or anonymised again?"
OTHER_FRAME = "{} in another frame of reference by its own words: taken as in the image's, to which it refers"
ASTRAY = 0.51  # slices that a contour or a frame may lie off the slice that it refers to
OTHER_SERIES = "it refers to the image's slices as those of another series"


@dataclass(frozen=True, slots=True)
class Image:
    """The image that a mask is wanted for; digests of its UIDs, "" or none where unknown."""

    grid: Grid
    series: str = ""
    frame: str = ""  # of reference
    instances: frozenset[str] = frozenset()  # its files
    blank: tuple[str, ...] = ()  # files beside its slices that hold nothing, as messages say it
    whose: Whose = UNKNOWN
    identifying: frozenset[str] = field(default=frozenset(), repr=False)  # words of its first file
    slices: Mapping[str, int] = field(default_factory=dict)  # place of each file that is one slice of the grid


class Drawn(Protocol):
    """What an RTSTRUCT or a SEG says of the image that it was drawn on; digests of UIDs."""

    @property
    def series(self) -> frozenset[str]:
        """Series that it refers to."""

    @property
    def frames(self) -> frozenset[str]:
        """Frames of reference that it lies in."""

    @property
    def whose(self) -> Whose:
        """Whose it is."""

    def instances(self) -> frozenset[str]:
        """Slices that it refers to."""


def check(drawn: Drawn, image: Image) -> list[str]:
    """What to note where a segmentation names another patient, series or slices than the image's.

    Raises BadMask where it is another patient's, or both sides say what they lie in and neither slices, series nor
    frame of reference agree. A number that only one side lost when it was made anonymous is no other patient's.
    """
    referred = drawn.instances()
    common = bool(referred & image.instances) if referred and image.instances else image.series in drawn.series
    notes = []
    if differ(drawn.whose, image.whose):
        if not common:
            raise BadMask(
                f"the segmentation is another patient's: {told(drawn.whose, image.whose)} not the image's, and it "
                "refers to none of the image's slices; give the segmentation of this image, or the same to both where "
                "they are of one patient"
            )
        notes.append(TWO_NUMBERS.format(told(drawn.whose, image.whose)))
    if image.series in drawn.series and not referred and drawn.frames and image.frame not in {"", *drawn.frames}:
        notes.append(OTHER_FRAME.format("it lies"))
    if image.series in drawn.series:
        return notes if common else [*notes, NO_SLICE]
    if common:
        return [*notes, OTHER_SERIES] if drawn.series else notes
    return notes + _in_one_space(drawn, image)


def other_space(space: str, referred: Collection[str], drawn: Drawn, image: Image) -> list[str]:
    """What to note where a structure says itself that it lies in another frame of reference than its image.

    space : that it names, "" for none; referred : slices that its contours refer to
    Raises BadMask where its set has it and the image's, and it refers to none of the image's slices.
    """
    if space in ("", image.frame) or image.frame not in drawn.frames:
        return []
    if space in drawn.frames and image.instances.isdisjoint(referred):
        raise BadMask(
            "the structure is drawn in another frame of reference than the image's, and its set names both; give the "
            "image that it was drawn on, or register them first"
        )
    return [OTHER_FRAME.format("the structure lies")]


def astray(what: str, drawn: Iterable[tuple[Collection[str], np.ndarray]], image: Image) -> list[str]:
    """What to note where contours or frames lie on other slices than those that they refer to.

    drawn : of each, the slices that it refers to, and points of it (n, 3) in (z, y, x) LPS mm
    """
    away = []
    for instances, points in drawn:
        if referred := [image.slices[each] for each in instances if each in image.slices]:
            z = image.grid.to_index(points)[:, 0]
            away.append(min(max(z.min() - k, k - z.max()) for k in referred))
    n, most = sum(each > ASTRAY for each in away), max(away, default=0) * image.grid.spacing_mm[0]
    told = f"{n} of {len(away)} {what} lie up to {most:.1f} mm off the slices that they refer to"
    return [f"{told}: placed by their coordinates; look whether these or the references are wrong"] if n else []


def told(one: Whose, other: Whose) -> str:
    """What of a patient differs from another's, with its verb."""
    if one.number != other.number:
        return "its PatientID is"
    if one.number:
        return "its PatientName, PatientBirthDate and PatientSex are (under one PatientID)"
    return "its PatientName and PatientBirthDate are (neither has a PatientID)"


def _in_one_space(drawn: Drawn, image: Image) -> list[str]:
    if image.frame in drawn.frames:
        return ["drawn on another series of the image's frame of reference"] if drawn.series else []
    if not image.frame or not drawn.frames:
        told = bool(drawn.series and image.instances)  # an image file names no series
        return ["drawn on another series, and whether both lie in one frame of reference is not said"] * told
    raise BadMask(
        "the segmentation was drawn on another series, in another frame of reference; "
        "give the image that it was drawn on, or register them first"
    )
