"""Of a study with several profiles, landmarks are those of MR."""

from types import SimpleNamespace

import pytest

from radioloom.commands.landmarks import _of_mr
from radioloom.errors import StudyError
from radioloom.profile import Profiles, load

CT, MR = load("sts_ct"), load("sts_mr")


def test_the_profile_of_mr_is_meant_and_its_images_alone():
    assert _of_mr(SimpleNamespace(profile=Profiles({"CT": CT, "MR": MR})), "s") == (MR, ("MR",))
    profile, modalities = _of_mr(SimpleNamespace(profile=MR), "s")
    assert profile == MR
    assert {"", "MR", "CT"} <= set(modalities)
    with pytest.raises(StudyError, match="no profile of the study is for MR"):
        _of_mr(SimpleNamespace(profile=Profiles({"CT": CT})), "study.yaml")
