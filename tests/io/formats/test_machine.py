"""A drive that fails in the middle of the voxels ends the job; it does not make an image a truncated one."""

import errno

import numpy as np
import pytest

from made.drives import failing
from made.image_files import STORAGES, values, written
from radioloom.errors import BadImage
from radioloom.io import images


def voxels_of(folder, path):
    return max((each for each in folder.iterdir() if each != path), default=path)


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_it_is_no_fault_of_the_file(tmp_path, monkeypatch, storage, share):
    path = written(tmp_path, storage, values("f8"))
    file = voxels_of(tmp_path, path)
    failing(monkeypatch, file, int(file.stat().st_size * share))
    with pytest.raises(OSError, match="Input/output error") as raised:
        images.read(path)
    assert raised.value.errno == errno.EIO


@pytest.mark.parametrize("storage", ["nii", "nrrd", "mha", "mhd"])
def test_a_file_that_becomes_shorter_while_it_is_read_is_told(tmp_path, monkeypatch, storage):
    path = written(tmp_path, storage, values("f8"))
    file = voxels_of(tmp_path, path)
    failing(monkeypatch, file, file.stat().st_size - 100, cut=True)
    with pytest.raises(BadImage, match=r"x\.\w+: it cannot be read to its end; the file is truncated or damaged"):
        images.read(path)


def test_a_drive_that_gives_little_at_a_time(tmp_path, monkeypatch):
    array = values("f8", (40, 41, 42))
    path = written(tmp_path, "nii", array)
    failing(monkeypatch, path, path.stat().st_size)
    assert np.array_equal(images.read(path).array, array)
