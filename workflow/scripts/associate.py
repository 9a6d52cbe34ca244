"""Gene modules against features and readers' traits."""

import json
from pathlib import Path

from radioloom.genomics import expression
from radioloom.job import job
from radioloom.stages.genomics.associate import associate, measurements
from radioloom.stages.learning.signature import Signature
from radioloom.tables import ASSOCIATIONS, MODULES, wide

with job(snakemake) as running:
    params, out = snakemake.params, snakemake.output
    signature = Signature.from_json(json.loads(Path(snakemake.input.signature).read_text(encoding="utf-8")))
    names = signature.feature_ids
    matrix = expression.read(
        Path(params.data, params.settings["expression"]["file"]), params.settings["expression"]["gene"]
    )
    features = wide(running.read("features")["features"], params.settings["cohort"])
    traits = running.read("traits")["traits"] if snakemake.input.traits else None
    measured = measurements(features, traits, matrix, params.settings)
    results = associate(measured, matrix, params.settings, names, params.volume, params.seed)
    MODULES.write(results.modules, out.modules, **running.provenance)
    ASSOCIATIONS.write(results.associations, out.associations, **running.provenance)
    Path(out.summary).write_text(json.dumps(results.summary, indent=1, sort_keys=True), encoding="utf-8")
    running.say(
        f"{results.modules['module'].nunique()} modules, {(results.associations['q'] < 0.05).sum()} pairs with q < 0.05"
    )
