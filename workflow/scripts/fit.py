"""Fit the signature and its baselines on the training cohorts, and freeze them."""

from dataclasses import replace

from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.learning.assembled import assembled
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.lesson import lesson_digest
from radioloom.stages.learning.lineage import superseding

with job(snakemake) as running:
    patients = assembled(running.read, snakemake.params.study, snakemake.params.profile_hash)
    decided = running.read("splits", "selection")
    learnt_from = {**running.provenance, "inputs": lesson_digest(patients, **decided)}
    learnt = fit(patients, **decided, **running.read("tuning"))
    signature = replace(learnt, combine=snakemake.params.combine, provenance=learnt_from)
    if earlier := snakemake.input.get("supersedes"):
        signature = superseding(signature, earlier)
    write_json(signature.to_json(), snakemake.output[0])
    running.say(", ".join(signature.feature_ids) or "no feature survived")
    if signature.note:
        running.say(signature.note)
