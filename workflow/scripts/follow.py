"""The frozen signature by period of entry: discrimination, calibration, cumulative sums, drift."""

from radioloom.job import job
from radioloom.stages.learning.drifted import drifted, scanners
from radioloom.stages.learning.follow import entered, follow
from radioloom.stages.learning.frozen import frozen
from radioloom.stages.learning.signature import Signature
from radioloom.tables import CUSUM, DRIFT, ENTERED, FOLLOWED, SCANNERS
from radioloom.tables.cohorts import roles

with job(snakemake) as running:
    study, out = {**snakemake.params.study, "follow": snakemake.params.follow}, snakemake.output
    given = running.read("periods", "features", "patients", "metrics")
    outcomes = running.read("predictions", "clinical")
    judged = frozen(**outcomes, patients=given["patients"], study=study)
    signature = Signature.read(snakemake.input.signature, snakemake.params.trust_edited)
    rows = follow(judged, given["periods"], given["metrics"], signature, study)
    counts = entered(given["periods"], judged, features=given["features"], **outcomes)
    ENTERED.write(counts, out.entered, **running.provenance)
    FOLLOWED.write(rows.followed, out.followed, **running.provenance)
    CUSUM.write(rows.cusum, out.cusum, **running.provenance)
    named = given["features"], given["periods"], given["patients"], signature.feature_ids
    DRIFT.write(drifted(*named, roles(study)), out.drift, **running.provenance)
    if out.get("scanners"):
        rows = scanners(**running.read("cases", "series"), periods=given["periods"], roles=roles(study))
        SCANNERS.write(list(rows), out.scanners, **running.provenance)
