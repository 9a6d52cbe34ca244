"""The triangle surface of a region (marching cubes at 0.5 on its voxel centres) by counting configurations.

Every corner of a mesh cell is 0 or 1, so every vertex is the middle of a cell edge and all cells of one configuration
hold the same triangles: area and volume follow from 256 counts. The triangles are derived, not listed:

* on each face, edge middles are joined so that inside corners stay apart where the face is ambiguous (two opposite
  corners inside); the joins close into loops of 3 to 7 vertices;
* a loop is cut as a fan whose diagonals avoid the cube's faces: the one of largest area; the one heptagon takes the fan
  that also avoids the diagonals through the cube's centre.

This gives the classic table (Lorensen and Cline 1987; Bourke 1994), which tests compare with two other programs.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from radioloom.errors import StudyError
from radioloom.volume import Triple

MESHES = ("watertight", "pyradiomics")
CORNERS = np.array([(z, y, x) for z in (0, 1) for y in (0, 1) for x in (0, 1)])  # corner k = 4·z + 2·y + x
EDGES = tuple((a, b) for a in range(8) for b in (a ^ 1, a ^ 2, a ^ 4) if a < b)
MIDDLES = np.array([(CORNERS[a] + CORNERS[b]) / 2 for a, b in EDGES])
POINTS = tuple(map(tuple, MIDDLES.tolist()))
EDGE_OF = {pair: k for k, (a, b) in enumerate(EDGES) for pair in ((a, b), (b, a))}
# Each face's corners, counter-clockwise seen from outside the cube.
FACES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
FLIPPED_CORNER = 6  # (z, y, x) = (1, 1, 0): pyradiomics halves its table by inverting cells that have it inside


def measure_surface(cubes: np.ndarray, spacing_mm: Triple, mesh: str) -> tuple[float, float]:
    """Volume (mm³) and area (mm²) of the surface that counted cubes make up.

    cubes : int64 (256, 4) from `kernels.mesh.count_cubes` of a region with a border of one empty voxel
    mesh : "watertight", or "pyradiomics": its table serves a cell and its inverse alike, so ambiguous faces may stay
        open and the volume then depends (slightly) on the origin, here the corner of the bordered region as there
    """
    if mesh not in MESHES:
        raise StudyError(f"mesh: {mesh!r} is not known; write one of {', '.join(MESHES)}")
    areas, volumes, normals = _cells(mesh, tuple(float(side) for side in spacing_mm))
    counts, places = cubes[:, 0], cubes[:, 1:] * np.asarray(spacing_mm)
    return float(np.sum(places * normals) + counts @ volumes) / 6, float(counts @ areas)


def element_areas(spacing_mm: Triple) -> np.ndarray:
    """Area (mm²) of the piece of surface between eight voxels, float64 (256,) by which of them are inside.

    Bits as in `kernels.mesh.count_cubes`. Of a configuration and its inverse the smaller: two masks that complement
    each other have one surface (the table of Nikolov et al. 2021, doi:10.2196/26151).
    """
    areas = _cells("watertight", tuple(float(side) for side in spacing_mm))[0]
    return np.minimum(areas, areas[::-1])


@cache
def _cells(mesh: str, spacing_mm: Triple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the triangles of each configuration add: area (256,), six times their volume (256,), normals (256, 3).

    Six times the signed volume under a triangle (p + a, p + b, p + c) is p·(a×b + b×c + c×a) + a·(b×c).
    """
    triangles, owner = triangle_table(mesh)
    a, b, c = (triangles * np.array(spacing_mm)).transpose(1, 0, 2)
    areas, volumes, normals = np.zeros(256), np.zeros(256), np.zeros((256, 3))
    np.add.at(areas, owner, 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1))
    np.add.at(volumes, owner, np.einsum("ij,ij->i", a, np.cross(b, c)))
    np.add.at(normals, owner, np.cross(a, b) + np.cross(b, c) + np.cross(c, a))
    return areas, volumes, normals


@cache
def triangle_table(mesh: str) -> tuple[np.ndarray, np.ndarray]:
    """All triangles of all configurations: vertices float64 (t, 3, 3) in voxels, and int64 (t,) whose they are."""
    triangles, owner = [], []
    for code in range(1, 255):
        inverted = mesh == "pyradiomics" and code >> FLIPPED_CORNER & 1
        for loop in _loops(255 - code if inverted else code):
            for triangle in _fan(tuple(loop)):
                triangles.append(triangle[::-1] if inverted else triangle)
                owner.append(code)
    return MIDDLES[np.array(triangles)], np.array(owner)


def _loops(code: int) -> list[list[int]]:
    """Closed chains of edge middles around the inside corners, counter-clockwise seen from outside the region."""
    follows: dict[int, int] = {}
    for face in FACES:
        inside = [code >> corner & 1 for corner in face]
        for k in range(4):
            if inside[k - 1] or not inside[k]:
                continue
            last = k
            while inside[(last + 1) % 4]:
                last = (last + 1) % 4
            follows[EDGE_OF[face[k - 1], face[k]]] = EDGE_OF[face[last], face[(last + 1) % 4]]
    loops = []
    while follows:
        start, step = follows.popitem()
        loop = [start]
        while step != start:
            loop.append(step)
            step = follows.pop(step)
        loops.append(loop)
    return loops


@cache
def _fan(loop: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """Triangles of one loop, by the rule in the head of this file."""
    best: tuple[float, list[tuple[int, int, int]]] = (-1.0, [])
    for first in range(len(loop)):
        turned = loop[first:] + loop[:first]
        if any(_forbidden(turned[0], vertex, len(loop)) for vertex in turned[2:-1]):
            continue
        fan = [(turned[0], turned[k], turned[k + 1]) for k in range(1, len(turned) - 1)]
        area = round(sum(map(_area, fan)), 9)
        if area > best[0]:
            best = (area, fan)
    return best[1]


@cache
def _area(triangle: tuple[int, int, int]) -> float:
    """In plain numbers: NumPy takes longer than these few."""
    a, b, c = (POINTS[vertex] for vertex in triangle)
    (z1, y1, x1), (z2, y2, x2) = ([q - p for p, q in zip(a, end, strict=True)] for end in (b, c))
    return math.hypot(y1 * x2 - x1 * y2, x1 * z2 - z1 * x2, z1 * y2 - y1 * z2) / 2


@cache
def _forbidden(a: int, b: int, size: int) -> bool:
    pairs = list(zip(POINTS[a], POINTS[b], strict=True))
    in_face = any(p == q != 0.5 for p, q in pairs)
    return in_face or (size == 7 and all(p + q == 1 for p, q in pairs))
