"""Fit the signature and its baselines on the training cohorts, and freeze them."""

import json
from dataclasses import replace
from pathlib import Path

from radioloom.job import job
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.harmonise import with_batches
from radioloom.stages.learning.material import material

with job(snakemake) as running:
    inputs = running.read("features", "clinical", "covariates", "reliability")
    patients = material(**inputs, study=snakemake.params.study, profile=snakemake.params.profile_hash)
    patients = with_batches(patients, **running.read("cases", "series"))
    signature = replace(fit(patients, **running.read("splits", "selection")), provenance=running.provenance)
    Path(snakemake.output[0]).write_text(json.dumps(signature.to_json(), indent=1, sort_keys=True), encoding="utf-8")
    running.say(", ".join(signature.feature_ids) or "no feature survived")
