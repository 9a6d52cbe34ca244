from radioloom.study.alone import covariate_names


rule adopt:
    """The signature of a file, where a study validates one and learns none."""
    input:
        str(STUDY.signature_place),
    output:
        f"{RESULTS}/signature.json",
    log:
        f"{LOGS}/adopt.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=500,
        runtime=10,
    params:
        covariates=covariate_names(STUDY.settings),
        profile_hash=STUDY.profile_hash,
        trust_edited=STUDY.settings["trust_edited"],
        code=code("adopt"),
    message:
        "adopt the signature of a file"
    script:
        "../scripts/adopt.py"
