"""The frozen signature and its baselines within subgroups declared in advance, and tests of interaction."""

from radioloom.job import job
from radioloom.stages.learning.frozen import frozen
from radioloom.stages.learning.subgroups import subgroups
from radioloom.tables import SUBGROUPS

with job(snakemake) as running:
    study = snakemake.params.study
    judged = frozen(**running.read("predictions", "clinical", "patients"), study=study)
    rows = subgroups(judged, **running.read("divisions"), study=study)
    SUBGROUPS.write(rows, snakemake.output[0], **running.provenance)
