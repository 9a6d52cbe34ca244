"""Agreement of every feature over replicates."""

from radioloom.job import job
from radioloom.stages.learning.reliability import reliability, robustness
from radioloom.tables import RELIABILITY

with job(snakemake) as running:
    study = snakemake.params.study
    roles = {name: cohort["role"] for name, cohort in study["cohorts"].items()}
    inputs = running.read("features", "perturbed", "splits")
    rows = reliability(inputs["features"], roles, study["reliability"])
    rows += robustness(inputs["perturbed"], inputs["splits"], snakemake.params.robustness)
    RELIABILITY.write(rows, snakemake.output[0], **running.provenance)
    running.say(f"{len(rows)} agreements" if rows else "no replicates: no feature is dropped for its agreement")
