"""Contours to voxels beside plastimatch: by its golden masks everywhere, by itself where it is installed."""

import csv
import os
import shutil
import subprocess

import numpy as np
import pytest

from made.drawn import GRID, shapes
from made.hospital import ct, row, structures
from made.rasterisers import masks, rows
from radioloom.io.segmentations import rtstruct
from radioloom.segmentation.choose import Choice
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment


@pytest.fixture(scope="module")
def plastimatch():
    """The program; in CI it is installed where that is possible."""
    debian = os.environ.get("CI") and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if not shutil.which("plastimatch") and debian:
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True, timeout=300)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "plastimatch"]
        subprocess.run(command, check=False, capture_output=True, timeout=300)
    if not shutil.which("plastimatch"):
        pytest.skip("plastimatch is not installed (Debian: apt-get install plastimatch)")


def ours(data, image, structure_set, names):
    """Masks by name on the whole grid of the image, and the grid."""
    sheet = [row(case=f"S{k}", image=image, segmentation=structure_set, pattern=n) for k, n in enumerate(names)]
    curated = curate(sheet, data)
    made = segment(curated.images, data)
    assert made.exclusions == []
    grid = curated.images[0].grid
    return {name: made.masks[f"S{k}.1.tumour"].on(grid.shape) for k, name in enumerate(names)}, grid


@pytest.fixture
def drawn(tmp_path):
    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", shapes())
    return tmp_path


def test_shapes_have_the_voxels_of_the_golden_masks(drawn, root):
    with (root / "tests" / "golden" / "plastimatch.csv").open() as file:
        golden = list(csv.reader(file))[1:]
    assert len(golden) == 26
    found, grid = ours(drawn, "ct", "rs.dcm", list(shapes()))
    assert grid.shape == GRID.shape
    assert list(rows(found)) == golden


def test_golden_masks_are_those_of_plastimatch(drawn, root, plastimatch):
    with (root / "tests" / "golden" / "plastimatch.csv").open() as file:
        assert list(rows(masks(drawn / "ct", drawn / "rs.dcm", drawn / "out"))) == list(csv.reader(file))[1:]


PATIENTS = {
    "LUNG1-001": ("lung1/LUNG1-001/image", "lung1/LUNG1-001/mask_rtstruct/1-1.dcm", 1),
    "IBSI": ("ibsi/ct_phantom/dicom/image", "ibsi/ct_phantom/dicom/mask", 0),
    "STS_025": ("sts/dicom/STS_025/MR_T1/image", "sts/dicom/STS_025/MR_T1/mask", 0),
}


@pytest.mark.parametrize("patient", PATIENTS)
def test_real_structures_voxel_by_voxel(data_dir, tmp_path, plastimatch, patient):
    """Equal, but for one voxel of each lung (of 795,750 and 1,036,805) whose centre lies on an edge of its contour."""
    image, folder, most = PATIENTS[patient]
    file = data_dir / folder if (data_dir / folder).is_file() else next((data_dir / folder).iterdir())
    theirs = masks(data_dir / image, file, tmp_path)
    found, grid = ours(data_dir, image, folder, list(theirs))
    drawn = rtstruct.read(file)
    for name, mask in found.items():
        differing = np.argwhere(mask != theirs[name])
        assert len(differing) <= most, name
        contours = [grid.to_index(points) for points in drawn.named(Choice((name,)))[0][0].contours]
        for z, *voxel in differing:
            assert min(_away(voxel, points[:, 1:]) for points in contours if abs(points[0, 0] - z) < 0.5) < 1e-3


def _away(point, polygon):
    """Distance of a point from the nearest edge of a polygon."""
    a, b = polygon, np.roll(polygon, -1, axis=0)
    along = np.clip(((point - a) * (b - a)).sum(axis=1) / np.maximum(((b - a) ** 2).sum(axis=1), 1e-300), 0, 1)
    return np.linalg.norm(a + along[:, None] * (b - a) - point, axis=1).min()
