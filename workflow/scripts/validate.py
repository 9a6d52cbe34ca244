"""The frozen signature in validation cohorts, beside baselines, negative controls and null models."""

from radioloom import tables
from radioloom.job import job
from radioloom.stages.learning.assembled import assembled
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.validate import validate

with job(snakemake) as running:
    patients = assembled(running.read, snakemake.params.study, snakemake.params.profile_hash)
    signature = Signature.read(snakemake.input.signature, snakemake.params.trust_edited)
    validated = validate(patients, signature=signature, **running.read("splits", "controls"))
    for note in validated.notes:
        running.say(note)
    for name in (
        "predictions",
        "metrics",
        "curves",
        "selection",
        "risks",
        "calibration",
        "decisions",
        "operating",
        "missing",
    ):
        tables.by_name(name).write(getattr(validated, name), snakemake.output[name], **running.provenance)
