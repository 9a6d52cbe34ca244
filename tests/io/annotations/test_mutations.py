"""One attribute of a structured report is not what it should be: a fault, or answers; never a crash."""

import random

import pydicom
import pytest
from pydicom.sr.codedict import codes

from made.annotated import report
from made.mutations import MUTATIONS, attributes, mutated, write
from radioloom.io.annotations import read as annotations


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("sr") / "a.dcm"
    report(
        path, "P1", [(codes.SCT.Nodule, {codes.SCT.Diameter: (12.5, codes.UCUM.Millimeter)}, {"Margin": "lobulated"})]
    )
    return path, pydicom.dcmread(path)


def tried(whole):
    return [(path, mutation) for path in attributes(whole[1]) for mutation in MUTATIONS]


def wrong(whole, mutations):
    """What is neither a fault nor the value that was written, and what crashes."""
    file, data = whole
    found = {}
    for path, mutation in mutations:
        write(mutated(data, path, mutation), file)
        try:
            read = annotations.read(file)
        except Exception as error:  # noqa: BLE001
            found[path, mutation] = repr(error)
            continue
        numbers = [answer.number for each in read for answer in each.answers if answer.trait == "Nodule: Diameter"]
        if 0x0040A30A not in path and not set(numbers) <= {12.5}:  # NumericValue: the number itself
            found[path, mutation] = repr(numbers)
    return found


@pytest.mark.filterwarnings("ignore")
def test_a_sample(whole):
    assert wrong(whole, random.Random(12).sample(tried(whole), 60)) == {}


@pytest.mark.hostile
@pytest.mark.filterwarnings("ignore")
def test_every_mutation(whole):
    assert len(tried(whole)) > 1000
    assert wrong(whole, tried(whole)) == {}
