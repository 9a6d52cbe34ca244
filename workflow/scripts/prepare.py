"""The region and its surroundings in each image of one batch, cut out and resampled onto the profile's grid."""

from functools import partial
from pathlib import Path

from radioloom.io import masks, prepared
from radioloom.job import job
from radioloom.process import tune_process
from radioloom.profile import build_all
from radioloom.stages.images.curated import read
from radioloom.stages.images.prepare import prepare_batch
from radioloom.tables import CASES, EXCLUSIONS

with job(snakemake) as running:
    tune_process()
    params, out = snakemake.params, snakemake.output
    images = read(snakemake.input.images, snakemake.params.asked)
    Path(out.folder).mkdir(parents=True, exist_ok=True)
    keep = partial(prepared.write, folder=out.folder)
    regions = masks.read(snakemake.input.masks, params.asked)
    cases, exclusions = prepare_batch(images, regions, Path(params.data), build_all(params.profile), keep)
    prepared.close(out.folder, params.asked)
    CASES.write(cases, out.cases, **running.provenance)
    EXCLUSIONS.write(exclusions, out.exclusions, **running.provenance)
    running.batch(len(cases), exclusions)
