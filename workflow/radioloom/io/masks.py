"""Write and read the masks of a batch as one file, which stage segment hands to stage prepare."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from radioloom.sealed import UNSEALED, complete, read_bytes, seal
from radioloom.segmentation.mask import Mask


def write(masks: Mapping[str, Mask], path: Path | str) -> None:
    """Write masks by name, one bit per voxel, sealed; equal masks give equal bytes."""
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
    file = io.BytesIO()
    np.savez_compressed(file, about=note, **{f"mask:{name}": array for name, array in bits.items()})
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = UNSEALED.encode()
    with complete(path) as part:
        part.write_bytes(seal(file.getvalue()))


def read(path: Path | str) -> dict[str, Mask]:
    """Masks by name, as `write` wrote them; StudyError naming the file where it is damaged or was edited."""
    with np.load(io.BytesIO(read_bytes(path)), allow_pickle=False) as stored:
        about = json.loads(stored["about"].tobytes())
        return {name: _mask(stored[f"mask:{name}"], entry) for name, entry in about.items()}


def _mask(bits: np.ndarray, entry: dict[str, Any]) -> Mask:
    shape = tuple(entry["shape"])
    array = np.unpackbits(bits, count=int(np.prod(shape))).astype(bool).reshape(shape)
    return Mask(array, tuple(entry["offset"]), entry["source"], entry["contour_mm3"], tuple(entry["notes"]))
