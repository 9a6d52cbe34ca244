"""The checks that slices must pass to be one volume, as tables: name, and the reason why a slice or stack fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from radioloom.errors import FailedCheck
from radioloom.io.dicom import meaning, merged, real_world
from radioloom.io.dicom.headers import Header
from radioloom.io.dicom.whose import several

# Tolerances of scanners' rounding, not of faults: positions come with two to six decimals.
COSINE = 1e-3  # of one direction cosine between files of a series
UNEVEN = 0.1  # of the spacing: how far a gap may be from the median
MISSING = 1.5  # times the median gap: from here on a slice is missing
SHEAR = 0.25  # of the pixel spacing: how far the stack may drift sideways
OBLIQUE = 1.0  # degrees between an axis of the slices and the patient's, from which on a series is called oblique


@dataclass(frozen=True, slots=True)
class Stack:
    """Slices sorted along their normal, and where they lie: arrays in (z, y, x), LPS, mm."""

    headers: tuple[Header, ...]
    positions: np.ndarray  # (n, 3)
    axes: np.ndarray  # (3, 3): columns are the normal, down the rows, along the columns

    @property
    def along(self) -> np.ndarray:
        """Place (n,) of each slice on the normal."""
        return self.positions @ self.axes[:, 0]

    @property
    def step_mm(self) -> float:
        """The usual distance between slices; of a single one its nominal distance or thickness, 0 where it has none."""
        if len(self.headers) > 1:
            return float(np.median(np.diff(self.along)))
        known = (self.headers[0].between, self.headers[0].thickness)  # the first is negative in some files
        return next((mm for mm in known if mm is not None and mm > 0), 0.0)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `look` gives the reason why its subject fails, "" where it passes."""

    name: str
    look: Callable[[Any], str]


def require(checks: Sequence[Check], subject: object) -> None:
    """FailedCheck of the first check that fails."""
    for check in checks:
        reason = check.look(subject)
        if reason:
            raise FailedCheck(check.name, reason)


def _truncated(header: Header) -> str:
    return header.fault and f"{header.name}: {header.fault}"


def _cells(header: Header) -> str:
    return header.cells and f"{header.name}: {header.cells}; correct it, or export the series again"


def _colour(header: Header) -> str:
    if not header.coloured:
        return ""
    how = f"{header.samples} samples per pixel" if header.samples > 1 else "PhotometricInterpretation is not MONOCHROME"
    return f"{header.name}: a colour image ({how}), not a measurement"


def _reprojected(header: Header) -> str:
    if "REPROJECTION" not in header.series_type:
        return ""
    return f"{header.name}: a projection of a PET volume (SeriesType REPROJECTION), not the volume; take that"


def _unplaced(header: Header) -> str:
    expected = (
        ("ImagePositionPatient", header.position, 3),
        ("ImageOrientationPatient", header.orientation, 6),
        ("PixelSpacing", header.spacing, 2),
    )
    lacking = [f"{n} values of {word}" if values else word for word, values, n in expected if len(values) != n]
    if lacking:
        return f"{header.name}: without {', '.join(lacking)} it has no place in the patient"
    if np.isfinite([*header.position, *header.orientation, *header.spacing]).all() and min(header.spacing) > 0:
        return ""
    return f"{header.name}: PixelSpacing {list(header.spacing)} and its position must be numbers above 0 and finite"


def _mixed(headers: Sequence[Header]) -> str:
    first = headers[0]
    for header in headers[1:]:
        pairs = (
            ("size in pixels", (first.rows, first.columns), (header.rows, header.columns), 0.0),
            ("PixelSpacing", first.spacing, header.spacing, 1e-4 * max(first.spacing)),
            ("ImageOrientationPatient", first.orientation, header.orientation, COSINE),
        )
        for what, one, other, tolerance in pairs:
            if one != other and np.abs(np.subtract(one, other)).max() > tolerance:
                return (
                    f"mixed geometry: {first.name} has {what} {list(one)}, {header.name} {list(other)}; "
                    "keep one volume in the series"
                )
    return ""


