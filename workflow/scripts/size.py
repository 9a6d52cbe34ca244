"""What a study of so many patients and events can carry: events per variable, patients needed, learning curve."""

from radioloom import tables
from radioloom.job import job
from radioloom.stages.learning.assembled import assembled
from radioloom.stages.learning.size import size

with job(snakemake) as running:
    patients = assembled(running.read, snakemake.params.study, snakemake.params.profile_hash)
    sized = size(patients, **running.read("splits", "selection"))
    for name in ("sample_size", "learning_curve", "optimism"):
        tables.by_name(name).write(getattr(sized, name), snakemake.output[name], **running.provenance)
