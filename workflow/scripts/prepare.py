"""The region and its surroundings in each image of one batch, cut out and resampled onto the profile's grid."""

from functools import partial
from pathlib import Path

from radioloom.io import masks, prepared
from radioloom.job import job
from radioloom.process import tune_process
from radioloom.profile import build
from radioloom.sealed import read_json
from radioloom.stages.images.curated import from_json
from radioloom.stages.images.prepare import prepare_batch
from radioloom.tables import CASES, EXCLUSIONS

with job(snakemake) as running:
    tune_process()
    params, out = snakemake.params, snakemake.output
    images = from_json(read_json(snakemake.input.images))
    Path(out.folder).mkdir(parents=True, exist_ok=True)
    keep = partial(prepared.write, folder=out.folder)
    regions = masks.read(snakemake.input.masks)
    cases, exclusions = prepare_batch(images, regions, Path(params.data), build(params.profile), keep)
    CASES.write(cases, out.cases, **running.provenance)
    EXCLUSIONS.write(exclusions, out.exclusions, **running.provenance)
    running.batch(len(cases), exclusions)
