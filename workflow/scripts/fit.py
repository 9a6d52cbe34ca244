"""The signature of the frozen split."""

import json
from pathlib import Path

from radioloom.job import job
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.harmonise import with_batches
from radioloom.stages.learning.reduce import material

with job(snakemake) as running:
    found = running.read("features", "clinical", "covariates", "reliability")
    made = material(**found, study=snakemake.params.study, profile=snakemake.params.profile_hash)
    made = with_batches(made, **running.read("cases", "series"))
    signature = fit(made, **running.read("splits", "selection")) | {"provenance": running.provenance}
    Path(snakemake.output[0]).write_text(json.dumps(signature, indent=1, sort_keys=True), encoding="utf-8")
    running.say(", ".join(term["feature_id"] for term in signature["features"]) or "no feature survived")
