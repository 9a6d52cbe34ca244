"""What a study of so many patients and events can carry: events per variable, patients needed, learning curve."""

from radioloom import tables
from radioloom.job import job
from radioloom.stages.learning.harmonise import with_batches
from radioloom.stages.learning.material import material
from radioloom.stages.learning.size import size
from radioloom.stages.learning.units import with_units

with job(snakemake) as running:
    inputs = running.read("features", "clinical", "covariates", "reliability")
    patients = material(**inputs, study=snakemake.params.study, profile=snakemake.params.profile_hash)
    patients = with_units(patients, **running.read("patients"))
    patients = with_batches(patients, **running.read("cases", "series"))
    sized = size(patients, **running.read("splits", "selection"))
    for name in ("sample_size", "learning_curve", "optimism"):
        tables.by_name(name).write(getattr(sized, name), snakemake.output[name], **running.provenance)
