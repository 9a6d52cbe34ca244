"""The map of gene modules among maps that are learnt anew of permuted cases."""

from radioloom.job import job
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.relearn import relearn
from radioloom.stages.learning.signature import Signature
from radioloom.tables import MAPS_BY_CHANCE, RELEARNT

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    signature = Signature.read(snakemake.input.signature, params.trust_edited)
    study = mapped(running.read, params, bool(snakemake.input.traits), signature.feature_ids)
    pairs, counts = relearn(study, params.settings, params.seed)
    RELEARNT.write(pairs, out.relearnt, **running.provenance)
    MAPS_BY_CHANCE.write(counts, out.by_chance, **running.provenance)
    by_chance = max(row["entries"] for row in counts[1:])
    running.say(f"{counts[0]['entries']} entries of the map; of a map of permuted cases {by_chance} at most")
