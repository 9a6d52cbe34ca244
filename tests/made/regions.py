"""Small random regions for texture tests (holes, parts, flat sides, missing levels), and what a family measures."""

import numpy as np
from hypothesis import strategies as st

from radioloom.features.texture import Texture
from radioloom.roi import Levels


@st.composite
def regions(draw, largest=5):
    """Levels of a random region of at least one voxel, in an array that may be wider than it."""
    shape = tuple(draw(st.integers(1, largest)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    grey = np.array(draw(st.sampled_from([[1], [1, 2], [1, 2, 3, 4], [2, 5, 9], [7, 40, 41, 300]])), np.uint16)
    inside = rng.random(shape) < draw(st.sampled_from([0.3, 0.7, 1.0]))
    inside[tuple(rng.integers(0, shape))] = True
    levels = np.where(inside, rng.choice(grey, shape), 0).astype(np.uint16)
    return Levels(levels, int(levels.max()), inside, (1.0, 1.0, 1.0))


def measured(family, levels, aggregations):
    """Values of a texture family: aggregation -> feature -> value."""
    values: dict = {}
    for value in family.measure(Texture(levels), {"aggregations": aggregations}):
        values.setdefault(value.aggregation, {})[value.feature] = value.value
    return values
