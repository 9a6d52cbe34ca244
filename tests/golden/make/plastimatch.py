"""Golden masks of Debian's plastimatch 1.9.4 for the shapes of `drawn.shapes`; run where it is installed.

    apt-get install plastimatch && PYTHONPATH=tests:workflow python tests/golden/make/plastimatch.py

A row is one slice of one structure: voxels inside, and the digest of the slice's bits.
"""

import csv
import tempfile
from pathlib import Path

from made.drawn import shapes
from made.hospital import ct, structures
from made.rasterisers import masks, rows

HERE = Path(__file__).resolve().parents[1]

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        ct(Path(place, "ct"))
        structures(Path(place, "rs.dcm"), shapes())
        made = masks(Path(place, "ct"), Path(place, "rs.dcm"), Path(place, "out"))
    with open(HERE / "plastimatch.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["structure", "slice", "voxels", "digest"])
        writer.writerows(rows(made))
