"""Compile every kernel that the profile uses into the cache that all jobs share."""

from pathlib import Path

from radioloom.job import job
from radioloom.process import tune_process
from radioloom.profile import build
from radioloom.stages.images.compile import warm

with job(snakemake) as running:
    tune_process()
    seconds = warm(build(snakemake.params.profile))
    running.say(f"kernels ready in {seconds:.0f} s")
    Path(snakemake.output[0]).write_text("compiled\n", encoding="utf-8")
