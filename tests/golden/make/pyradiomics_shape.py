"""Golden values of pyradiomics 3.0.1 for shape and first-order features; run where that version is installed.

    python pyradiomics_shape.py DATA        (DATA: the folder that holds pyradiomics/brain1_image.nrrd and the others)

`pyradiomics_cells.csv`: area and volume of the surface in a single cell of eight voxel centres, for all 256 of them and
two spacings. `pyradiomics_shape.csv`: shape and first-order features of brain1 and lung1. The mesh values of brain1 in
the `baseline_shape.csv` that pyradiomics ships (area 6433.73 mm2) are not those that 3.0.1 computes (6438.82 mm2, which
the baseline of 2.0.1 has too); its own tests allow for 3 %.
"""

import csv
import sys
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from radiomics import cShape, featureextractor

HERE = Path(__file__).resolve().parents[1]
SPACINGS = ((1.0, 1.0, 1.0), (3.0, 1.3, 0.7))  # (z, y, x) in mm


def cells():
    """Code (bit 4z + 2y + x: that corner is inside), then area and volume at each spacing."""
    for code in range(256):
        mask = np.array([code >> corner & 1 for corner in range(8)], np.int32).reshape(2, 2, 2)
        values = [cShape.calculate_coefficients(mask, np.array(spacing))[:2] for spacing in SPACINGS]
        yield [code, *(repr(float(value)) for pair in values for value in pair)]


def features(data):
    """Case, shift, class, feature, value."""
    for case in ("brain1", "lung1"):
        image = sitk.ReadImage(str(data / "pyradiomics" / f"{case}_image.nrrd"))
        label = sitk.ReadImage(str(data / "pyradiomics" / f"{case}_label.nrrd"))
        for shift in (0, 2000):
            extractor = featureextractor.RadiomicsFeatureExtractor(binWidth=25, voxelArrayShift=shift)
            extractor.disableAllFeatures()
            extractor.enableFeatureClassByName("firstorder")
            if not shift:
                extractor.enableFeatureClassByName("shape")
            for name, value in extractor.execute(image, label, label=1).items():
                if name.startswith("original_"):
                    yield [case, shift, *name.split("_")[1:], repr(float(value))]


def main(data):
    """Write both tables beside this folder."""
    heads = {
        "pyradiomics_cells.csv": ["code", "area_cube", "volume_cube", "area_slab", "volume_slab"],
        "pyradiomics_shape.csv": ["case", "shift", "class", "feature", "value"],
    }
    for (name, head), rows in zip(heads.items(), (cells(), features(data)), strict=True):
        with open(HERE / name, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
