"""Filters beside MIRP's and beside scipy's own time for the same convolution, one thread, CPU; ratios as Markdown.

filters.py            this engine and scipy, and MIRP where environments can hold it (or PYTHON_MIRP has it)
filters.py mirp FOLDER  called by the above in MIRP's own environment: image and plan of FOLDER, seconds as JSON
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

HERE = Path(__file__).parent
EDGE = 96  # voxels of 1 mm along an edge of the image


def cpu(call: Callable[[], object], rounds: int = 5, budget: float = 4.0) -> float:
    """Median CPU seconds of a call, after one that is not counted."""
    call()
    taken: list[float] = []
    while len(taken) < rounds and sum(taken) < budget:
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return median(taken)


def ours(image: np.ndarray, plan: dict) -> dict[str, float]:
    sys.path.insert(0, str(HERE.parents[1] / "workflow"))
    from radioloom.filters import response_maps

    whole = tuple(slice(0, n) for n in image.shape)

    def run(name: str, settings: dict) -> None:
        for _ in response_maps(name, image, whole, {**settings, "boundary": "mirror"}, (1.0, 1.0, 1.0)):
            pass

    return {what: cpu(partial(run, *each["ours"])) for what, each in plan.items()}


def scipys(image: np.ndarray) -> dict[str, float]:
    """What scipy itself (PyWavelets, scikit-image) takes for the same convolutions."""
    import pywt
    from scipy import ndimage
    from skimage.feature import local_binary_pattern

    level, edge, spot = [1, 4, 6, 4, 1], [-1, -2, 0, 2, 1], [-1, 0, 2, 0, -1]
    passes = partial(_passes, image)
    low, high = (np.array(taps) for taps in pywt.Wavelet("db3").filter_bank[:2])
    low, high = (np.convolve(taps, [0.5, 0]) + np.convolve(taps[::-1], [0, 0.5]) for taps in (low, high))
    turned = ((low, low, high), (low, high, low), (high, low, low))
    largest = np.abs(image).max()
    calls = {
        "mean 5": lambda: ndimage.uniform_filter(image, 5),
        "mean 15": lambda: ndimage.uniform_filter(image, 15),
        "LoG 1.5 mm": lambda: ndimage.gaussian_laplace(image, 1.5),
        "LoG 3 mm by slice": lambda: [ndimage.gaussian_laplace(plane, 3.0) for plane in image],
        "Laws E5L5S5": lambda: passes(spot, level, edge),
        "Laws L5E5E5, rotations, energy": lambda: _energy(
            [passes(level, edge, edge), passes(edge, level, edge), passes(edge, edge, level)]
        ),
        "Gabor, 16 directions, by slice": lambda: _spectra(1),
        "Gabor, 16 directions, three planes": lambda: _spectra(3),
        "wavelet coif1, eight sub-bands": lambda: pywt.swtn(image, "coif1", 1),
        "wavelet db3 LLH, rotations": lambda: sum(passes(*each) for each in turned),
        "Simoncelli 1, 33 voxels": lambda: _product(image),
        "Riesz of LoG 1.5 mm, 33 voxels": lambda: _product(image),
        "square": lambda: (image / math.sqrt(largest)) ** 2,
        "exponential": lambda: np.exp(math.log(largest) / largest * image),
        "gradient": lambda: np.sqrt(sum(each**2 for each in np.gradient(image))),
        "local binary patterns": lambda: [local_binary_pattern(p, 9, 1, "uniform") for p in image.astype(int)],
    }
    return {what: cpu(call) for what, call in calls.items()}


def _passes(image: np.ndarray, *taps: list[float]) -> np.ndarray:
    from scipy import ndimage

    for axis, each in enumerate(taps):
        image = ndimage.convolve1d(image, each, axis)
    return image


def _energy(responses: list[np.ndarray]) -> None:
    from scipy import ndimage

    ndimage.uniform_filter(np.max(np.abs(responses), axis=0), 15)


def _spectra(planes: int) -> None:
    """The transforms of padded slices alone: eight of sixteen directions, the others being their conjugates."""
    from scipy import fft

    n = fft.next_fast_len(EDGE + 40)
    padded, kernel = np.zeros((EDGE, n, n)), np.ones((n, n), complex)
    for low in [*range(0, EDGE, 16)] * planes:
        spectrum = fft.fft2(padded[low : low + 16])
        for _ in range(8):
            np.abs(fft.ifft2(spectrum * kernel))


def _product(image: np.ndarray) -> None:
    """One convolution with a filter of 33 voxels by Fourier transform."""
    from scipy import fft

    size = (fft.next_fast_len(EDGE + 32, real=True),) * 3
    fft.irfftn(fft.rfftn(np.pad(image, 16), size) * fft.rfftn(np.zeros((33, 33, 33)), size), size)


def mirps(folder: Path) -> dict[str, float]:
    """Seconds of MIRP's own `transform`, which is the filter without reading, cropping and features."""
    import warnings

    warnings.simplefilter("ignore")
    from mirp import extract_images
    from mirp._imagefilters.generic import GenericFilter

    image, taken = np.load(folder / "image.npy"), []
    mask = np.zeros(image.shape, bool)
    mask[40:56, 40:56, 40:56] = True
    for each in _subclasses(GenericFilter):
        if "transform" in vars(each):
            each.transform = _timed(each.transform, taken)
    found: dict[str, float] = {}
    for what, each in json.loads((folder / "plan.json").read_text()).items():
        times: list[float] = []
        while each["mirp"] and len(times) < 3 and sum(times) < 5:
            by_slice, settings = each["mirp"]
            taken.clear()
            extract_images(
                image=image, mask=mask, image_spacing=(1.0, 1.0, 1.0), export_images=True, image_export_format="numpy",
                by_slice=by_slice, boundary_condition="reflect", write_images=False, **settings,
            )  # fmt: skip
            times.append(sum(taken))
        found |= {what: median(times)} if times else {}
    return found


