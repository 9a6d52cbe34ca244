"""Gene modules of the genomics cohort against features and readers' traits of the same cases."""

from radioloom.genomics.expression import copies
from radioloom.io import expression
from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.assembled import assembled
from radioloom.stages.genomics.associate import associate
from radioloom.stages.learning.signature import Signature
from radioloom.tables import ASSOCIATIONS, MODULES
from radioloom.tables.columns import SIGNIFICANT

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    signature = Signature.read(snakemake.input.signature, params.trust_edited)
    measured, given = assembled(running.read, params, bool(snakemake.input.traits))
    matrix = given.values
    results = associate(measured, matrix, params.settings, signature.feature_ids, params.volume, params.seed)
    MODULES.write(results.modules, out.modules, **running.provenance)
    ASSOCIATIONS.write(results.associations, out.associations, **running.provenance)
    write_json(results.summary | {"genes": results.summary["genes"] | given.counts}, out.summary)
    n_significant = (results.associations["q"] < SIGNIFICANT).sum()
    n_modules = results.modules["module"].nunique()
    twice = f"; columns that are copies of another, and count twice: {n}" if (n := copies(matrix)) else ""
    running.say(f"{matrix.shape[1]} columns are cases; {expression.left_out(given)}{twice}")
    running.say(f"{n_modules} modules, {n_significant} pairs with q < {SIGNIFICANT}")
