"""Agreement of every feature over replicates."""

from radioloom.job import job
from radioloom.stages.reliability import reliability
from radioloom.tables import RELIABILITY

with job(snakemake) as running:
    study = snakemake.params.study
    roles = {name: cohort["role"] for name, cohort in study["cohorts"].items()}
    rows = reliability(running.read("features")["features"], roles, study["reliability"])
    RELIABILITY.write(rows, snakemake.output[0], **running.provenance)
    running.say(
        f"{len(rows)} agreements" if rows else "no cohort of replicates: no feature is dropped for its agreement"
    )
