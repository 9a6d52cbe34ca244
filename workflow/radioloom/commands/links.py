"""Words on what a search leaves out: links that are not followed, or lead where no study may read, and other files."""

from __future__ import annotations

from pathlib import Path

from radioloom.io.files import leads_nowhere, lies_within
from radioloom.io.foreign import dead_link

NOT_DRAWN = "no segmentation goes with it"
NOT_DICOM = "that are not DICOM"
LINKED = "a link to a folder, which is not followed: put the folder itself here, or search it by itself"


def astray(link: Path, place: Path) -> str:
    """Why a linked file cannot be one of a study; "" where it can."""
    if leads_nowhere(link):
        return dead_link(link)
    outside = "a link that leads out of this folder: put the file itself here"
    return "" if lies_within(link, place.resolve()) else outside
