"""The frozen signature and its baselines over validation cohorts, by a random-effects summary."""

from radioloom.job import job
from radioloom.stages.learning.frozen import frozen
from radioloom.stages.learning.pooled import pooled
from radioloom.tables import POOLED

with job(snakemake) as running:
    study = snakemake.params.study
    judged = frozen(**running.read("predictions", "clinical", "patients"), study=study)
    POOLED.write(pooled(judged, study), snakemake.output[0], **running.provenance)
