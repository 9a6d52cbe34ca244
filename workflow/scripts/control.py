"""Features of the negative-control images of one batch, whose voxels are shuffled or replaced by random ones."""

from pathlib import Path

from radioloom.io.prepared import read_all
from radioloom.job import job
from radioloom.process import tune_process
from radioloom.profile import build_all
from radioloom.stages.images.control import control_batch
from radioloom.tables import CONTROLS, SKIPPED

with job(snakemake) as running:
    tune_process(keep_all=True)
    params, out = snakemake.params, snakemake.output
    cases = read_all(Path(snakemake.input.folder), snakemake.params.asked)
    rows, skipped = control_batch(cases, params.controls, build_all(params.profile), params.seed)
    CONTROLS.write(rows, out.controls, **running.provenance)
    SKIPPED.write(skipped, out.skipped, **running.provenance)
    running.say(f"{len(params.controls)} controls measured, {len(skipped)} skipped")
