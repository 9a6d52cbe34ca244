"""From all features to those of the signature, on training cases alone, with a reason for each."""

from radioloom.job import job
from radioloom.stages.learning.harmonise import with_batches
from radioloom.stages.learning.material import material
from radioloom.stages.learning.outliers import FAR, outliers
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.units import with_units
from radioloom.tables import OUTLIERS, SELECTION

with job(snakemake) as running:
    inputs = running.read("features", "clinical", "covariates", "reliability")
    patients = material(**inputs, study=snakemake.params.study, profile=snakemake.params.profile_hash)
    patients = with_units(patients, **running.read("patients"))
    patients = with_batches(patients, **running.read("cases", "series"))
    splits, out = running.read("splits")["splits"], snakemake.output
    far = OUTLIERS.write(outliers(patients, splits), out.outliers, **running.provenance).to_pylist()
    table = SELECTION.write(reduce(patients, splits), out.selection, **running.provenance)
    for case in far:
        running.say(
            f"{case['cohort']}/{case['case']}: {case['n']} features lie more than {FAR:g} robust standard deviations "
            f"from the training median, {case['feature_id']} the farthest ({case['robust_z']:.0f}); it stays in"
        )
    running.say(f"{sum(table['kept'].to_pylist())} of {len(table)} features kept")
