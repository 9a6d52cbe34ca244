"""The signature of the study beside the one that it supersedes, in patients whom that one has not seen."""

from radioloom.job import job
from radioloom.stages.learning.assembled import assembled
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.succeed import succeed
from radioloom.tables import SUCCESSION

with job(snakemake) as running:
    patients = assembled(running.read, snakemake.params.study, snakemake.params.profile_hash)
    earlier = Signature.read(snakemake.input.supersedes)
    rows = succeed(patients, **running.read("predictions", "splits"), earlier=earlier, unseen=snakemake.params.unseen)
    SUCCESSION.write(rows, snakemake.output[0], **running.provenance)
