rule reliability:
    """Agreement of every feature over test-retest pairs, observers and perturbed images."""
    input:
        features=OF_MODELS["features"],
        patients=OF_MODELS["patients"],
        perturbed=OF_MODELS["perturbed"],
        splits=f"{RESULTS}/tables/splits.parquet",
    output:
        f"{RESULTS}/tables/reliability.parquet",
    log:
        f"{LOGS}/reliability.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        study=settings("reliability"),
        robustness=STUDY.settings.get("robustness"),
        code=code("reliability"),
    message:
        "reliability of every feature"
    script:
        "../scripts/reliability.py"


if HAS.scanned:

    rule acquisition:
        """How much of each feature goes with how its image was acquired, before and after harmonisation."""
        input:
            features=OF_MODELS["features"],
            cases=f"{RESULTS}/tables/cases.parquet",
            series=f"{RESULTS}/tables/series.parquet",
            splits=f"{RESULTS}/tables/splits.parquet",
        output:
            f"{RESULTS}/tables/acquisition.parquet",
        log:
            f"{LOGS}/acquisition.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            study=settings("harmonise"),
            code=code("acquisition"),
        message:
            "variance that goes with scanner and protocol"
        script:
            "../scripts/acquisition.py"
