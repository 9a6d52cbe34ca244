FOLLOW_TABLES = ["entered", "followed", "cusum", "drift"]

if HAS.followed:

    rule enter:
        """The period that each case of a cohort that goes on entered in."""
        input:
            clinical_file,
            clinical=f"{RESULTS}/clinical/{{cohort}}.parquet",
            exclusions=f"{RESULTS}/clinical/{{cohort}}.exclusions.parquet",
        output:
            f"{RESULTS}/clinical/{{cohort}}.periods.parquet",
        log:
            f"{LOGS}/enter/{{cohort}}.log",
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
            mapping=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["clinical"],
            follow=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["follow"],
            of_one=lambda wildcards: STUDY.clinical_of_one(wildcards.cohort),
            code=code("enter"),
        message:
            "enter {wildcards.cohort}: who entered when"
        script:
            "../scripts/enter.py"

    rule follow:
        """The frozen signature by period of entry: discrimination, calibration, cumulative sums, drift."""
        input:
            predictions=f"{RESULTS}/tables/predictions.parquet",
            metrics=f"{RESULTS}/tables/metrics.parquet",
            clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
            patients=OF_MODELS["patients"],
            periods=expand(f"{RESULTS}/clinical/{{cohort}}.periods.parquet", cohort=HAS.followed),
            features=OF_MODELS["features"],
            signature=f"{RESULTS}/signature.json",
            cases=f"{RESULTS}/tables/cases.parquet" if HAS.scanned else [],
            series=f"{RESULTS}/tables/series.parquet" if HAS.scanned else [],
        output:
            **({"scanners": f"{RESULTS}/tables/scanners.parquet"} if HAS.scanned else {}),
            **{name: f"{RESULTS}/tables/{name}.parquet" for name in FOLLOW_TABLES},
        log:
            f"{LOGS}/follow.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=1000,
            runtime=30,
        params:
            study=settings("outcome", "validation"),
            follow={name: STUDY.settings["cohorts"][name]["follow"] for name in HAS.followed},
            trust_edited=STUDY.settings["trust_edited"],
            code=code("follow"),
        message:
            "follow: the frozen signature by period of entry"
        script:
            "../scripts/follow.py"
