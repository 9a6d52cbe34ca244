"""A study of validation alone on disk: wide tables of features and outcomes, and the signature of another study."""

from pathlib import Path

import yaml

from made.planted_tables import Made
from made.studies import Bench
from radioloom.provenance import digest
from radioloom.sealed import write_json
from radioloom.stages.learning.signature import Signature
from radioloom.study.feature_tables import measured_by

COLUMNS = {
    "case": "patient",
    "replicate": "",
    "roi": "",
    "modality": "",
    "visit": "",
    "patient": "",
    "features": ".*(morphology|intensity|glcm|glrlm)_f.*",
    "ignore": [],
    "prefix": "",
    "groups": {},
}
TOOL = "maker 1.0"
PROFILE = digest(["", [digest(measured_by({"tool": TOOL, "columns": COLUMNS}))]])


def signature(made: Made) -> Signature:
    """The signature that the training cohort gives, bound to tables as they are declared here."""
    from dataclasses import replace

    return replace(made.signature, profile=PROFILE, provenance={"stage_code": "0" * 12})


def alone(place: Path, made: Made, **changes) -> Bench:
    """The study: validation cohorts of `made` from tables of features, and `signature.json` beside it."""
    bench = Bench(place)
    data = place / "data"
    data.mkdir(parents=True, exist_ok=True)
    cohorts = {}
    for name, role in made.roles.items():
        if role != "validation":
            continue
        rows = made.features[made.features["cohort"] == name]
        wide = rows.pivot(index="case", columns="feature_id", values="value").rename_axis("patient").reset_index()
        wide.merge(made._raw[1][name], on="patient").to_csv(data / f"{name}.csv", index=False)
        columns = {"case": COLUMNS["case"], "features": COLUMNS["features"]}
        cohorts[name] = {
            "role": role,
            "features": {"file": f"{name}.csv", "tool": TOOL, "columns": columns},
            "clinical": {"file": f"{name}.csv", "case": "patient", "time_days": "days", "event": "dead"},
        }
    write_json(signature(made).to_json(), place / "signature.json")
    study = {
        "study": "bench",
        "title": "A signature of elsewhere",
        "seed": 1,
        "data": str(data),
        "signature": "signature.json",
        "cohorts": cohorts,
        "outcome": {"kind": made.kind, "name": "death", "horizons": [300]},
        "model": {"covariates": ["age"]},
        "validation": {"bootstrap": 50, "null_models": 39},
        **changes,
    }
    (place / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    return bench
