from radioloom.study.alone import covariate_names


rule adopt:
    """The signature of a file, where a study validates one and learns none."""
    input:
        followed(str(STUDY.signature_place)),
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
        data=lambda wildcards: str(STUDY.signature_place),
        watched=lambda wildcards: STUDY.watched_files(str(STUDY.signature_place.absolute())),
        covariates=lambda wildcards: covariate_names(STUDY.settings),
        profile_hash=STUDY.profile_hash,
        trust_edited=STUDY.settings["trust_edited"],
        code=code("adopt"),
    message:
        "adopt the signature of a file"
    script:
        "../scripts/adopt.py"
