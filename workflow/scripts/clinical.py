"""Outcomes and covariates of each patient of one cohort from its clinical table, and who has none."""

from pathlib import Path

from radioloom.io.user_tables.read import read
from radioloom.job import job
from radioloom.stages.learning.clinical import clinical
from radioloom.stages.learning.doubts import dated, doubts
from radioloom.stages.tables.listed import listed
from radioloom.tables import CLINICAL, COMPETING, COVARIATES, EXCLUSIONS

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    frame = read(Path(params.data, params.mapping["file"])).frame()
    cases = {*params.cases, *listed(snakemake.input.rows, params.unit)}
    rows = clinical(frame, snakemake.wildcards.cohort, cases, params.mapping, params.outcome, params.covariates)
    CLINICAL.write(rows.clinical, out.clinical, **running.provenance)
    COVARIATES.write(rows.covariates, out.covariates, **running.provenance)
    EXCLUSIONS.write(rows.exclusions, out.exclusions, **running.provenance)
    if out.get("competing"):
        COMPETING.write(rows.competing, out.competing, **running.provenance)
    certain = dated({snakemake.wildcards.cohort: {"clinical": params.mapping}})
    tables = CLINICAL.frame(rows.clinical), COVARIATES.frame(rows.covariates)
    for note in (*rows.notes, *doubts(*tables, certain)):
        running.say(note)
    running.batch(len(rows.clinical), rows.exclusions)
