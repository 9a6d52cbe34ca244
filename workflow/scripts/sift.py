"""Which samples, genes, traits and features a map of genes takes, and why not the others."""

from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.genomics.inputs import inputs
from radioloom.stages.genomics.sift import sift
from radioloom.tables import SAMPLES, TRAIT_FILTERS

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    results = sift(inputs(running.read, params, bool(snakemake.input.traits)), params.settings["cohort"])
    SAMPLES.write(results.samples, out.samples, **running.provenance)
    TRAIT_FILTERS.write(results.trait_filters, out.trait_filters, **running.provenance)
    write_json(results.summary, out.summary)
    told = ", ".join(f"{n} {state}" for state, n in results.summary["samples"].items())
    running.say(f"samples: {told}; {results.summary['genes']['left']} genes ({results.summary['scale']})")
