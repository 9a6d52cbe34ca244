"""Trees of features and readers' traits that explain gene modules, and what they reconstruct."""

from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.assembled import assembled
from radioloom.stages.genomics.associate import tested
from radioloom.stages.genomics.reconstruct import reconstruct
from radioloom.stages.learning.signature import Signature
from radioloom.tables import RECONSTRUCTED, TREE_VALUES, TREES

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    signature = Signature.read(snakemake.input.signature, params.trust_edited)
    measured, given = assembled(running.read, params, bool(snakemake.input.traits))
    family = tested(measured, params.settings["features"], signature.feature_ids, params.volume)
    members = running.read("modules")["modules"]
    results = reconstruct(measured, given.values, members, params.settings, family, params.seed)
    TREES.write(results.trees, out.trees, **running.provenance)
    RECONSTRUCTED.write(results.modules, out.reconstructed, **running.provenance)
    TREE_VALUES.write(results.values, out.tree_values, **running.provenance)
    write_json(results.summary, out.summary)
    running.say(f"{len(results.trees)} splits of {len(results.modules)} trees")
