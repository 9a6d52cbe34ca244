"""One HTML file that shows a study, its results, and the data and software behind them."""

import json
from pathlib import Path

import pandas as pd

from radioloom.io.prepared import read_all
from radioloom.job import job
from radioloom.profile import build
from radioloom.provenance import environment
from radioloom.stages.learning.signature import Signature
from radioloom.stages.report.pictures import pictures
from radioloom.stages.report.record import ReportInputs
from radioloom.stages.report.report import report

with job(snakemake) as running:
    params, given = snakemake.params, snakemake.input
    listed = [json.loads(Path(path).read_text(encoding="utf-8")) for path in given.rows]
    truths = [path for folder in given.get("truth", []) for path in sorted(Path(folder).glob("*.csv"))]
    summaries = [json.loads(Path(path).read_text(encoding="utf-8")) for path in given.get("summary", [])]
    inputs = ReportInputs(
        **running.read(*params.tables),
        settings=params.settings,
        profile=build(params.profile) if params.profile else None,
        sheets=params.sheets | {rows[0]["cohort"]: rows for rows in listed},
        signature=Signature.read(given.signature[0]),
        summary=next(iter(summaries), None),
        pictures=pictures(case for folder in given.get("pictures", []) for case in read_all(Path(folder))),
        truth={path.stem: pd.read_csv(path) for path in truths},
        provenance={"software": environment(), "hashes": params.hashes, "command": params.command},
    )
    Path(snakemake.output[0]).write_text(report(inputs), encoding="utf-8")
