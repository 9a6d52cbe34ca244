"""The training patients that each patient is most similar to, in standardised features."""

from radioloom.job import job
from radioloom.stages.unsupervised.similar import similar
from radioloom.stages.unsupervised.view import seen
from radioloom.tables import SIMILAR

with job(snakemake) as running:
    study, out = snakemake.params.study, snakemake.output
    patients = seen(running.read, study, snakemake.params.profile_hash)
    SIMILAR.write(SIMILAR.write(similar(patients, study), out.table, **running.provenance), out.csv)
