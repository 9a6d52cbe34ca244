"""What structures and segments are called, and by which element of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from radioloom.io.dicom.values import letters
from radioloom.patterns import compiled

NAMES = (("StructureSetROISequence", "ROIName", "ROINumber"), ("SegmentSequence", "SegmentLabel", "SegmentNumber"))


def called(data: Dataset) -> Iterator[tuple[Dataset, str, str, str]]:
    """Item, keyword of its name, name and number of each structure and segment of a file."""
    for sequence, keyword, number in NAMES:
        for item in data[sequence].value if sequence in data and data[sequence].VR == "SQ" else ():
            yield item, keyword, letters(item, tag_for_keyword(keyword) or 0).strip(), str(item.get(number, ""))


def chosen(structures: str) -> re.Pattern[str]:
    """The pattern that the whole name of a structure which is kept is of, none where it is empty."""
    return compiled(structures or "(?!)", re.IGNORECASE)
