"""The period that each case of a followed cohort entered in; dates are read here, and go no further."""

from pathlib import Path

from radioloom.io.user_tables.read import read
from radioloom.job import job
from radioloom.stages.learning.enter import enter
from radioloom.tables import PERIODS

with job(snakemake) as running:
    params = snakemake.params
    frame = read(Path(params.data, params.mapping["file"])).frame()
    given = {name: set(rows["case"]) for name, rows in running.read("clinical", "exclusions").items()}
    others = None if params.of_one else given["exclusions"]
    entries = enter(frame, snakemake.wildcards.cohort, given["clinical"], params.mapping, params.follow, others)
    PERIODS.write(entries.periods, snakemake.output[0], **running.provenance)
    for note in entries.notes:
        running.say(note)
