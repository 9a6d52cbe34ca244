"""Which of the declared subgroups each case of a validation cohort is in, by its clinical table."""

from pathlib import Path

from radioloom.io.user_tables.read import read
from radioloom.job import job
from radioloom.stages.learning.divide import divide
from radioloom.stages.tables.listed import listed
from radioloom.tables import DIVISIONS

with job(snakemake) as running:
    params = snakemake.params
    frame = read(Path(params.data, params.mapping["file"])).frame()
    cases = {*params.cases, *listed(snakemake.input.rows, params.unit)}
    rows = divide(frame, snakemake.wildcards.cohort, cases, params.mapping, params.outcome, params.subgroups)
    DIVISIONS.write(rows, snakemake.output[0], **running.provenance)
