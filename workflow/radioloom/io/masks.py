"""Write and read the masks of a batch as one file, which stage segment hands to stage prepare."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.failures import damaged
from radioloom.sealed import CUT, complete
from radioloom.segmentation.mask import Mask

# What a damaged archive raises; its CRC sums see every other change.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, LookupError, NotImplementedError, RuntimeError, OSError)


def write(masks: Mapping[str, Mask], path: Path | str) -> None:
    """Write masks by name, one bit per voxel; equal masks give equal bytes."""
    about = {
        name: {
            "shape": mask.array.shape,
            "offset": mask.offset,
            "source": mask.source,
            "contour_mm3": mask.contour_mm3,
            "notes": mask.notes,
        }
        for name, mask in sorted(masks.items())
    }
    bits = {name: np.packbits(masks[name].array.ravel()) for name in about}
    note = np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8)
    with complete(path) as part, open(part, "wb") as handle:  # a handle: numpy would add a suffix to a name
        np.savez_compressed(handle, about=note, **{f"mask:{name}": array for name, array in bits.items()})


def read(path: Path | str) -> dict[str, Mask]:
    """Masks by name, as `write` wrote them; StudyError naming the file where it is damaged."""
    content = io.BytesIO(Path(path).read_bytes())
    try:
        with np.load(content, allow_pickle=False) as stored:
            about = json.loads(stored["about"].tobytes())
            return {name: _mask(stored[f"mask:{name}"], entry) for name, entry in about.items()}
    except BROKEN as error:
        raise StudyError(damaged(path, CUT)) from error


def _mask(bits: np.ndarray, entry: dict[str, Any]) -> Mask:
    shape = tuple(entry["shape"])
    array = np.unpackbits(bits, count=int(np.prod(shape))).astype(bool).reshape(shape)
    return Mask(array, tuple(entry["offset"]), entry["source"], entry["contour_mm3"], tuple(entry["notes"]))
