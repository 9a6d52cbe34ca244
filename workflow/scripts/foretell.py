"""What gene modules say of the outcome, and what images foretell of modules, and by them of the outcome."""

from radioloom.job import job
from radioloom.stages.genomics.assembled import mapped
from radioloom.stages.genomics.foretell import beside, foretell, one_case_each
from radioloom.tables import MODULE_OUTCOMES, SURROGATES

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    study = mapped(running.read, snakemake.input, params)
    read = running.read("clinical", "covariates", "patients")
    kept = one_case_each(study, read["patients"], params.settings["cohort"])
    columns = {"volume": [params.volume], "signature": [] if params.learnt else study.feature_ids}
    judged = beside(kept, read["clinical"], read["covariates"], params.outcome, columns)
    of_modules, surrogates = foretell(kept, judged, study.settings, params.seed)
    MODULE_OUTCOMES.write(of_modules, out.module_outcomes, **running.provenance)
    SURROGATES.write(surrogates, out.surrogates, **running.provenance)
    n_more = len(study.measured.values) - len(kept.measured.values)
    running.say(f"one case of each patient; others, left out: {n_more}")
