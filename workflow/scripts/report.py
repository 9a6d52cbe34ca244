"""The report of the study, in one file."""

import json
from pathlib import Path

from radioloom.figures.contact import thumbnail
from radioloom.io.prepared import read_all
from radioloom.job import job
from radioloom.provenance import environment
from radioloom.stages.report import ReportInputs, report

with job(snakemake) as running:
    params, given = snakemake.params, snakemake.input
    pictures = {}
    for case in (case for folder in given.prepared for case in read_all(Path(folder))):
        label = " ".join(
            [case.sidecar["case"], *([case.sidecar["replicate"]] if case.sidecar["replicate"] != "1" else [])]
        )
        picture = thumbnail(case.image.array, case.mask.array, case.sidecar["modality"])
        pictures.setdefault(case.sidecar["cohort"], []).append((label, *picture))
    inputs = ReportInputs(
        settings=params.settings,
        sheets=params.sheets,
        **running.read(*params.tables),
        genomics=json.loads(Path(given.summary[0]).read_text()) if given.summary else {},
        signature=json.loads(Path(given.signature).read_text()),
        pictures={cohort: sorted(shown, key=lambda each: each[0]) for cohort, shown in pictures.items()},
        truth=None,
        provenance={"software": environment(), "hashes": params.hashes, "command": params.command},
    )
    Path(snakemake.output[0]).write_text(report(inputs), encoding="utf-8")
