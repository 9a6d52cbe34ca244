"""The number of gene modules by a declared rule."""

from radioloom.job import job
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.number import number
from radioloom.tables import MODULE_NUMBERS

with job(snakemake) as running:
    params = snakemake.params
    genes = mapped(running.read, snakemake.input, params)
    numbers = number(genes.measured, genes.expression, genes.settings, genes.family, params.seed)
    MODULE_NUMBERS.write(numbers, snakemake.output[0], **running.provenance)
    running.say(
        f"{numbers.loc[numbers['chosen'], 'n_modules'].item()} modules, of {len(numbers)} numbers that were tried"
    )
