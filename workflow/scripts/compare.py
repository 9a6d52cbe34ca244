"""Overlap of the segmentations (Dice, surface Dice, Hausdorff) of each image of one batch that has several."""

from radioloom.io import masks
from radioloom.job import job
from radioloom.sealed import read_json
from radioloom.stages.images.compare import compare_batch
from radioloom.stages.images.curated import from_json
from radioloom.tables import OVERLAPS

with job(snakemake) as running:
    images = from_json(read_json(snakemake.input.images))
    rows = compare_batch(images, masks.read(snakemake.input.masks), snakemake.params.overlap["tolerance_mm"])
    OVERLAPS.write(rows, snakemake.output[0], **running.provenance)
    running.say(f"{len(rows)} pairs of segmentations compared")
