"""Damaged image files: refused by name, or read as ITK reads them; never a traceback, hardly any time or memory."""

import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
import zlib

import numpy as np
import pytest

from made.image_files import STORAGES, as_nifti_1, damaged, meta_lines, nifti_header, nrrd_lines, values, written
from radioloom.errors import BadImage
from radioloom.io import images

MOST_SECONDS = 5  # of a small file, on a busy machine
TYPES = ["u1", "i2", "i8", "u8", "f4"]
# Reads files in a process of its own, since some end it: voxels and grid of each, null where ITK refuses.
ITK = """
import json, sys
import numpy as np, SimpleITK as sitk
sitk.ProcessObject.SetGlobalWarningDisplay(False)
for line in sys.stdin:
    path, out = json.loads(line)
    try:
        image = sitk.ReadImage(path)
        array = sitk.GetArrayFromImage(image)
        n = image.GetDimension()
        array = array.reshape(array.shape[-3:]) if array.ndim == n else array
        axes = np.reshape(image.GetDirection(), (n, n))[:3, :3]
        np.savez(out, array=array, spacing=image.GetSpacing()[:3], origin=image.GetOrigin()[:3], axes=axes)
        print("read", flush=True)
    except (RuntimeError, ValueError):
        print("refused", flush=True)
"""


