"""Compile every kernel that a profile of the study uses into the cache that all jobs share."""

from radioloom.job import job
from radioloom.process import tune_process
from radioloom.profile import build_all
from radioloom.sealed import write_text
from radioloom.stages.images.compile import warm

with job(snakemake) as running:
    tune_process()
    seconds = sum(map(warm, build_all(snakemake.params.profile).each))
    running.say(f"kernels ready in {seconds:.0f} s")
    write_text("compiled\n", snakemake.output[0])
