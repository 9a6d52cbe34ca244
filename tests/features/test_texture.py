"""The six texture families against the values published for IBSI's digital phantom."""

import pytest

from ibsi import digital, references, snake, within
from radioloom.features import family
from radioloom.features.matrix import DIRECTIONAL, PLAIN
from radioloom.features.texture import Texture

AGGREGATIONS = {
    "glcm": DIRECTIONAL,
    "glrlm": DIRECTIONAL,
    "glszm": PLAIN,
    "gldzm": PLAIN,
    "ngtdm": PLAIN,
    "ngldm": PLAIN,
}
REFERENCES = [(name, row) for name in AGGREGATIONS for row in references("digital_phantom", family(name).ibsi)]


@pytest.fixture(scope="module")
def measured() -> dict:
    texture = Texture(digital())
    return {
        (name, value.ibsi, value.aggregation): value
        for name, aggregations in AGGREGATIONS.items()
        for value in family(name).measure(texture, {"aggregations": aggregations})
        if value.ibsi
    }


@pytest.mark.parametrize(("name", "row"), REFERENCES, ids=lambda x: x if isinstance(x, str) else snake(x["feature"]))
def test_digital_phantom(measured, name, row):
    value = measured[name, row["ibsi_id"], row["aggregation"]]
    assert value.feature == snake(row["feature"])
    assert within(value.value, row), value


def test_every_standardised_feature_is_measured_with_every_aggregation(measured):
    assert len(REFERENCES) == len(measured) == (25 + 16) * 6 + (16 + 16 + 5 + 17) * 3 == 408
