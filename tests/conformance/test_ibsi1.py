"""Every standardised value of IBSI 1: the digital phantom, and configurations A to E on the CT phantom."""

from collections import Counter

import pytest

from radioloom.conformance.ibsi1 import CONFIGURATIONS, DATASETS, conformance, references, within
from radioloom.errors import StudyError

# Values that have a standard: 1,804 of the 1,834 feature rows; 30 (OMBB, MVEE, area under the IVH) have none.
STANDARDISED = {
    "digital_phantom": 482,
    "config_A": 346,
    "config_B": 346,
    "config_C": 210,
    "config_D": 210,
    "config_E": 210,
}
FAMILIES = (
    "Morphology",
    "Local intensity",
    "Statistics",
    "Intensity histogram",
    "Intensity volume histogram",
    "Co-occurrence matrix",
    "Run length matrix",
    "Size zone matrix",
    "Distance zone matrix",
    "Neighbourhood grey tone difference matrix",
    "Neighbouring grey level dependence matrix",
)


@pytest.fixture(scope="module")
def digital():
    return conformance(None, ("digital_phantom",))


@pytest.fixture(scope="module")
def configurations(data_dir):
    return conformance(data_dir, CONFIGURATIONS)


def judged(found, dataset, family):
    mine = [each for each in found if each.dataset == dataset and each.family == family]
    assert mine
    faults = [each for each in mine if each.result != "within tolerance"]
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize("family", FAMILIES)
def test_digital_phantom(family, digital):
    judged(digital, "digital_phantom", family)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dataset", CONFIGURATIONS)
def test_configurations(dataset, family, configurations):
    judged(configurations, dataset, family)


def test_no_published_value_is_left_out():
    rows = {dataset: list(references(dataset)) for dataset in DATASETS}
    assert {dataset: len(found) for dataset, found in rows.items()} == STANDARDISED
    assert set(Counter(row["family"] for found in rows.values() for row in found)) == set(FAMILIES)


@pytest.mark.parametrize(
    ("value", "published", "tolerance", "inside"),
    [
        (2.154, "2.15", "0", True),
        (2.156, "2.15", "0", False),
        (1494.6, "1490", "0", True),  # published as 1.49 x 10^3
        (1495.6, "1490", "0", False),
        (9.244, "9.31", "0.06", False),
        (9.246, "9.31", "0.06", True),
        (0.0, "0", "0", True),
        (float("nan"), "1", "9", False),
    ],
)
def test_tolerance_holds_after_rounding_to_three_digits(value, published, tolerance, inside):
    assert within(value, {"value": published, "tolerance": tolerance}) is inside


def test_without_the_ct_phantom_the_user_is_told_what_to_fetch(tmp_path):
    with pytest.raises(StudyError, match="--data DIR"):
        conformance(tmp_path, ("config_A",))
