"""The frozen signature in validation cohorts, beside baselines, negative controls and null models."""

from pathlib import Path

from radioloom import tables
from radioloom.job import job
from radioloom.stages.learning.assembled import assembled
from radioloom.stages.learning.looks import KINDS, look, looks
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.validate import validate

with job(snakemake) as running:
    patients = assembled(running.read, snakemake.params.study, snakemake.params.profile_hash)
    signature = Signature.read(snakemake.input.signature, snakemake.params.trust_edited)
    validated = validate(patients, signature=signature, **running.read("splits", "controls"))
    for note in validated.notes:
        running.say(note)
    seen = look(Path(snakemake.params.looks), looks(patients, running.read("splits")["splits"], signature))
    for row in seen:
        for word in KINDS:
            if row[word] > 1:
                running.say(f"{row['cohort']}: judged with {row[word]} different {word} so far")
    tables.LOOKS.write(seen, snakemake.output.looks, **running.provenance)
    for name in set(snakemake.output.keys()) - {"looks"}:
        tables.by_name(name).write(getattr(validated, name), snakemake.output[name], **running.provenance)
