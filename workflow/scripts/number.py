"""The number of gene modules by a declared rule."""

from radioloom.job import job
from radioloom.stages.genomics.assembled import assembled
from radioloom.stages.genomics.associate import tested
from radioloom.stages.genomics.number import number
from radioloom.stages.genomics.settled import settled
from radioloom.stages.learning.signature import Signature
from radioloom.tables import MODULE_NUMBERS

with job(snakemake) as running:
    params = snakemake.params
    signature = Signature.read(snakemake.input.signature, params.trust_edited)
    measured, given = assembled(running.read, params, bool(snakemake.input.traits))
    settings = settled(running.read, params)
    family = tested(measured, settings["features"], signature.feature_ids, params.volume)
    numbers = number(measured, given.values, settings, family, params.seed)
    MODULE_NUMBERS.write(numbers, snakemake.output[0], **running.provenance)
    running.say(
        f"{numbers.loc[numbers['chosen'], 'n_modules'].item()} modules, of {len(numbers)} numbers that were tried"
    )
