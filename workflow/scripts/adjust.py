"""The map of gene modules and features given declared confounders."""

from radioloom.job import job
from radioloom.stages.genomics.adjust import adjust
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.confounders import of_job
from radioloom.tables import ADJUSTED, CONFOUNDERS
from radioloom.tables.columns import SIGNIFICANT

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    genes = mapped(running.read, snakemake.input, params)
    declared = of_job(params, genes.measured.values)
    pairs, counts = adjust(genes, declared, genes.settings, params.seed)
    ADJUSTED.write(pairs, out.adjusted, **running.provenance)
    CONFOUNDERS.write(counts, out.confounders, **running.provenance)
    running.say(f"{(pairs['q'] < SIGNIFICANT).sum()} pairs with q < {SIGNIFICANT} in {pairs['given'].nunique()} maps")
