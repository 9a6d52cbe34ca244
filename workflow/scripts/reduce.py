"""From all features to those of the signature, on training cases alone, with a reason for each."""

from radioloom.job import job
from radioloom.stages.learning.harmonise import with_batches
from radioloom.stages.learning.material import material
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.units import with_units
from radioloom.tables import SELECTION

with job(snakemake) as running:
    inputs = running.read("features", "clinical", "covariates", "reliability")
    patients = material(**inputs, study=snakemake.params.study, profile=snakemake.params.profile_hash)
    patients = with_units(patients, **running.read("patients"))
    patients = with_batches(patients, **running.read("cases", "series"))
    table = SELECTION.write(reduce(patients, **running.read("splits")), snakemake.output[0], **running.provenance)
    running.say(f"{sum(table['kept'].to_pylist())} of {len(table)} features kept")
