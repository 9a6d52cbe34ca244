"""Linear programs of features and readers' traits that foretell gene modules."""

from radioloom.job import job
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.regress import regress
from radioloom.tables import PROGRAM_SHARES, PROGRAMS

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    measured, matrix, members, family, settings, *_ = mapped(running.read, snakemake.input, params)
    programs, shares = regress(measured, matrix, members, settings, family, params.seed)
    PROGRAMS.write(programs, out.programs, **running.provenance)
    PROGRAM_SHARES.write(shares, out.program_shares, **running.provenance)
    running.say(f"{(shares['held_out'] > 0).sum()} of {len(shares)} modules foretold in cases left out")
