"""What a study combines of its patients' images: how many patients have what, and where features are from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, feature
from radioloom.tables.combined import AT_FIRST, AT_SECOND, DIFFERENCE, RATIO

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

MODALITIES = {"PT": "PET"}  # as a reader calls them, where that is not their DICOM word
LESIONS = {  # `combine.lesions` of a study
    "each": "no patient has several lesions of one region, modality and visit",
    "largest": "of several lesions the largest in volume is taken",
    "mean": "of several lesions the mean is taken, weighted by volume",
    "sum": "of several lesions the volume is added, and so are features that add up by their IBSI id (volume, area, "
    "energy, integrated intensity); all others are of the largest in volume",
}
VISITS = {
    AT_FIRST: "first visit",
    AT_SECOND: "second visit",
    DIFFERENCE: "second visit - first",
    RATIO: "second visit / first",
}


def sentence(frame: pd.DataFrame, block: dict[str, Any]) -> str:
    """What was combined, in a sentence. frame : COMBINATIONS; block : the study's `combine`."""
    undecided = int(frame["undecided"].sum())
    told = (
        f" In {count(undecided, 'case')} one of several lesions was excluded or has no known volume, so that the "
        "patient lacks all of them."
    )
    others = int(frame["not_repeated"].sum())
    retest = (
        f" In {count(others, 'case')} a later replicate has other lesions than the first: agreement is not of "
        f"{'it' if others == 1 else 'them'}."
    )
    return (
        f"A patient's images are one case of the models: {count(int(frame['images'].sum()), 'region')} measured were "
        f"combined, and {LESIONS[block['lesions']]}. What a patient lacks is missing, and stands in the table."
        f"{told if undecided else ''}{retest if others else ''}"
    )


def combinations(frame: pd.DataFrame) -> Exhibit:
    """COMBINATIONS, without the columns that are the same in all rows for want of several."""
    parts = [(name, head) for name, head in HEADS.items() if frame[name].any()]
    heads = ("cohort", *(head for _, head in parts), "patients", "lack it", "regions measured", "with several lesions")
    rows = [
        (
            row["cohort"],
            *(MODALITIES.get(row[name], row[name]) for name, _ in parts),
            *(str(row[name]) for name in ("patients", "lacking", "images", "several")),
        )
        for row in frame.to_dict("records")
    ]
    return Exhibit(heads, tuple(rows), tuple(range(len(heads) - 4, len(heads))))


HEADS = {"roi": "region", "modality": "modality", "visit": "visit"}


def origins(features: pd.DataFrame, chosen: Iterable[str]) -> Exhibit:
    """Where the features of a signature are from.

    features : COMBINED; chosen : ids of its terms, of which others than features are passed over
    """
    known = features.drop_duplicates("feature_id").set_index("feature_id")
    rows = known.loc[[name for name in chosen if name in known.index]]
    parts = [(name, head) for name, head in HEADS.items() if rows[name].any()]
    words = {"modality": MODALITIES, "visit": VISITS, "roi": {}}
    return Exhibit(
        ("feature", *(head for _, head in parts), "measured"),
        tuple(
            (name, *(words[part].get(row[part], row[part]) for part, _ in parts), feature(_measured(row)))
            for name, row in rows.iterrows()
        ),
    )


def _measured(row: pd.Series) -> str:
    image = "" if row["image"] in ("", "original") else f"{row['image']} "
    return f"{image}{row['family']} {row['feature']}".strip()
