"""Stage identify: cases that share a patient, examination, image, region or row of features, before learning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.io.user_tables.ids import bare
from radioloom.stats.copies import first_equal, spreads, written
from radioloom.tables.cases import ALIKE, ALLOWED, EXAMINATION, IMAGE, KINDS, NAME, PATIENT, REFUSED, REGION, ROW
from radioloom.tables.columns import PARTS

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
LEARNT = ("training", "genomics")  # roles of cohorts whose cases count once each in what is learnt
# Features, and digits of each, that must differ between most rows before two equal rows are taken for one patient's.
FEWEST, DIGITS = 5, 4
ORDERED = 10  # rows from which two features that order them alike are taken for functions of each other
FIRST = 8  # pairs that a message names
MOST = 5  # series of as many cases that one examination has; of more it is no UID of its own, but an export's filler
UIDS = {"study_digest": "StudyInstanceUID", "frame_digest": "FrameOfReferenceUID"}  # columns of CASES
REMEDY = "take one case of each pair out of its sheet or table"
REGIONS = "; where two cases are two regions of one patient, name the patient in the column `patient` of both"
APART = {"training", "validation"}  # roles of two cohorts between which no name of a patient makes a pair right
PARTED = "a validation cohort is of patients that nothing was learnt from"


@dataclass(frozen=True, slots=True, order=True)
class Who:
    """A case of a cohort, and whose it is."""

    cohort: str
    case: str
    role: str
    patient: str
    named: bool  # whether the sheet or table names the patient; else it is the case's own name, which others may have


NAMES = (
    "a name alone is taken for two people's: the column `patient` tells where they are one person",
    "almost called alike: where they are one person, give both one name in the column `patient`",
)
COMBINED = "one patient, of whose cases `combine` makes one"
COPIED = "replicates of one case are one drawing: a copy is no second reader, and its agreement of 1 says nothing"
# Roles of cohorts whose replicates should differ: in the image that they are of, and in the voxels of a region.
REPEATS = (("test-retest",), ("test-retest", "observers"))
Pair = tuple[Who, Who]


def identities(
    patients: Iterable[Row], cases: pd.DataFrame | None, features: pd.DataFrame, combined: bool = False
) -> list[Row]:
    """Rows of IDENTITIES: every two cases that share something, and what is made of it.

    patients : cohort, role, case, patient and `named` of every row of the sheets and tables
    cases : CASES; None where a study has no images
    features : FEATURES
    combined : whether models read one case of each patient
    """
    who = {(row["cohort"], row["case"]): Who(**{key: row[key] for key in Who.__slots__}) for row in patients}
    shared: dict[tuple[Pair, str], str] = {}
    for kind, words, values in _held(who, cases, features):
        for pair in pairs(who, values, REPEATS[kind in (REGION, ROW)]):
            if kind != ALIKE or pair[0].patient != pair[1].patient:
                shared.setdefault((pair, kind), words)
    # Two cases of one image are of one examination, too: there it says nothing more.
    shared = {key: words for key, words in shared.items() if key[1] != EXAMINATION or (key[0], IMAGE) not in shared}
    kinds: dict[Pair, set[str]] = {}
    for pair, kind in shared:
        kinds.setdefault(pair, set()).add(kind)
    return [
        _row(pair, kind, words, kinds[pair], combined) for (pair, kind), words in sorted(shared.items(), key=_in_order)
    ]


def fillers(cases: pd.DataFrame) -> list[str]:
    """UIDs that so many cases bear that they tell nobody apart, in words. cases : CASES."""
    told = []
    for column, name in UIDS.items():
        for _, part in cases[cases[column].isin(_fillers(cases, column))].groupby(column):
            who = part[["cohort", "case"]].drop_duplicates()
            listed = ", ".join((who["cohort"] + "/" + who["case"]).head(3))
            told.append(
                f"{part['series'].nunique()} series of {len(who)} cases ({listed} ...) bear one {name}, as exports "
                "write it that fill it in: it says nothing of who is one, and was passed over"
            )
    return told


def refuse(rows: Sequence[Row]) -> None:
    """StudyError that names the pairs of cases that share what they may not.

    rows : of IDENTITIES
    """
    refused: dict[str, list[Row]] = {}
    for row in rows:
        if row["verdict"] == REFUSED:
            pair = f"{row['cohort']}/{row['case']} and {row['other_cohort']}/{row['other_case']}"
            refused.setdefault(pair, []).append(row)
    if refused:
        lines = [
            f"{pair}: {', '.join(row['shared'] for row in shared)} ({shared[0]['reason']})"
            for pair, shared in list(refused.items())[:FIRST]
        ]
        more = [f"... and {len(refused) - FIRST} more; tables/identities.csv has all"] if len(refused) > FIRST else []
        n = len(refused)
        parted = all(row["reason"] == PARTED for shared in refused.values() for row in shared)
        last = REMEDY if parted else f"{REMEDY}{REGIONS}"
        raise StudyError(
            "\n  ".join([f"{n} pair{'' if n == 1 else 's'} of cases may not be in one study:", *lines, *more, last])
        )


def remedy(roles: Iterable[str]) -> str:
    """What to do about pairs of cases of two cohorts of these roles."""
    return REMEDY if set(roles) == APART else f"{REMEDY}{REGIONS}"


def verdict(one: Who, other: Who, kinds: set[str], combined: bool = False) -> tuple[str, str]:
    """Whether two cases may share what they share, and why.

    kinds : of what they share; combined : whether models read one case of each patient
    """
    roles, within, named = {one.role, other.role}, one.cohort == other.cohort, one.named and other.named
    one_patient = one != other and named and one.patient == other.patient
    if combined and within and roles <= APART and one_patient and not kinds & {REGION, ROW}:
        return ALLOWED, COMBINED
    if kinds == {ALIKE} or (kinds == {PATIENT} and not named):
        return ALLOWED, NAMES[ALIKE in kinds]
    if roles == APART:
        return REFUSED, PARTED
    if one != other and (roles == {"training"} or (within and one.role in LEARNT)):
        return _learnt_from(one_patient, kinds)
    return ALLOWED, _unlearnt(one, other)


def _unlearnt(one: Who, other: Who) -> str:
    """Why two cases that nothing is learnt from together may share what they share."""
    if one == other:
        readers = one.role == "observers"
        return COPIED if readers else "replicates of one case: their agreement says nothing of a second scan"
    if one.cohort == other.cohort:
        return f"in a {one.role} cohort nothing is learnt, but it counts twice"
    if "observers" in (one.role, other.role):
        return "readers draw on images of other cohorts by design"
    return f"a {one.role} cohort may share patients with a {other.role} cohort"


def _learnt_from(one_patient: bool, kinds: set[str]) -> tuple[str, str]:
    """The same of two cases that models learn from together."""
    if kinds <= {PATIENT, EXAMINATION}:
        if one_patient:
            return ALLOWED, "one patient with several cases, as the sheets or tables say"
        return ALLOWED, "two images of one examination: name its patient in the column `patient` of both"
    if one_patient and not kinds & {REGION, ROW}:
        return ALLOWED, "two regions of one patient, as the sheets say"
    return REFUSED, "what is learnt from counts each image and region once"


def _held(
    who: Mapping[tuple[str, str], Who], cases: pd.DataFrame | None, features: pd.DataFrame
) -> Iterable[tuple[str, str, list[tuple[tuple[str, str], str]]]]:
    """Kind, words, and ((cohort, case), value) of all that must be of one case alone."""
    yield PATIENT, "one patient", [(key, each.patient) for key, each in who.items()]
    yield ALIKE, "names of patients that are almost alike", [(key, bare(each.patient)) for key, each in who.items()]
    if cases is not None:
        for column, name in UIDS.items():
            known = cases[~cases[column].isin(_fillers(cases, column))].drop_duplicates(["cohort", "case", column])
            yield EXAMINATION, f"the same examination ({name})", _values(known, column)
        yield IMAGE, "the same image (file or series)", _values(cases, "series")
        yield IMAGE, "the same voxels of the image", _values(cases, "image_digest")
        yield REGION, "the same voxels inside the same mask", _values(cases, "region_digest")
    rows, n = equal_rows(features)
    yield ROW, f"all {n} features equal", rows


def _values(cases: pd.DataFrame, column: str) -> list[tuple[tuple[str, str], str]]:
    """((cohort, case), value) of each replicate of CASES, once for all of its regions."""
    known = cases[cases[column].notna()].drop_duplicates(["cohort", "case", "replicate", column])
    return list(zip(zip(known["cohort"], known["case"], strict=True), known[column], strict=True))


def _fillers(cases: pd.DataFrame, column: str) -> list[str]:
    """Digests of UIDs that more than `MOST` series of as many cases bear. cases : CASES."""
    images = cases[cases[column].notna()].assign(who=lambda rows: rows["cohort"] + "/" + rows["case"])
    counts = images.groupby(column)[["series", "who"]].nunique().min(axis=1)
    return counts.index[counts > MOST].tolist()


def equal_rows(features: pd.DataFrame) -> tuple[list[tuple[tuple[str, str], str]], int]:
    """((cohort, case), number) of each row of features that tells whose it is, and how many features there are.

    Such a row has `FEWEST` features of `DIGITS` digits, or more of fewer digits, that differ between most rows and are
    no function of each other; equal ones of few, coarse or lacking values would say nothing of who it is.
    features : FEATURES
    """
    keys = ["cohort", "case", "replicate", *PARTS]
    return equal(features.pivot(index=keys, columns="feature_id", values="value"))


def equal(table: pd.DataFrame) -> tuple[list[tuple[tuple[str, str], str]], int]:
    """The same of a table of cohort, case, replicate and roi (index) x feature id, in their order.

    Two rows are equal that differ by how their numbers were written alone; see `stats.copies`. None where no two are.
    """
    values = table.to_numpy(np.float64)
    first = first_equal(values)
    if len(set(first)) == len(first):
        return [], len(table.columns)  # as in most studies, and in a moment
    telling = _telling(values[first == np.arange(len(first))], spreads(values))
    enough = (~np.isnan(values) @ telling) >= FEWEST * DIGITS if values.size else np.zeros(len(values), bool)
    rows = [(key[:2], str(place)) for key, place, known in zip(table.index, first, enough, strict=True) if known]
    return rows, len(table.columns)


def _telling(values: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Digits by which each feature tells rows apart (f,), `DIGITS` at the most; 0 of one that adds nothing to others.

    values : (n, f) of rows that differ; spread : (f,) interquartile range of each feature
    That is: of values that differ in less than half of the rows, and of one that orders the rows as another does (or
    the other way round), as any function of it would; of few rows, many orders are one by chance.
    """
    digits, orders = np.zeros(values.shape[1], dtype=np.int64), set()
    for k, column in enumerate(values.T if len(values) > 1 else ()):
        known, order = column[~np.isnan(column)], written(column, spread[k])
        if not len(known) or written(known, spread[k]).max() + 1 < len(column) / 2:
            continue
        name = min(each.tobytes() for each in (order, order.max() - order))
        if len(column) < ORDERED or name not in orders:
            orders.add(name)
            digits[k] = _digits(np.unique(known))
    return digits


