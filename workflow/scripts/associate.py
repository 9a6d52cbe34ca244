"""Gene modules of the genomics cohort against features and readers' traits of the same cases."""

from pathlib import Path

from radioloom.genomics.expression import copies
from radioloom.io import expression
from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.associate import associate, measurements
from radioloom.stages.learning.signature import Signature
from radioloom.tables import ASSOCIATIONS, MODULES, wide
from radioloom.tables.columns import SIGNIFICANT

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    signature = Signature.read(snakemake.input.signature, params.trust_edited)
    features = running.read("features")["features"]
    features = wide(features[features["cohort"] == params.settings["cohort"]]).droplevel("cohort")
    table, cases = params.settings["expression"], {*params.cases, *features.index}
    given = expression.read(Path(params.data, table["file"]), table["gene"], cases)
    matrix = given.values
    traits = running.read("traits")["traits"] if snakemake.input.traits else None
    measured = measurements(features, traits, matrix, params.settings)
    results = associate(measured, matrix, params.settings, signature.feature_ids, params.volume, params.seed)
    MODULES.write(results.modules, out.modules, **running.provenance)
    ASSOCIATIONS.write(results.associations, out.associations, **running.provenance)
    write_json(results.summary, out.summary)
    n_significant = (results.associations["q"] < SIGNIFICANT).sum()
    n_modules = results.modules["module"].nunique()
    twice = f"; columns that are copies of another, and count twice: {n}" if (n := copies(matrix)) else ""
    running.say(f"{matrix.shape[1]} columns are cases; {expression.left_out(given)}{twice}")
    running.say(f"{n_modules} modules, {n_significant} pairs with q < {SIGNIFICANT}")
