"""Cases that share a patient, an image, a region or a row of features; told, or refused before anything is learnt."""

from pathlib import Path

from radioloom.job import job
from radioloom.sealed import read_json
from radioloom.stages.learning.patients import patients_of
from radioloom.stages.tables.identify import fillers, identities, refuse
from radioloom.tables import CASES, FEATURES, IDENTITIES, PATIENTS

with job(snakemake) as running:
    given, out = snakemake.input, snakemake.output
    listed = [row for path in given.rows for row in read_json(path)["rows"] if row["known"]]
    patients = list({(row["cohort"], row["case"]): row for row in [*snakemake.params.patients, *listed]}.values())
    cases = CASES.read(*given.cases) if given.cases else None
    for sentence in fillers(cases) if cases is not None else ():
        running.say(sentence)
    rows = identities(patients, cases, FEATURES.read(given.features), snakemake.params.combined)
    IDENTITIES.write(rows, Path(out.identities).with_suffix(".csv"))  # first, for those who are refused
    refuse(rows)
    IDENTITIES.write(rows, out.identities, **running.provenance)
    known = [{key: row[key] for key in ("cohort", "case", "patient", "named")} for row in patients]
    told = PATIENTS.write(known, out.patients, **running.provenance)
    PATIENTS.write(told, Path(out.patients).with_suffix(".csv"))
    running.say(f"{len(patients)} cases of {len({*patients_of(told).values()})} patients; {len(rows)} shared")
