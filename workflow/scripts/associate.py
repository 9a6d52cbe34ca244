"""Gene modules of the genomics cohort against features and readers' traits of the same cases."""

from radioloom.genomics.expression import copies
from radioloom.io import expression
from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.associate import associate
from radioloom.tables import ASSOCIATIONS, MODULES
from radioloom.tables.columns import SIGNIFICANT

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    genes = mapped(running.read, snakemake.input, params)
    matrix, ids = genes.expression, genes.feature_ids
    results = associate(genes.measured, matrix, genes.settings, ids, params.volume, params.seed)
    MODULES.write(results.modules, out.modules, **running.provenance)
    ASSOCIATIONS.write(results.associations, out.associations, **running.provenance)
    write_json(results.summary | {"genes": results.summary["genes"] | genes.given.counts}, out.summary)
    n_significant = (results.associations["q"] < SIGNIFICANT).sum()
    n_modules = results.modules["module"].nunique()
    twice = f"; columns that are copies of another, and count twice: {n}" if (n := copies(matrix)) else ""
    running.say(f"{matrix.shape[1]} columns are cases; {expression.left_out(genes.given)}{twice}")
    running.say(f"{n_modules} modules, {n_significant} pairs with q < {SIGNIFICANT}")
