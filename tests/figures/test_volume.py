"""How far the features of the signature follow volume."""

import numpy as np
import pandas as pd

from made.texts import texts_of
from radioloom.figures import volume


def test_volume_dependence():
    frame = pd.DataFrame({"feature_id": list("abc"), "volume_rho": [-0.95, 0.3, np.nan]})
    texts = texts_of(volume.volume_dependence(frame, ["a", "b", "c"]))
    assert {"0.95", "0.30", "All 2 features"} <= set(texts)
