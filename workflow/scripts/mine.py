"""Association rules from features, annotations and traits to annotations, traits and outcome."""

from radioloom import tables
from radioloom.job import job
from radioloom.stages.unsupervised.mine import mine
from radioloom.stages.unsupervised.view import seen

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    patients = seen(running.read, params.study, params.profile_hash)
    found = mine(patients, **running.read("annotations", "traits"), study=params.study)
    for name, place in out.items():
        tables.by_name(name).write(getattr(found, name), place, **running.provenance)
    running.say(f"association rules: {len({row['rule'] for row in found.association_rules})}")
