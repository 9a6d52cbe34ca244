"""The frozen signature in validation cohorts, beside baselines, negative controls and null models."""

from radioloom import tables
from radioloom.job import job
from radioloom.stages.learning.harmonise import with_batches
from radioloom.stages.learning.material import material
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.units import with_units
from radioloom.stages.learning.validate import validate

with job(snakemake) as running:
    inputs = running.read("features", "clinical", "covariates", "reliability")
    patients = material(**inputs, study=snakemake.params.study, profile=snakemake.params.profile_hash)
    patients = with_units(patients, **running.read("patients"))
    patients = with_batches(patients, **running.read("cases", "series"))
    signature = Signature.read(snakemake.input.signature, snakemake.params.trust_edited)
    validated = validate(patients, signature=signature, **running.read("splits", "controls"))
    for note in validated.notes:
        running.say(note)
    for name in ("predictions", "metrics", "curves", "selection"):
        tables.by_name(name).write(getattr(validated, name), snakemake.output[name], **running.provenance)
