"""Facts on how a model was learnt, what it is, and how it is handed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom import __version__
from radioloom.figures.words import STEPS, count, joined
from radioloom.prediction.grid import lists
from radioloom.prediction.models import of_study
from radioloom.stages.report import reading
from radioloom.stages.report.checklists.design import LEARNT_ELSEWHERE, shown
from radioloom.stages.report.checklists.record import ABSENT, KNOWN, UNKNOWN, Fact, Facts
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def missing(study: ReportInputs) -> Fact:
    """What became of missing values."""
    rows = study.missing
    lacking = 0 if rows is None else int((rows["missing"] > 0).sum())
    words = f"imputation: {study.settings['imputation']['method']}; {count(lacking, 'variable')} with gaps"
    return Fact(KNOWN, words, "" if rows is None else "missing", "tables/missing")


def imbalance(study: ReportInputs) -> Fact:
    """Whether cases were weighed or drawn by their outcome."""
    return Fact(KNOWN, "no method for class imbalance is used: every case counts once")


def scaling(study: ReportInputs) -> Fact:
    """What values are mapped by before they enter a model."""
    if reading.alone(study):
        return Fact(KNOWN, "as the file of the signature says", "frozen", "signature.json")
    words = f"{study.settings['model']['scaling']}, then mean and SD of training"
    return Fact(KNOWN, words, "signature", "study.yaml: model.scaling")


def harmonisation(study: ReportInputs) -> Fact:
    """Whether effects of scanners are taken away."""
    if study.settings["harmonise"]["method"] == "none":
        return Fact(ABSENT, "features are not harmonised", source="study.yaml: harmonise")
    batch = joined(study.settings["harmonise"]["batch"])
    words = f"ComBat over {batch}, learnt on training cases in each fold"
    return Fact(KNOWN, words, "acquisition" if study.acquisition is not None else "", "study.yaml: harmonise")


def reliability(study: ReportInputs) -> Fact:
    """Whether features that do not agree over replicates are removed."""
    if reading.alone(study):
        return Fact(UNKNOWN, LEARNT_ELSEWHERE)
    if study.reliability is None or study.reliability.empty:
        return Fact(ABSENT, "nothing was imaged, delineated or perturbed again")
    asked = study.settings["reliability"]
    words = f"{asked['form']} over {joined(sorted(study.reliability['source'].unique()))}: {asked['rule']}, "
    words += f"{asked['keep']} kept" if asked["rule"] == "stability_rank" else f"{asked['threshold']:g}"
    return Fact(KNOWN, words, "reliability", "tables/reliability")


def reduction(study: ReportInputs) -> Fact:
    """From how many features to how many, and by what."""
    if study.selection is None:
        return Fact(UNKNOWN, LEARNT_ELSEWHERE)
    frozen = study.selection[study.selection["split"] == FROZEN]
    gone = frozen.loc[~frozen["kept"], "step"].value_counts()
    told = [f"{n} {STEPS.get(str(step), str(step))}" for step, n in gone.items()]
    words = f"{len(frozen)} to {frozen['kept'].sum()}: {'; '.join(told)}"
    return Fact(KNOWN, words, "signature", "tables/selection")


def redundancy(study: ReportInputs) -> Fact:
    """Whether one of two features that say the same is dropped."""
    if study.selection is None:
        return Fact(UNKNOWN, LEARNT_ELSEWHERE)
    most, source = study.settings["reduce"]["redundancy"], "study.yaml: reduce.redundancy"
    if most >= 1:
        return Fact(ABSENT, "features that say the same are not looked for", source=source)
    frozen = study.selection[study.selection["split"] == FROZEN]
    gone = int((frozen["step"] == "redundancy").sum())
    return Fact(KNOWN, f"|rho| above {most:g}: {gone} of {count(len(frozen), 'feature')} dropped", "signature", source)


def algorithm(study: ReportInputs) -> Fact:
    """Kind of model and number of its terms."""
    kind, terms = of_study(study.settings), len(study.signature.terms) if study.signature else 0
    words = f"{kind.definition if kind else study.settings['model']['kind']}; {count(terms, 'term')}"
    return Fact(KNOWN, words, shown(study), "study.yaml: model")


def tuning(study: ReportInputs) -> Fact:
    """Whether settings of the model are searched."""
    if reading.alone(study):
        return Fact(UNKNOWN, LEARNT_ELSEWHERE)
    kind = of_study(study.settings)
    tuned = kind.tuned if kind else ""
    grid = ", ".join(".".join(keys) for keys in lists(study.settings["model"].get("grid", {})))
    searched = [f"{grid}, among the values of model.grid, in inner folds"] * bool(grid) + [tuned] * bool(tuned)
    words = "no setting is searched: all are declared"
    if searched:
        words = f"searched: {'; with each of them '.join(searched)}; all else is declared"
    return Fact(KNOWN, words, "provenance", "study.yaml: model")


def one_model(study: ReportInputs) -> Fact:
    """Whether a model was chosen among several by its results."""
    words = "one signature is judged: none is chosen among several"
    looks = study.looks
    most = 0 if looks is None or looks.empty else int(looks["signatures"].max())
    words += f"; a cohort was judged by {most} signatures in this results folder" if most > 1 else ""
    return Fact(KNOWN, words, "performance", "tables/looks")


def confounders(study: ReportInputs) -> Fact:
    """What is compared with or explained by variables other than the outcome."""
    told = ["correlation of each feature with volume"] if study.selection is not None else []
    told += ["variance explained by scanners"] if study.acquisition is not None else []
    told += ["a clinical model beside"] if study.settings["model"]["covariates"] else []
    if not told:
        return Fact(ABSENT, "none is examined")
    return Fact(KNOWN, joined(told), "acquisition" if study.acquisition is not None else shown(study))


def specification(study: ReportInputs) -> Fact:
    """The whole model."""
    words = "the whole model with all digits in signature.json"
    return Fact(KNOWN, words, shown(study), "signature.json")


def output(study: ReportInputs) -> Fact:
    """What the model gives of a patient."""
    asked = study.settings["outcome"]
    days = joined([f"{day:g}" for day in asked.get("horizons", ())])
    chance = asked["kind"] == "binary" or (days and not asked.get("competing"))
    words = "a risk that orders patients" + (", and its probability" if chance else "")
    return Fact(KNOWN, words + (f" at {days} days" if chance and days else ""), shown(study), "study.yaml: outcome")


def cut_points(study: ReportInputs) -> Fact:
    """What divides patients into groups of risk."""
    if reading.alone(study):
        return Fact(KNOWN, "as the file of the signature says", "frozen", "signature.json")
    cuts = study.settings["model"]["cut_points"]
    words = f"{cuts} of the risks in training" if isinstance(cuts, str) else f"declared: {joined(list(map(str, cuts)))}"
    return Fact(KNOWN, words, shown(study), "study.yaml: model.cut_points")


def updating(study: ReportInputs) -> Fact:
    """Whether a model was changed after it was judged."""
    return Fact(ABSENT, "no model is updated: it is judged as it was frozen")


def applying(study: ReportInputs) -> Fact:
    """How new patients are predicted."""
    words = "`radioloom apply` predicts new patients, and notes values that are missing or far from training"
    return Fact(KNOWN, words, source="docs/apply.md")


def by_hand(study: ReportInputs) -> Fact:
    """What users have to do for a prediction."""
    if study.profile is None:
        return Fact(KNOWN, "a table of features as the study declares them")
    return Fact(KNOWN, "an image and a delineated region; the profile does the rest", "provenance")


def code(study: ReportInputs) -> Fact:
    """The software of the analysis."""
    words = f"Radioloom {__version__} (BSD-3-Clause); digests of code and versions, and the command, are printed"
    return Fact(KNOWN, words, "provenance")


def shareable_data(study: ReportInputs) -> Fact:
    """Tables that may be shared."""
    return Fact(KNOWN, "features, outcomes and predictions by pseudonym", source="tables/features, predictions")


def limits(study: ReportInputs) -> Fact:
    """What the report warns of."""
    return Fact(KNOWN, "what the report warns of stands in its summary", "cohorts")


FACTS: Facts = {
    each.__name__: each
    for each in (
        missing, imbalance, scaling, harmonisation, reliability, reduction, redundancy, algorithm, tuning, one_model,
        confounders, specification, output, cut_points, updating, applying, by_hand, code, shareable_data, limits,
    )
}  # fmt: skip
