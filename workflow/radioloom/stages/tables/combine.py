"""Stage combine: what the images of a patient say, as one case of the models: lesions, regions, modalities, visits.

Nothing is learnt here: each patient's rows depend on that patient's images alone. Several lesions of a patient are
taken by the rules that Chang 2021 compares (doi:10.1038/s41598-021-89114-6: the largest, the mean weighted by volume),
or their extensive features are added up; two visits are compared as in Fave 2017 (doi:10.1038/s41598-017-00665-z).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from radioloom.errors import StudyError
from radioloom.stages.tables.combined_names import LISTS, MEAN, SUM, WORDS, names_of, words_of
from radioloom.stages.tables.lesions import REGION, VOLUMES, lesions_of, some
from radioloom.tables.cohorts import USED_BY_MODELS
from radioloom.tables.columns import FIRST, PARTS
from radioloom.tables.combined import AT_FIRST, AT_SECOND, DIFFERENCE, RATIO

if TYPE_CHECKING:
    import pandas as pd

STAGE = "combine"
NOTHING = "no features of what `combine` takes of a patient"
UNDECIDED = "several lesions of a kind, one of them excluded or without a volume that they could be compared by"
# IBSI ids of features of which a whole has the sum of its disjoint parts: volume (of the mesh, of voxels), surface
# area, integrated intensity, energy. Of all others (means, textures, shapes) a sum is none of anything.
EXTENSIVE = frozenset({*VOLUMES, "C0JK", "99N0", "N8CA"})


class Combination(NamedTuple):
    """What a study combines, as rows of its tables, and which regions went into it."""

    features: pd.DataFrame  # COMBINED
    patients: list[dict[str, Any]]  # PATIENTS, whose cases are patients
    exclusions: list[dict[str, str]]
    summary: list[dict[str, Any]]  # COMBINATIONS
    lesions: pd.DataFrame  # see `lesions_of`
    added: frozenset[str]  # ids of the features of which `lesions: sum` takes the sum


def combine(
    features: pd.DataFrame,
    patients: pd.DataFrame,
    settings: Mapping[str, Any],
    roles: Mapping[str, str],
    listed: Iterable[Mapping[str, str]] = (),
) -> Combination:
    """The features of all images of a patient, as one case with the patient's pseudonym.

    features : FEATURES; patients : PATIENTS; settings : the study's `combine`; roles : role by cohort
    listed : REGION of every row of sheets and tables, measured or not
    Raises StudyError where a patient has several lesions, modalities, regions or visits that the study does not
    declare, where no feature is a volume that lesions could be weighed by, or two features would have one name.
    """
    whose = _patients(patients)
    lesions = lesions_of(features, whose, settings, listed)
    used = features["cohort"].map(roles).isin(USED_BY_MODELS)
    everyone = features.loc[used, ["cohort", "case"]].drop_duplicates().merge(whose, on=["cohort", "case"])
    taken, reasons = _with_all_required(lesions, settings, set(map(tuple, everyone[["cohort", "patient"]].to_numpy())))
    added = extensive(features, settings)
    rows = brought_together(features, taken, settings, added)
    left = set(map(tuple, rows[["cohort", "case"]].drop_duplicates().to_numpy()))
    undecided = _undecided(lesions)
    for patient in set(map(tuple, everyone[["cohort", "patient"]].to_numpy())) - left:
        reasons.setdefault(patient, UNDECIDED if patient in undecided else NOTHING)
    exclusions = [
        {"cohort": cohort, "case": patient, "replicate": FIRST, "roi": "", "stage": STAGE, "reason": reason}
        for (cohort, patient), reason in sorted(reasons.items())
    ]
    people = whose[["cohort", "patient", "named"]].drop_duplicates().assign(case=lambda each: each["patient"])
    return Combination(rows, people.to_dict("records"), exclusions, list(_summary(taken, rows)), taken, added)


def _patients(patients: pd.DataFrame) -> pd.DataFrame:
    """PATIENTS; StudyError where the name of a case is that of a patient whom others of its cohort name."""
    both = patients.groupby(["cohort", "patient"])["named"].nunique()
    if torn := both.index[both > 1].get_level_values("patient").tolist():
        raise StudyError(
            f"combine: {some(torn, 'patient')} named by some cases, and another case called so: name the patient of "
            "each case in the column `patient`"
        )
    return patients


def extensive(features: pd.DataFrame, settings: Mapping[str, Any]) -> frozenset[str]:
    """Ids of the features of FEATURES of which `lesions: sum` takes the sum: by IBSI id, and the declared volume."""
    added = features["ibsi"].isin(EXTENSIVE) | (features["feature_id"] == settings["volume"])
    return frozenset(features.loc[added, "feature_id"])


def brought_together(
    rows: pd.DataFrame, lesions: pd.DataFrame, settings: Mapping[str, Any], added: Iterable[str]
) -> pd.DataFrame:
    """FEATURES, or a table of changed images, as rows of patients: of the lesions that were chosen in FEATURES.

    rows : FEATURES, CONTROLS or PERTURBED; lesions : see `lesions_of`; settings : the study's `combine`
    added : ids of the features that `lesions: sum` adds up; the others are those of the largest lesion
    A mean is of the lesions in which a feature is defined, a sum of a lesion in which it is not is not defined.
    """
    own = list(rows.columns)
    keys = [name for name in REGION if name in own]
    of_region = [*dict.fromkeys([*keys, *PARTS]), "patient", "volume", "n", "known", "largest"]
    whole = rows.merge(lesions[of_region], on=keys)
    of_patient = ["cohort", "patient", "replicate", *PARTS, *(["variant"] if "variant" in own else []), "feature_id"]
    rule, several = settings["lesions"], (whole["n"] > 1) & whole["known"]
    patients = whole[whole["largest"]]
    if rule == SUM:
        values = _sums(whole[several & whole["feature_id"].isin(frozenset(added))], of_patient)
        patients = _with_values(patients, values, of_patient)
    elif rule == MEAN:
        patients = _with_values(patients, _means(whole[several], of_patient), of_patient)
    patients = patients.assign(case=patients["patient"])
    key = [*(name for name in of_patient if name not in ("patient", "visit")), "case"]
    patients = _over_time(patients, settings.get("visits"), key)
    return _named(patients, settings)[own].reset_index(drop=True)


def _sums(rows: pd.DataFrame, key: list[str]) -> pd.Series:
    kind = rows.sort_values("case", kind="stable").groupby(key, sort=True)
    return kind["value"].sum().where(kind["value"].count() == kind["n"].first())


def _means(rows: pd.DataFrame, key: list[str]) -> pd.Series:
    """Means weighted by volume."""
    rows = rows.sort_values("case", kind="stable")
    weight = rows["volume"].where(rows["value"].notna())
    parts = rows.assign(product=rows["value"] * weight, weight=weight).groupby(key, sort=True)[["product", "weight"]]
    sums = parts.sum(min_count=1)
    return sums["product"] / sums["weight"]


def _with_values(rows: pd.DataFrame, values: pd.Series, key: list[str]) -> pd.DataFrame:
    """The rows with other values where there are any."""
    if values.empty:
        return rows
    places = values.index.get_indexer(rows.set_index(key).index)
    return rows.assign(value=np.where(places >= 0, values.to_numpy()[places], rows["value"]))


def _over_time(rows: pd.DataFrame, visits: Mapping[str, Any] | None, key: list[str]) -> pd.DataFrame:
    """Rows of two visits as what is asked of them, whose name is their `visit` then; `key` tells all else apart."""
    import pandas as pd

    if not visits:
        return rows
    first, second = (rows[rows["visit"] == str(visits[name])] for name in ("first", "second"))
    both = first.merge(second[[*key, "value"]], on=key, suffixes=("", "_second"))
    one, two = both["value"].to_numpy(), both.pop("value_second").to_numpy()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = two / one
    tables = {
        AT_FIRST: first,
        AT_SECOND: second,
        DIFFERENCE: both.assign(value=two - one),
        RATIO: both.assign(value=np.where(np.isfinite(ratio), ratio, np.nan)),
    }
    return pd.concat([tables[name].assign(visit=name) for name in visits["as"]])


def _named(rows: pd.DataFrame, settings: Mapping[str, Any]) -> pd.DataFrame:
    """The rows with the names that their features have in COMBINED; StudyError where two would have one."""
    parts = rows[[*PARTS, "feature_id"]].drop_duplicates()
    names = parts.assign(name=names_of(parts.itertuples(index=False, name=None), settings))
    asked = [part for part, key in LISTS.items() if words_of(settings, key)]
    if (twice := names.drop_duplicates([*asked, "feature_id"])["name"].duplicated()).any():
        raise StudyError(f"combine: {int(twice.sum())} features would have the name of another; rename a region")
    named = rows.merge(names, on=[*PARTS, "feature_id"], how="left")
    return named.assign(feature_id=named["name"])


def _with_all_required(
    lesions: pd.DataFrame, settings: Mapping[str, Any], everyone: set[Any]
) -> tuple[pd.DataFrame, dict[Any, str]]:
    """The regions of patients who have what is required, and why others of `everyone` (cohort, patient) do not."""
    reasons: dict[Any, str] = {}
    first = lesions[(lesions["replicate"] == FIRST) & lesions["known"]]
    for part, key in LISTS.items():
        for word in map(str, settings["required"].get(key, ())):
            have = set(map(tuple, first.loc[first[part] == word, ["cohort", "patient"]].to_numpy()))
            why = f"no features of the {WORDS[part]} {word}, which combine.required asks for"
            lacking, undecided = everyone - have - reasons.keys(), _undecided(lesions[lesions[part] == word])
            reasons |= {key: UNDECIDED if key in undecided else why for key in lacking}
    out = [key in reasons for key in zip(lesions["cohort"], lesions["patient"], strict=True)]
    return lesions[~np.array(out, dtype=bool)], reasons


def _undecided(lesions: pd.DataFrame) -> set[tuple[str, str]]:
    """(cohort, patient) of whom models take no lesion as one has no known volume. lesions : see `lesions_of`."""
    rows = lesions[~lesions["known"] & (lesions["replicate"] == FIRST)]
    return set(zip(rows["cohort"], rows["patient"], strict=True))


def _summary(lesions: pd.DataFrame, rows: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Rows of COMBINATIONS. lesions : see `lesions_of`; rows : COMBINED."""
    people = rows.groupby("cohort")["case"].agg(set)
    for cohort, of_cohort in lesions.groupby("cohort", sort=True):
        for parts, kind in of_cohort.groupby(list(PARTS), sort=True):
            whole = set(kind.loc[kind["known"], "patient"]) & people.get(cohort, set())
            yield {
                "cohort": cohort,
                **dict(zip(PARTS, parts, strict=True)),
                "patients": len(whole),
                "lacking": len(people.get(cohort, set()) - whole),
                "images": len(kind),
                "several": kind.loc[kind["n"] > 1, "patient"].nunique(),
                "undecided": kind.loc[~kind["known"] & kind["same"], "patient"].nunique(),
                "not_repeated": kind.loc[~kind["same"], "patient"].nunique(),
            }
