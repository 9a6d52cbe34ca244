"""The report of the study, in one file."""

import json
from pathlib import Path

import pandas as pd

from radioloom.io.prepared import read_all
from radioloom.job import job
from radioloom.provenance import environment
from radioloom.stages.report.pictures import pictures
from radioloom.stages.report.planted import wide
from radioloom.stages.report.reading import names_of, signature_record
from radioloom.stages.report.record import ReportInputs
from radioloom.stages.report.report import report

with job(snakemake) as running:
    params, given = snakemake.params, snakemake.input
    shown = running.read(*params.tables)
    signature = signature_record(json.loads(Path(given.signature[0]).read_text(encoding="utf-8")))
    listed = [json.loads(Path(path).read_text(encoding="utf-8")) for path in given.rows]
    truths = [path for folder in given.get("truth", []) for path in sorted(Path(folder).glob("*.csv"))]
    if truths:
        shown["features"] = wide(shown["features"], names_of(signature))
    inputs = ReportInputs(
        **shown,
        settings=params.settings,
        sheets=params.sheets | {rows[0]["cohort"]: rows for rows in listed},
        signature=signature,
        summary=next((json.loads(Path(path).read_text(encoding="utf-8")) for path in given.get("summary", [])), None),
        pictures=pictures(case for folder in given.get("pictures", []) for case in read_all(Path(folder))),
        truth={path.stem: pd.read_csv(path) for path in truths},
        provenance={"software": environment(), "hashes": params.hashes, "command": params.command},
    )
    Path(snakemake.output[0]).write_text(report(inputs), encoding="utf-8")
