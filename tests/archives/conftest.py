"""Archives that the tests of this folder share; none is started unless `make test-archives` asks for it."""

import gc
import os
import sys
import warnings
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import servers  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def _asked():
    if "RADIOLOOM_ARCHIVES" not in os.environ:
        pytest.skip("needs Orthanc and an S3 server: make test-archives")


@pytest.fixture(autouse=True)
def _sockets():
    """Lets go of the sockets of refused connections, which pynetdicom leaves to the garbage collector."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def pacs(_asked, tmp_path_factory):
    with servers.orthanc(tmp_path_factory.mktemp("pacs") / "orthanc") as running:
        yield running


@pytest.fixture(scope="session")
def bucket(_asked, tmp_path_factory):
    with servers.s3(tmp_path_factory.mktemp("s3") / "moto") as running:
        yield running


@pytest.fixture
def s3_environment(bucket, monkeypatch):
    """Where s5cmd looks for the Commons."""
    monkeypatch.setenv("S3_ENDPOINT_URL", bucket.url)
