"""What a study has: which of its cohorts bring images, tables of features, outcomes, annotations, expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from radioloom.imaging.controls import named
from radioloom.stages.tables.combined_names import combined
from radioloom.stats.random_effects import FEWEST_TO_PREDICT
from radioloom.study.batches import repeated
from radioloom.study.sheet import Row
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED

CLAIMS = ("confounders", "split", "relearnt", "outcomes", "genes")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a study has; a field of names holds those cohorts that have it, in the study's order, and may be empty."""

    images: tuple[str, ...]  # cohorts that start from images and segmentations
    tables: tuple[str, ...]  # cohorts that start from a table of features
    archived: tuple[str, ...]  # cohorts whose images come from an archive
    repeated: tuple[str, ...]  # cohorts in which one image has several segmentations of a region
    perturbed: tuple[str, ...]  # cohorts whose images are perturbed for their robustness
    negative_controls: tuple[str, ...]  # cohorts whose images are measured as negative controls too
    training: tuple[str, ...]  # cohorts that a signature is learnt from; none where a study validates one of a file
    outcomes: tuple[str, ...]  # cohorts whose patients have outcomes
    traits: tuple[str, ...]  # cohorts that readers annotated
    expression: tuple[str, ...]  # the cohort with gene expression
    scanned: bool  # cases are of one image each, whose header may say how it was acquired
    claims: tuple[str, ...]  # what a map of gene modules is held against: blocks of `genomics`, of CLAIMS
    enriched: bool  # gene sets are tested in modules and features
    reconstructed: bool  # trees of features and traits explain the gene modules
    numbered: bool  # the number of gene modules is chosen by a rule
    regrouped: bool  # gene modules are learnt anew from fewer patients
    regressed: bool  # linear programs foretell the gene modules
    harmonised: bool  # the effect of scanners is taken away from features
    competing: bool  # another event rules out the one that is predicted
    divided: tuple[str, ...]  # validation cohorts that are judged in subgroups too
    followed: tuple[str, ...]  # validation cohorts that go on, and are judged by the period that patients entered in
    supersedes: bool  # the signature takes the place of an earlier one
    unsupervised: tuple[str, ...]  # cohorts whose patients are clustered and compared without their outcome
    mined: bool  # association rules are looked for
    pooled: bool  # there are validation cohorts enough for a summary over them
    models: bool  # others are learnt beside that of the signature
    targets: bool  # published numbers are held against those of the study
    combined: bool  # several images of a patient become one case of the models


def simulated(settings: Mapping[str, Any]) -> bool:
    """Whether a study makes its own data, so that what was planted in them is known."""
    return "simulate" in settings


def archived(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Cohorts whose images come from an archive, in the study's order."""
    return tuple(name for name, cohort in settings["cohorts"].items() if "source" in cohort)


def holdings(settings: dict[str, Any], sheets: dict[str, list[Row]]) -> Holdings:
    """What the checked settings and the cohort sheets say that a study has.

    sheets : cohort -> rows; none of a cohort that starts from a table of features
    """
    cohorts = settings["cohorts"]
    robustness, genomics = settings.get("robustness"), settings.get("genomics")
    controls = named(settings["controls"])

    def those(true: Callable[[str, dict[str, Any]], Any]) -> tuple[str, ...]:
        return tuple(name for name, cohort in cohorts.items() if true(name, cohort))

    images = those(lambda _, cohort: "features" not in cohort)
    return Holdings(
        images=images,
        tables=those(lambda _, cohort: "features" in cohort),
        archived=archived(settings),
        repeated=those(lambda n, cohort: n in images and (cohort["role"] == "observers" or repeated(sheets[n]))),
        perturbed=those(lambda n, cohort: n in images and robustness and cohort["role"] == robustness["role"]),
        negative_controls=those(lambda n, cohort: n in images and controls and cohort["role"] in LEARNT_OR_VALIDATED),
        training=those(lambda _, cohort: cohort["role"] == "training"),
        outcomes=those(lambda _, cohort: "clinical" in cohort),
        traits=those(lambda _, cohort: "traits" in cohort),
        expression=those(lambda n, _: genomics and genomics["cohort"] == n),
        scanned=bool(images) and not combined(settings),
        claims=tuple(name for name in CLAIMS if name in (genomics or {})),
        enriched=bool(genomics and "enrichment" in genomics),
        reconstructed=bool(genomics and "reconstruction" in genomics),
        numbered=bool(genomics and genomics["modules"]["n_modules"] == "auto"),
        regrouped=bool(genomics and "stability" in genomics),
        regressed=bool(genomics and "programs" in genomics),
        harmonised=settings["harmonise"]["method"] != "none",
        competing="competing" in settings["outcome"],
        divided=those(lambda _, cohort: cohort["role"] == "validation" and settings["validation"]["subgroups"]),
        followed=those(lambda _, cohort: "follow" in cohort),
        supersedes="supersedes" in settings,
        unsupervised=those(lambda _, cohort: "unsupervised" in settings and cohort["role"] in LEARNT_OR_VALIDATED),
        mined="rules" in settings.get("unsupervised", {}),
        pooled=[cohort["role"] for cohort in cohorts.values()].count("validation") >= FEWEST_TO_PREDICT,
        models=bool(settings["models"]),
        targets="targets" in settings,
        combined=combined(settings),
    )
