"""Outcomes of patients, survival or binary, checked once: what passes here is not checked again."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from radioloom.errors import BadOutcome, StudyError

KINDS = ("survival", "binary")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcomes of n cases; from `outcome`, so always sound. Whose they are, and where, travels with them."""

    kind: str  # one of KINDS
    event: np.ndarray  # bool (n,): event at the end of follow-up, or the binary outcome
    time_days: np.ndarray  # float64 (n,): follow-up; zeros for a binary outcome
    units: np.ndarray | None = None  # int64 (n,): patient of each case; None where each case is one
    strata: np.ndarray | None = None  # int64 (n,): centre of each case; None where all are of one

    def __len__(self) -> int:
        return len(self.event)

    @property
    def n_events(self) -> int:
        """Cases with the event."""
        return int(self.event.sum())

    @property
    def rarer(self) -> int:
        """Patients with the event; of a binary outcome those with or without it, whichever are fewer."""
        return self.rarer_by(0.0)

    def rarer_by(self, horizon_days: float) -> int:
        """The same by a horizon: patients with the event by then or known to be without it, whichever are fewer.

        horizon_days : of survival; 0 for all follow-up
        """
        had, free = self.event, ~self.event
        if horizon_days:
            had, free = had & (self.time_days <= horizon_days), self.time_days > horizon_days
        classes = (had,) if self.kind == "survival" and not horizon_days else (had, free)
        return min(len(np.unique(self.patients[each])) for each in classes)

    @property
    def patients(self) -> np.ndarray:
        """Patient of each case, int64 (n,)."""
        return np.arange(len(self)) if self.units is None else self.units

    @property
    def centres(self) -> np.ndarray:
        """Centre of each case, int64 (n,)."""
        return np.zeros(len(self), dtype=np.int64) if self.strata is None else self.strata

    def of_patients(self) -> tuple[Outcome, np.ndarray]:
        """Outcomes of the patients (p,), in the order of their numbers, and whose each case is, int64 (n,).

        A patient has the event where a case has it, the longest time, and the centre of the first case.
        """
        _, first, of_case = np.unique(self.patients, return_index=True, return_inverse=True)
        event, time = np.zeros(len(first), dtype=bool), np.zeros(len(first))
        np.logical_or.at(event, of_case, self.event)
        np.maximum.at(time, of_case, self.time_days)
        return Outcome(self.kind, event, time, strata=self.centres[first]), of_case

    def take(self, index: np.ndarray) -> Outcome:
        """The outcomes of some patients, in the order of `index`."""
        units, strata = (None if each is None else each[index] for each in (self.units, self.strata))
        return Outcome(self.kind, self.event[index], self.time_days[index], units, strata)

    def permuted(self, order: np.ndarray) -> Outcome:
        """The same cases, patients and centres with the outcomes of others: case i has that of `order[i]`."""
        return replace(self, event=self.event[order], time_days=self.time_days[order])


def check_patient(kind: str, event: bool | None, time_days: float | None) -> None:
    """Raise BadOutcome, with the reason that EXCLUSIONS shows, if one patient has no usable outcome."""
    if event is None:
        raise BadOutcome("no outcome: the event is missing in the clinical table")
    if kind == "binary":
        return
    if time_days is None or math.isnan(time_days):
        raise BadOutcome("no outcome: the time of follow-up is missing in the clinical table")
    if not math.isfinite(time_days) or time_days <= 0:
        raise BadOutcome(f"follow-up of {time_days:g} days; a time above 0 is needed")


def outcome(kind: str, event: np.ndarray, time_days: np.ndarray | None = None) -> Outcome:
    """Outcomes of n patients, checked.

    kind : one of KINDS
    event : bool (n,)
    time_days : float (n,), finite and above 0; not read for a binary outcome
    Raises StudyError if the kind is unknown, and BadOutcome if an array breaks these rules.
    """
    if kind not in KINDS:
        raise StudyError(f"outcome.kind is {kind!r}; it must be one of {', '.join(KINDS)}")
    event = np.asarray(event)
    if event.ndim != 1 or event.dtype != bool:
        raise BadOutcome(f"events are {event.dtype} of shape {event.shape}; give a bool array of one axis")
    time = np.zeros(len(event)) if kind == "binary" else np.asarray(time_days, dtype=np.float64)
    if time.shape != event.shape:
        raise BadOutcome(f"{event.size} events and times of shape {time.shape}; one time per patient is needed")
    wrong = ~np.isfinite(time) | (time <= 0)
    if kind == "survival" and wrong.any():
        raise BadOutcome(f"{wrong.sum()} of {time.size} times are not above 0, the first is {time[wrong][0]:g}")
    return Outcome(kind, event, time)


def one_case_each(outcomes: Outcome) -> bool:
    """Whether each case is a patient: only then are cases independent."""
    return len(np.unique(outcomes.patients)) == len(outcomes)


def learnable(outcomes: Outcome) -> bool:
    """Whether these outcomes are enough to fit any model on: 2 events, of a binary outcome 2 without, 3 cases."""
    events, n = outcomes.n_events, len(outcomes)
    return events >= 2 and (outcomes.kind != "binary" or n - events >= 2) and n >= 3


def check_learnable(outcomes: Outcome, what: str) -> None:
    """Raise StudyError if these outcomes hold too little to fit a model on."""
    if not learnable(outcomes):
        whose = "patients" if one_case_each(outcomes) else "cases"
        events = f"{outcomes.n_events} event{'' if outcomes.n_events == 1 else 's'}"
        needed = "at least 2 with and 2 without" if outcomes.kind == "binary" else "at least 2 with an event"
        raise StudyError(
            f"{what}: {len(outcomes)} {whose} with {events}; a model needs {needed}. "
            "Check the columns of `clinical` and the coding of `event`, or add patients"
        )
