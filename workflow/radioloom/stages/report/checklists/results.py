"""Facts on how models were judged, and what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.words import cell, count, joined, metric, where
from radioloom.prediction.metrics import METRICS
from radioloom.prediction.metrics.brier import BRIER_NULL, INTEGRATED_NULL
from radioloom.stages.learning.baselines import OF_EVERY_STUDY
from radioloom.stages.report import reading
from radioloom.stages.report.checklists.design import shown
from radioloom.stages.report.checklists.record import ABSENT, KNOWN, UNKNOWN, Fact, Facts
from radioloom.tables.columns import APPARENT, BASELINE, CONTROL, CROSS_VALIDATION, LEFT_OUT, SIGNATURE, VALIDATION

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs

OF_NOBODY = (BRIER_NULL, INTEGRATED_NULL)  # of everybody's rate, not of the model
PLACE = ("performance", "tables/metrics")


def _of_signature(study: ReportInputs) -> pd.DataFrame:
    """METRICS of the signature by itself."""
    rows = study.metrics
    return rows[(rows["kind"] == SIGNATURE) & (rows["against"] == "")]


def internal(study: ReportInputs) -> Fact:
    """Validation inside the training cohorts."""
    there, asked = set(study.metrics["evaluation"]), study.settings["validation"]["cross_validation"]
    told = [f"{asked['folds']}-fold cross-validation, {asked['repeats']} times"] if CROSS_VALIDATION in there else []
    told += ["each training cohort left out in turn"] if LEFT_OUT in there else []
    told += ["optimism by bootstrap"] if study.optimism is not None and len(study.optimism) else []
    if not told:
        return Fact(ABSENT, "no cross-validation")
    return Fact(KNOWN, f"{joined(told)}; all learning repeated in each", "performance", "study.yaml: validation")


def validation(study: ReportInputs) -> Fact:
    """Validation cohorts that were judged."""
    rows = _of_signature(study)
    rows = rows[(rows["evaluation"] == VALIDATION) & (rows["metric"] == reading.main_metric(study))]
    names = list(rows.loc[rows["estimate"].notna(), "cohort"])
    if not names:
        return Fact(ABSENT, "no validation cohort is judged")
    words = f"judged in {joined(names)}, which nothing was learnt from"
    return Fact(KNOWN, words, *PLACE)


def measures(study: ReportInputs) -> Fact:
    """Metrics of the signature."""
    there = set(_of_signature(study)["metric"])
    told = [each.label for name, each in METRICS.items() if name in there and each not in OF_NOBODY]
    told += ["decision curves"] if study.decisions is not None and len(study.decisions) else []
    return Fact(KNOWN, "; ".join(told), *PLACE)


def uncertainty(study: ReportInputs) -> Fact:
    """Where intervals come from."""
    if not _of_signature(study)["low"].notna().any():
        return Fact(ABSENT, "no value of the signature has an interval", *PLACE)
    draws = study.settings["validation"]["bootstrap"]
    return Fact(KNOWN, f"95 % intervals, of {count(draws, 'resample')} of patients or by a formula", *PLACE)


def comparisons(study: ReportInputs) -> Fact:
    """Paired differences of models, each with a test."""
    rows = study.comparisons
    n = 0 if rows is None else int(((rows["against"] != "") & rows["p"].notna()).sum())
    if not n:
        return Fact(ABSENT, "no two models are compared by a test")
    rule = study.settings["validation"]["multiplicity"]
    adjusted = "not adjusted" if rule == "none" else f"adjusted by {rule.capitalize()}"
    words = f"{count(n, 'paired difference')}, p {adjusted}"
    return Fact(KNOWN, words, "performance", "tables/comparisons")


def _baselines(study: ReportInputs) -> list[str]:
    return list(dict.fromkeys(study.metrics.loc[study.metrics["kind"] == BASELINE, "model"]))


def baselines(study: ReportInputs) -> Fact:
    """Models that are not radiomic: of covariates, as far as the study knows."""
    names = _baselines(study)
    if not names:
        return Fact(ABSENT, "there is no baseline")
    if {each.name for each in OF_EVERY_STUDY} & set(names):
        return Fact(KNOWN, f"beside {joined(names)}", *PLACE)
    return Fact(UNKNOWN, f"beside {joined(names)}, without covariates: whether one is not radiomic", *PLACE)


def simple(study: ReportInputs) -> Fact:
    """Models that know less, or nothing."""
    nulls = study.settings["validation"]["null_models"]
    names = [*_baselines(study), *([count(nulls, "null model")] if nulls else [])]
    return Fact(KNOWN, f"beside {joined(names)}", *PLACE) if names else Fact(ABSENT, "there is no baseline")


def calibration(study: ReportInputs) -> Fact:
    """Calibration of the signature where it did not learn."""
    rows = _of_signature(study)
    rows = rows[(rows["evaluation"] != APPARENT) & rows["estimate"].notna()]
    names = [name for name in ("calibration_slope", "observed_expected") if name in set(rows["metric"])]
    if not names:
        return Fact(ABSENT, "calibration is not judged")
    words = joined([metric(name) for name in names])
    words += " of the hazards, not of absolute risks" if study.settings["outcome"].get("competing") else ""
    return Fact(KNOWN, words, *PLACE)


def performance(study: ReportInputs) -> Fact:
    """The main metric of the signature with its interval, wherever it did not learn."""
    main, rows = reading.main_metric(study), _of_signature(study)
    rows = rows[(rows["metric"] == main) & (rows["evaluation"] != APPARENT)]
    if not rows["low"].notna().any():
        return Fact(ABSENT, "no value beyond training has an interval", *PLACE)
    told = [f"{where(row['evaluation'], row['cohort'])} {cell(row)}" for _, row in rows.iterrows()]
    return Fact(KNOWN, f"{metric(main)} {'; '.join(told)}", *PLACE)


def analyses(study: ReportInputs) -> Fact:
    """Cases and events of each analysis."""
    rows = _of_signature(study)
    rows = rows[rows["metric"] == reading.main_metric(study)]
    told = [f"{where(row.evaluation, row.cohort)} {row.n} ({row.n_events})" for row in rows.itertuples()]
    return Fact(KNOWN, f"cases (events): {', '.join(told)}", *PLACE)


def subgroups(study: ReportInputs) -> Fact:
    """Performance in subgroups that were declared."""
    if study.subgroups is None or study.subgroups.empty:
        return Fact(ABSENT, "no subgroup is declared", source="study.yaml: validation.subgroups")
    names = list(dict.fromkeys(study.subgroups["subgroup"]))
    return Fact(KNOWN, f"subgroups of {joined(names)}, with tests of interaction", "subgroups", "tables/subgroups")


def heterogeneity(study: ReportInputs) -> Fact:
    """How performance differs between cohorts."""
    if study.pooled is not None and len(study.pooled):
        n = int(study.pooled["cohorts"].max())
        return Fact(KNOWN, f"random-effects summary of {count(n, 'cohort')}", "pooled", "tables/pooled")
    if LEFT_OUT in set(study.metrics["evaluation"]):
        return Fact(KNOWN, "each training cohort left out in turn", *PLACE)
    return Fact(ABSENT, "not examined: there are fewer than three validation cohorts")


def explained(study: ReportInputs) -> Fact:
    """What makes the model understandable."""
    terms = study.signature.terms if study.signature else ()
    told = ["coefficients per SD"] if any(term.coefficient is not None for term in terms) else []
    told += ["correlation with volume"] if study.selection is not None else []
    told += ["gene modules"] if study.modules is not None else []
    told += ["negative-control images"] if (study.metrics["kind"] == CONTROL).any() else []
    return Fact(
        KNOWN if told else ABSENT, joined(told) or "the model has no coefficients", shown(study), "signature.json"
    )


FACTS: Facts = {
    each.__name__: each
    for each in (
        internal, validation, measures, uncertainty, comparisons, baselines, simple, calibration, performance, analyses,
        subgroups, heterogeneity, explained,
    )
}  # fmt: skip