def _modalities(headers: Sequence[Header]) -> str:
    names = {header.modality for header in headers}
    return "" if len(names) == 1 else f"files of {len(names)} modalities in one series; separate them"


def _patients(headers: Sequence[Header]) -> str:
    two = several(header.whose for header in headers)
    return "files of more than one patient in one series; separate them" if two else ""


def _thin_air(stack: Stack) -> str:
    if stack.step_mm > 0 or len(stack.headers) > 1:
        return ""
    return f"{stack.headers[0].name}: a single slice without a thickness; its volume is unknown"


def _repeated(stack: Stack) -> str:
    same = np.flatnonzero(np.diff(stack.along) <= max(UNEVEN * stack.step_mm, 1e-3))
    if not len(same):
        return ""
    one, other = stack.headers[same[0]], stack.headers[same[0] + 1]
    equal = one.pixel_digest == other.pixel_digest
    kind = "the same pixels: a copy, delete one of them" if equal else "other pixels: two volumes in one series"
    return (
        f"{len(same)} duplicate slice(s): {one.name} and {other.name} lie at the same place "
        f"({stack.along[same[0]]:.2f} mm) with {kind}{merged.in_time(stack.headers)}"
    )


def _missing(stack: Stack) -> str:
    along, step = stack.along, stack.step_mm
    gaps = np.diff(along)
    wide = np.flatnonzero(gaps >= MISSING * step)
    if not len(wide) or _two_spacings(gaps, step):
        return ""
    lost = sum(round(float(gaps[i]) / step) - 1 for i in wide)
    where = ", ".join(f"between {along[i]:.2f} and {along[i + 1]:.2f} mm" for i in wide[:3])
    ends = {0: stack.headers[0], len(gaps) - 1: stack.headers[-1]}
    apart = [ends[i].name for i in wide if i in ends and len(wide) == 1 and len(gaps) > 2]
    scout = f", or take {apart[0]} out of the folder if it is a scout and none of the slices" if apart else ""
    return f"{lost} slice(s) missing {where} (slices are {step:.3g} mm apart); fetch the series again{scout}"


def _two_spacings(gaps: np.ndarray, step: float) -> bool:
    """Whether slices lie `step` apart in one part of the stack and evenly, but otherwise, in the other."""
    wide = np.flatnonzero(np.abs(gaps - step) > UNEVEN * step)
    together = len(wide) > 1 and wide[-1] - wide[0] == len(wide) - 1 and (wide[0] == 0 or wide[-1] == len(gaps) - 1)
    return bool(together and np.ptp(gaps[wide]) <= UNEVEN * step)


def _uneven(stack: Stack) -> str:
    along, step = stack.along, stack.step_mm
    gaps = np.diff(along)
    off = np.abs(gaps - step)
    if not len(gaps) or off.max() <= UNEVEN * step:
        return ""
    worst = int(np.argmax(off))
    if _two_spacings(gaps, step):
        return (
            f"uneven slices: a part of them is {step:.4g} mm apart and another {gaps[worst]:.4g} mm, from "
            f"{along[worst]:.2f} mm on; two acquisitions in one series: separate them, or resample to even slices first"
        )
    return (
        f"uneven slices: most are {step:.4g} mm apart, but {gaps[worst]:.4g} mm at {along[worst]:.2f} mm; "
        "resample the series to even slices first"
    )


def _sheared(stack: Stack) -> str:
    """A gantry tilt makes a sheared grid, which no direction matrix describes."""
    sideways = (stack.positions - stack.positions[0]) @ stack.axes[:, 1:]
    if np.abs(sideways).max() <= SHEAR * min(stack.headers[0].spacing):
        return ""
    drift, length = np.linalg.norm(sideways[-1]), float(stack.along[-1] - stack.along[0])
    return (
        f"sheared slices: the stack drifts {drift:.2f} mm sideways over {length:.1f} mm "
        f"(a gantry tilt of {np.degrees(np.arctan2(drift, length)):.1f} degrees); "
        "resample the series to upright slices first"
    )


