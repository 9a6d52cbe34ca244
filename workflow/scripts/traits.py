"""Readers' annotations of one cohort as traits."""

from pathlib import Path

from radioloom import tables
from radioloom.io.annotations import read as annotations
from radioloom.io.patients import cases_by_patient
from radioloom.job import job
from radioloom.stages.genomics.traits import traits
from radioloom.stages.tables.listed import listed

with job(snakemake) as running:
    params, out, place = snakemake.params, snakemake.output, Path(snakemake.params.data)
    read = annotations.read(place / params.settings["files"], place)
    patients = cases_by_patient(place, **params.settings["patients"]) if "patients" in params.settings else None
    cases = sorted({*params.cases, *listed(snakemake.input.rows, params.unit)})
    rows = traits(read, snakemake.wildcards.cohort, cases, params.settings, patients)
    for name in ("traits", "trait_agreement", "unread"):
        table = tables.by_name(name)
        written = table.write(getattr(rows, name), out[name], **running.provenance)
        table.write(written, Path(out[name]).with_suffix(".csv"))
    n_cases = len({row["case"] for row in rows.traits})
    running.say(f"{n_cases} of {len(cases)} cases annotated; {len(rows.unread)} documents left out, or in part")
