"""Agreement of each feature over replicates: visits of a pair, readers, perturbed images."""

from radioloom.job import job
from radioloom.stages.learning.reliability import reliability, robustness, scale_of
from radioloom.tables import RELIABILITY
from radioloom.tables.cohorts import roles

with job(snakemake) as running:
    study = snakemake.params.study
    inputs = running.read("features", "perturbed", "splits")
    rows = reliability(inputs["features"], roles(study), study["reliability"])
    rows += robustness(
        inputs["perturbed"], inputs["splits"], snakemake.params.robustness, scale_of(study["reliability"])
    )
    RELIABILITY.write(rows, snakemake.output[0], **running.provenance)
    running.say(f"{len(rows)} agreements" if rows else "no replicates: no feature is dropped for its agreement")
