"""Golden values of intensity-normalization 3.0.1 (Reinhold; MIT); run where it and scikit-image are installed.

    pip install intensity-normalization==3.0.1 scikit-image && PYTHONPATH=tests python tests/golden/make/nyul.py DATA

DATA: the folder that holds sts/nifti. Made-up heads are those of `heads.head`, learnt from in all their voxels; of the
soft-tissue sarcomas, the T1 images of 12 patients in the voxels above the threshold of Otsu by scikit-image.
"""

import csv
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
from intensity_normalization import NyulNormalizer
from skimage.filters import threshold_otsu

from made.heads import HEADS, VOXELS, head

HERE = Path(__file__).resolve().parents[1]


class Plain:
    """An image of theirs in double precision; their own adapter of arrays is single."""

    def __init__(self, data):
        self.data = data

    def get_data(self):
        """The array."""
        return self.data

    def with_data(self, data):
        """Another."""
        return Plain(data)


def values(name, images, masks, *ends):
    """Set, image, what, value: the standard scale, then of each mapped image the voxels kept and both extremes."""
    theirs = NyulNormalizer(*ends).fit_population(images, masks)
    for percentile, value in zip(theirs.percentiles, theirs.standard_scale, strict=True):
        yield [name, "", f"p{percentile:g}", repr(float(value))]
    for i, (image, mask) in enumerate(zip(images, masks, strict=True)):
        mapped = theirs.transform(image, mask).get_data()
        for what, value in {"min": mapped.min(), "max": mapped.max()}.items():
            yield [name, i, what, repr(float(value))]
        for voxel in VOXELS if name == "head" else ():
            yield [name, i, voxel, repr(float(mapped.flat[voxel]))]


def main(data):
    """Write the table beside this folder."""
    heads = [Plain(head(seed)) for seed in range(HEADS)]
    files = sorted((data / "sts" / "nifti").glob("*/MR_T1_image.nii.gz"))
    real = [Plain(np.asarray(nib.load(file).get_fdata())) for file in files]
    bodies = [Plain(image.data > threshold_otsu(image.data, 256)) for image in real]
    whole = [Plain(image.data > 0) for image in heads]
    with open(HERE / "nyul.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["set", "image", "what", "value"])
        writer.writerows(values("head", heads, whole, 0.0, 100.0))
        writer.writerows(values("sts", real, bodies, 0.0, 100.0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
