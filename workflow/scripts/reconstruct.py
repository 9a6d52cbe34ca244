"""Trees of features and readers' traits that explain gene modules, and what they reconstruct."""

from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.reconstruct import reconstruct
from radioloom.tables import RECONSTRUCTED, TREE_VALUES, TREES

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    genes = mapped(running.read, snakemake.input, params)
    measured, matrix, members, family, settings, *_ = genes
    results = reconstruct(measured, matrix, members, settings, family, params.seed)
    TREES.write(results.trees, out.trees, **running.provenance)
    RECONSTRUCTED.write(results.modules, out.reconstructed, **running.provenance)
    TREE_VALUES.write(results.values, out.tree_values, **running.provenance)
    write_json(results.summary, out.summary)
    running.say(f"{len(results.trees)} splits of {len(results.modules)} trees")
