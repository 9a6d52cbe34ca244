"""Write what was planted in the simulated study."""

from pathlib import Path

from radioloom import simulate
from radioloom.job import job

with job(snakemake) as running:
    truth = simulate.truth(snakemake.params.sheets, snakemake.params.seed, snakemake.params.settings)
    simulate.write_truth(truth, Path(snakemake.output[0]))