def _timed(plain: Callable, taken: list[float]) -> Callable:
    def transform(self, image):
        start = time.process_time()
        made = plain(self, image=image)
        taken.append(time.process_time() - start)
        return made

    return transform


def _subclasses(kind: type) -> set[type]:
    import importlib
    import pkgutil

    import mirp._imagefilters as package

    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"mirp._imagefilters.{module.name}")
    return set(kind.__subclasses__())


def table() -> str:
    import yaml
    from environments import interpreter, single_thread

    plan = yaml.safe_load((HERE / "filters.yaml").read_text(encoding="utf-8"))
    image = np.round(np.random.default_rng(0).normal(0, 200, (EDGE,) * 3))
    own, plain, peer = ours(image, plan), scipys(image), {}
    if python := interpreter("mirp"):
        with tempfile.TemporaryDirectory() as folder:
            np.save(Path(folder) / "image.npy", image)
            (Path(folder) / "plan.json").write_text(json.dumps(plan))
            command = [str(python), __file__, "mirp", folder]
            done = subprocess.run(command, env=single_thread(), capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"MIRP: absent, {done.stderr.strip()[-300:]}", file=sys.stderr)
            else:
                peer = json.loads(done.stdout.splitlines()[-1])
    lines = ["| filter | MIRP / radioloom | radioloom / scipy | radioloom, CPU ms |", "| --- | --- | --- | --- |"]
    for what, seconds in own.items():
        beside = f"{peer[what] / seconds:.3g}" if what in peer else ""
        lines.append(f"| {what} | {beside} | {seconds / plain[what]:.2f} | {1000 * seconds:.1f} |")
    return f"{EDGE}^3 voxels of 1 mm, mirrored at the border; one thread\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    print(json.dumps(mirps(Path(sys.argv[2]))) if sys.argv[1:2] == ["mirp"] else table())
