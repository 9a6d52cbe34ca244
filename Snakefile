"""Radioloom: from DICOM and segmentations to a report. See README.md."""

import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")
sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

if not workflow.configfiles:  # --configfile is a whole study and never merged with the default one

    configfile: str(Path(workflow.basedir) / "config" / "config.yaml")


include: "workflow/rules/common.smk"


# Two halves that meet in tables/features.parquet: from images and segmentations to features, and from features,
# outcomes, annotations and expression to a signature. A study of feature tables has no images half.
IMAGES_HALF = "simulate fetch curate segment prepare extract".split()
GENES = "genes associate sift modules adjust replicate relearn scan reconstruct foretell enrich".split()
# A study without a training cohort learns nothing: it validates the signature of a file.
TABLES_HALF = "tabulate collect identify combine clinical traits learn models".split()
TABLES_HALF += "subgroups pooled incidence follow size targets unsupervised".split()
TABLES_HALF += ["reliability", "fit"] if HAS.training else ["adopt"]

for part in [*(IMAGES_HALF if HAS.images else []), *TABLES_HALF, *GENES, "report"]:

    include: f"workflow/rules/{part}.smk"


rule all:
    default_target: True
    input:
        f"{RESULTS}/report.html",
        PROMISED,
