"""The material of a job of learning, from the tables that the job has as inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from radioloom.stages.learning.harmonise import with_batches
from radioloom.stages.learning.material import Material, material
from radioloom.stages.learning.units import with_units


def assembled(read: Callable[..., dict[str, Any]], study: dict[str, Any], profile: str) -> Material:
    """Cases with features, outcomes and covariates, whose patients and batches are known.

    read : gives the tables of some names, as `Job.read` does: features, clinical, covariates, reliability, patients,
        and cases and series of a study that harmonises
    study, profile : as `material` takes them
    """
    inputs = read("features", "clinical", "covariates", "reliability")
    patients = with_units(material(**inputs, study=study, profile=profile), **read("patients"))
    return with_batches(patients, **read("cases", "series"))
