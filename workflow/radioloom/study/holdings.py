"""What a study has: which of its cohorts bring images, tables of features, outcomes, annotations, expression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from radioloom.imaging.controls import named
from radioloom.study.batches import repeated
from radioloom.study.sheet import Row

JUDGED = ("training", "validation")  # roles that models are learned and judged on


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a study has; a field of names holds those cohorts that have it, in the study's order, and may be empty."""

    images: tuple[str, ...]  # cohorts that start from images and segmentations
    tables: tuple[str, ...]  # cohorts that start from a table of features
    archived: tuple[str, ...]  # cohorts whose images come from an archive
    repeated: tuple[str, ...]  # cohorts in which one image has several segmentations of a region
    perturbed: tuple[str, ...]  # cohorts whose images are perturbed for their robustness
    controlled: tuple[str, ...]  # cohorts whose images are measured as negative controls too
    outcomes: tuple[str, ...]  # cohorts whose patients have outcomes
    traits: tuple[str, ...]  # cohorts that readers annotated
    expression: tuple[str, ...]  # the cohort with gene expression
    harmonised: bool  # the effect of scanners is taken away from features
    truth: bool  # the data are simulated: what was planted is known


def holdings(settings: dict[str, Any], sheets: dict[str, list[Row]]) -> Holdings:
    """What the checked settings and the cohort sheets say that a study has.

    sheets : cohort -> rows; none of a cohort that starts from a table of features
    """
    cohorts = settings["cohorts"]
    robustness, genomics = settings.get("robustness"), settings.get("genomics")

    def those(true: Callable[[str, dict[str, Any]], Any]) -> tuple[str, ...]:
        return tuple(name for name, cohort in cohorts.items() if true(name, cohort))

    images = those(lambda _, cohort: "features" not in cohort)
    return Holdings(
        images=images,
        tables=those(lambda _, cohort: "features" in cohort),
        archived=those(lambda _, cohort: "source" in cohort),
        repeated=those(lambda n, cohort: n in images and (cohort["role"] == "observers" or repeated(sheets[n]))),
        perturbed=those(lambda n, cohort: n in images and robustness and cohort["role"] == robustness["role"]),
        controlled=those(lambda n, cohort: n in images and named(settings["controls"]) and cohort["role"] in JUDGED),
        outcomes=those(lambda _, cohort: "clinical" in cohort),
        traits=those(lambda _, cohort: "traits" in cohort),
        expression=those(lambda n, _: genomics and genomics["cohort"] == n),
        harmonised=settings["harmonise"]["method"] != "none",
        truth="simulate" in settings,
    )
