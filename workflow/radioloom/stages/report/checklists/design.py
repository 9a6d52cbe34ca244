"""Facts on cohorts, outcome, size and partition of a study."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from radioloom.figures.size import OVERALL
from radioloom.figures.words import count, joined
from radioloom.stages.report import reading
from radioloom.stages.report.checklists.record import ABSENT, KNOWN, UNKNOWN, Fact, Facts
from radioloom.tables.cohorts import TRAINING, VALIDATION, roles
from radioloom.tables.columns import CANDIDATES

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs

LEARNT_ELSEWHERE = "nothing is learnt here: those who learnt the signature know it"


def shown(study: ReportInputs) -> str:
    """The section that shows the model."""
    return "frozen" if reading.alone(study) else "signature"


def of_role(study: ReportInputs, role: str) -> list[str]:
    """Names of the cohorts with this role, in the study's order."""
    return [name for name, each in roles(study.settings).items() if each == role]


def aim(study: ReportInputs) -> Fact:
    """The comparison that the study was declared for."""
    primary = study.settings["validation"].get("primary")
    if not primary:
        return Fact(ABSENT, "no primary comparison is declared", source="study.yaml: validation.primary")
    where = primary.get("cohort") or primary.get("evaluation", VALIDATION)
    words = f"declared in advance: {primary.get('model', 'signature')} against {primary['against']}, {where}"
    return Fact(KNOWN, words, "performance", "study.yaml: validation.primary")


def sources(study: ReportInputs) -> Fact:
    """Where the data of each cohort come from."""
    kinds: dict[str, list[str]] = {}
    for name, cohort in study.settings["cohorts"].items():
        table = cohort.get("features", {})
        kind = f"from an archive ({cohort['source']['kind']})" if "source" in cohort else "images and segmentations"
        tool = f" of {table['tool']}" if table.get("tool") else ""
        kinds.setdefault(f"a table of features{tool}" if table else kind, []).append(name)
    told = "; ".join(f"{joined(names)}: {kind}" for kind, names in kinds.items())
    return Fact(KNOWN, ("simulated; " if "simulate" in study.settings else "") + told, "cohorts", "study.yaml: cohorts")


def cohorts(study: ReportInputs) -> Fact:
    """Cohorts with their role and size."""
    cases = {row.cohort: row.cases for row in study.counted.itertuples()}
    told = [f"{name} ({role}, {count(cases[name], 'case')})" for name, role in roles(study.settings).items()]
    return Fact(KNOWN, joined(told), "cohorts", "study.yaml: cohorts")


def exclusions(study: ReportInputs) -> Fact:
    """How many cases went into the study, and how many were left out."""
    counted = study.counted
    words = f"{count(int(counted['cases'].sum()), 'case')}, {counted['cases_in'].sum()} analysed; each exclusion with "
    return Fact(KNOWN, words + "its reason", "cohorts", "tables/exclusions")


def checks(study: ReportInputs) -> Fact:
    """Whether cohorts share patients, images or rows."""
    if study.identities is None:
        return Fact(UNKNOWN, "cohorts were not held against each other")
    found = len(study.identities[["cohort", "case", "other_cohort", "other_case"]].drop_duplicates())
    words = f"cohorts held against each other for shared patients, images and rows: {count(found, 'pair')}"
    return Fact(KNOWN, words, "identity", "tables/identities")


def outcome(study: ReportInputs) -> Fact:
    """Name, kind and horizons of the outcome."""
    asked = study.settings["outcome"]
    days = joined([f"{day:g}" for day in asked.get("horizons", ())])
    words = f"{asked['name']} ({asked['kind']}{f', at {days} days' if days else ''})"
    words += f"; {asked['competing']} rules it out" if asked.get("competing") else ""
    return Fact(KNOWN, words, "provenance", "study.yaml: outcome")


def events(study: ReportInputs) -> Fact:
    """Cases with the event of each cohort with outcomes."""
    if study.clinical is None:
        return Fact(UNKNOWN, "there is no table of outcomes")
    told = [
        f"{name} {part['event'].sum()} of {count(len(part), 'case')}"
        for name, part in study.clinical.groupby("cohort", sort=False)
    ]
    return Fact(KNOWN, f"with the event: {', '.join(told)}", "cohorts", "tables of outcomes (clinical/)")


def follow_up(study: ReportInputs) -> Fact:
    """Follow-up of a survival outcome."""
    if study.settings["outcome"]["kind"] != "survival":
        return Fact(ABSENT, "a binary outcome has no time of follow-up")
    return Fact(KNOWN, "follow-up by cohort (reverse Kaplan-Meier)", "cohorts", "tables of outcomes (clinical/)")


