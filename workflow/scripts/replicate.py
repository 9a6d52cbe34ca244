"""A map of gene modules that is learnt from one part of the cases, tested in the other."""

from pathlib import Path

from radioloom.io.user_tables.read import read
from radioloom.job import job
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.parts import Settings, declared, drawn
from radioloom.stages.genomics.replicate import replicate
from radioloom.tables import GENE_PARTS, REPLICATED
from radioloom.tables.claims import LEARNT, TESTED

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    genes = mapped(running.read, snakemake.input, params)
    cohort, patients = params.settings["cohort"], running.read("patients")["patients"]
    of_case = patients[patients["cohort"] == cohort].set_index("case")["patient"]
    cases = {case: of_case.get(case, case) for case in genes.expression.columns if case in genes.measured.values.index}
    wanted = Settings(**params.settings["split"] | params.listing)
    frame = read(Path(params.data, wanted.file)).frame() if wanted.column else None
    rows = drawn(cases, wanted.share, params.seed) if frame is None else declared(wanted, frame, cases)
    parts = [[row["case"] for row in rows if row["part"] == part] for part in (LEARNT, TESTED)]
    genes = genes._replace(expression=genes.inputs.learnt_on(parts[0], genes.settings))
    pairs = replicate(genes, parts, genes.settings, params.seed)
    GENE_PARTS.write([{"cohort": cohort, **row} for row in rows], out.parts, **running.provenance)
    REPLICATED.write(pairs, out.replicated, **running.provenance)
    running.say(f"{pairs['replicated'].sum()} of {len(pairs)} entries of the map hold in other cases")
