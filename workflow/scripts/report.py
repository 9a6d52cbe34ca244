"""One HTML file that shows a study and what is behind it; its checklists as a table, whose settings are all of it."""

from pathlib import Path

import pandas as pd

from radioloom.io import prepared
from radioloom.job import job
from radioloom.profile import build_all
from radioloom.sealed import read_json, write_text
from radioloom.stages.learning.signature import Signature
from radioloom.stages.report.behind import provenance
from radioloom.stages.report.checklists import CHECKLIST, answers
from radioloom.stages.report.pictures import pictures
from radioloom.stages.report.record import SUMMARIES, ReportInputs
from radioloom.stages.report.report import report

with job(snakemake) as this:
    params, given, out = snakemake.params, snakemake.input, snakemake.output
    folders = list(zip(given.get("pictures", []), params.asked, strict=True))
    listed = {each["rows"][0]["cohort"]: each for each in map(read_json, given.rows)}
    inputs = ReportInputs(
        **this.read(*params.tables),
        **{name: params[name] for name in ("settings", "published")},
        profile=build_all(params.profile) if params.profile else None,
        sheets=params.sheets | {cohort: each["rows"] for cohort, each in listed.items()},
        n_in_tables={cohort: each["n_features"] for cohort, each in listed.items()},
        signature=Signature.read(given.signature[0], params.trust_edited),
        **{name: next(map(read_json, given.get(name, [])), None) for name in SUMMARIES},
        pictures=pictures(case for folder in folders for case in prepared.read_all(*folder)),
        truth={file.stem: pd.read_csv(file) for each in given.get("truth", []) for file in Path(each).glob("*.csv")},
        provenance=provenance(params, [case for folder, _ in folders for case in prepared.digests(folder)]),
    )
    CHECKLIST.write(CHECKLIST.write(answers(inputs), out.checklist, **this.provenance | {"params": ""}), out.csv)
    write_text(report(inputs), out.page)
