"""Voxels beside their header that are a link into the git-annex of their repository, or a pointer to nothing here."""

import numpy as np
import pytest

from made.image_files import values, written
from radioloom.errors import BadImage
from radioloom.io.images import read

VOXELS = {"mhd": "*.raw", "mhd packed": "*.raw", "nhdr": "*.raw", "nii pair": "*.img", "nii pair packed": "*.img*"}
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 132\n"


def annexed(file, top, present=True):
    """Put a file into the annex of the repository at `top`, and a link in its place."""
    objects = top / ".git" / "annex" / "objects" / "X1"
    objects.mkdir(parents=True, exist_ok=True)
    if present:
        (objects / file.name).write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to("../" * len(file.parent.relative_to(top).parts) + f".git/annex/objects/X1/{file.name}")


@pytest.mark.parametrize("storage", VOXELS)
def test_they_are_read_where_they_are_here(tmp_path, storage):
    (tmp_path / "sub").mkdir()
    path = written(tmp_path / "sub", storage, array := values("i2"))
    for file in list((tmp_path / "sub").iterdir()):
        annexed(file, tmp_path)
    assert np.array_equal(read(path).array, array)


@pytest.mark.parametrize("storage", VOXELS)
def test_what_is_not_here_or_elsewhere_is_told(tmp_path, storage):
    (tmp_path / "sub").mkdir()
    path = written(tmp_path / "sub", storage, values("i2"))
    (file,) = (tmp_path / "sub").glob(VOXELS[storage])
    content = file.read_bytes()
    file.write_bytes(LFS)
    with pytest.raises(BadImage, match=r"the file of its voxels: this is a Git LFS pointer, .*; run `git lfs pull`"):
        read(path)
    annexed(file, tmp_path, present=False)
    with pytest.raises(BadImage, match=r"is a git-annex link to a file that is not here; run `git annex get`"):
        read(path)
    file.unlink()
    (tmp_path / "other").write_bytes(content)
    file.symlink_to("../other")
    with pytest.raises(BadImage, match=r"names voxels in another folder|the .img with its voxels is not beside it"):
        read(path)
