"""The tables of all batches as one, in Parquet and, for people, in CSV."""

from pathlib import Path

from radioloom import tables
from radioloom.job import job

with job(snakemake) as running:
    for name in ("series", "masks", "overlaps", "cases", "features", "exclusions"):
        table = getattr(tables, name.upper())
        gathered = table.write(table.gather(*snakemake.input[name]), snakemake.output[name], **running.provenance)
        table.write(gathered, Path(snakemake.output[name]).with_suffix(".csv"))
        running.say(f"{name}: {len(gathered)} rows")