def _oblique(stack: Stack) -> str:
    degrees = float(np.degrees(np.arccos(min(np.abs(stack.axes).max(axis=0).min(), 1.0))))
    return f"oblique slices: {degrees:.1f} degrees from the patient's axes" if degrees > OBLIQUE else ""


def _tilted(stack: Stack) -> str:
    """What to note of a CT whose gantry was tilted, and whose slices do not drift as such slices do (`_sheared`)."""
    degrees = stack.headers[0].stated.get("GantryDetectorTilt")
    upright = isinstance(degrees, float) and abs(degrees) > OBLIQUE and len(stack.headers) > 1 and not _oblique(stack)
    if stack.headers[0].modality != "CT" or not upright:
        return ""
    return (
        f"GantryDetectorTilt is {degrees:.1f} degrees, and slices lie upright one above the other: look whether they "
        "were corrected for it, or their positions are wrong"
    )


def _lossy(stack: Stack) -> str:
    return "lossy compression" if any(header.lossy for header in stack.headers) else ""


FILE = (
    Check("truncated", _truncated), Check("pixel_layout", _cells), Check("colour", _colour),
    Check("reprojection", _reprojected), Check("mosaic", meaning.mosaic),
)  # fmt: skip
SLICE = (
    Check("no_place", _unplaced), Check("no_rescale", meaning.unscaled), Check("bad_rescale", meaning.badly_scaled),
    Check("no_hu", meaning.no_hu),
)  # fmt: skip
SERIES = (
    Check("several_patients", _patients),
    Check("several_modalities", _modalities),
    Check("mixed_geometry", _mixed),
    Check("several_kinds", merged.kinds),
    Check("incomplete", merged.incomplete),
    Check("half_scaled", meaning.half_scaled),
)
STACK = (
    Check("no_thickness", _thin_air),
    Check("repeated_slices", _repeated),
    Check("two_acquisitions", lambda stack: merged.interleaved(stack.headers)),
    Check("missing_slices", _missing),
    Check("uneven_slices", _uneven),
    Check("gantry_tilt", _sheared),
    Check("real_world", lambda stack: real_world.contradicted(stack.headers)),
)
# What is noted in results, and does not keep a series from being used.
NOTED = (
    Check("oblique_axes", _oblique),
    Check("tilted", _tilted),
    Check("lossy_compression", _lossy),
    Check("rescale_by_slice", lambda stack: meaning.rescaled_otherwise(stack.headers)),
    Check("inverted", lambda stack: meaning.inverted(stack.headers)),
    Check("fewer_slices", lambda stack: merged.fewer(stack.headers)),
    Check("other_unit", lambda stack: meaning.other_unit(stack.headers)),
    Check("settings_by_slice", lambda stack: merged.settings(stack.headers)),
    Check("acquisitions", lambda stack: merged.acquisitions(stack.headers)),
    Check("pauses", lambda stack: merged.pauses(stack.headers)),
    Check("contrast_by_slice", lambda stack: merged.contrast(stack.headers)),
    Check("counted_twice", lambda stack: merged.counted_twice(stack.headers)),
    Check("several_studies", lambda stack: merged.studies(stack.headers)),
    Check("several_frames", lambda stack: merged.spaces(stack.headers)),
    Check("times_or_phases", lambda stack: merged.times_or_phases(stack.headers)),
    Check("projections", lambda stack: merged.projections(stack.headers)),
    Check("no_slices", lambda stack: meaning.beside(stack.headers)),
    Check("derived", lambda stack: merged.derived(stack.headers)),
    Check("computed", lambda stack: meaning.computed(stack.headers)),
    Check("real_world_values", lambda stack: real_world.others(stack.headers)),
    Check("converted", lambda stack: meaning.converted(stack.headers)),
    Check("padded", lambda stack: meaning.padded(stack.headers)),
    Check("no_magnitude", lambda stack: merged.parts(stack.headers)),
)
