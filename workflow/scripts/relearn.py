"""The map of gene modules among maps that are learnt anew of permuted cases."""

from radioloom.job import job
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.relearn import relearn
from radioloom.tables import MAPS_BY_CHANCE, RELEARNT

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    genes = mapped(running.read, snakemake.input, params)
    pairs, counts = relearn(genes, genes.settings, params.seed)
    RELEARNT.write(pairs, out.relearnt, **running.provenance)
    MAPS_BY_CHANCE.write(counts, out.by_chance, **running.provenance)
    by_chance = max(row["entries"] for row in counts[1:])
    running.say(f"{counts[0]['entries']} entries of the map; of a map of permuted cases {by_chance} at most")
