"""Cumulative incidence of the event and of the one that rules it out, by group of risk."""

from radioloom.job import job
from radioloom.stages.learning.frozen import frozen
from radioloom.stages.learning.incidence import incidence
from radioloom.stages.learning.signature import Signature
from radioloom.tables import CAUSES, INCIDENCE

with job(snakemake) as running:
    study, out = snakemake.params.study, snakemake.output
    judged = frozen(**running.read("predictions", "clinical", "patients"), study=study)
    signature = Signature.read(snakemake.input.signature, snakemake.params.trust_edited)
    rows = incidence(judged, **running.read("competing"), signature=signature, study=study)
    INCIDENCE.write(rows.incidence, out.incidence, **running.provenance)
    CAUSES.write(rows.causes, out.causes, **running.provenance)
