"""The map of gene modules and features given declared confounders."""

from pathlib import Path

from radioloom.io.user_tables.read import read
from radioloom.job import job
from radioloom.stages.genomics.adjust import adjust
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.confounders import Settings, of_features, of_table
from radioloom.tables import ADJUSTED, CONFOUNDERS
from radioloom.tables.columns import SIGNIFICANT

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    genes = mapped(running.read, snakemake.input, params)
    wanted = Settings(**params.settings["confounders"] | params.listing)
    values = genes.measured.values
    declared = of_features(wanted, values, params.volume)
    if wanted.columns:
        declared += of_table(wanted, read(Path(params.data, wanted.file)).frame(), values.index)
    pairs, counts = adjust(genes, declared, genes.settings, params.seed)
    ADJUSTED.write(pairs, out.adjusted, **running.provenance)
    CONFOUNDERS.write(counts, out.confounders, **running.provenance)
    running.say(f"{(pairs['q'] < SIGNIFICANT).sum()} pairs with q < {SIGNIFICANT} in {pairs['given'].nunique()} maps")
