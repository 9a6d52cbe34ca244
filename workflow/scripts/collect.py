"""The tables of all batches as one, in Parquet and, for people, in CSV."""

from pathlib import Path

from radioloom import tables
from radioloom.job import job
from radioloom.stages.tables.collect import check_none_lost, of_all

with job(snakemake) as running:
    gathered = {}
    for name, path in snakemake.output.items():
        if name == "csv":  # each beside its Parquet file
            continue
        table = tables.by_name(name)
        whole = table.gather(*snakemake.input[name])
        if name == "features":
            whole, lines = of_all(whole, snakemake.params.same)
            for line in lines:
                running.say(line)
        else:
            gathered[name] = whole
        whole = table.write(whole, path, **running.provenance)
        table.write(whole, Path(path).with_suffix(".csv"))
        running.say(f"{name}: {len(whole)} rows")
    if snakemake.params.asked:
        check_none_lost(snakemake.params.asked, *(gathered[name] for name in ("cases", "measured", "exclusions")))
