"""Patients in clusters by their features, learnt in training, and what goes with them."""

from radioloom import tables
from radioloom.job import job
from radioloom.stages.unsupervised.cluster import cluster
from radioloom.stages.unsupervised.view import seen

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    patients = seen(running.read, params.study, params.profile_hash)
    found = cluster(patients, **running.read("annotations"), study=params.study)
    for name, place in out.items():
        tables.by_name(name).write(getattr(found, name), place, **running.provenance)
    n = sum(row["part"] == "train" for row in found.clusters)
    running.say(f"{n} patients in {max(row['cluster'] for row in found.clusters)} clusters")
    if patients.left_out:
        running.say(f"patients who lack more than half of the features, and are in none: {patients.left_out}")
