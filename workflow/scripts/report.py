"""The report of the study, in one file."""

import json
from itertools import chain
from pathlib import Path

import pandas as pd

from radioloom.io.prepared import read_all
from radioloom.job import job
from radioloom.provenance import environment
from radioloom.stages.report.pictures import pictures
from radioloom.stages.report.report import ReportInputs, report

with job(snakemake) as running:
    params, given = snakemake.params, snakemake.input
    signature = json.loads(Path(given.signature).read_text(encoding="utf-8"))
    files = (path for folder in given.truth for path in sorted(Path(folder).glob("*.csv")))
    truth = {path.stem: pd.read_csv(path) for path in files}
    listed = [json.loads(Path(path).read_text(encoding="utf-8")) for path in given.rows]
    if truth:
        names = {term["feature_id"] for term in signature["features"]}
        features = running.read("features")["features"].query("replicate == '1' and feature_id in @names")
        truth["features"] = features.pivot(index=["cohort", "case"], columns="feature_id", values="value").reset_index()
    inputs = ReportInputs(
        settings=params.settings,
        sheets=params.sheets | {rows[0]["cohort"]: rows for rows in listed},
        **running.read(*params.tables),
        genomics=json.loads(Path(given.summary[0]).read_text(encoding="utf-8")) if given.summary else {},
        signature=signature,
        pictures=pictures(chain.from_iterable(read_all(Path(folder)) for folder in given.prepared)),
        truth=truth or None,
        provenance={"software": environment(), "hashes": params.hashes, "command": params.command},
    )
    Path(snakemake.output[0]).write_text(report(inputs), encoding="utf-8")
