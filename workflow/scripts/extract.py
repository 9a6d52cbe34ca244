"""Features of each prepared case of one batch."""

from pathlib import Path

from radioloom.io.prepared import read_all
from radioloom.job import job
from radioloom.process import tune_process
from radioloom.profile import build_all
from radioloom.stages.images.extract import extract_batch
from radioloom.tables import EXCLUSIONS, FEATURES, MEASURED

with job(snakemake) as running:
    tune_process(keep_all=True)
    profile = build_all(snakemake.params.profile)
    cases = read_all(Path(snakemake.input.folder), snakemake.params.asked)
    found, exclusions, kept = extract_batch(cases, profile, snakemake.params.visits)
    FEATURES.write(found.rows, snakemake.output.features, **running.provenance)
    MEASURED.write(found.images, snakemake.output.measured, **running.provenance)
    EXCLUSIONS.write(exclusions, snakemake.output.exclusions, **running.provenance)
    running.batch(kept, exclusions)
