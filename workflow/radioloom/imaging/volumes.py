"""Why a region has another volume on the new grid than on the image's own."""

from __future__ import annotations

import numpy as np

from radioloom.imaging.around import Place
from radioloom.imaging.resample import EXACT, Settings, shares
from radioloom.volume import Volume

APART = 0.02  # of the volume, from which it is said
SMALL = 64  # voxels of a region whose surface is most of it


def apart(mask: Volume, placed: Volume, settings: Settings | None, where: Place) -> str:
    """Why the volume of a resampled mask is another than that of the drawn one; "" up to 2 %.

    mask : bool, crop of the old grid that holds `where.source`; placed : the same on `where.target`
    """
    old, new = (np.count_nonzero(each.array) * each.grid.voxel_mm3 for each in (mask, placed))
    return "" if settings is None or abs(new / old - 1) <= APART else _why(mask, placed, settings, where)


def _why(mask: Volume, placed: Volume, settings: Settings, where: Place) -> str:
    n, threshold = int(np.count_nonzero(placed.array)), settings["mask_threshold"]
    if settings["mask"] == "linear":
        tied = np.abs(shares(mask, settings, where.target, where.whole) - threshold) <= EXACT
        n_tied = int(np.count_nonzero(tied))
        if n_tied > APART / 2 * n:
            which = "half-way between old ones" if threshold == 0.5 else f"with a share of {threshold:g}"
            return f"{n_tied} of its {n} voxels lie {which}, and count"
    if n < SMALL:
        return f"it has {n} voxels there, so that one more or less is much of it; a finer grid would follow it"
    if threshold != 0.5:
        return f"voxels count from a share of {threshold:g} on, not from one half"
    return "the new voxels cut its corners and edges, or fill them; a finer grid would follow it"
