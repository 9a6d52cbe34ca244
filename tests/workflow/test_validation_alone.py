"""A study of validation alone, run: nothing is learnt, the report says so, and its signature outlives other data."""

import json
import re
from html import unescape

import pandas as pd
import pytest

from made.alone import alone
from made.planted_tables import Made, metric_of
from radioloom.provenance import file_digest
from radioloom.sealed import intact
from radioloom.stages.learning.signature import Signature
from radioloom.tables import METRICS

pytestmark = pytest.mark.long
MADE = Made(sizes={"train": 60, "valid1": 40}, covariates=["age"])
OF_LEARNING = {"reliability", "selection", "tuning", "outliers", "acquisition"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    bench = alone(tmp_path_factory.mktemp("alone"), MADE)
    bench.run()
    return bench


def test_metrics_are_those_of_the_study_that_learnt_the_signature(run):
    assert not OF_LEARNING & {path.stem for path in (run.results / "tables").glob("*.parquet")}
    found = METRICS.read(run.results / "tables" / "metrics.parquet").set_index(list(METRICS.key))
    assert set(found.index.get_level_values("evaluation")) == {"validation"}
    for model in ("signature", "volume", "clinical", "clinical+signature"):
        values = [metric_of(each, "validation", "valid1", model, "c_index") for each in (found, MADE.metrics)]
        assert values[0] == values[1], model
    assert pd.read_parquet(run.results / "tables" / "risks.parquet")["risk"].between(0, 1).all()


def test_the_report_says_whence_the_signature_comes_and_what_is_not_here(run):
    page = (run.results / "report.html").read_text(encoding="utf-8")
    words = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.replace("<wbr>", ""))))
    assert f"has the digest {file_digest(run.place / 'signature.json')}" in words
    assert "nothing of it was learnt in this study" in words
    assert "selection, learning curve, optimism and cross-validation are left out" in words
    assert "that none of these patients was learnt from has to be known from elsewhere" in words
    assert "None of 39 shuffles of the outcomes were ordered as well (p 0.025; smallest possible 0.025)" in words
    assert "whole learning repeated" not in words
    for section in ("reliability", "signature", "acquisition"):
        assert f'<section id="{section}"' not in page


def test_what_its_cohorts_can_carry_is_told_without_any_of_learning(run):
    size, curve, optimism = (
        pd.read_parquet(run.results / f"tables/{n}.parquet") for n in ("sample_size", "learning_curve", "optimism")
    )
    assert set(size["cohort"]) == {"valid1"}
    assert curve.empty
    assert optimism.empty


def test_its_signature_keeps_its_bytes_when_validation_data_change(run):
    before = (run.results / "signature.json").read_bytes()
    content = json.loads(before)
    assert intact(content)
    assert content["provenance"]["adopted"]["file"] == file_digest(run.place / "signature.json")
    assert Signature.read(run.results / "signature.json").terms == MADE.signature.terms
    table = run.place / "data" / "valid1.csv"
    frame = pd.read_csv(table)
    frame.assign(dead=1 - frame["dead"], glcm_f00=frame["glcm_f00"] + 1).to_csv(table, index=False)
    planned = run.planned()
    assert {"tabulate", "clinical", "split", "validate", "report"} <= set(planned)
    assert "adopt" not in planned  # the only job that writes signature.json
    assert (run.results / "signature.json").read_bytes() == before
