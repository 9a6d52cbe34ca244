"""Voxels that every engine measures: spheres in made-up CT, and real images where they are at hand.

A case is a folder .bench/cases/<name>/ with image.nii, mask.nii, image.npy (float64), mask.npy (bool), spacing.json.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".bench" / "cases"
MARGIN = 10  # voxels kept around the region: more than any filter of the workloads reads
SEED = 20140603
# The source archive of pyradiomics 3.0.1 holds two lungs with a lesion each (BSD-3-Clause); lung2 is in no wheel. pip
# looks it up where this machine gets its packages, and checks the digest.
RELEASE = "pyradiomics==3.0.1"
DIGEST = "sha256:47c57f441d6cb7973fa3b2ea48d3948df78e3348e1c69e1e2ff19001601fc2f5"


def tissue(shape: tuple[int, int, int]) -> np.ndarray:
    """Integer HU like those of soft tissue among other things: coarse structure under fine noise, int16."""
    random = np.random.default_rng(SEED)
    coarse = ndimage.zoom(random.standard_normal([n // 8 + 4 for n in shape]), 8, order=1)[tuple(map(slice, shape))]
    coarse = ndimage.uniform_filter(coarse, 5, mode="nearest")
    fine = ndimage.uniform_filter(random.standard_normal(shape, dtype=np.float32), 2)
    hu = 40 + 190 * coarse / coarse.std() + 80 * fine / fine.std()
    return np.clip(np.rint(hu), -1000, 3000).astype(np.int16)


def sphere(name: str, voxels: int) -> None:
    """A sphere of about so many voxels of 1 mm."""
    radius = (voxels * 3 / (4 * math.pi)) ** (1 / 3)
    side = 2 * math.ceil(radius) + 2 * MARGIN + 1
    axis = np.arange(side) - side // 2
    inside = axis[:, None, None] ** 2 + axis[:, None] ** 2 + axis**2 <= radius**2
    _write(name, sitk.GetImageFromArray(tissue((side,) * 3)), sitk.GetImageFromArray(inside.astype(np.uint8)))


def native(name: str) -> None:
    """A whole scan of 512 x 512 x 134 voxels of 0.977 x 0.977 x 3 mm with a sphere of 48,000 mm3 in it."""
    spacing = np.array([3.0, 0.977, 0.977])
    shape = (134, 512, 512)
    z, y, x = (
        ((np.arange(n) - n * part) * mm) ** 2 for n, part, mm in zip(shape, (0.45, 0.4, 0.6), spacing, strict=True)
    )
    inside = z[:, None, None] + y[:, None] + x <= (48_000 * 3 / (4 * math.pi)) ** (2 / 3)
    block = tissue((134, 128, 128))
    images = [sitk.GetImageFromArray(array) for array in (np.tile(block, (1, 4, 4)), inside.astype(np.uint8))]
    for image in images:
        image.SetSpacing(spacing[::-1].tolist())
    _write(name, *images, arrays=False)


def real(name: str, image: Path, mask: Path) -> None:
    """A real region, resampled once to 1 mm (B-spline; nearest for the mask), rounded, cropped with a margin."""
    images = [sitk.ReadImage(str(image), sitk.sitkFloat64), sitk.ReadImage(str(mask), sitk.sitkUInt8) != 0]
    first = images[0]
    size = [math.ceil(n * mm) for n, mm in zip(first.GetSize(), first.GetSpacing(), strict=True)]
    grid = (first.GetOrigin(), (1.0, 1.0, 1.0), first.GetDirection())
    new, region = (
        sitk.Resample(each, size, sitk.Transform(), how, *grid)
        for each, how in zip(images, (sitk.sitkBSpline, sitk.sitkNearestNeighbor), strict=True)
    )
    filled = np.argwhere(sitk.GetArrayViewFromImage(region))[:, ::-1]
    low = np.maximum(filled.min(0) - MARGIN, 0)
    high = np.minimum(filled.max(0) + MARGIN + 1, size)
    cut = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    _write(name, sitk.Cast(sitk.Round(new[cut]), sitk.sitkInt16), region[cut])


def archived(name: str) -> None:
    """A case of the archive, which is fetched once; where pip cannot fetch it the case is absent."""
    folder = HOME.parent / "archive"
    if not (folder / f"{name}_label.nrrd").is_file():
        fault = _download(folder)
        if fault:
            print(f"{name}: absent, {RELEASE} cannot be fetched: {fault}", file=sys.stderr)
            return
        release = RELEASE.replace("==", "-")
        with tarfile.open(folder / f"{release}.tar.gz") as archive:
            for kind in ("image", "label"):
                held = archive.extractfile(f"{release}/data/{name}_{kind}.nrrd")
                (folder / f"{name}_{kind}.nrrd").write_bytes(held.read())
    real(name, *(folder / f"{name}_{kind}.nrrd" for kind in ("image", "label")))


def _download(folder: Path) -> str:
    """Put the source archive into a folder; what went wrong, or "" where nothing did."""
    python = HOME.parent / "pyradiomics" / "bin" / "python"  # pip asks the archive's setup.py, whose needs are there
    if not python.is_file():
        return "pyradiomics' environment is absent"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "release.txt").write_text(f"{RELEASE} --hash={DIGEST}\n", encoding="utf-8")
    options = "--quiet --disable-pip-version-check --no-deps --no-binary :all: --no-build-isolation".split()
    command = [str(python), "-m", "pip", "download", *options, "-d", str(folder), "-r", str(folder / "release.txt")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.strip()[-300:] if done.returncode else ""


def _write(name: str, image: sitk.Image, mask: sitk.Image, arrays: bool = True) -> None:
    folder = HOME / name
    folder.mkdir(parents=True, exist_ok=True)
    for each, stem in ((image, "image"), (mask, "mask")):
        sitk.WriteImage(each, str(folder / f"{stem}.nii"))
    inside = sitk.GetArrayViewFromImage(mask) != 0
    if arrays:
        np.save(folder / "image.npy", sitk.GetArrayViewFromImage(image).astype(np.float64))
        np.save(folder / "mask.npy", inside)
    values = sitk.GetArrayViewFromImage(image)[inside]
    about = {
        "spacing": image.GetSpacing()[::-1],
        "voxels": int(inside.sum()),
        "levels": int(values.max() // 25 - values.min() // 25) + 1,
    }
    (folder / "about.json").write_text(json.dumps(about))


def known() -> dict[str, tuple]:
    """Name of each case -> how it is made."""
    data = Path(os.environ.get("RADIOLOOM_DATA", ROOT.parent / "shared" / "data"))
    pyradiomics, phantom = data / "pyradiomics", data / "ibsi" / "ct_phantom"
    cases: dict[str, tuple] = {f"sphere_{n:.0e}".replace("+0", ""): (sphere, int(n)) for n in (1e3, 1e4, 1e5, 1e6, 1e7)}
    cases |= {"sphere_48k": (sphere, 48_505), "sphere_360k": (sphere, 359_733), "native": (native,)}
    for name in ("lung1", "brain1"):
        cases[name] = (real, pyradiomics / f"{name}_image.nrrd", pyradiomics / f"{name}_label.nrrd")
    cases["lung2"] = (archived,)
    images, masks = sorted(phantom.glob("**/*image*/*.nii*")), sorted(phantom.glob("**/*mask*/*.nii*"))
    if images and masks:
        cases["ibsi_ct"] = (real, images[0], masks[0])
    return {name: how for name, how in cases.items() if all(not isinstance(x, Path) or x.is_file() for x in how[1:])}


def main(wanted: list[str]) -> None:
    """Make the cases that are wanted and not there yet; print the names of those at hand."""
    for name, (how, *given) in known().items():
        if name in wanted:
            if not (HOME / name / "about.json").is_file():
                how(name, *given)
            if (HOME / name / "about.json").is_file():
                print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
