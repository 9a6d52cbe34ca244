"""Features of one cohort from the table that another program wrote."""

from pathlib import Path

from radioloom.io import feature_tables
from radioloom.io.patients import cases_by_patient
from radioloom.io.user_tables.read import read
from radioloom.job import job
from radioloom.sealed import write_json
from radioloom.stages.tables.long_tables import widened
from radioloom.stages.tables.parts import of_part
from radioloom.stages.tables.row_choice import chosen_rows
from radioloom.stages.tables.tabulate import tabulate
from radioloom.tables import EXCLUSIONS, FEATURES

with job(snakemake) as running:
    params, place = snakemake.params, Path(snakemake.params.data)
    frame = chosen_rows(feature_tables.read(place, params.settings["file"]), params.settings)
    frame = widened(frame, snakemake.wildcards.cohort, params.settings, params.reserved)
    linked = params.settings["ids"].get("patients")
    patients = cases_by_patient(place, **linked, key="features.ids.patients") if linked else None
    split = params.split
    listing = read(place / split["file"]).frame() if split and "file" in split else None
    frame = of_part(frame, snakemake.wildcards.cohort, params.settings, split, patients, listing)
    tabulated = tabulate(frame, snakemake.wildcards.cohort, params.settings, patients, params.reserved)
    FEATURES.write(tabulated.features, snakemake.output.features, **running.provenance)
    EXCLUSIONS.write(tabulated.exclusions, snakemake.output.exclusions, **running.provenance)
    rows = [{**row, "role": params.role} for row in tabulated.rows]
    n_features = tabulated.features["feature_id"].nunique()
    write_json({"rows": rows, "n_features": n_features}, snakemake.output.rows)
    others = ", ".join(tabulated.left_out[:9]) + (" ..." if tabulated.left_out[9:] else "")
    running.say(f"{n_features} columns are features; not taken: {others or 'none'}")
    running.batch(len(frame) - len(tabulated.exclusions), tabulated.exclusions)
