"""Overlap of the segmentations (Dice, surface Dice, Hausdorff) of each image of one batch that has several."""

from radioloom.io import masks
from radioloom.job import job
from radioloom.stages.images.compare import compare_batch
from radioloom.stages.images.curated import read
from radioloom.tables import OVERLAPS

with job(snakemake) as running:
    images = read(snakemake.input.images, snakemake.params.asked)
    regions = masks.read(snakemake.input.masks, snakemake.params.asked)
    rows = compare_batch(images, regions, snakemake.params.overlap["tolerance_mm"])
    OVERLAPS.write(rows, snakemake.output[0], **running.provenance)
    running.say(f"{len(rows)} pairs of segmentations compared")
