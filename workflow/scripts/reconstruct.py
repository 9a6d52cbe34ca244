"""Trees of features and readers' traits that explain gene modules, and what they reconstruct."""

from pathlib import Path

from radioloom.io import expression
from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.associate import measurements, tested
from radioloom.stages.genomics.reconstruct import reconstruct
from radioloom.stages.learning.signature import Signature
from radioloom.tables import RECONSTRUCTED, TREES, wide

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    signature = Signature.read(snakemake.input.signature, params.trust_edited)
    read = running.read("features", "modules")
    features = read["features"]
    features = wide(features[features["cohort"] == params.settings["cohort"]]).droplevel("cohort")
    table = params.settings["expression"]
    matrix = expression.read(Path(params.data, table["file"]), table["gene"], {*params.cases, *features.index}).values
    traits = running.read("traits")["traits"] if snakemake.input.traits else None
    measured = measurements(features, traits, matrix, params.settings)
    family = tested(measured, params.settings["features"], signature.feature_ids, params.volume)
    results = reconstruct(measured, matrix, read["modules"], params.settings, family, params.seed)
    TREES.write(results.trees, out.trees, **running.provenance)
    RECONSTRUCTED.write(results.modules, out.reconstructed, **running.provenance)
    write_json(results.summary, out.summary)
    running.say(f"{len(results.trees)} splits of {len(results.modules)} trees")
