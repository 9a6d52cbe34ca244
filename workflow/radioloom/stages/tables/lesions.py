"""Lesions of a patient: the regions of one kind, how many there are, and which is the largest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.stages.tables.combined_names import EACH, LISTS, MEAN, RULES, SUM, words_of
from radioloom.tables.columns import FIRST, PARTS

if TYPE_CHECKING:
    import pandas as pd

VOLUMES = ("RNU0", "YEKZ")  # IBSI ids of the volume that weighs lesions, the first that a table has
REGION = ["cohort", "case", "replicate", *PARTS]  # of one measured region
KIND = ["cohort", "patient", "replicate", *PARTS]  # of which a patient may have several lesions
WHOSE = ["cohort", "patient", *PARTS]  # whose lesions are the same in every replicate
SHOWN = 3


def lesions_of(
    features: pd.DataFrame,
    patients: pd.DataFrame,
    settings: Mapping[str, Any],
    listed: Iterable[Mapping[str, str]] = (),
) -> pd.DataFrame:
    """The regions that are combined, one a row.

    Columns: REGION, patient, volume, n (lesions of its kind), known, same and largest.

    features : FEATURES; patients : PATIENTS; settings : the study's `combine`; listed : see `combine`
    Lesions are the cases of one patient and replicate with one region, modality and visit. The largest is that of the
    largest volume, of equal ones the first by name. Where the volume of one of several is not known, none is taken:
    one that is listed and was not measured is a lesion too, and counts in n. Lesions are chosen once, in the first
    replicate: of another with other lesions (same: false) none is taken, for agreement is of one lesion with itself.
    """
    lesions = _of_patients(features[REGION].drop_duplicates(), patients)
    for part, key in LISTS.items():
        if words := words_of(settings, key):
            lesions = lesions[lesions[part].isin(words)]
        else:
            _refuse_several(lesions, part, key)
    lesions = lesions.merge(_volumes(features, settings), on=REGION, how="left").sort_values(REGION, ignore_index=True)
    kind = lesions.groupby(KIND)
    lesions["n"] = kind["case"].transform("size") + _not_measured(lesions, patients, listed)
    several = lesions["n"] > 1
    if settings["lesions"] == EACH and several.any():
        raise StudyError(
            f"combine.lesions: {some(lesions.loc[several, 'patient'], 'patient')} with several cases of one region, "
            f"modality and visit; say which counts: {', '.join(RULES[1:])}"
        )
    if several.any() and lesions["volume"].isna().all():
        raise StudyError(
            f"combine.lesions: no feature is a volume (IBSI {' or '.join(VOLUMES)}) that lesions could be compared by; "
            "name yours in combine.volume"
        )
    if settings["lesions"] in (SUM, MEAN) and (below := several & (lesions["volume"] < 0)).any():
        raise StudyError(
            f"combine.lesions: {some(lesions.loc[below, 'patient'], 'patient')} with lesions of a volume below 0, by "
            f"which `{settings['lesions']}` cannot weigh or add; were features standardised? Give the volume as it was "
            "measured (combine.volume), or take `largest`"
        )
    if settings["lesions"] == MEAN:
        lesions["volume"] = lesions["volume"].where(lesions["volume"] > 0)
    known = ~several | (kind["volume"].transform("count") == lesions["n"])
    return _chosen_once(lesions.assign(known=known))


def _chosen_once(lesions: pd.DataFrame) -> pd.DataFrame:
    """The lesions with `same` and `largest`, both by the first replicate of each patient and kind.

    One lesion in each replicate is the same, whatever its case is called; of several each has the case of the first.
    """
    later = lesions.assign(later=lesions["replicate"].ne(FIRST)).sort_values(["later", "replicate"], kind="stable")
    first = lesions[lesions["replicate"].eq(later.groupby(WHOSE)["replicate"].transform("first"))]
    ordered = first.sort_values(["volume", "case"], ascending=[False, True], kind="stable").drop_duplicates(WHOSE)
    chosen = lesions[WHOSE].merge(ordered[[*WHOSE, "case", "n", "known"]], on=WHOSE, how="left")
    names, single = [*WHOSE, "case"], lesions["n"] == 1
    repeated = single | lesions.set_index(names).index.isin(first.set_index(names).index)
    alike = repeated & lesions["n"].eq(chosen["n"])
    same = alike.groupby([lesions[name] for name in KIND]).transform("all")
    known = lesions["known"] & chosen["known"] & same
    return lesions.assign(known=known, same=same, largest=known & (single | lesions["case"].eq(chosen["case"])))


def _of_patients(regions: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Rows of regions with their `patient`, who is the case where PATIENTS has none."""
    rows = regions.merge(patients, on=["cohort", "case"], how="left")
    return rows.assign(patient=rows["patient"].fillna(rows["case"]))


def _not_measured(lesions: pd.DataFrame, patients: pd.DataFrame, listed: Iterable[Mapping[str, str]]) -> np.ndarray:
    """How many lesions of the kind of each row are listed and have no features, (n,).

    A sheet need not say the modality of DICOM: an image that was excluded before it was known may be of any.
    """
    import pandas as pd

    rows = pd.DataFrame(listed, columns=REGION).drop_duplicates()
    known = pd.MultiIndex.from_frame(pd.concat([lesions[REGION], lesions[REGION].assign(modality="")]))
    gone = _of_patients(rows[~pd.MultiIndex.from_frame(rows).isin(known)], patients)
    count = Counter(gone[KIND].itertuples(index=False, name=None))
    place = KIND.index("modality")
    return np.array(
        [
            count[kind] + (count[(*kind[:place], "", *kind[place + 1 :])] if kind[place] else 0)
            for kind in lesions[KIND].itertuples(index=False, name=None)
        ],
        dtype=np.int64,
    )


def _refuse_several(lesions: pd.DataFrame, part: str, key: str) -> None:
    """StudyError where patients have several of what is not declared: one of them would be taken by chance."""
    counts = lesions.groupby(["cohort", "patient"])[part].nunique()
    if several := counts.index[counts > 1].get_level_values("patient").tolist():
        words = sorted(set(lesions.loc[lesions["patient"].isin(several), part]))
        raise StudyError(
            f"combine: {some(several, 'patient')} with several {key} ({', '.join(words[:SHOWN])}); declare those that "
            f"models take: combine.{key}"
        )


def _volumes(features: pd.DataFrame, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Volume of each region, by the feature of the study, or the first of VOLUMES that it has."""
    if named := settings["volume"]:
        rows = features[features["feature_id"] == named].assign(order=0)
        if rows.empty:
            raise StudyError(f"combine.volume: no image has the feature {named!r}; correct it")
    else:
        rows = features[features["ibsi"].isin(VOLUMES)]
        rows = rows.assign(order=rows["ibsi"].map(VOLUMES.index))
    rows = rows.sort_values([*REGION, "order", "feature_id"]).drop_duplicates(REGION)
    return rows[[*REGION, "value"]].rename(columns={"value": "volume"})


def some(patients: Iterable[str], what: str) -> str:
    """`2 patients (A, B)`, the first of them named."""
    names = sorted(set(patients))
    more = ", ..." if len(names) > SHOWN else ""
    return f"{len(names)} {what}{'' if len(names) == 1 else 's'} ({', '.join(names[:SHOWN])}{more})"
