"""The signature of a file, as the study validates it; nothing is learnt."""

from dataclasses import replace
from pathlib import Path

from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.learning.adopt import adopt
from radioloom.stages.learning.published import handed_in

with job(snakemake) as running:
    params = snakemake.params
    handed = handed_in(Path(params.data), params.trust_edited)
    signature = adopt(handed, params.covariates, params.profile_hash)
    adopted = replace(signature, provenance={**running.provenance, "adopted": signature.provenance})
    write_json(adopted.to_json(), snakemake.output[0])
    running.say(f"{len(signature.terms)} terms, of {handed.source or f'the file of digest {handed.file}'}")