class Itk:
    """ITK in a process of its own, which is started again where a file has ended it."""

    def __init__(self):
        self.process = None

    def read(self, path, out):
        """`read`, with what was read in a file; `refused`, or `ended` where the file has ended the process."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-c", ITK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True,
            )  # fmt: skip
        self.process.stdin.write(json.dumps([str(path), str(out)]) + "\n")
        self.process.stdin.flush()
        if answer := self.process.stdout.readline().strip():
            return answer
        self.close()
        return "ended"

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait(20)


@pytest.fixture(scope="module")
def itk():
    process = Itk()
    yield process
    process.close()


def differs(found, array, grid) -> str:
    """In what a volume is not another: `array` and its `grid`, three arrays in (x, y, z); "" where it is."""
    if array.shape != found.array.shape:
        return "shape"
    for name, mine, theirs in zip(("spacing", "origin", "axes"), in_xyz(found.grid), grid, strict=True):
        if not np.allclose(mine, theirs, rtol=1e-5, atol=1e-4):
            return name
    return "" if np.allclose(found.array, array, rtol=1e-5, atol=1e-30, equal_nan=True) else "voxels"


def in_xyz(grid):
    return grid.spacing_mm[::-1], grid.origin_mm[::-1], np.array(grid.direction)[::-1, ::-1]


def wrong(found, before, itk, path, out) -> str:
    """In what a volume that was read of a damaged file is neither what ITK reads of it nor what it was before."""
    as_before = differs(found, before.array, in_xyz(before.grid))
    if as_before and "nii2" in path.parent.name:  # which ITK does not know
        path = as_nifti_1(path, path.with_name("as1.nii"))
    answer = itk.read(path, out)
    if not as_before or answer != "read":
        return as_before
    theirs = np.load(out)
    return differs(found, theirs["array"], [theirs[name] for name in ("spacing", "origin", "axes")])


def fault_of(folder, storage, seed, itk) -> str:
    """What is wrong with what becomes of one damaged file: "" where it is refused with a reason, or read right."""
    draw, place = random.Random(f"{storage} {seed}"), folder / f"{storage} {seed}"
    place.mkdir()
    path = written(place, storage, values(draw.choice(TYPES), seed=seed % 7))
    before = images.read_native(path)
    what = damaged(place, draw)
    start = time.perf_counter()
    try:
        images.read_native(path)
        found = images.read(path)
    except BadImage as error:
        reason = str(error)
        fault = "" if reason.startswith(f"{path.name}: ") and len(reason) > 30 else f"refused for no reason: {reason}"
    else:
        fault = wrong(found, before, itk, path, folder / "itk.npz")
    took = time.perf_counter() - start
    shutil.rmtree(place)
    return f"{storage} {seed}: {what}: {fault or f'{took:.1f} s'}" if fault or took > MOST_SECONDS else ""


def faults(folder, itk, seeds):
    return [fault for storage in STORAGES for seed in seeds if (fault := fault_of(folder, storage, seed, itk))]


@pytest.mark.parametrize("part", range(4))
def test_a_sample_of_damaged_files(tmp_path, itk, part):
    assert faults(tmp_path, itk, range(6 * part, 6 * part + 6)) == []


@pytest.mark.hostile
@pytest.mark.parametrize("part", range(17))
def test_thousands_of_damaged_files(tmp_path, itk, part):
    assert faults(tmp_path, itk, range(100 + 10 * part, 110 + 10 * part)) == []


# Each has failed once: places whose squares overflow, a slope that overflows single precision, a lost size of a stream
# of which ITK gives what memory held, a rotation, and a NaN that signals.
@pytest.mark.parametrize(
    ("storage", "seed"),
    [
        ("nii.gz", 64),
        ("nii2.gz big-endian", 98),
        ("mha packed", 13),
        ("mha packed", 48),
        ("nii2", 29),
        ("nii2", 52),
        ("nhdr list", 209),
    ],
)
def test_seeds_that_have_failed(tmp_path, itk, storage, seed):
    assert fault_of(tmp_path, storage, seed, itk) == ""


LIMITED = """
import json, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from radioloom.errors import BadImage
from radioloom.io import images
told = {}
for name in json.load(sys.stdin):
    start = time.perf_counter()
    try:
        images.read(Path(name))
        reason = ""
    except BadImage as error:
        reason = str(error)
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    told[Path(name).name] = [reason, time.perf_counter() - start, int(status["VmHWM"].split()[0]) / 1024]
print(json.dumps(told))
"""


def packed_zeros(megabytes):
    """Zeros as a member of a gzip file, a thousandth of their size."""
    pack = zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join([pack.compress(bytes(1 << 20)) for _ in range(megabytes)] + [pack.flush()])


def heavy(folder):
    """Files that would take gigabytes or minutes, and what is said of them."""
    zeros, array = packed_zeros(1500), values("u1")
    head = nifti_header(array, dim=[3, 1000, 1000, 1000, 1, 1, 1, 1])
    text = b"\n".join(line.encode() for line in nrrd_lines(array, encoding="gzip")) + b"\n"
    meta = b"\n".join(line.encode() for line in meta_lines(array, pack=True)) + b"\nElementDataFile = LOCAL\n"
    small, large = nifti_header(array), nrrd_lines(array, encoding="gzip")
    keys = "\n".join(f"key{k}:=value" for k in range(20_000)).encode()
    same = "\n".join(["kinds: domain domain domain"] * 20_000).encode()
    return {
        "announced.nii": (head + bytes(1000), "end after 1000 of 1000000000 bytes"),
        "announced.nii.gz": (gzip.compress(head) + gzip.compress(bytes(1000)), "end after 1000 of 1000000000 bytes"),
        "longer.nii.gz": (gzip.compress(small) + zeros, "holds more than the 120 bytes"),
        "extension.nii.gz": (gzip.compress(nifti_header(array, start=[2e6])) + zeros, "cannot begin at byte 2e.06"),
        "longer.nrrd": (text + b"\n" + zeros, "holds more than the 120 bytes"),
        "longer.mha": (meta + zeros, "holds more than the 120 bytes"),
        "keys.nrrd": (text + keys + b"\n\n" + gzip.compress(array.tobytes()), ""),
        "again.nrrd": (text + same + b"\n\n" + gzip.compress(array.tobytes()), ""),
        "endless.nrrd": (text + b"#" * (1 << 24), "does not end within 1 MB"),
        "endless.mha": (meta.replace(b"ElementDataFile", b"x" * (1 << 24)), "does not end within 1 MB"),
        "colons.mha": (b"NDims" + b":" * (1 << 24), "does not end|not a whole number|not readable"),
        "lines.nrrd": (b"NRRD0005\n" + b"\r\n\r" * (1 << 20), "no field|does not end|has no"),
        "members.nii.gz": (gzip.compress(small) + gzip.compress(b"") * 200_000, "too many pieces"),
        "sizes.nrrd": ("\n".join(large).replace("6 5 4", "9" * 100_000).encode() + b"\n\n", "not 3 whole numbers"),
        "vectors.nrrd": (text.replace(b"(0.75,", b"(" * 500_000) + b"\n\n", "is not 3 vector"),
    }  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="limits and peaks of memory are measured as Linux tells them")
def test_no_file_takes_a_gigabyte_or_minutes(tmp_path, root):
    files = heavy(tmp_path)
    for name, (content, _) in files.items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], input=json.dumps([str(tmp_path / name) for name in files]),
        capture_output=True, text=True, check=False, timeout=300, cwd=root / "workflow",
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    odd = {name: told[name] for name, (_, words) in files.items() if not re.search(words or "^$", told[name][0])}
    assert odd == {}
    assert max(seconds for _, seconds, _ in told.values()) < 10
    assert max(peak for _, _, peak in told.values()) < 200
