"""What every test may use: the library on the path, and the real data where they are in place."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))
sys.path.append(str(ROOT / "tests"))  # naive twins and published values that several tests share


# The same examples in every run, and no deadline: the first call of a kernel compiles it.
settings.register_profile("radioloom", deadline=None, derandomize=True)
settings.load_profile("radioloom")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data (RADIOLOOM_DATA, or ../shared/data); skips where it is absent."""
    place = Path(os.environ.get("RADIOLOOM_DATA", ROOT.parent / "shared" / "data"))
    if not (place / "README.md").is_file():
        pytest.skip("the real data are not in place (set RADIOLOOM_DATA to their folder)")
    return place
