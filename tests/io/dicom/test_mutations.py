"""One attribute of a file is not what it should be: the case is measured as it was, left out with a reason, or other
where the attribute says so. `make test-hostile` tries all, `make test` a sample.
"""

import copy
import random
import resource
import sys
import time

import numpy as np
import pydicom
import pytest
from pydicom.datadict import keyword_for_tag

from made.handed_in import KINDS, outcome
from made.mutations import MUTATIONS, attributes, damaged, mutated, write

SAMPLE, FAULTS_SAMPLE = 220, 120
FAULTS = 3000
LONGEST_S = 20.0
MOST_BYTES = 1 << 30  # that a case may add to what the process holds
# What may be other where an attribute is another number or word: what it means. All else stays as it was.
MEANS = {
    # where a slice lies
    "PixelSpacing": {"grid", "mask"}, "ImageOrientationPatient": {"grid", "mask"},
    "ImagePositionPatient": {"grid", "mask", "values"},
    # what a stored value is
    "RescaleSlope": {"values"}, "RescaleIntercept": {"values"}, "PixelRepresentation": {"values"},
    # of which region a contour or a frame is
    "ROIName": {"mask"}, "ReferencedROINumber": {"mask"}, "ContourGeometricType": {"mask"}, "ContourData": {"mask"},
    "ContourSequence": {"mask"}, "ReferencedSegmentNumber": {"mask"}, "MaximumFractionalValue": {"mask"},
    "SegmentNumber": {"mask"}, "SegmentLabel": {"mask"}, "SegmentationType": {"mask"},
    # uptake
    "PatientWeight": {"values"}, "RadionuclideTotalDose": {"values"}, "RadionuclideHalfLife": {"values"},
    "DecayCorrection": {"values"}, "Units": {"values"}, "SeriesTime": {"values"}, "SeriesDate": {"values"},
    "AcquisitionTime": {"values"}, "AcquisitionDate": {"values"}, "RadiopharmaceuticalStartTime": {"values"},
}  # fmt: skip
# Mutations that give another value; after all others the case is as it was, or a note says what was left out.
SPEAKING = {"other type", "doubled", "huge", "negative", "zero", "binary", "other"}
# What failed once.
FAILED_SEEDS = [1150, 1587, 1707, 2247]


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """The whole cases, and what they are."""
    made = {}
    for name, kind in KINDS.items():
        place = tmp_path_factory.mktemp(name.replace(" ", "_"))
        kind.build(place)
        made[name] = place, outcome(place, kind.drawing)
    return made


@pytest.fixture(autouse=True)
def little_memory():
    """A gigabyte more than there is now; what needs more ends in MemoryError, which fails the test."""
    if sys.platform != "linux":
        yield
        return
    with open("/proc/self/statm") as handle:
        now = int(handle.read().split()[0]) * resource.getpagesize()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + MOST_BYTES, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, limits)


@pytest.mark.parametrize("name", KINDS)
def test_the_whole_cases_are_what_was_put_into_them(cases, name):
    mask, values = KINDS[name].right()
    found = cases[name][1]
    assert found.reason == ""
    assert np.array_equal(found.mask, mask)
    assert np.allclose(found.values, values, rtol=1e-12)
    assert (found.grid["spacing_mm"], found.grid["origin_mm"]) == ([3.0, 1.5, 1.5], [-100.0, -20.0, -10.0])


def every(cases):
    """All mutations: kind, path, mutation."""
    for name, kind in KINDS.items():
        data = pydicom.dcmread(cases[name][0] / kind.spoilt[0])
        yield from ((name, path, mutation) for path in attributes(data) for mutation in MUTATIONS)


def named(path):
    return [keyword_for_tag(tag) for tag in path[::2]]


def fault(cases, name, path, mutation):
    """What is wrong with what becomes of a mutated case; "" where nothing is."""
    place, whole = cases[name]
    originals = {file: (place / file).read_bytes() for file in KINDS[name].spoilt}
    try:
        for file in originals:
            write(mutated(pydicom.dcmread(place / file), path, mutation), place / file)
        means = set().union(*(MEANS.get(word, set()) for word in named(path)))
        return judged(place, name, whole, means, mutation in SPEAKING)
    finally:
        for file, content in originals.items():
            (place / file).write_bytes(content)


def judged(place, name, whole, means, speaks):
    begun = time.monotonic()
    try:
        found = outcome(place, KINDS[name].drawing)
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    if time.monotonic() - begun > LONGEST_S:
        return f"{time.monotonic() - begun:.0f} s"
    if found.reason:
        return "" if len(found.reason) > 20 and "CANARY" not in found.reason else f"reason {found.reason!r}"
    silent = found.differs(whole) - (means if speaks or set(found.notes) - set(whole.notes) else set())
    return f"other {', '.join(sorted(silent))}" if silent else ""


def wrong(cases, tried):
    found = {
        (name, "/".join(named(path)), mutation): fault(cases, name, path, mutation) for name, path, mutation in tried
    }
    return {key: why for key, why in found.items() if why}


@pytest.mark.filterwarnings("ignore")
def test_a_sample_of_mutations(cases):
    everything = list(every(cases))
    assert len(everything) > 2508
    assert wrong(cases, random.Random(12).sample(everything, SAMPLE)) == {}


@pytest.mark.hostile
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", KINDS)
def test_every_mutation(cases, name):
    assert wrong(cases, [each for each in every(cases) if each[0] == name]) == {}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", KINDS)
def test_a_transfer_syntax_that_is_none(cases, name):
    """Of the file meta group the one attribute that decides how all others and the pixels are read."""
    place, whole = cases[name]
    file = place / KINDS[name].spoilt[0]
    content, data = file.read_bytes(), pydicom.dcmread(file)
    found = {}
    try:
        for mutation in MUTATIONS:
            spoilt = copy.deepcopy(data)
            spoilt.file_meta = mutated(data.file_meta, (0x00020010,), mutation)
            write(spoilt, file)
            found[mutation] = judged(place, name, whole, set(), False)
    finally:
        file.write_bytes(content)
    assert found == dict.fromkeys(MUTATIONS, "")


def faulty(cases, seed):
    draw = random.Random(seed)
    name = draw.choice(list(KINDS))
    place, whole = cases[name]
    file = place / draw.choice(KINDS[name].spoilt)
    content = file.read_bytes()
    try:
        file.write_bytes(damaged(content, draw))
        return judged(place, name, whole, {"mask", "values", "grid"}, True)
    finally:
        file.write_bytes(content)


@pytest.mark.filterwarnings("ignore")
def test_a_sample_of_damaged_bytes(cases):
    found = {seed: why for seed in [*FAILED_SEEDS, *range(FAULTS_SAMPLE)] if (why := faulty(cases, seed))}
    assert found == {}


@pytest.mark.hostile
@pytest.mark.filterwarnings("ignore")
def test_damaged_bytes(cases):
    found = {seed: why for seed in range(FAULTS) if (why := faulty(cases, seed))}
    assert found == {}
