"""Every gene by itself against every feature and trait."""

from radioloom.job import job
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.scan import scan
from radioloom.tables import GENE_COUNTS, GENE_PAIRS

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    genes = mapped(running.read, snakemake.input, params)
    pairs, counts = scan(genes, genes.settings, params.seed, snakemake.threads)
    GENE_PAIRS.write(pairs, out.gene_pairs, **running.provenance)
    GENE_COUNTS.write(counts, out.gene_counts, **running.provenance)
    passing, tested = (sum(row[name] for row in counts) for name in ("passing", "n_genes"))
    running.say(f"{passing} of {tested} pairs of gene and feature pass")
