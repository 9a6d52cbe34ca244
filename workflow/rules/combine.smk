# Tables that models read: of cases, or of patients where what their images say is combined.
TABLES_OF_CASES = {
    "features": f"{RESULTS}/tables/features.parquet",
    "patients": f"{RESULTS}/tables/patients.parquet",
    "exclusions": [f"{RESULTS}/tables/exclusions.parquet"],
    "controls": every_batch(f"{RESULTS}/controls/{{cohort}}/{{batch}}.parquet", HAS.negative_controls),
    "perturbed": every_batch(f"{RESULTS}/perturbed/{{cohort}}/{{batch}}.parquet", HAS.perturbed),
}
OF_MODELS = TABLES_OF_CASES
if HAS.combined:
    OF_MODELS = TABLES_OF_CASES | {
        "features": f"{RESULTS}/tables/combined.parquet",
        "patients": f"{RESULTS}/combined/patients.parquet",
        "exclusions": [f"{RESULTS}/tables/exclusions.parquet", f"{RESULTS}/combined/exclusions.parquet"],
        "controls": f"{RESULTS}/combined/controls.parquet" if HAS.negative_controls else [],
        "perturbed": f"{RESULTS}/combined/perturbed.parquet" if HAS.perturbed else [],
    }

if HAS.combined:

    rule combine:
        """What the images of a patient say as one case of the models: lesions, regions, modalities, visits."""
        input:
            features=TABLES_OF_CASES["features"],
            patients=TABLES_OF_CASES["patients"],
            controls=TABLES_OF_CASES["controls"],
            perturbed=TABLES_OF_CASES["perturbed"],
        output:
            **{name: OF_MODELS[name] for name in ("controls", "perturbed") if OF_MODELS[name]},
            combined=OF_MODELS["features"],
            combinations=f"{RESULTS}/tables/combinations.parquet",
            csv=[f"{RESULTS}/tables/{name}.csv" for name in ("combined", "combinations")],
            patients=OF_MODELS["patients"],
            exclusions=f"{RESULTS}/combined/exclusions.parquet",
        log:
            f"{LOGS}/combine.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=4000,
            runtime=60,
        params:
            study=settings("combine"),
            profile_hash=STUDY.profile_hash,
            code=code("combine"),
        message:
            "combine what the images of each patient say"
        script:
            "../scripts/combine.py"
