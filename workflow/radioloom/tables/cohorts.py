"""Roles of cohorts: which ones a signature is learnt on and validated in, and which ones models use at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TRAINING, VALIDATION = LEARNT_OR_VALIDATED = ("training", "validation")  # their patients need outcomes
SPLIT = "split"  # of a study file alone: a cohort of both, which becomes two
USED_BY_MODELS = (*LEARNT_OR_VALIDATED, "genomics")  # the others have replicates, which only show what is reliable


def roles(study: Mapping[str, Any]) -> dict[str, str]:
    """Role of each cohort, in the study's order.

    study : its settings
    """
    return {name: cohort["role"] for name, cohort in study["cohorts"].items()}
