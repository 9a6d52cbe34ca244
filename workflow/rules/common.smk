"""Loads and checks the study; the names that every rule file uses."""

import os
import sys

from radioloom.errors import RadioloomError
from radioloom.failures import with_notes
from radioloom.provenance import code_digest, digest, file_digest
from radioloom.study import followed, load, verify
from snakemake.exceptions import WorkflowError

# One thread per job: Snakemake fills the cores, and threaded sums could change the last digits.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"), "1")

ROOT = Path(workflow.basedir)
SOURCE = Path(workflow.configfiles[-1]) if workflow.configfiles else None
try:
    STUDY = load(config, ROOT, SOURCE, again=workflow.is_main_process)
    if workflow.is_main_process:  # a job of a cluster reads this file again, and has nothing to add
        for note in verify(STUDY, SOURCE):
            print(f"note: {note}", file=sys.stderr)
except (RadioloomError, OSError, MemoryError) as error:
    raise WorkflowError(f"the study cannot start:\n{with_notes(error)}") from None
HAS = STUDY.has
RESULTS = f"results/{STUDY.name}"
LOGS = f"{RESULTS}/logs"
BATCHES = [(cohort, batch) for cohort, batches in STUDY.batches.items() for batch in batches]


wildcard_constraints:
    cohort="|".join(STUDY.cohorts()),
    batch="[0-9a-f]{8}|last",


def code(script):
    """Digest of a script and all library modules it reaches: an edit re-runs what rests on it, and nothing else."""
    return code_digest(ROOT / "workflow" / "scripts" / f"{script}.py")


def rows(wildcards):
    """Sheet rows of one batch."""
    return STUDY.batches[wildcards.cohort][wildcards.batch]


def n_batches(wildcards):
    """How many batches the cohort has (a resource, so that a new batch does not re-run the others)."""
    return len(STUDY.batches[wildcards.cohort])


def files(wildcards):
    """Images and segmentations of one batch; what is not there becomes an exclusion, not a failed start."""
    return followed(*STUDY.files(wildcards.cohort, wildcards.batch))


def manifest(wildcards):
    """What has arrived of a batch, where its cohort comes from an archive."""
    return STUDY.manifest(wildcards.cohort, wildcards.batch)


def settings(*keys):
    """The part of the study that a job depends on: these blocks, and the role of every cohort."""
    roles = {name: {"role": cohort["role"]} for name, cohort in STUDY.settings["cohorts"].items()}
    return {"cohorts": roles, "seed": STUDY.settings["seed"], **{key: STUDY.settings[key] for key in keys}}


def every_batch(pattern, cohorts=HAS.images):
    """One file of each batch of these cohorts."""
    return [pattern.format(cohort=cohort, batch=batch) for cohort, batch in BATCHES if cohort in cohorts]


def clinical_file(wildcards):
    """The outcome file of one cohort."""
    if STUDY.simulated:
        return f"{STUDY.data}/{wildcards.cohort}"
    return followed(STUDY.table(STUDY.settings["cohorts"][wildcards.cohort]["clinical"]["file"]))


def tabulated(wildcards):
    """Rows of the table of features that a cohort starts from; none of one that starts from images."""
    return [f"{RESULTS}/tabulated/{wildcards.cohort}.rows.json"] if wildcards.cohort in HAS.tables else []
