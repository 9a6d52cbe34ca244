"""What can be an uptake value: by the region's voxels, but for one in a hundred."""

import numpy as np
import pytest

from radioloom.errors import BadImage
from radioloom.imaging.uptake import beyond, possible


@pytest.mark.parametrize(
    ("odd", "n", "sound"), [(-1, 50, True), (-1.5, 1, True), (-1.5, 2, False), (1000, 50, True), (1001, 2, False)]
)
def test_one_in_a_hundred_may_lie_beyond(odd, n, sound):
    values = np.full(100, 5.0)
    values[:n] = odd
    assert possible(values) == sound
    if not sound:
        with pytest.raises(BadImage, match=rf"{n} of 100 voxels of the region are no SUV \(.*Bq/ml"):
            beyond(values)
        return
    assert beyond(values) == (f"{n} of 100 voxels of the region lie beyond -1..1000 SUV" if n == 1 else "")
