"""The surface's triangles against pyradiomics' compiled table, scikit-image's, and closed forms."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import marching_cubes, mesh_surface_area

from radioloom.errors import StudyError
from radioloom.kernels.mesh import count_cubes
from radioloom.surface import measure_surface, triangle_table

SPACINGS = {"cube": (1.0, 1.0, 1.0), "slab": (3.0, 1.3, 0.7)}


def surface(mask, spacing=(1.0, 1.0, 1.0), mesh="watertight"):
    return measure_surface(count_cubes(np.pad(mask, 1).astype(np.uint8)), spacing, mesh)


def test_every_cell_is_that_of_pyradiomics(root):
    with (root / "tests" / "golden" / "pyradiomics_cells.csv").open() as file:
        for row in csv.DictReader(file):
            cubes = np.zeros((256, 4), np.int64)
            cubes[int(row["code"]), 0] = 1
            for name, spacing in SPACINGS.items():
                volume, area = measure_surface(cubes, spacing, "pyradiomics")
                assert volume == pytest.approx(float(row[f"volume_{name}"]), abs=1e-12), row["code"]
                assert area == pytest.approx(float(row[f"area_{name}"]), abs=1e-12), row["code"]


@pytest.mark.parametrize("code", range(1, 255))
def test_triangles_of_a_cell_close_around_its_inside_corners(code):
    triangles, owner = triangle_table("watertight")
    own = triangles[owner == code]
    assert ((own == 0.5).sum(axis=2) == 1).all(), "each vertex is the middle of an edge of the cell"
    edges = [tuple(map(tuple, (t[k], t[(k + 1) % 3]))) for t in own.tolist() for k in range(3)]
    assert len(set(edges)) == len(edges)
    border = [edge for edge in edges if edge[::-1] not in edges]
    for a, b in np.array(border):
        assert ((a == b) & (a != 0.5)).any(), "an edge without a partner lies in a face, where the next cell meets it"


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.1, 0.3, 0.5, 0.8]))
def test_scattered_voxels_against_scikit_image(seed, share):
    mask = np.random.default_rng(seed).random((5, 4, 6)) < share
    mask[2, 2, 2] = True
    spacing = (2.5, 1.0, 0.7)
    volume, area = surface(mask, spacing)
    vertices, faces, *_ = marching_cubes(np.pad(mask, 1).astype(float), 0.5, spacing=spacing, method="lorensen")
    assert area == pytest.approx(mesh_surface_area(vertices, faces), rel=2e-6)  # it holds vertices in single precision
    assert volume == pytest.approx(abs(np.linalg.det(vertices[faces].astype(float)).sum() / 6), rel=2e-6)


def test_a_box_loses_its_edges_and_corners():
    a, b, c = 4, 5, 7
    volume, area = surface(np.ones((a, b, c), bool))
    # Between the centres of its corner voxels each edge loses a prism with legs of 1/2; of each corner 1/48 is left.
    edge = 4 * ((a - 1) + (b - 1) + (c - 1))
    assert volume == pytest.approx(a * b * c - edge / 8 - 8 * (1 / 8 - 1 / 48))
    faces = 2 * ((a - 1) * (b - 1) + (b - 1) * (c - 1) + (c - 1) * (a - 1))
    assert area == pytest.approx(faces + edge * np.sqrt(0.5) + 8 * np.sqrt(3) / 8)


def test_a_ball_grows_towards_a_sphere():
    grid = np.mgrid[-30:31, -30:31, -30:31]
    volume, area = surface((grid**2).sum(axis=0) <= 29.5**2)
    assert volume == pytest.approx(4 / 3 * np.pi * 29.5**3, rel=5e-3)
    assert 1.05 < area / (4 * np.pi * 29.5**2) < 1.12  # steps of voxels: the area of such a mesh does not converge


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), mesh=st.sampled_from(["watertight", "pyradiomics"]))
def test_turning_mirroring_and_scaling(seed, mesh):
    mask = np.random.default_rng(seed).random((4, 5, 3)) < 0.5
    mask[1, 1, 1] = True
    volume, area = surface(mask, mesh="watertight")
    for turned in (mask[::-1], mask.transpose(1, 2, 0), np.rot90(mask, axes=(1, 2))):
        assert surface(turned) == pytest.approx((volume, area))
    volume, area = surface(mask, (1.5, 2.0, 1.0), mesh)
    assert surface(mask, (3.0, 4.0, 2.0), mesh) == pytest.approx((8 * volume, 4 * area))


def test_tables_differ_only_where_voxels_touch_by_edge_or_corner():
    solid = np.zeros((6, 6, 6), bool)
    solid[1:4, 1:5, 2:4] = True
    assert surface(solid, mesh="pyradiomics") == pytest.approx(surface(solid))
    edge = np.zeros((2, 2, 1), bool)
    edge[0, 0, 0] = edge[1, 1, 0] = True
    apart = np.zeros((1, 1, 1), bool)
    apart[0, 0, 0] = True
    assert surface(edge) == pytest.approx(tuple(2 * value for value in surface(apart)))


def test_an_unknown_mesh_is_refused():
    with pytest.raises(StudyError, match="watertight, pyradiomics"):
        surface(np.ones((1, 1, 1), bool), mesh="lewiner")
