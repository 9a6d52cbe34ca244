"""Debian's plastimatch as another rasteriser of structure sets."""

import subprocess
from hashlib import sha256
from pathlib import Path

import numpy as np
import SimpleITK as sitk


def masks(image, structure_set, folder):
    """Masks by name, bool (z, y, x), as plastimatch makes them on the grid of the image, by the even-odd rule.

    Its default fills what two contours enclose.
    """
    command = ["plastimatch", "convert", "--xor-contours", "--input", structure_set, "--referenced-ct", image]
    command += ["--output-prefix", folder, "--prefix-format", "nrrd"]
    subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=300)
    return {path.stem: sitk.GetArrayFromImage(sitk.ReadImage(str(path))) > 0 for path in Path(folder).glob("*.nrrd")}


def rows(found):
    """Of each slice of each mask: name, slice, voxels, digest of its bits; all text."""
    for name, mask in sorted(found.items()):
        for z in np.flatnonzero(mask.any(axis=(1, 2))):
            yield [name, str(z), str(mask[z].sum()), sha256(np.packbits(mask[z]).tobytes()).hexdigest()[:16]]
