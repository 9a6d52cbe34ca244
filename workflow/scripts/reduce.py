"""Features that go into the signature."""

from radioloom.job import job
from radioloom.stages.learning.harmonise import with_batches
from radioloom.stages.learning.reduce import material, reduce
from radioloom.tables import SELECTION

with job(snakemake) as running:
    found = running.read("features", "clinical", "covariates", "reliability")
    made = material(**found, study=snakemake.params.study, profile=snakemake.params.profile_hash)
    made = with_batches(made, **running.read("cases", "series"))
    table = SELECTION.write(reduce(made, **running.read("splits")), snakemake.output[0], **running.provenance)
    running.say(f"{sum(table['kept'].to_pylist())} of {len(table)} features kept")
