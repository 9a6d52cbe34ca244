"""Features of regions and images perturbed many times (noise, volume, contour, shift, rotation), of one batch."""

from pathlib import Path

from radioloom.io import masks
from radioloom.job import job
from radioloom.process import tune_process
from radioloom.profile import build_all
from radioloom.stages.images.curated import read
from radioloom.stages.images.perturb import perturb_batch
from radioloom.tables import PERTURBED, SKIPPED

with job(snakemake) as running:
    tune_process(keep_all=True)
    params, out = snakemake.params, snakemake.output
    images = read(snakemake.input.images, snakemake.params.asked)
    regions = masks.read(snakemake.input.masks, params.asked)
    robustness = {**params.robustness, "seed": params.seed}
    rows, skipped = perturb_batch(images, regions, Path(params.data), build_all(params.profile), robustness)
    PERTURBED.write(rows, out.perturbed, **running.provenance)
    SKIPPED.write(skipped, out.skipped, **running.provenance)
    running.say(f"{params.robustness['repeats']} perturbed images a case, {len(skipped)} skipped")
