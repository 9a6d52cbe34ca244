"""Fit the signature and its baselines on the training cohorts, and freeze them."""

from dataclasses import replace

from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.harmonise import with_batches
from radioloom.stages.learning.lesson import lesson_digest
from radioloom.stages.learning.material import material
from radioloom.stages.learning.units import with_units

with job(snakemake) as running:
    inputs = running.read("features", "clinical", "covariates", "reliability")
    patients = material(**inputs, study=snakemake.params.study, profile=snakemake.params.profile_hash)
    patients = with_units(patients, **running.read("patients"))
    patients = with_batches(patients, **running.read("cases", "series"))
    decided = running.read("splits", "selection")
    learnt_from = {**running.provenance, "inputs": lesson_digest(patients, **decided)}
    signature = replace(fit(patients, **decided), provenance=learnt_from)
    write_json(signature.to_json(), snakemake.output[0])
    running.say(", ".join(signature.feature_ids) or "no feature survived")
