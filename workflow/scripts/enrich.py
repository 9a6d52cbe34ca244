"""Gene sets in modules, in the genes that follow features, and in single patients."""

from pathlib import Path

from radioloom import tables
from radioloom.io import gene_sets
from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.assembled import assembled
from radioloom.stages.genomics.associate import tested
from radioloom.stages.genomics.enrich import enrich
from radioloom.stages.learning.signature import Signature

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    signature = Signature.read(snakemake.input.signature, params.trust_edited)
    measured, given = assembled(running.read, params, bool(snakemake.input.traits))
    family = tested(measured, params.settings["features"], signature.feature_ids, params.volume)
    measured = measured._replace(values=measured.values[family])
    sets = gene_sets.read(Path(params.data, params.settings["enrichment"]["sets"]))
    members = running.read("modules")["modules"]
    results, summary = enrich(measured, given.values, members, sets, params.settings, params.seed)
    for name, frame in results.items():
        tables.by_name(name).write(frame, out[name], **running.provenance)
    write_json(summary, out.summary)
    used = summary["sets"]["used"]
    running.say(
        f"{used} of {len(sets)} gene sets tested; {summary['chance']['n_enriched']} of "
        f"{summary['chance']['n']} random features have one at FDR {summary['discovery']:.0%}"
    )
