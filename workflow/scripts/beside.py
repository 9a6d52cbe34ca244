"""The models beside the signature, learnt in one repeat of the cross-validation, or in the frozen split."""

from radioloom.job import job
from radioloom.stages.learning.assembled import assembled
from radioloom.stages.learning.beside import beside
from radioloom.tables import LEARNT, PREDICTIONS

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    patients = assembled(running.read, params.study, params.profile_hash)
    rows = beside(patients, running.read("splits")["splits"], int(snakemake.wildcards.repeat))
    for note in rows.notes:
        running.say(note)
    PREDICTIONS.write(rows.predictions, out.predictions, **running.provenance)
    LEARNT.write(rows.learnt, out.learnt, **running.provenance)
