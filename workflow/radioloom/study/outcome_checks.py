"""Outcomes of a study's cohorts, held against each other before any job: enough to learn from, one of each patient."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.errors import StudyError
from radioloom.settings import Origin
from radioloom.study.alone import horizon_notes
from radioloom.study.clinical_checks import VISITS
from radioloom.study.record import Study
from radioloom.study.remarks import SHOWN, Remarks
from radioloom.study.table_checks import patients_named
from radioloom.study.validation_checks import event_remarks
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED
from radioloom.tables.columns import FEWEST_EVENTS

if TYPE_CHECKING:
    from radioloom.stages.learning.clinical import Clinical
    from radioloom.stages.tables.column_doubts import Columns


EARLY = 0.1  # share of the events, and of the median follow-up, before which a horizon is doubted

CASES_OF_ONE = 6  # cases of a patient on average, above which a column `patient` is doubted: few have as many lesions


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of outcomes before any job.

    outcomes : by cohort; without one whose clinical table is at fault
    whose : patient of each (cohort, case) that names one
    tables : features of each cohort whose table was read
    first : (cohort, case) of the cases with a row of replicate 1, which models take
    """

    study: Study
    outcomes: Mapping[str, Clinical]
    whose: Mapping[tuple[str, str], str]
    tables: Mapping[str, Columns]
    first: Collection[tuple[str, str]]

    @property
    def complete(self) -> bool:
        """Whether the tables of all cohorts that are learnt from or validated could be read."""
        return set(self.study.cohorts(*LEARNT_OR_VALIDATED)) <= set(self.outcomes)

    def used(self, cohort: str) -> list[dict[str, Any]]:
        """Rows of CLINICAL of the cases that models take of a cohort."""
        return [row for row in self.outcomes[cohort].clinical if (cohort, row["case"]) in self.first]


Check = Callable[[Known, Origin, Remarks], None]


