# Tables that models read: of cases, or of patients where what their images say is combined.
TABLES_OF_CASES = {
    "features": f"{RESULTS}/tables/features.parquet",
    "patients": f"{RESULTS}/tables/patients.parquet",
    "exclusions": [f"{RESULTS}/tables/exclusions.parquet"],
    "controls": every_batch(f"{RESULTS}/controls/{{cohort}}/{{batch}}.parquet", HAS.negative_controls),
    "cases": f"{RESULTS}/tables/cases.parquet" if HAS.harmonised else [],
    "series": f"{RESULTS}/tables/series.parquet" if HAS.harmonised else [],
    "perturbed": every_batch(f"{RESULTS}/perturbed/{{cohort}}/{{batch}}.parquet", HAS.perturbed),
}
OF_IMAGES = [name for name in ("controls", "perturbed", "cases", "series") if TABLES_OF_CASES[name]]
OF_MODELS = TABLES_OF_CASES
if HAS.combined:
    OF_MODELS = TABLES_OF_CASES | {
        "features": f"{RESULTS}/tables/combined.parquet",
        "patients": f"{RESULTS}/combined/patients.parquet",
        "exclusions": [f"{RESULTS}/tables/exclusions.parquet", f"{RESULTS}/combined/exclusions.parquet"],
        **{name: f"{RESULTS}/combined/{name}.parquet" for name in OF_IMAGES},
    }

    rule combine:
        """What the images of a patient say as one case of the models: lesions, regions, modalities, visits."""
        input:
            **{name: TABLES_OF_CASES[name] for name in ("features", "patients", *OF_IMAGES)},
            rows=expand(f"{RESULTS}/tabulated/{{cohort}}.rows.json", cohort=HAS.tables),
        output:
            **{name: OF_MODELS[name] for name in OF_IMAGES},
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
            study=settings("combine", "harmonise"),
            listed=STUDY.regions,
            profile_hash=STUDY.profile_hash,
            code=code("combine"),
        message:
            "combine what the images of each patient say"
        script:
            "../scripts/combine.py"
