"""Variance of each feature explained by scanner and protocol, before and after harmonisation."""

from radioloom.job import job
from radioloom.stages.learning.acquisition import acquisition
from radioloom.tables import ACQUISITION

with job(snakemake) as running:
    rows = acquisition(**running.read("features", "cases", "series", "splits"), study=snakemake.params.study)
    ACQUISITION.write(rows, snakemake.output[0], **running.provenance)
    running.say(f"{len(rows)} shares of variance")
