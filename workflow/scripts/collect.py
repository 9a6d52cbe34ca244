"""The tables of all batches as one, in Parquet and, for people, in CSV."""

from pathlib import Path

from radioloom import tables
from radioloom.job import job
from radioloom.stages.tables.collect import check_none_lost, check_same_features

with job(snakemake) as running:
    gathered = {}
    for name, path in snakemake.output.items():
        if name == "csv":  # each beside its Parquet file
            continue
        table = tables.by_name(name)
        whole = table.write(table.gather(*snakemake.input[name]), path, **running.provenance)
        if name == "features":
            check_same_features(whole, snakemake.params.same)
        else:
            gathered[name] = whole
        table.write(whole, Path(path).with_suffix(".csv"))
        running.say(f"{name}: {len(whole)} rows")
    if snakemake.params.asked:
        check_none_lost(snakemake.params.asked, *(gathered[name] for name in ("cases", "measured", "exclusions")))
