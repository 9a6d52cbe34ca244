"""Write one cohort of the simulated study."""

from pathlib import Path

from radioloom import simulate
from radioloom.job import job

with job(snakemake) as running:
    params, folder = snakemake.params, Path(snakemake.output[0])
    simulate.cohort(snakemake.wildcards.cohort, params.rows, params.seed, params.settings, folder.parent)
    running.say(f"{len(params.rows)} images and segmentations written")