def outcome_remarks(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Remarks of every check."""
    for check in CHECKS:
        check(known, origin, remarks)


class Told(NamedTuple):
    """What a clinical table says of a case, and where."""

    cohort: str
    case: str
    place: str
    time: float | None
    event: bool


def _of_one_patient(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Notes on two cases of one patient, of one cohort or two, whose outcomes differ: of lesions they may."""
    training = set(known.study.cohorts("training"))
    lines: dict[str, list[str]] = defaultdict(list)
    for patient, cases in _by_patient(known).items():
        cases.sort(key=lambda each: each.cohort not in training)  # one pair tells of a patient, of training if any
        pairs = (pair for pair in combinations(cases, 2) if pair[0][3:] != pair[1][3:])
        for one, other in islice(pairs, 1):
            differ = [name for name, a, b in zip(("time", "event"), one[3:], other[3:], strict=True) if a != b]
            places = " and ".join(f"{each.case} ({each.place})" for each in (one, other))
            lines[other.cohort].append(f"{' and '.join(differ)} of {patient}, {places}")
    for cohort, people in lines.items():
        who, more = "patient" if len(people) == 1 else "patients", "; ..." if len(people) > SHOWN else ""
        remarks.notes.append(
            f"{origin.at('cohorts', cohort, 'clinical')}: {len(people)} {who} with two outcomes: "
            f"{'; '.join(people[:SHOWN])}{more}: right where each lesion has an outcome of its own; else write one "
            "outcome in both rows; where they are two people, name two in "
            f"{patients_named(known.study, cohort)}; {VISITS}"
        )


def _by_patient(known: Known) -> dict[str, list[Told]]:
    """Outcomes of the cases of each patient whom sheets or tables name."""
    patients: dict[str, list[Told]] = defaultdict(list)
    for cohort, table in known.outcomes.items():
        for row in table.clinical:
            if patient := known.whose.get((cohort, row["case"])):
                place = table.places[row["case"]]
                patients[patient].append(Told(cohort, row["case"], place, row["time_days"], bool(row["event"])))
    return patients


def _doubts(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Notes on what is unlikely in the clinical tables together, and in the tables of features beside them."""
    from radioloom.stages.learning.doubts import dated, doubts
    from radioloom.stages.learning.events import event_doubts
    from radioloom.stages.tables.scales import feature_doubts
    from radioloom.tables import CLINICAL, COVARIATES

    rows = [row for table in known.outcomes.values() for row in table.clinical]
    cohorts = known.study.settings["cohorts"]
    covariates = [row for table in known.outcomes.values() for row in table.covariates]
    clinical = CLINICAL.frame(rows)
    remarks.notes.extend(doubts(clinical, COVARIATES.frame(covariates), dated(cohorts)))
    remarks.notes.extend(event_doubts(cohorts, known.study.settings["outcome"]["kind"]))
    remarks.notes.extend(feature_doubts(known.tables, clinical))


def _as_learnt(known: Known, origin: Origin, remarks: Remarks) -> None:
    """A fault where a covariate that was 0 or 1 of all whom a signature of a file was learnt on is something else."""
    from radioloom.stages.learning.beyond import check_indicators
    from radioloom.tables import COVARIATES

    if (handed := known.study.handed) is None:
        return
    models = [handed.signature, *handed.signature.baselines.values()]
    rows = COVARIATES.frame([row for table in known.outcomes.values() for row in table.covariates])
    values = rows.pivot(index=["cohort", "case"], columns="covariate", values="value")
    try:
        check_indicators(models, values.reindex(columns=sorted({name for each in models for name in each.feature_ids})))
    except StudyError as error:
        remarks.faults.append(f"{origin.at('model', 'covariates')}: {error}")


def _horizons(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Horizons before anybody had the event, or beyond the follow-up by which a risk is learnt, or judged."""
    study, outcomes = known.study, known.outcomes
    _early(known, origin, remarks)
    horizons = study.settings["outcome"]["horizons"]
    if not (horizons and known.complete) or study.settings["outcome"]["kind"] != "survival":
        return
    place = origin.at("outcome", "horizons")
    longest = {name: max((row["time_days"] for row in known.used(name)), default=0) for name in outcomes}
    if study.handed is not None:
        remarks.notes.extend(f"{place}: {note}" for note in horizon_notes(study.handed.signature, horizons))
    learnt = max((longest[name] for name in study.has.training), default=math.inf)
    for days in horizons:
        if days > learnt:
            remarks.notes.append(
                f"{place}: no risk at {days:g} days can be said, nobody in training was followed for more than "
                f"{learnt:g} days"
            )
        for name in study.cohorts("validation"):
            if longest[name] <= days <= learnt:
                remarks.notes.append(
                    f"{place}: risks at {days:g} days cannot be judged in {name}, where nobody was followed beyond "
                    f"{longest[name]:g} days"
                )


def _early(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Faults where a horizon, or tau, is before the first event that is learnt or judged; notes where few are.

    All risks are 0 then, and the Brier score too; no pair of patients is left of Uno's C.
    """
    import numpy as np

    from radioloom.stages.learning.doubts import LONG, YEAR, calendar_years

    settings, cohorts = known.study.settings["outcome"], known.study.has.training or known.study.cohorts("validation")
    rows = [row for name in cohorts if name in known.outcomes for row in known.outcomes[name].clinical]
    events = sorted(row["time_days"] for row in rows if row["event"] and row["time_days"])
    if settings["kind"] != "survival" or not known.complete or not events:
        return
    times = np.array([row["time_days"] for row in rows], dtype=float)
    usual, who = float(np.median(times)), ", ".join(cohorts)
    doubt = ""
    if calendar_years(times):
        doubt = f"are the times of {who} years of the calendar ({times.min():g} to {times.max():g})? Days from the "
        doubt += "beginning of follow-up are wanted, in the column `time_days`: "
    elif usual > LONG:
        doubt = f"is the follow-up of {who} counted from birth (`date_from`)? Its median is {usual:.0f} days, "
        doubt += f"{usual / YEAR:.0f} years; days from its beginning are wanted: "
    for key, ends in (("horizons", settings["horizons"]), ("tau", [settings["tau"]] if "tau" in settings else [])):
        for days in ends:
            n = bisect_left(events, days) if key == "tau" else bisect_right(events, days)
            if not n:
                unit = f"; give days (if these are years {days * YEAR:.0f}, if months {days * 30.4375:.0f})"
                remarks.faults.append(
                    f"{origin.at('outcome', key)}: {doubt}{days:g} days are before the first event of {who} (day "
                    f"{events[0]:g}), so that nothing can be said of them{'' if doubt else unit}"
                )
            elif n <= EARLY * len(events) and days < EARLY * usual:
                remarks.notes.append(
                    f"{origin.at('outcome', key)}: {n} of {len(events)} events of {who} came within "
                    f"{days:g} days: is that meant in months or years? It is wanted in days"
                )


def _learnable(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Whether there are events enough to learn from, in every fold; and to judge by."""
    import numpy as np

    from radioloom.prediction.outcome import check_learnable, outcome
    from radioloom.stages.learning.split import check_folds, check_left_out, people_of

    study = known.study
    if not known.complete:
        return
    rows = [(cohort, row) for cohort in study.has.training for row in known.used(cohort)]
    who = [(cohort, row["case"], bool(row["event"])) for cohort, row in rows]
    people, of_case = people_of(who, {key: (patient,) for key, patient in known.whose.items()})
    times = np.array([row["time_days"] or np.nan for _, row in rows])
    kind, validation = study.settings["outcome"]["kind"], study.settings["validation"]
    folds, left_out = validation["cross_validation"], validation["leave_one_cohort_out"]
    try:
        if study.has.training:
            outcomes = outcome(kind, np.array([event for *_, event in who], dtype=bool), times)
            check_learnable(replace(outcomes, units=of_case).of_patients()[0], "the training cohorts")
        if folds["repeats"]:
            check_folds(people, folds["folds"], kind == "binary")
    except StudyError as error:
        place = ("validation", "cross_validation", "folds") if "folds" in str(error) else ("cohorts",)
        remarks.faults.append(f"{origin.at(*place)}: {error}{_of_persons(len(who), len(people))}")
    if left_out and not remarks.faults:
        try:
            check_left_out(who, kind)
        except StudyError as error:
            remarks.faults.append(f"{origin.at('validation', 'leave_one_cohort_out')}: {error}")


def _of_persons(cases: int, patients: int) -> str:
    """What to look at where cases are of fewer patients; "" where each is of one."""
    if cases == patients:
        return ""
    return f" ({cases} cases are of {patients} patients by the column `patient`, which names persons, not sites)"


def _persons(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Notes on cohorts whose column `patient` cannot be one of persons, by how many cases it gives each."""
    for cohort in known.study.cohorts(*LEARNT_OR_VALIDATED):
        cases = [case for where, case in known.first if where == cohort]
        n = len({known.whose.get((cohort, case), (case,)) for case in cases})
        if len(cases) > CASES_OF_ONE * n:
            remarks.notes.append(
                f"cohort {cohort}: {len(cases)} cases are of {n} patient{'' if n == 1 else 's'} by the column "
                "`patient`: does it name persons? One of sites or scanners does not belong there, for all cases of "
                "a patient are learnt from, or predicted, together"
            )


def _judged(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Notes on cohorts in which models cannot be judged, or not with an interval."""
    study, kind = known.study, known.study.settings["outcome"]["kind"]
    if not known.complete:
        return
    left_out = study.cohorts("training") if study.settings["validation"]["leave_one_cohort_out"] else []
    for cohort in (*left_out, *study.cohorts("validation")):
        event = [bool(row["event"]) for row in known.used(cohort)]
        rarer = sum(event) if kind == "survival" else min(sum(event), len(event) - sum(event))
        if not rarer:
            remarks.notes.append(
                f"cohort {cohort}: its {len(event)} outcomes are all the same: models cannot be judged there"
            )
        elif cohort in left_out and rarer < FEWEST_EVENTS:
            remarks.notes.append(
                f"cohort {cohort}: {rarer} of its {len(event)} outcomes are of the rarer kind: where it is left out, "
                f"models are judged in it without interval, for which {FEWEST_EVENTS} are needed"
            )


def _competing(known: Known, origin: Origin, remarks: Remarks) -> None:
    """A competing event that nobody had."""
    if known.complete:
        event_remarks(known.study, known.outcomes, origin, remarks)


CHECKS: tuple[Check, ...] = (_learnable, _as_learnt, _persons, _judged, _horizons, _competing, _of_one_patient, _doubts)
