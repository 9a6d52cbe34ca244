"""Each image's region, from RTSTRUCT, SEG or label map to a mask on the image's grid; of one batch."""

from pathlib import Path

from radioloom.io import masks
from radioloom.job import job
from radioloom.stages.images.curated import read
from radioloom.stages.images.segment import segment
from radioloom.tables import EXCLUSIONS, MASKS

with job(snakemake) as running:
    images = read(snakemake.input.images, snakemake.params.asked)
    segmented = segment(images, Path(snakemake.params.data), snakemake.params.rois)
    masks.write(segmented.masks, snakemake.params.asked, snakemake.output.masks)
    MASKS.write(segmented.rows, snakemake.output.table, **running.provenance)
    EXCLUSIONS.write(segmented.exclusions, snakemake.output.exclusions, **running.provenance)
    running.batch(len(segmented.masks), segmented.exclusions)
