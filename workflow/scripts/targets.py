"""Published numbers beside those of the study, and the verdict on each; as CSV too."""

from radioloom.job import job
from radioloom.provenance import digest
from radioloom.sealed import read_json
from radioloom.stages.learning.targets import targets
from radioloom.tables import TARGETS

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    genes = {name: next(map(read_json, snakemake.input.get(name, [])), {}) for name in ("summary", "reconstruction")}
    rows = targets(params.published, **running.read("metrics", "curves"), training=params.training, genes=genes)
    behind = running.provenance | {"published": digest(params.published)}
    TARGETS.write(TARGETS.write(rows, out.table, **behind), out.csv)
