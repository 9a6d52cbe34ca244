"""Write and read the masks of a batch as one file, which stage segment hands to stage prepare."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from radioloom.sealed import UNSEALED, check_batch, complete, read_bytes, seal
from radioloom.segmentation.mask import Mask


def write(masks: Mapping[str, Mask], asked: Collection[str], path: Path | str) -> None:
    """Write masks by name, one bit per voxel, sealed; equal masks give equal bytes.

    asked : names of all regions of the batch with their cohort, of those left out too
    """
    about = {
        name: {
            "shape": mask.array.shape,
            "offset": mask.offset,
            "source": mask.source,
            "contour_mm3": mask.contour_mm3,
            "notes": mask.notes,
            "drawn_mm3": mask.drawn_mm3,
        }
        for name, mask in sorted(masks.items())
    }
    bits = {name: np.packbits(masks[name].array.ravel()) for name in about}
    note, whose = (
        np.frombuffer(json.dumps(each, sort_keys=True).encode(), np.uint8) for each in (about, sorted(asked))
    )
    file = io.BytesIO()
    np.savez_compressed(file, about=note, asked=whose, **{f"mask:{name}": array for name, array in bits.items()})
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = UNSEALED.encode()
    with complete(path) as part:
        part.write_bytes(seal(file.getvalue()))


def read(path: Path | str, asked: Collection[str]) -> dict[str, Mask]:
    """Masks by name, as `write` wrote them; StudyError naming the file where it is another batch's, damaged or edited.

    asked : as `write` had it
    """
    with np.load(io.BytesIO(read_bytes(path)), allow_pickle=False) as stored:
        about, whose = (json.loads(stored[name].tobytes()) if name in stored else [] for name in ("about", "asked"))
        check_batch(path, whose, asked)
        return {name: _mask(stored[f"mask:{name}"], entry) for name, entry in about.items()}


def _mask(bits: np.ndarray, entry: dict[str, Any]) -> Mask:
    shape = tuple(entry["shape"])
    array = np.unpackbits(bits, count=int(np.prod(shape))).astype(bool).reshape(shape)
    known = (entry["source"], entry["contour_mm3"], tuple(entry["notes"]), entry["drawn_mm3"])
    return Mask(array, tuple(entry["offset"]), *known)
