"""Slices of one scan each of which bears a SeriesInstanceUID of its own, as some anonymisers and exports leave them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from radioloom.errors import FailedCheck
from radioloom.io.dicom.checks import COSINE, UNEVEN
from radioloom.io.dicom.headers import Header
from radioloom.io.dicom.series import orientation

FEWEST = 4  # slices: fewer, apart, are localizers or pictures of a finding
ASIDE = 1.0  # mm that slices of one stack may lie beside one another


def scattered(lone: Iterable[Header]) -> list[tuple[list[Header], str]]:
    """Groups of slices that are one scan by where they lie, and what is said of each group.

    lone : the slices of series that have no other slice
    """
    groups: dict[tuple, list[Header]] = {}
    for header in lone:
        if len(header.position) == 3 and len(header.orientation) == 6 and header.frames == 1 and not header.beside:
            cosines = tuple(round(value / COSINE / 2) for value in header.orientation)
            alike = (header.whose.number, header.modality, header.rows, header.columns, header.spacing, cosines)
            groups.setdefault(alike, []).append(header)
    found = ((group, _said(group)) for group in groups.values() if len(group) >= FEWEST)
    return [(group, said) for group, said in found if said]


def _said(group: list[Header]) -> str:
    """What is said of slices of one size and direction; "" where they lie neither behind one another nor apart."""
    try:
        axes = orientation(group[0])
    except FailedCheck:
        return ""
    positions = np.array([header.position for header in group])[:, ::-1] @ axes
    along = np.sort(positions[:, 0])
    gaps = np.diff(along)
    step = float(np.median(gaps))
    if np.ptp(positions[:, 1:], axis=0).max() > ASIDE or gaps.min() <= max(UNEVEN * step, 1e-3):
        return ""
    frames, studies = ({header.frame for header in group}, {header.study for header in group})
    shared = ["in one frame of reference"] * (len(frames) == 1) + ["of one study"] * (len(studies) == 1)
    return (
        f"{len(group)} {group[0].modality or 'unnamed'} series of one slice each"
        + "".join(f", {each}" for each in shared)
        + f", {step:.3g} mm apart: they are one scan, whose slices were given a SeriesInstanceUID each (some programs "
        "that remove names do so); export it again with one for all of its slices, or set one in all files (dcmodify "
        "-m SeriesInstanceUID=...)"
    )
