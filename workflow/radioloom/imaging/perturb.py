"""Perturb image and region as noise, positioning and another reader would (Zwanenburg et al. 2019).

The kinds are those of Zwanenburg et al. 2019 (Sci Rep 9:614); a chain names them by their letters, `RCV` say. Where
that work steps through a grid of values, each repeat draws its own here: any number of repeats covers the range.

    N  noise at the image's own level (Chang et al. 2000: robust spread of the diagonal wavelet band of each slice)
    V  volume of the region grown or shrunk by up to 15 %, by voxels nearest to its surface
    C  contour randomised by supervoxels: each is in by the share of it that the region holds
    T  shift by a part of a new voxel along each axis
    R  rotation in the slice plane by up to 13 degrees about the region's centre

They are applied in this order whatever the order of the letters. N, V and C act on the image as it was acquired, where
noise arises and readers draw; T and R move the grid that the profile interpolates onto, so nothing is interpolated
twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import ndimage

from radioloom.errors import BadRoi
from radioloom.imaging.resample import inside, lines_of, resample, resample_mask
from radioloom.imaging.supervoxels import around
from radioloom.kernels.sample import sample_linear
from radioloom.volume import Grid, Volume
from radioloom.wavelets import COIF1, high_pass

MOST_DEG = 13.0
MOST_GROWTH = 0.15
SURE, NEVER = 0.9, 0.2  # shares of a supervoxel from which it is in for certain, and below which it is out
HIGH = high_pass(COIF1)
MAD = 0.6744897501960817  # median |x| of a standard normal


@dataclass(frozen=True, slots=True)
class Scene:
    """A region as it was acquired, and how the grid it will be resampled onto is moved."""

    image: Volume  # float64, native grid
    mask: np.ndarray  # bool, on the same grid
    supervoxels: np.ndarray | None  # int64 labels around the surface, -1 elsewhere; None where contours stay
    step_mm: tuple[float, float, float]  # spacing of the new grid
    turn_deg: float = 0.0
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def moved(self) -> bool:
        """Whether the new grid is another than the profile's own."""
        return self.turn_deg != 0 or any(self.shift_mm)


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One kind of perturbation."""

    letter: str
    name: str
    apply: Callable[[Scene, np.random.Generator], Scene]


def noise_level(image: np.ndarray) -> float:
    """Standard deviation of the noise of an image (z, y, x): median |HH| / 0.6745 of its slices' coif1 bands."""
    band = ndimage.convolve1d(ndimage.convolve1d(image, HIGH, axis=1, mode="mirror"), HIGH, axis=2, mode="mirror")
    return float(np.median(np.abs(band))) / MAD


def _noise(scene: Scene, generator: np.random.Generator) -> Scene:
    array = scene.image.array
    noisy = array + noise_level(array) * generator.standard_normal(array.shape)
    return replace(scene, image=replace(scene.image, array=noisy))


def _volume(scene: Scene, generator: np.random.Generator) -> Scene:
    return replace(
        scene, mask=grown(scene.mask, generator.uniform(-MOST_GROWTH, MOST_GROWTH), scene.image.grid, generator)
    )


def grown(mask: np.ndarray, share: float, grid: Grid, generator: np.random.Generator) -> np.ndarray:
    """The mask with `share` more (or fewer) voxels, nearest to its surface in mm first, ties by chance.

    The region keeps its voxel count times 1 + share, rounded, and can reach zero; it stops at the array's end.
    """
    change = round(int(np.count_nonzero(mask)) * share)
    if change == 0:
        return mask
    changed, spacing = mask.copy(), grid.spacing_mm
    reach = 2 * max(spacing)
    while True:  # as wide around the region as the growth turns out to need
        box = around(mask, spacing, reach)
        candidates = ~mask[box] if change > 0 else mask[box]
        distance = ndimage.distance_transform_edt(candidates, sampling=spacing)[candidates]
        order = np.lexsort((generator.random(len(distance)), distance))[: abs(change)]
        if change < 0 or distance[order].max() <= reach or candidates.shape == mask.shape:
            break
        reach *= 2
    place = np.unravel_index(np.flatnonzero(candidates)[order], candidates.shape)
    changed[box][place] = change > 0
    return changed


def _contour(scene: Scene, generator: np.random.Generator) -> Scene:
    """Supervoxels in by chance, as often as the share of them that the region holds; the inside stays."""
    labels = scene.supervoxels
    known = labels >= 0
    n = int(labels.max()) + 1 if known.any() else 0
    size = np.bincount(labels[known], minlength=n)
    share = np.bincount(labels[known & scene.mask], minlength=n) / np.maximum(size, 1)
    drawn = generator.random(n) < share
    taken = (share >= SURE) | (drawn & (share >= NEVER))
    mask = scene.mask & ~known
    mask[known] = taken[labels[known]]
    return replace(scene, mask=mask)


def _translation(scene: Scene, generator: np.random.Generator) -> Scene:
    return replace(scene, shift_mm=tuple((generator.uniform(0, 1, 3) * scene.step_mm).tolist()))


