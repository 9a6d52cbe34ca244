"""Find, sort and check the image series of one batch, from headers alone."""

from pathlib import Path

from radioloom.job import job
from radioloom.stages.images.curate import curate
from radioloom.stages.images.curated import write
from radioloom.stages.images.fetch import arrived
from radioloom.tables import EXCLUSIONS, SERIES

with job(snakemake) as running:
    out = snakemake.output
    curated = curate(arrived(snakemake.params.rows, snakemake.input.fetched), Path(snakemake.params.data))
    write(curated.images, snakemake.params.asked, out.images)
    SERIES.write(curated.series, out.series, **running.provenance)
    EXCLUSIONS.write(curated.exclusions, out.exclusions, **running.provenance)
    running.batch(len(curated.images), curated.exclusions)
