"""Each rule of the view depends on the keys of `unsupervised` that its stage reads, and on no other."""

import re
from pathlib import Path

import pytest

from made.grouped_patients import annotated, grouped
from radioloom.stages.unsupervised.cluster import cluster
from radioloom.stages.unsupervised.mine import mine
from radioloom.stages.unsupervised.similar import similar
from radioloom.stages.unsupervised.view import view
from radioloom.tables import TRAITS

RULES = (Path(__file__).resolve().parents[3] / "workflow" / "rules" / "unsupervised.smk").read_text()
STAGES = {
    "cluster": cluster,
    "similar": lambda patients, told, study: list(similar(patients, study)),
    "mine": lambda patients, told, study: mine(patients, told, TRAITS.frame([]), study),
}


class Watched(dict):
    """Settings that know which of their keys were read."""

    def __init__(self, content):
        super().__init__(content)
        self.read = set()

    def __getitem__(self, key):
        self.read.add(key)
        return super().__getitem__(key)


@pytest.fixture(scope="module")
def made():
    made = grouped()
    made.study["unsupervised"]["rules"] = {
        "features": 3, "support": 0.1, "confidence": 0.6, "longest": 1, "permutations": 19,
    }  # fmt: skip
    return made


@pytest.mark.parametrize("rule", STAGES)
def test_a_rule_has_the_keys_that_its_stage_reads(made, rule):
    block = Watched(made.study["unsupervised"])
    patients = view(made.material, made.splits, made.selection, block)
    STAGES[rule](patients, annotated(made), made.study | {"unsupervised": block})
    assert f'study=VIEWED["{rule}"]' in RULES
    body = re.search(rf'"{rule}": \[(.*?)\]', RULES, re.S)[1]
    assert {"features", "scaling", *re.findall(r'"(\w+)"', body)} == block.read
