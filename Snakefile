"""Radioloom: from DICOM and segmentations to a report. See README.md."""

import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")
sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

if "study" not in config:  # --configfile is a whole study and never merged with the default one

    configfile: str(Path(workflow.basedir) / "config" / "config.yaml")


include: "workflow/rules/common.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/fetch.smk"
include: "workflow/rules/curate.smk"
include: "workflow/rules/segment.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/traits.smk"
include: "workflow/rules/extract.smk"
include: "workflow/rules/collect.smk"
include: "workflow/rules/learn.smk"
include: "workflow/rules/associate.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        f"{RESULTS}/report.html",
