"""Gene modules learnt anew from fewer patients, and looked for in others."""

from pathlib import Path

from radioloom.io import expression
from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.assembled import assembled
from radioloom.stages.genomics.associate import tested
from radioloom.stages.genomics.relearn import relearn
from radioloom.stages.genomics.settled import settled
from radioloom.stages.learning.signature import Signature
from radioloom.tables import MODULE_PRESERVATION, MODULE_STABILITY

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    signature = Signature.read(snakemake.input.signature, params.trust_edited)
    measured, given = assembled(running.read, params, bool(snakemake.input.traits))
    settings = settled(running.read, params, bool(snakemake.input.module_numbers))
    family = tested(measured, settings["features"], signature.feature_ids, params.volume)
    matrices = {"cohort": given.values}
    if other := settings["stability"].get("other"):
        matrices["other"] = expression.read(Path(params.data, other["file"]), other["gene"]).values
    results = relearn(measured, matrices, running.read("modules")["modules"], settings, family, params.seed)
    MODULE_STABILITY.write(results.stability, out.stability, **running.provenance)
    MODULE_PRESERVATION.write(results.preservation, out.preservation, **running.provenance)
    write_json(results.summary, out.summary)
    running.say(f"{len(results.stability)} modules learnt anew, {len(results.preservation)} looked for elsewhere")
