"""The signature and the models beside it, judged on the same patients, with volume beside them."""

import pandas as pd

from radioloom.job import job
from radioloom.stages.learning.assembled import assembled
from radioloom.stages.learning.models import models, of_signature
from radioloom.tables import LEARNT, MODELS

with job(snakemake) as running:
    study, out = snakemake.params.study, snakemake.output
    patients = assembled(running.read, study, snakemake.params.profile_hash)
    own = of_signature(study["model"]["kind"], **running.read("selection", "tuning"))
    told = running.read("predictions", "splits", "learnt")
    learnt = pd.concat([LEARNT.frame(own), told.pop("learnt")], ignore_index=True)
    LEARNT.write(learnt, out.learnt, **running.provenance)
    MODELS.write(models(patients, **told, learnt=learnt), out.models, **running.provenance)
