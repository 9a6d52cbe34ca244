"""Gene modules learnt anew from fewer patients, and looked for in others."""

from pathlib import Path

from radioloom.io import expression
from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.regroup import regroup
from radioloom.tables import MODULE_PRESERVATION, MODULE_STABILITY

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    genes = mapped(running.read, snakemake.input, params)
    measured, matrix, members, family, settings, *_ = genes
    matrices = {"cohort": matrix}
    if other := settings["stability"].get("other"):
        matrices["other"] = expression.read(Path(params.data, other["file"]), other["gene"]).values
    results = regroup(measured, matrices, members, settings, family, params.seed)
    MODULE_STABILITY.write(results.stability, out.stability, **running.provenance)
    MODULE_PRESERVATION.write(results.preservation, out.preservation, **running.provenance)
    write_json(results.summary, out.summary)
    running.say(f"{len(results.stability)} modules learnt anew, {len(results.preservation)} looked for elsewhere")
