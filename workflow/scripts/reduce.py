"""From all features to those of the signature, on training cases alone, with a reason for each."""

from radioloom.job import job
from radioloom.stages.learning.assembled import assembled
from radioloom.stages.learning.outliers import FAR, outliers
from radioloom.stages.learning.reduce import reduce
from radioloom.tables import OUTLIERS, SELECTION

with job(snakemake) as running:
    patients = assembled(running.read, snakemake.params.study, snakemake.params.profile_hash)
    splits, out = running.read("splits")["splits"], snakemake.output
    far = OUTLIERS.write(outliers(patients, splits), out.outliers, **running.provenance).to_pylist()
    table = SELECTION.write(reduce(patients, splits), out.selection, **running.provenance)
    for case in far:
        running.say(
            f"{case['cohort']}/{case['case']}: {case['n']} features lie more than {FAR:g} robust standard deviations "
            f"from the training median, {case['feature_id']} the farthest ({case['robust_z']:.0f}); it stays in"
        )
    running.say(f"{sum(table['kept'].to_pylist())} of {len(table)} features kept")
