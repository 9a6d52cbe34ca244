"""The tables of all batches as one, in Parquet and, for people, in CSV."""

from pathlib import Path

from radioloom import tables
from radioloom.job import job
from radioloom.stages.tables.collect import check_same_features

with job(snakemake) as running:
    for name, path in snakemake.output.items():
        if name == "csv":  # each beside its Parquet file
            continue
        table = tables.by_name(name)
        gathered = table.write(table.gather(*snakemake.input[name]), path, **running.provenance)
        if name == "features":
            check_same_features(gathered, snakemake.params.same)
        table.write(gathered, Path(path).with_suffix(".csv"))
        running.say(f"{name}: {len(gathered)} rows")
