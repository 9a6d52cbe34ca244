"""Outcomes and covariates of one cohort."""

from pathlib import Path

import pandas as pd

from radioloom.job import job
from radioloom.stages.learning.clinical import clinical
from radioloom.tables import CLINICAL, COVARIATES, EXCLUSIONS

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    frame = pd.read_csv(Path(params.data, params.mapping["file"]), dtype=str)
    cases = {*params.cases, *running.read("features")["features"]["case"]}
    found = clinical(frame, snakemake.wildcards.cohort, cases, params.mapping, params.outcome, params.covariates)
    CLINICAL.write(found.clinical, out.clinical, **running.provenance)
    COVARIATES.write(found.covariates, out.covariates, **running.provenance)
    EXCLUSIONS.write(found.exclusions, out.exclusions, **running.provenance)
    running.batch(len(found.clinical), found.exclusions)
