"""What the images of a patient say as one case of the models: lesions, regions, modalities, visits."""

from pathlib import Path

from radioloom import tables
from radioloom.job import job
from radioloom.stages.tables.combine import brought_together, combine, extensive
from radioloom.stages.tables.combined_scans import scans_of
from radioloom.tables.cohorts import roles

with job(snakemake) as running:
    study, out = snakemake.params.study, snakemake.output
    features, patients = running.read("features", "patients").values()
    made = combine(features, patients, study["combine"], roles(study))
    rows = {"combined": made.features, "combinations": made.summary}
    for name, each in rows.items():
        written = tables.by_name(name).write(each, out[name], **running.provenance)
        tables.by_name(name).write(written, Path(out[name]).with_suffix(".csv"))
    tables.PATIENTS.write(made.patients, out.patients, **running.provenance)
    tables.EXCLUSIONS.write(made.exclusions, out.exclusions, **running.provenance)
    for name in {"controls", "perturbed"} & set(out.keys()):
        images = brought_together(running.read(name)[name], made.lesions, study["combine"], extensive(features))
        tables.by_name(name).write(images, out[name], **running.provenance)
    if out.get("cases"):
        scans = scans_of(
            **running.read("cases", "series"), lesions=made.lesions, attributes=study["harmonise"]["batch"]
        )
        tables.CASES.write(scans.cases, out.cases, **running.provenance)
        tables.SERIES.write(scans.series, out.series, **running.provenance)
    running.batch(made.features.groupby("cohort")["case"].nunique().sum(), made.exclusions)
