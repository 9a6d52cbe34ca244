"""Traces of two acquisitions that an archive or an export has put into one series; of slices in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from radioloom.io.dicom.headers import Header
from radioloom.io.dicom.stated import DERIVED, FEW, STATED, other_part, several

CONCATENATION = ("ConcatenationUID", "InConcatenationNumber", "InConcatenationTotalNumber")
SHOWN = "look whether all slices show the same phase"
# Seconds between slices of one scan at the most: breath-holds of CT, packages of slices of MR, beds of PET.
PAUSE_S = {"CT": 120.0, "MR": 600.0, "PT": 3600.0}
INSTANTS = (
    ("AcquisitionDateTime",), ("AcquisitionDate", "AcquisitionTime"), ("AcquisitionTime",), ("AcquisitionDate",),
)  # fmt: skip
PHASES_S, DAY_S = 10.0, 86400.0  # between two phases of CT whose slices take turns
IN_TIME = {"DYNAMIC": "time", "GATED": "phase"}  # kinds of PET series, and what each of their volumes is
PROJECTIONS = frozenset({"MIP", "MINIP", "MAX_IP", "MIN_IP", "PROJECTION IMAGE"})  # of several slices each


def interleaved(headers: Sequence[Header]) -> str:
    """Why two acquisitions that take turns are two volumes for certain: they count their slices alike; "" elsewhere."""
    first, turns = _acquisitions(headers)
    if len(first) != 2 or turns < len(headers) - 2 or len(headers) < 4:
        return ""
    ordinals: dict[str, dict[str, Header]] = {name: {} for name in first}
    for header in headers:
        ordinals[header.acquisition].setdefault(header.ordinal, header)
    one, other = ordinals.values()
    both = [ordinal for ordinal in one if ordinal and ordinal in other]
    if 2 * len(both) < min(len(one), len(other)) or len(both) < 2:
        return ""
    pair = one[both[0]], other[both[0]]
    named = " and ".join(f"{header.name} (AcquisitionNumber {_number(header.acquisition)})" for header in pair)
    return (
        f"slices of two acquisitions take turns: {named} bear one InstanceNumber, as {len(both)} pairs do; two volumes "
        "in one series: keep the one that the region was drawn on"
    )


def kinds(headers: Sequence[Header]) -> str:
    """Why slices are of several images for certain: an element that none varies within has several values."""
    told = [header.stated for header in headers]
    for element in STATED:
        if headers[0].modality in element.refused and (n := several(element, told)):
            return (
                f"{element.name} has {n} values among {len(headers)} slices: images of several kinds in one series; "
                "separate them, and keep the one that the region was drawn on"
            )
    return ""


def incomplete(headers: Sequence[Header]) -> str:
    """Why an image that was split into several files (a concatenation: PS3.3, C.7.6.16.2.2.4) is not whole."""
    numbers: dict[object, set[float]] = {}
    totals: dict[object, float] = {}
    for header in headers:
        uid, number, total = (header.stated.get(name) for name in CONCATENATION)
        if isinstance(number, float):
            numbers.setdefault(uid, set()).add(number)
            totals[uid] = max(totals.get(uid, 0), number, total if isinstance(total, float) else 0)
    for uid, total in totals.items():
        if lost := int(total) - len(numbers[uid]):
            return f"{lost} of {total:g} files of an image that was split are absent (a concatenation); fetch it again"
    return ""


def fewer(headers: Sequence[Header]) -> str:
    """What to note of a PET that has fewer slices than each says that a volume has."""
    said = [n for header in headers if isinstance(n := header.stated.get("NumberOfSlices"), float)]
    if headers[0].modality != "PT" or max(said, default=0) <= len(headers):
        return ""
    return (
        f"{len(headers)} slices, where the files say that a volume has {max(said):g} (NumberOfSlices): were some lost?"
    )


def settings(headers: Sequence[Header]) -> str:
    """What to note where slices say that they were made otherwise than others of them."""
    told = [header.stated for header in headers]
    asked = [element for element in STATED if headers[0].modality in element.noted]
    counts = {element.name: n for element in asked if (n := several(element, told)) and (n <= FEW)}
    listed = ", ".join(f"{name} ({n} values)" for name, n in counts.items())
    return f"made in several ways by slice: {listed}; look whether all slices are of one image" if listed else ""


def acquisitions(headers: Sequence[Header]) -> str:
    """What to note of slices of a few acquisitions."""
    first, turns = _acquisitions(headers)
    if not 1 < len(first) <= FEW:
        return ""
    counts = Counter(header.acquisition for header in headers)
    listed = ", ".join(f"{counts[name]} of AcquisitionNumber {_number(name)}" for name in first)
    how = "one after the other" if turns == len(first) - 1 else "mixed"
    return f"slices of {len(first)} acquisitions, {how} ({listed}): {SHOWN}"


def pauses(headers: Sequence[Header]) -> str:
    """What to note where slices were taken farther apart than those of one scan are."""
    modality, times = headers[0].modality, _times(headers)
    if modality not in PAUSE_S or not times:
        return ""
    steps = [b - a for a, b in pairwise(sorted(times))]
    longest, parts = max(steps, default=0.0), 1 + sum(step > PAUSE_S[modality] for step in steps)
    turns = sum(a != b for a, b in pairwise(times)) >= len(times) - 2 and len(times) > 3
    if modality == "CT" and len(set(times)) == 2 and turns and longest > PHASES_S:
        parts = 2
    if parts == 1:
        return ""
    pause = f"{longest / DAY_S:.1f} days" if longest >= DAY_S else f"{longest / 60:.1f} minutes"
    return f"slices were taken in {parts} parts, up to {pause} apart by date and time of acquisition: {SHOWN}"


def _times(headers: Sequence[Header]) -> list[float]:
    """Seconds at which slices were taken, by the first of what all of them state; none where there is no such thing."""
    for names in INSTANTS:
        told = [[value for name in names if isinstance(value := h.stated.get(name), float)] for h in headers]
        if all(len(each) == len(names) for each in told):
            return [sum(each) for each in told]
    return []


def contrast(headers: Sequence[Header]) -> str:
    """What to note where slices name different contrast agents, or a part of them none."""
    counts = Counter(header.agent for header in headers)
    if len(counts) < 2:
        return ""
    return f"contrast agent by slice: {min(counts.values())} of {len(headers)} slices name another or none: {SHOWN}"


def counted_twice(headers: Sequence[Header]) -> str:
    """What to note where several slices bear one InstanceNumber, as in series that were put together."""
    counts = Counter(header.ordinal for header in headers if header.ordinal and header.index < 0)
    repeated = sum(n > 1 for n in counts.values())
    if len(counts) < 2 or not repeated:
        return ""
    return f"{repeated} InstanceNumber(s) stand on several slices, as where two series were put together: {SHOWN}"


def studies(headers: Sequence[Header]) -> str:
    """What to note where slices of one series say that they are of several studies."""
    n = len({header.study for header in headers})
    return f"slices of {n} studies (StudyInstanceUID) in one series: {SHOWN}" if n > 1 else ""


def spaces(headers: Sequence[Header]) -> str:
    """What to note where slices of one series say that they lie in several frames of reference."""
    n = len({header.frame for header in headers} - {""})
    told = "frames of reference (FrameOfReferenceUID) in one series: look whether they lie in one stack"
    return f"slices of {n} {told}" if n > 1 else ""


def projections(headers: Sequence[Header]) -> str:
    """What to note of slices that are no measurement of one place, but the brightest (or darkest) of several."""
    n = sum(not PROJECTIONS.isdisjoint(header.image_type.upper().split("\\")) for header in headers)
    if not n:
        return ""
    return (
        f"{n} of {len(headers)} slices are projections of several slices by their ImageType (MIP): their values are "
        "extremes; take the series that they were made from"
    )


def derived(headers: Sequence[Header]) -> str:
    """What to note of CT whose values were computed from those of other images."""
    found = [str(header.stated.get("FrameType", "")) for header in headers]
    words = sorted(DERIVED.intersection(found)) if headers[0].modality == "CT" else []
    if not words:
        return ""
    return (
        f"{sum(each in words for each in found)} of {len(headers)} slices were computed from others "
        f"({', '.join(words)} by ImageType or FrameType): look whether their values are HU"
    )


def parts(headers: Sequence[Header]) -> str:
    """What to note of MR that is another part of the complex signal than its magnitude."""
    n = sum(other_part(header.stated) for header in headers if header.modality == "MR")
    if not n:
        return ""
    return (
        f"{n} of {len(headers)} slices hold phase, real or imaginary parts by their header, and no magnitude: look "
        "whether these are meant"
    )


def in_time(headers: Sequence[Header]) -> str:
    """What to add where several slices lie at one place in a PET that was taken as times or phases; "" elsewhere."""
    kinds = _kinds_in_time(headers)
    return f" (SeriesType {kinds}: keep the slices of one {IN_TIME[kinds]})" if kinds in IN_TIME else ""


def times_or_phases(headers: Sequence[Header]) -> str:
    """What to note of a PET that says that it was taken as several times or phases, of which one is there."""
    kinds = _kinds_in_time(headers)
    if not kinds:
        return ""
    return f"PET of SeriesType {kinds}, with one slice at each place: look whether all are of one time or phase"


def _kinds_in_time(headers: Sequence[Header]) -> str:
    return " and ".join(sorted({kind for header in headers for kind in header.series_type & IN_TIME.keys()}))


def _acquisitions(headers: Sequence[Header]) -> tuple[list[str], int]:
    """AcquisitionNumbers in the order of their first slices, and how often the number changes along the stack.

    None where a slice has no number.
    """
    names = [header.acquisition for header in headers]
    if not all(names):
        return [], 0
    return list(dict.fromkeys(names)), sum(a != b for a, b in pairwise(names))


def _number(name: str) -> str:
    """An AcquisitionNumber as messages may show it: a whole number, and never what else stands in its place."""
    return name if name.isdecimal() and len(name) <= 12 else "?"
