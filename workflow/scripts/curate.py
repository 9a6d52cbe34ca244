"""Series of one batch: found, chosen, checked."""

import json
from pathlib import Path

from radioloom.job import job
from radioloom.stages.curate import curate
from radioloom.stages.fetch import arrived
from radioloom.tables import EXCLUSIONS, SERIES

with job(snakemake) as running:
    out, rows = snakemake.output, snakemake.params.rows
    for manifest in snakemake.input.fetched:  # of a cohort from an archive: what has arrived
        rows = arrived(rows, json.loads(Path(manifest).read_text(encoding="utf-8"))["rows"])
    curated = curate(rows, Path(snakemake.params.data))
    Path(out.images).write_text(json.dumps(curated.images, indent=1, sort_keys=True), encoding="utf-8")
    SERIES.write(curated.series, out.series, **running.provenance)
    EXCLUSIONS.write(curated.exclusions, out.exclusions, **running.provenance)
    running.batch(len(curated.images), curated.exclusions)
