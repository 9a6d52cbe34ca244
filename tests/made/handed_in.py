"""Six small DICOM cases to be spoilt, and what curation, segmentation and reading make of them."""

from dataclasses import dataclass

import numpy as np
import pydicom

from made.hospital import ct, enhanced, image_slice, item, row, save, square, stored, structures
from made.segs import seg
from radioloom.errors import CaseError
from radioloom.io.dicom.pixels import read, read_headers
from radioloom.io.files import numbered
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment

N, ROWS, COLUMNS = 4, 24, 20
BOX, HEART = np.s_[1:3, 10:17, 4:10], np.s_[1:3, 2:8, 11:17]  # voxels of the two regions
STORED = stored(N) - 700  # also below 0: a value without its sign is another
DOSE, HALF_LIFE, WEIGHT = 3.7e8, 6586.2, 70.0


@dataclass(frozen=True)
class Outcome:
    """Of one case: the reason why it was left out, or its mask and its image."""

    reason: str = ""
    mask: np.ndarray | None = None
    values: np.ndarray | None = None
    grid: dict | None = None
    notes: tuple[str, ...] = ()

    def differs(self, other):
        """Which parts differ from another outcome's."""
        parts = {name: (getattr(self, name), getattr(other, name)) for name in ("mask", "values")}
        found = {name for name, (one, two) in parts.items() if not np.array_equal(one, two)}
        return found | ({"grid"} if self.grid != other.grid else set())


def outcome(place, drawing):
    """What becomes of the case whose image is in `image` and whose regions in a file beside it."""
    curated = curate([row(image="image", segmentation=drawing, pattern="GTV")], place)
    segmented = segment(curated.images, place)
    left = [*curated.exclusions, *segmented.exclusions]
    if left:
        assert len(left) == 1
        return Outcome(left[0]["reason"])
    image, mask = curated.images[0], next(iter(segmented.masks.values()))
    try:
        files = numbered(place / "image", image.file_numbers, image.listing_digest)
        headers = read_headers(files, image.frame_order, slice(0, image.grid.shape[0]))
        volume = read(headers, image.grid, (0, 0), image.unit_factor)
    except CaseError as error:
        return Outcome(str(error))
    notes = (*mask.notes, *(each["reason"] or "" for each in curated.series))
    return Outcome("", mask.on(image.grid.shape), volume.array, image.grid.as_dict(), notes)


def marked(box):
    """A box of voxels."""
    array = np.zeros((N, ROWS, COLUMNS), bool)
    array[box] = True
    return array


def _contours(box):
    z, y, x = box
    low, high = (-10.0 + 1.5 * (x.start - 0.5), -10.0 + 1.5 * (x.stop - 0.5))
    size = (high - low, 1.5 * (y.stop - y.start), 0)
    places = [(low, -20.0 + 1.5 * (y.start - 0.5), -100.0 + 3.0 * k) for k in range(z.start, z.stop)]
    return [np.add(square(0, 0, 1) * size, place) for place in places]


def drawn(path):
    """An RTSTRUCT of the two regions, each contour of which refers to its slice."""
    structures(path, {"GTV": _contours(BOX), "Heart": _contours(HEART)})
    data = pydicom.dcmread(path)
    for place, each in enumerate(data.ROIContourSequence):
        for contour in each.ContourSequence:
            contour.ContourImageSequence = item(ReferencedSOPInstanceUID=f"2.25.{place}")
    return save(data, path)


def pet_slice(k):
    """One of PET, in becquerels: 370 MBq of fluorine-18 injected an hour before the scan."""
    drug = item(RadionuclideTotalDose=DOSE, RadionuclideHalfLife=HALF_LIFE, RadiopharmaceuticalStartTime="110000")
    return image_slice(
        STORED[k], (-10.0, -20.0, -100.0 + 3.0 * k), "PT", RescaleIntercept=0, RescaleSlope=2.5, Units="BQML",
        DecayCorrection="START", PatientWeight=WEIGHT, SeriesDate="20100203", SeriesTime="120000",
        AcquisitionDate="20100203", AcquisitionTime="120000", CorrectedImage=["ATTN", "DECY"],
        RadiopharmaceuticalInformationSequence=drug,
    )  # fmt: skip


def _pet(folder):
    return [save(pet_slice(k), folder / f"IM{N - k:03d}") for k in range(N)]


@dataclass(frozen=True)
class Kind:
    """A kind of file to spoil: who writes the case, which of its files are spoilt, and what it is, computed apart."""

    spoilt: tuple[str, ...]  # files below the case
    drawing: str = "rs.dcm"
    image: str = "ct"

    def build(self, place):
        """Write the case."""
        if self.image == "enhanced":
            save(enhanced(STORED, [2, 0, 3, 1]), place / "image" / "IM001")
        elif self.image == "pet":
            _pet(place / "image")
        else:
            ct(place / "image", STORED)
        if self.drawing == "rs.dcm":
            drawn(place / self.drawing)
        else:
            masks = {"GTV": marked(BOX), "Heart": marked(HEART)}
            seg(place / self.drawing, masks, self.drawing.removesuffix(".dcm").upper())

    def right(self):
        """Mask and voxels as they were made, by another way than through files."""
        values = STORED - 1024.0
        if self.image == "enhanced":
            values = STORED * (1.0 + np.arange(N))[:, None, None] - 1024.0
        elif self.image == "pet":
            values = STORED * 2.5 * (1000 * WEIGHT / (DOSE * 2 ** (-3600 / HALF_LIFE)))
        return marked(BOX), values


EVERY = tuple(f"image/IM{k:03d}" for k in range(1, N + 1))
KINDS = {
    "rtstruct": Kind(("rs.dcm",)),
    "binary": Kind(("binary.dcm",), "binary.dcm"),
    "fractional": Kind(("fractional.dcm",), "fractional.dcm"),
    "labelmap": Kind(("labelmap.dcm",), "labelmap.dcm"),
    "ct slice": Kind(("image/IM002",)),
    "ct series": Kind(EVERY),
    "enhanced": Kind(("image/IM001",), image="enhanced"),
    "pet slice": Kind(("image/IM002",), image="pet"),
    "pet series": Kind(EVERY, image="pet"),
}
