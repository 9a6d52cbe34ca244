"""One region of a label map."""

from __future__ import annotations

import numpy as np

from radioloom.errors import BadMask

WHOLE = 1e-3  # how far a stored label may be from a whole number: rounding of formats that store floats
SHOWN = 12  # labels listed in a message


def region(labels: np.ndarray, pattern: str) -> np.ndarray:
    """Voxels (bool, of the same shape) of the label whose number `pattern` is, of any label but 0 where it is "".

    Raises BadMask where the pattern is no number, the map has no such label or none at all, or where its values are
    parts (probabilities) and no labels.
    """
    if not np.isfinite(labels).all():
        raise BadMask("the label map holds values that are not finite; labels are whole numbers")
    if not pattern:
        return _any(labels)
    try:
        number = float(pattern)
    except ValueError as error:
        raise BadMask(
            f"the pattern {pattern!r} is no number, and a label map has no names; give the label's number"
        ) from error
    marked = np.abs(labels - number) <= WHOLE if labels.dtype.kind == "f" else labels == number
    if not marked.any():
        raise BadMask(
            f"no voxel has label {pattern}; labels found: {_listed(labels)}; set `pattern` in the sheet, or roi"
        )
    return marked


def _any(labels: np.ndarray) -> np.ndarray:
    marked = labels != 0
    if not marked.any():
        raise BadMask("the mask is empty: not one voxel is marked")
    if labels.dtype.kind == "f":
        values = labels[marked]
        if np.ptp(values) > 0 and np.abs(values - np.rint(values)).max() > WHOLE:
            raise BadMask(
                f"the label map holds parts ({values.min():.3g} to {values.max():.3g}), no labels; threshold it first"
            )
    return marked


def _listed(labels: np.ndarray) -> str:
    found = [f"{value:g}" for value in np.unique(labels) if value != 0]
    return ", ".join(found[:SHOWN]) + (" ..." if len(found) > SHOWN else "") or "none (the mask is empty)"
