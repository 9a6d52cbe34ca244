"""What every test may use: the library on the path, nothing of the user's settings, and real data where they lie."""

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))
sys.path.append(str(ROOT / "tests"))  # naive twins and published values that several tests share
DATA = Path(os.environ.get("RADIOLOOM_DATA") or ROOT.parent / "shared" / "data")
SWITCH = "RADIOLOOM_ARCHIVES"  # asks for the tests that start servers
# Variables of others that change where our programs look.
ELSEWHERE = {"S3_ENDPOINT_URL", "SNAKEMAKE_PROFILE"}

# The same examples in every run, and no deadline: the first call of a kernel compiles it.
settings.register_profile("radioloom", deadline=None, derandomize=True)
settings.load_profile("radioloom")


def pytest_configure(config):
    """Quiet runs on several processes say in lines how far they are."""
    if config.getoption("dist", "no") != "no" and config.option.verbose < 0 and not hasattr(config, "workerinput"):
        from made.progress import Progress

        config.pluginmanager.register(Progress(config))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Which process runs what, in the order of `pytest_collection_modifyitems`."""
    if config.getvalue("dist") == "loadfile":
        from made.progress import Scheduler

        config.option.loadscopereorder = False
        return Scheduler(config, log)
    return None


def pytest_collection_modifyitems(items):
    """In order of time, longest first."""
    from made.progress import first_the_long

    first_the_long(items)
    gc.collect()
    gc.freeze()  # modules and tests stay to the end: to look through them again and again is a part of the time


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_user(tmp_path_factory):
    """Data folder, key, certificates and passwords that a user has exported, and files in ~/.config, reach no test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("RADIOLOOM_") and name != SWITCH]:
            patch.delenv(name)
        for name in ELSEWHERE:
            patch.delenv(name, raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _errors_are_tidy():
    """What an optional part leaves behind where it is empty is found wherever a test meets it: blanks, two signs."""
    from made.texts import untidy
    from radioloom.errors import RadioloomError

    def told(error, *args):
        Exception.__init__(error, *args)
        assert not untidy(str(error)), f"blanks or signs in {str(error)!r}"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RadioloomError, "__init__", told)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data (RADIOLOOM_DATA, or ../shared/data); skips where it is absent."""
    if not (DATA / "README.md").is_file():
        pytest.skip("the real data are not in place (set RADIOLOOM_DATA to their folder)")
    return DATA
