"""The IBSI 1 digital phantom and the published values, for conformance tests that need no data from elsewhere."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import numpy as np

from radioloom.roi import Levels

TABLE = Path(__file__).resolve().parents[2] / "resources" / "ibsi" / "ibsi1_reference_values.csv"

# Printed in the reference manual (section "Digital phantom"): four slices of 4 rows and 5 columns; 0: outside the ROI.
DIGITAL = np.array(
    [
        [[1, 4, 4, 1, 1], [1, 4, 6, 1, 1], [4, 1, 6, 4, 1], [4, 4, 6, 4, 1]],
        [[1, 4, 4, 1, 1], [1, 1, 6, 1, 1], [0, 1, 3, 1, 1], [4, 4, 6, 1, 1]],
        [[1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 1, 6, 1, 1]],
        [[1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 6, 1, 1]],
    ],
    np.uint16,
)


def digital() -> Levels:
    """The digital phantom, whose intensities are its grey levels."""
    return Levels(DIGITAL.copy(), 6, DIGITAL > 0, (2.0, 2.0, 2.0))


def snake(name: str) -> str:
    """Row name of a feature of the published table."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def references(dataset: str, family: str) -> list[dict]:
    """Rows of the published table with `value`, `tolerance` (as published) and `last_digit` of the value as printed."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["dataset"] == dataset and row["family_id"] == family]
    rows = [row for row in rows if row["value"]]  # a few features have no standard value
    for row in rows:
        printed = Decimal(row["value"])
        # Three significant digits are published; trailing zeros are not printed.
        row["last_digit"] = (
            10.0 ** min(printed.normalize().as_tuple().exponent, printed.adjusted() - 2) if printed else 1e-9
        )
        row["value"], row["tolerance"] = float(printed), float(row["tolerance"])
    return rows


def within(value: float, row: dict) -> bool:
    """Whether a value agrees with a row, to its tolerance after rounding to the printed digits."""
    return abs(value - row["value"]) <= row["tolerance"] + 0.5001 * row["last_digit"]
