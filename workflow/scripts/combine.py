"""What the images of a patient say as one case of the models: lesions, regions, modalities, visits."""

from pathlib import Path

from radioloom import tables
from radioloom.job import job
from radioloom.sealed import read_json
from radioloom.stages.tables.combine import brought_together, combine
from radioloom.stages.tables.combined_scans import scans_of
from radioloom.tables.cohorts import roles

with job(snakemake) as running:
    study, out = snakemake.params.study, snakemake.output
    features, patients = running.read("features", "patients").values()
    tabulated = [row for path in snakemake.input.rows for row in read_json(path)["rows"] if row["known"]]
    made = combine(features, patients, study["combine"], roles(study), [*snakemake.params.listed, *tabulated])
    for name, each in {"combined": made.features, "combinations": made.summary}.items():
        written = tables.by_name(name).write(each, out[name], **running.provenance)
        tables.by_name(name).write(written, Path(out[name]).with_suffix(".csv"))
    tables.PATIENTS.write(made.patients, out.patients, **running.provenance)
    tables.EXCLUSIONS.write(made.exclusions, out.exclusions, **running.provenance)
    for name in {"controls", "perturbed"} & set(out.keys()):
        images = brought_together(running.read(name)[name], made.lesions, study["combine"], made.added)
        tables.by_name(name).write(images, out[name], **running.provenance)
    if out.get("cases"):
        cases, series = running.read("cases", "series").values()
        scans = scans_of(cases, series, made.lesions, study["harmonise"]["batch"])
        tables.CASES.write(scans.cases, out.cases, **running.provenance)
        tables.SERIES.write(scans.series, out.series, **running.provenance)
    running.batch(made.features.groupby("cohort")["case"].nunique().sum(), made.exclusions)
