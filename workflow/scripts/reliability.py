"""Agreement of each feature over replicates: visits of a pair, readers, perturbed images."""

from radioloom.job import job
from radioloom.stages.learning.patients import first_cases
from radioloom.stages.learning.reliability import reliability, robustness, scale_of
from radioloom.tables import RELIABILITY
from radioloom.tables.cohorts import roles

with job(snakemake) as running:
    study = snakemake.params.study
    inputs = running.read("features", "perturbed", "splits", "patients")
    features, perturbed = (first_cases(inputs[name], inputs["patients"]) for name in ("features", "perturbed"))
    rows = reliability(features, roles(study), study["reliability"])
    rows += robustness(perturbed, inputs["splits"], snakemake.params.robustness, scale_of(study["reliability"]))
    RELIABILITY.write(rows, snakemake.output[0], **running.provenance)
    running.say(f"{len(rows)} agreements" if rows else "no replicates: no feature is dropped for its agreement")
