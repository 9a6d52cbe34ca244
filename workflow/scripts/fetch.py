"""Series of one batch from their archive; credentials come from the environment."""

import os
from functools import partial
from pathlib import Path

from radioloom.io.archives.archive import bring
from radioloom.io.archives.kinds import connect
from radioloom.job import job
from radioloom.stages.images.fetch import FETCHED, fetch, write_manifest
from radioloom.tables import EXCLUSIONS

with job(snakemake) as running:
    params, out, cohort = snakemake.params, snakemake.output, snakemake.wildcards.cohort
    archive = connect(params.source, cohort, os.environ)
    fetched = fetch(params.rows, f"{FETCHED}/{cohort}/", partial(bring, archive, Path(out.manifest).parent))
    EXCLUSIONS.write(fetched.exclusions, out.exclusions, **running.provenance)
    write_manifest(fetched, Path(out.manifest))
    running.batch(len(fetched.rows), fetched.exclusions)
