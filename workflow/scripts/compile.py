"""Compile every kernel that the profile uses into the cache that all jobs share."""

from radioloom.job import job
from radioloom.process import tune_process
from radioloom.profile import build
from radioloom.sealed import write_text
from radioloom.stages.images.compile import warm

with job(snakemake) as running:
    tune_process()
    seconds = warm(build(snakemake.params.profile))
    running.say(f"kernels ready in {seconds:.0f} s")
    write_text("compiled\n", snakemake.output[0])
