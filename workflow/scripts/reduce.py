"""From all features to those of the signature, on training cases alone, with a reason for each."""

from radioloom.job import job
from radioloom.stages.learning.assembled import assembled
from radioloom.stages.learning.outliers import by_cohort, outliers
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.tune import tuned, tuning_rows
from radioloom.tables import OUTLIERS, SELECTION, TUNING
from radioloom.tables.columns import FROZEN

with job(snakemake) as running:
    patients = assembled(running.read, snakemake.params.study, snakemake.params.profile_hash)
    splits, out = running.read("splits")["splits"], snakemake.output
    far = OUTLIERS.write(
        outliers(patients, splits, **running.read("features")), out.outliers, **running.provenance
    ).to_pylist()
    tuning = tuned(patients, splits)
    TUNING.write(tuning_rows(tuning, FROZEN), out.tuning, **running.provenance)
    table = SELECTION.write(reduce(tuning.applied(patients), splits), out.selection, **running.provenance)
    for line in by_cohort((case["cohort"] for case in far), patients.cases["cohort"].value_counts().sort_index()):
        running.say(f"{line}; all stay in (table outliers)")
    running.say(f"{sum(table['kept'].to_pylist())} of {len(table)} features kept")
