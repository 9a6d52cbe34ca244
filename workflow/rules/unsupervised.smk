# Tables of the rule cluster.
CLUSTER_TABLES = ["cluster_numbers", "consensus", "clusters", "cluster_centres"]
CLUSTER_TABLES += ["cluster_summary", "cluster_tests", "clustered_features", "standardised"]
RULE_TABLES = ["association_rules", "rule_items", "rules_by_chance"]

# What patients are seen by: features as learning takes them, and the frozen split.
LEARNT_FROM = {
    "features": OF_MODELS["features"],
    "patients": OF_MODELS["patients"],
    "clinical": expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
    "covariates": expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=HAS.outcomes),
    "reliability": f"{RESULTS}/tables/reliability.parquet",
    "splits": f"{RESULTS}/tables/splits.parquet",
    "selection": f"{RESULTS}/tables/selection.parquet",
    "cases": OF_MODELS["cases"],
    "series": OF_MODELS["series"],
}


# Keys of `unsupervised` that each rule depends on, besides how patients are seen.
OWN = {
    "cluster": ["clustering", "number", "most_clusters", "resamples", "references", "annotations"],
    "similar": ["neighbours"],
    "mine": ["annotations", "rules"],
}
LEARNT_BY = settings("outcome", "reliability", "harmonise", "reduce", "imputation", "model", "baselines")
BLOCK = STUDY.settings["unsupervised"] if HAS.unsupervised else {}
VIEWED = {
    name: LEARNT_BY | {"unsupervised": {key: BLOCK[key] for key in ("features", "scaling", *keys) if key in BLOCK}}
    for name, keys in OWN.items()
}

if HAS.unsupervised:

    rule annotate:
        """What the clinical table of a cohort says of its cases besides outcome and covariates."""
        input:
            clinical_file,
            rows=tabulated,
        output:
            f"{RESULTS}/clinical/{{cohort}}.annotations.parquet",
        log:
            f"{LOGS}/annotate/{{cohort}}.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=500,
            runtime=10,
        params:
            data=lambda wildcards: str(STUDY.data),
            watched=lambda wildcards: STUDY.watched_files(
                STUDY.settings["cohorts"][wildcards.cohort]["clinical"]["file"]
            ),
            cases=lambda wildcards: STUDY.cases(wildcards.cohort),
            unit="patient" if HAS.combined else "case",
            mapping=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["clinical"],
            outcome=STUDY.settings["outcome"],
            annotations=BLOCK["annotations"],
            code=code("annotate"),
        message:
            "annotate {wildcards.cohort}"
        script:
            "../scripts/annotate.py"

    rule cluster:
        """Patients in clusters by their features, learnt in training, and what goes with them."""
        input:
            **LEARNT_FROM,
            annotations=expand(f"{RESULTS}/clinical/{{cohort}}.annotations.parquet", cohort=HAS.unsupervised),
        output:
            **{name: f"{RESULTS}/tables/{name}.parquet" for name in CLUSTER_TABLES},
        log:
            f"{LOGS}/cluster.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            study=VIEWED["cluster"],
            profile_hash=STUDY.profile_hash,
            code=code("cluster"),
        message:
            "cluster patients by their features"
        script:
            "../scripts/cluster.py"

    rule similar:
        """The training patients that each patient is most similar to, in standardised features."""
        input:
            **LEARNT_FROM,
        output:
            table=f"{RESULTS}/tables/similar.parquet",
            csv=f"{RESULTS}/tables/similar.csv",
        log:
            f"{LOGS}/similar.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=30,
        params:
            study=VIEWED["similar"],
            profile_hash=STUDY.profile_hash,
            code=code("similar"),
        message:
            "similar patients of each patient"
        script:
            "../scripts/similar.py"


if HAS.mined:

    rule mine:
        """Association rules from features, annotations and traits to annotations, traits and outcome."""
        input:
            **LEARNT_FROM,
            annotations=expand(f"{RESULTS}/clinical/{{cohort}}.annotations.parquet", cohort=HAS.unsupervised),
            traits=[f"{RESULTS}/traits/{cohort}.parquet" for cohort in HAS.traits if cohort in HAS.unsupervised],
        output:
            **{name: f"{RESULTS}/tables/{name}.parquet" for name in RULE_TABLES},
        log:
            f"{LOGS}/mine.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            study=VIEWED["mine"],
            profile_hash=STUDY.profile_hash,
            code=code("mine"),
        message:
            "mine association rules"
        script:
            "../scripts/mine.py"
