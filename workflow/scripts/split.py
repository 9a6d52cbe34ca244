"""Which patients a model is learnt from and which it predicts, decided before anything is fitted."""

from radioloom.job import job
from radioloom.stages.learning.split import check_somebody, split
from radioloom.tables import SPLITS
from radioloom.tables.cohorts import roles
from radioloom.tables.features import first_replicates

with job(snakemake) as running:
    study, inputs = snakemake.params.study, running.read("features", "clinical", "patients", "exclusions")
    measured = first_replicates(inputs["features"])[["cohort", "case"]].drop_duplicates()
    people = inputs["clinical"], list(measured.itertuples(index=False)), roles(study)
    check_somebody(*people, inputs["exclusions"])
    rows = split(*people, study["validation"], study["seed"], patients=inputs["patients"])
    table = SPLITS.write(rows, snakemake.output[0], **running.provenance)
    running.say(f"{len(table['split'].unique())} splits, fixed before anything is fitted")
