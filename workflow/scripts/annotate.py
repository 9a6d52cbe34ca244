"""What the clinical table of a cohort says of its cases besides outcome and covariates."""

from pathlib import Path

from radioloom.io.user_tables.read import read
from radioloom.job import job
from radioloom.stages.tables.listed import listed
from radioloom.stages.unsupervised.annotate import annotate
from radioloom.tables import ANNOTATIONS

with job(snakemake) as running:
    params = snakemake.params
    frame = read(Path(params.data, params.mapping["file"])).frame()
    cases = {*params.cases, *listed(snakemake.input.rows, params.unit)}
    rows = annotate(frame, snakemake.wildcards.cohort, cases, params.mapping, params.outcome, params.annotations)
    ANNOTATIONS.write(rows, snakemake.output[0], **running.provenance)
