"""Grey level co-occurrence features against the published values."""

import pytest

from ibsi import digital, references, snake, within
from radioloom.features.glcm import FAMILY
from radioloom.features.texture import DIRECTIONAL, Texture

REFERENCES = references("digital_phantom", FAMILY.ibsi)


@pytest.fixture(scope="module")
def measured() -> dict:
    values = FAMILY.measure(Texture(digital()), {"aggregations": DIRECTIONAL})
    return {(value.ibsi, value.aggregation): value for value in values if value.ibsi}


@pytest.mark.parametrize("row", REFERENCES, ids=lambda row: f"{snake(row['feature'])}-{row['aggregation']}")
def test_digital_phantom(measured, row):
    value = measured[row["ibsi_id"], row["aggregation"]]
    assert value.feature == snake(row["feature"])
    assert within(value.value, row), value


def test_every_feature_and_aggregation_is_standardised_and_measured(measured):
    assert len(REFERENCES) == len(measured) == 25 * 6
