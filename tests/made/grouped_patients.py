"""A study as tables whose patients are of three groups, which their textures tell apart; see planted_tables."""

import numpy as np
import pandas as pd

from made.planted_tables import MAPPING, Made
from radioloom.stages.unsupervised.annotate import annotate
from radioloom.tables import ANNOTATIONS

ENTRIES = [
    {"column": "group", "levels": ["a", "b", "c"]},
    {"column": "stage", "levels": ["I", "II", "III"]},
    {"column": "age"},
    {"column": "site", "levels": ["here", "there"]},
]
SETTINGS = {
    "features": "reliable",
    "scaling": "standard",
    "clustering": "hierarchical",
    "number": "stability",
    "most_clusters": 4,
    "resamples": 20,
    "references": 20,
    "annotations": ENTRIES,
    "neighbours": 3,
}


def planted(features, outcomes):
    """Every third patient is of one of three groups, which differ in all textures; all are of one site."""
    number = features["case"].str[-3:].astype(int)
    texture = features["family"].isin(["glcm", "glrlm"]) & (features["feature"] > "f04")
    odd = features["feature"].str[-1:].astype(int) % 2 == 1
    features["value"] += 8.0 * texture * np.where(odd, number % 3 == 1, number % 3 == 2)
    for frame in outcomes.values():
        frame["group"] = [("a", "b", "c")[int(case[-3:]) % 3] for case in frame["patient"]]
        frame["site"] = "here"
        frame.loc[frame.index[2], "age"] = ""


def grouped(**changes) -> Made:
    """The study; `changes` are of what makes it."""
    made = Made(**{"sizes": {"train": 60, "valid1": 36, "retest": 16}, "change": planted, **changes})
    made.study["unsupervised"] = dict(SETTINGS)
    return made


def annotated(made: Made) -> pd.DataFrame:
    """ANNOTATIONS of its patients."""
    rows = []
    for name, frame in made._raw[1].items():
        rows += annotate(frame, name, frame["patient"], MAPPING, made.study["outcome"], ENTRIES)
    return ANNOTATIONS.frame(rows)