def _digits(values: np.ndarray) -> int:
    """Significant digits that most of some values have, `DIGITS` at the most."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if not len(sizes):
        return 1
    place = 10.0 ** np.floor(np.log10(sizes))
    coarse = [
        np.isclose(np.round(sizes / place, d), sizes / place, rtol=1e-9, atol=0).mean() for d in range(DIGITS - 1)
    ]
    return 1 + sum(share < 0.5 for share in coarse)


def pairs(
    who: Mapping[tuple[str, str], Who], values: Iterable[tuple[tuple[str, str], str]], repeats: Sequence[str]
) -> Iterable[Pair]:
    """Every two cases of one value; a case with itself where its replicates have one value that should not.

    repeats : roles of cohorts whose replicates should not
    """
    groups: dict[str, list[Who]] = {}
    for key, value in values:
        groups.setdefault(value, []).append(who[key])
    for group in groups.values():
        once = sorted(set(group))
        yield from combinations(once, 2)
        yield from ((each, each) for each in once if each.role in repeats and group.count(each) > 1)


def _row(pair: Pair, kind: str, words: str, kinds: set[str], combined: bool) -> Row:
    one, other = pair
    said, reason = verdict(one, other, kinds, combined)
    if kind == PATIENT and not (one.named and other.named):
        kind, words = NAME, "one name"
    return {
        "cohort": one.cohort,
        "case": one.case,
        "other_cohort": other.cohort,
        "other_case": other.case,
        "kind": kind,
        "shared": words,
        "verdict": said,
        "reason": reason,
    }


def _in_order(item: tuple[tuple[Pair, str], str]) -> tuple[Pair, int]:
    (pair, kind), _ = item
    return pair, KINDS.index(kind)