def _rotation(scene: Scene, generator: np.random.Generator) -> Scene:
    return replace(scene, turn_deg=float(generator.uniform(-MOST_DEG, MOST_DEG)))


PERTURBATIONS = (
    Perturbation("N", "noise", _noise),
    Perturbation("V", "volume", _volume),
    Perturbation("C", "contour", _contour),
    Perturbation("T", "translation", _translation),
    Perturbation("R", "rotation", _rotation),
)


def perturbed(scene: Scene, chain: str, generator: np.random.Generator) -> Scene:
    """A scene after one draw of every perturbation of a chain; BadRoi where no voxel of the region is left."""
    changed = scene
    for each in PERTURBATIONS:
        if each.letter in chain:
            changed = each.apply(changed, generator)
    if not changed.mask.any():
        raise BadRoi(
            f"the perturbation left no voxel of the region ({np.count_nonzero(scene.mask)} before); it is too small "
            "for this chain"
        )
    return changed


def on_grid(
    scene: Scene, settings: dict[str, Any] | None, target: Grid, whole: Grid | None = None
) -> tuple[Volume, Volume]:
    """Image and mask of a scene on the new grid, moved as the scene says.

    settings : the profile's `grid`; a moved native grid is interpolated linearly
    target : part of the new grid around the region, wide enough for what moves
    whole : grid of the whole image, of which the scene's image is a crop, as of `resample_mask`
    """
    mask = replace(scene.image, array=scene.mask)
    if not scene.moved:
        return resample(scene.image, settings, target), resample_mask(mask, settings, target, whole)
    given = settings or {"image": "linear", "mask": "linear", "mask_threshold": 0.5, "round": False}
    places = _places(scene, target, lines_of(scene.image.grid, target, settings, whole))
    data = _sampled(scene.image.array, places, given["image"])
    if given["round"]:
        data = np.trunc(data) if given["round"] == "truncate" else np.rint(data)
    region = inside(_sampled(scene.mask.astype(np.float64), places, given["mask"]), given)
    return replace(scene.image, array=data, grid=target), replace(mask, array=region, grid=target)


def _places(scene: Scene, target: Grid, lines: list[np.ndarray]) -> np.ndarray:
    """Where the voxels of the target lie on the old grid after the move, float64 (3, z, y, x), within it.

    lines : where they lay along each axis before it, in old voxels
    """
    old = scene.image.grid
    centre = np.array([at.mean() for at in np.nonzero(scene.mask)]) * old.spacing_mm
    mm = []
    for axis, index in enumerate(lines):
        mm.append(index * old.spacing_mm[axis] + scene.shift_mm[axis] - centre[axis])
    z, y, x = np.meshgrid(*mm, indexing="ij", sparse=True)
    cos, sin = math.cos(math.radians(scene.turn_deg)), math.sin(math.radians(scene.turn_deg))
    turned = (z, cos * y - sin * x, sin * y + cos * x)
    places = np.empty((3, *target.shape))
    for axis, each in enumerate(turned):
        index = (each + centre[axis]) / old.spacing_mm[axis]
        places[axis] = np.clip(index, 0, old.shape[axis] - 1)
    return places


def _sampled(array: np.ndarray, places: np.ndarray, method: str) -> np.ndarray:
    """The array at places within it; linear, as most profiles ask of a mask, a tenth of what scipy takes."""
    if method != "linear":
        return ndimage.map_coordinates(array, places, order={"nearest": 0, "cubic": 3}[method], mode="mirror")
    out = np.empty(places.shape[1:])
    sample_linear(np.ascontiguousarray(array), places.reshape(3, -1), out.reshape(-1))
    return out


def box_of(scene: Scene, grid: Grid) -> tuple[slice, slice, slice]:
    """The voxels of the whole image's grid that the region covers once it is moved back onto the profile's grid.

    grid : of the whole image, of which the scene's image is a crop
    """
    first = np.rint(grid.to_index(np.asarray(scene.image.grid.origin_mm))).astype(int)
    spans = [(at.min(), at.max() + 1) for at in np.nonzero(scene.mask)]
    half = np.array([(b - a) / 2 * step for (a, b), step in zip(spans, grid.spacing_mm, strict=True)])
    cos, sin = abs(math.cos(math.radians(scene.turn_deg))), abs(math.sin(math.radians(scene.turn_deg)))
    turned = np.array([half[0], cos * half[1] + sin * half[2], sin * half[1] + cos * half[2]])
    # The turn is about the centre of gravity, which lies off the middle of the box by less than half of it.
    extra = np.abs(turned - half) + [0, sin * half[2], sin * half[1]] + (1 - cos) * half + np.abs(scene.shift_mm)
    pad = np.ceil(extra / grid.spacing_mm).astype(int) + scene.moved
    return tuple(
        slice(max(int(a + low - p), 0), min(int(b + low + p), n))
        for (a, b), low, p, n in zip(spans, first, pad, grid.shape, strict=True)
    )