def covariates(study: ReportInputs) -> Fact:
    """Clinical covariates that the study declares."""
    names = [each if isinstance(each, str) else next(iter(each)) for each in study.settings["model"]["covariates"]]
    if not names:
        return Fact(ABSENT, "no clinical covariate is declared", source="study.yaml: model.covariates")
    return Fact(KNOWN, f"{joined(names)}, by cohort", "cohorts", "study.yaml: model.covariates")


def training_size(study: ReportInputs) -> Fact:
    """Training patients beside those that are needed."""
    rows = study.sample_size
    rows = None if rows is None else rows[(rows["cohort"] == "") & (rows["variables"] == CANDIDATES)]
    if rows is None or rows.empty:
        return Fact(UNKNOWN, LEARNT_ELSEWHERE)
    most = rows.loc[rows["criterion"] != OVERALL, "needed"].max()
    needs = "how many it takes cannot be said" if math.isnan(most) else f"{most:.0f} needed by Riley 2019"
    return Fact(KNOWN, f"training: {count(int(rows['n'].iloc[0]), 'patient')}, {needs}", "size", "tables/sample_size")


def validation_size(study: ReportInputs) -> Fact:
    """Patients of each validation cohort beside those that are needed."""
    rows = study.sample_size
    rows = None if rows is None else rows[(rows["cohort"] != "") & (rows["criterion"] == "c")]
    if rows is None or rows.empty:
        return Fact(ABSENT, "there is no validation cohort")
    told = [
        f"{row.cohort} {row.n} patients" + ("" if math.isnan(row.needed) else f" ({row.needed:.0f} needed for C)")
        for row in rows.itertuples()
    ]
    return Fact(KNOWN, f"validation: {', '.join(told)}", "size", "tables/sample_size")


def enough(study: ReportInputs) -> Fact:
    """Whether training patients are enough for the features searched."""
    size = training_size(study)
    if size.state != KNOWN:
        return size
    rows = study.sample_size
    rows = rows[(rows["cohort"] == "") & (rows["variables"] == CANDIDATES) & (rows["criterion"] != OVERALL)]
    if rows["needed"].notna().all() and (rows["n"] >= rows["needed"]).all():
        return size
    return Fact(UNKNOWN, f"{size.words}: whether validation makes up for it", "size", "tables/sample_size")


def partition(study: ReportInputs) -> Fact:
    """What is learnt from and what is predicted."""
    learnt, judged = of_role(study, TRAINING), of_role(study, VALIDATION)
    words = [f"learnt from {joined(learnt)}"] if learnt else ["nothing is learnt"]
    words += [f"frozen, then judged on {joined(judged)}"] if judged else []
    words += [f"decided before anything is fitted (seed {study.settings['seed']})"] if learnt else []
    return Fact(KNOWN, "; ".join(words), "provenance", "tables/splits")


def same_source(study: ReportInputs) -> Fact:
    """Whether other patients of the source of training were held back."""
    parts = [name for name in of_role(study, VALIDATION) if "split" in study.settings["cohorts"][name]]
    if parts:
        return Fact(KNOWN, f"{joined(parts)}: held back from a cohort that was split", "cohorts", "tables/splits")
    if others := of_role(study, VALIDATION):
        return Fact(UNKNOWN, f"whether patients of {joined(others)} are of the source of training")
    return Fact(ABSENT, "there is no validation cohort")


def external(study: ReportInputs) -> Fact:
    """Whether patients of another institution were predicted."""
    others = [name for name in of_role(study, VALIDATION) if "split" not in study.settings["cohorts"][name]]
    if others:
        return Fact(UNKNOWN, f"whether patients of {joined(others)} are of another institution")
    return Fact(ABSENT, "there is no validation cohort from elsewhere")


def differences(study: ReportInputs) -> Fact:
    """Training and validation cohorts side by side."""
    if not (of_role(study, TRAINING) and of_role(study, VALIDATION)):
        return Fact(UNKNOWN, "the study has only one of training and validation cohorts")
    more = " and covariates" if study.settings["model"]["covariates"] else ""
    images = "" if study.series is None else "; scanners, by variance explained"
    return Fact(KNOWN, f"outcome{more} by cohort{images}", "cohorts", "tables/acquisition" if images else "")


FACTS: Facts = {
    each.__name__: each
    for each in (
        aim, sources, cohorts, exclusions, checks, outcome, events, follow_up, covariates, training_size,
        validation_size, enough, partition, same_source, external, differences,
    )
}  # fmt: skip
