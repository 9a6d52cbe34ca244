"""What was not measured of outcome, covariates, baselines and signature, by cohort: rows of MISSING."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from radioloom.stages.learning.material import Material
from radioloom.stages.learning.risks import columns_of
from radioloom.stages.learning.signature import COVARIATE, Signature
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED
from radioloom.tables.columns import BASELINE, OUTCOME, SIGNATURE


def missing(material: Material, signature: Signature) -> Iterator[dict[str, Any]]:
    """MISSING rows of each cohort that models are learnt on or judged in.

    An outcome is missing of cases that have features; all else is of the cases that have an outcome too.
    """
    cohorts = material.cases["cohort"].to_numpy(object)
    roles = {name: each["role"] for name, each in material.study["cohorts"].items()}
    variables = list(_variables(material, signature))
    for cohort in sorted(name for name, role in roles.items() if role in LEARNT_OR_VALIDATED):
        rows = np.flatnonzero(cohorts == cohort)
        lost = material.without_outcome.get(cohort, 0)
        yield _row(cohort, OUTCOME, material.study["outcome"]["name"], len(rows) + lost, lost)
        for role, name, values in variables:
            yield _row(cohort, role, name, len(rows), int((~np.isfinite(values[rows])).sum()))


def _variables(material: Material, signature: Signature) -> Iterator[tuple[str, str, np.ndarray]]:
    """Role, name and values (n,) of each variable that a model takes; a feature may have two roles."""
    for place, name in enumerate(material.covariate_names):
        yield COVARIATE, name, material.covariates[:, place]
    of_baselines = {name for features in material.study["baselines"].values() for name in features}
    for name in sorted(of_baselines):
        yield BASELINE, name, material.values[:, material.place(name)]
    columns = columns_of(material, signature.terms, np.arange(len(material.cases)), None)
    for name, values in zip(signature.feature_ids, columns.T, strict=True):
        yield SIGNATURE, name, values


def _row(cohort: str, role: str, variable: str, n: int, lost: int) -> dict[str, Any]:
    share = lost / n if n else None
    return {"cohort": cohort, "role": role, "variable": variable, "n": n, "missing": lost, "share": share}
