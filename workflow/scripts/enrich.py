"""Gene sets in modules, in the genes that follow features, and in single patients."""

from pathlib import Path

from radioloom import tables
from radioloom.io import gene_sets
from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.confounders import of_job
from radioloom.stages.genomics.enrich import enrich

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    genes = mapped(running.read, snakemake.input, params)
    declared = of_job(params, genes.measured.values)
    sets = gene_sets.read(Path(params.data, params.settings["enrichment"]["sets"]))
    results, summary = enrich(genes, sets, declared, params.seed)
    for name, frame in results.items():
        tables.by_name(name).write(frame, out[name], **running.provenance)
    write_json(summary, out.summary)
    used = summary["sets"]["used"]
    running.say(
        f"{used} of {len(sets)} gene sets tested; {summary['chance']['n_enriched']} of "
        f"{summary['chance']['n']} random features have one at FDR {summary['discovery']:.0%}"
    )
