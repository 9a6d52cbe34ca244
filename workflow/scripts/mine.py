"""Association rules from features, annotations and traits to annotations, traits and outcome."""

from dataclasses import asdict

from radioloom import tables
from radioloom.job import job
from radioloom.stages.unsupervised.mine import mine
from radioloom.stages.unsupervised.view import seen

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    patients = seen(running.read, params.study, params.profile_hash)
    found = mine(patients, **running.read("annotations", "traits"), study=params.study)
    for name, rows in asdict(found).items():
        tables.by_name(name).write(rows, out[name], **running.provenance)
    running.say(f"association rules: {len({row['rule'] for row in found.association_rules})}")
