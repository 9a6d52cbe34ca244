"""Stage split: who is learnt from and who is predicted, decided before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.outcome import Outcome, check_learnable
from radioloom.provenance import rng
from radioloom.stages.learning.patients import patients_of
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd

ALONE = (
    "is the only training cohort with patients, and without it nothing is left to learn from; set it to false, or give "
    "each centre a cohort of its own"
)
WHERE = "tables/exclusions.csv of the study's results has the reason of each case"
FEWEST_LEFT = 2  # patients with an event (of a binary outcome: and without) that a model is learnt from


def split(
    clinical: pd.DataFrame,
    cases: Iterable[tuple[str, str]],
    roles: dict[str, str],
    validation: dict[str, Any],
    seed: int,
    patients: pd.DataFrame | None = None,
) -> list[dict[str, Any]]:
    """SPLITS rows: the frozen split, and repeated stratified folds inside the training cohorts.

    clinical : CLINICAL
    cases : (cohort, case) of the patients with features; who lacks these or an outcome is in no split
    roles : role by cohort
    validation : the study's; `cross_validation`: {folds, repeats}, 0 repeats for none; `leave_one_cohort_out`
    patients : PATIENTS; None where each case is a patient
    Folds are dealt by cohort and event, so that each has its share of both; patients are dealt, with all their cases.
    A training cohort that is left out is tested on; who has a case in it is not trained on with another.
    Raises StudyError where there are too few patients with an event (of a binary outcome: or
    without) for so many folds, or without one of the cohorts.
    """
    measured = set(map(tuple, cases))
    people = clinical.sort_values(["cohort", "case"], kind="stable")
    keys = list(zip(people["cohort"], people["case"], strict=True))
    rows = [(c, k, bool(e)) for (c, k), e in zip(keys, people["event"], strict=True) if (c, k) in measured]
    training = [row for row in rows if roles[row[0]] == "training"]
    testing = [row for row in rows if roles[row[0]] == "validation"]
    splits = [_row((FROZEN, 0, 0), row, "train") for row in training]
    splits += [_row((FROZEN, 0, 0), row, "test") for row in testing]
    folds, repeats = (validation["cross_validation"][key] for key in ("folds", "repeats"))
    known = {} if patients is None else patients_of(patients)
    people_dealt, of_case = people_of(training, known)
    binary = bool(people["time_days"].isna().all())
    if validation.get("leave_one_cohort_out"):
        splits += _left_out(training, known, "binary" if binary else "survival")
    if repeats:
        check_folds(people_dealt, folds, binary)
    for repeat in range(1, repeats + 1):
        fold_of = _deal(people_dealt, folds, rng(seed, "split", f"repeat {repeat}"))[of_case]
        for fold in range(folds):
            parts = np.where(fold_of == fold, "test", "train")
            place = (f"r{repeat:02d}f{fold + 1}", repeat, fold + 1)
            splits += [_row(place, row, str(part)) for row, part in zip(training, parts, strict=True)]
    return splits


def check_somebody(
    clinical: pd.DataFrame, cases: Iterable[tuple[str, str]], roles: dict[str, str], exclusions: pd.DataFrame
) -> None:
    """StudyError where nobody with outcome and features is left to train on, or to validate on where nothing is learnt.

    clinical, cases, roles : as of `split`; exclusions : EXCLUSIONS, whose most common reason is told
    """
    role = "training" if "training" in roles.values() else "validation"
    known = set(zip(clinical["cohort"], clinical["case"], strict=True)) & set(map(tuple, cases))
    if any(roles[cohort] == role for cohort, _ in known):
        return
    text = f"no patient with outcome and features in a cohort of role `{role}`"
    gone = exclusions[exclusions["cohort"].map(roles) == role]
    if gone.empty:
        raise StudyError(f"{text}; {WHERE}")
    counts = gone.drop_duplicates(["cohort", "case", "reason"])["reason"].value_counts()
    n = len(gone.drop_duplicates(["cohort", "case"]))
    raise StudyError(f"{text}; most often ({counts.iloc[0]} of {n} cases): {counts.index[0]}; {WHERE}")


def _row(place: tuple[str, int, int], row: tuple[str, str, bool], part: str) -> dict[str, Any]:
    split, repeat, fold = place
    keys = {"split": split, "repeat": repeat, "fold": fold, "inner": 0}
    return {**keys, "cohort": row[0], "case": row[1], "part": part}


def _left_out(
    training: list[tuple[str, str, bool]], known: dict[tuple[str, str], tuple[str, ...]], kind: str
) -> list[dict[str, Any]]:
    """Rows of the splits that leave out one training cohort each; known : key of the patient of (cohort, case)."""
    check_left_out(training, kind)
    rows = []
    for cohort in sorted({row[0] for row in training}):
        place = (f"without {cohort}", 0, 0)
        tested = {known.get(row[:2], row[:2]) for row in training if row[0] == cohort}
        inside = [row for row in training if row[0] == cohort]
        others = [row for row in training if row[0] != cohort and known.get(row[:2], row[:2]) not in tested]
        rows += [_row(place, row, "test") for row in inside] + [_row(place, row, "train") for row in others]
    return rows


def people_of(
    training: list[tuple[str, str, bool]], known: dict[tuple[str, str], tuple[str, ...]]
) -> tuple[list[tuple[str, str, bool]], np.ndarray]:
    """The (cohort, case, event) of each patient, by its first case and whether any has the event; whose each case is.

    training : (cohort, case, event) of each case
    known : key of the patient of each (cohort, case)
    """
    number: dict[tuple[str, ...], int] = {}
    whose = [number.setdefault(known.get((cohort, case), (cohort, case)), len(number)) for cohort, case, _ in training]
    of_case = np.array(whose, dtype=np.int64)
    first = dict(reversed(list(zip(whose, training, strict=True))))
    hit = {patient for patient, (_, _, event) in zip(whose, training, strict=True) if event}
    return [(*first[patient][:2], patient in hit) for patient in range(len(number))], of_case


def _deal(people: list[tuple[str, str, bool]], folds: int, generator: np.random.Generator) -> np.ndarray:
    """Fold of each person: every stratum is shuffled and dealt out in turn, each going on where the last one ended."""
    fold_of = np.empty(len(people), dtype=np.int64)
    dealt = 0
    for stratum in sorted({(cohort, event) for cohort, _, event in people}):
        members = np.array([i for i, (cohort, _, event) in enumerate(people) if (cohort, event) == stratum])
        fold_of[generator.permutation(members)] = (dealt + np.arange(len(members))) % folds
        dealt += len(members)
    return fold_of


def check_folds(people: list[tuple[str, str, bool]], folds: int, binary: bool = True) -> None:
    """Raise StudyError where the (cohort, case, event) of training are too few for so many stratified folds.

    binary : whether patients without event are needed too; survival is learnt from events, of which all may have one
    """
    n, events = len(people), sum(event for _, _, event in people)
    fewest = min(events, n - events) if binary and events < n else events
    if fewest < folds:
        without = f"{fewest} of {n} training patients without event"
        few = f"{events} event{'' if events == 1 else 's'} among {n} training patients" if events == fewest else without
        place = "validation.cross_validation"
        remedy = f"lower {place}.folds to {fewest} or fewer" if fewest > FEWEST_LEFT else f"set {place}.repeats to 0"
        needed = "patients with and without" if binary else "patients with an event"
        raise StudyError(f"{folds} folds, but only {few}; {remedy}: every fold needs {needed}")
    if fewest - -(-fewest // folds) < FEWEST_LEFT:
        raise StudyError(
            f"{folds} folds of {n} training patients, {fewest} of the rarer outcome: beside one fold fewer than "
            f"{FEWEST_LEFT} of them are left to learn from; take more folds, or set "
            "validation.cross_validation.repeats to 0"
        )


def check_left_out(people: list[tuple[str, str, bool]], kind: str) -> None:
    """Raise StudyError where the (cohort, case, event) of training are of one cohort, or too few without one of them.

    kind : of the outcome
    """
    cohorts = sorted({cohort for cohort, _, _ in people})
    if len(cohorts) == 1:
        raise StudyError(f"validation.leave_one_cohort_out: {cohorts[0]} {ALONE}")
    for left_out in cohorts:
        event = np.array([event for cohort, _, event in people if cohort != left_out])
        what = f"without {left_out} (join small centres to one cohort, or set leave_one_cohort_out to false)"
        check_learnable(Outcome(kind, event, np.ones(len(event))), what)
