"""Who is learnt from and who is predicted."""

from radioloom.job import job
from radioloom.stages.learning.split import split
from radioloom.tables import SPLITS

with job(snakemake) as running:
    study, inputs = snakemake.params.study, running.read("features", "clinical")
    measured = inputs["features"][["cohort", "case"]].drop_duplicates().itertuples(index=False)
    roles = {name: cohort["role"] for name, cohort in study["cohorts"].items()}
    rows = split(inputs["clinical"], measured, roles, study["validation"], study["seed"])
    table = SPLITS.write(rows, snakemake.output[0], **running.provenance)
    running.say(f"{len(table['split'].unique())} splits, fixed before anything is fitted")
