"""Files of results: whatever byte changes, and wherever they are cut, the file is named, or reads as it was written."""

import json
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from made.synthetic_study import survival_study
from radioloom.errors import StudyError
from radioloom.io import masks, prepared
from radioloom.io.prepared import Prepared
from radioloom.sealed import complete, intact, read_json, sealed, write_json, write_text
from radioloom.segmentation.mask import Mask
from radioloom.stages.learning.signature import Signature
from radioloom.tables import EXCLUSIONS
from radioloom.volume import Grid, Volume

ROWS = [
    {
        "cohort": "train",
        "case": f"P{k}",
        "replicate": "1",
        "roi": "tumour",
        "stage": "curate",
        "reason": "slice 3 is missing",
    }
    for k in range(20)
]
GRID = Grid((3, 4, 5), (1.0, 1.0, 1.0))
MASK = Mask(np.random.default_rng(1).random((3, 4, 5)) < 0.5, (1, 2, 3), "RTSTRUCT", 12.5, ("a note",))
SIDECAR = {
    "cohort": "train", "case": "P1", "replicate": "1", "roi": "tumour", "unit": "HU", "modality": "CT",
    "grid": GRID.as_dict(), "notes": [],
}  # fmt: skip
CASE = Prepared(Volume(np.arange(60, dtype=np.float32).reshape(3, 4, 5), GRID), Volume(MASK.array, GRID), SIDECAR)
REGION = "train/P1.1.tumour"
SIGNATURE = replace(survival_study().signature, provenance={"stage_code": "abc"})


def read_masks(path):
    return {
        name: (mask.array.tobytes(), replace(mask, array=None)) for name, mask in masks.read(path, [REGION]).items()
    }


def read_case(path):
    case = prepared.read(path.parent, "P1.1.tumour")
    return case.image.array.tobytes(), case.mask.array.tobytes(), case.sidecar


BATCH = "results/s/batch: "
RESULTS = {  # a file -> how it is written, how it is read, and what is named where it is damaged
    "x.parquet": (lambda path: EXCLUSIONS.write(ROWS, path), lambda path: EXCLUSIONS.read(path).to_csv(), "x.parquet"),
    "x.json": (lambda path: write_json({"images": [{"a": 1.5, "b": "text"}] * 3}, path), read_json, "x.json"),
    "signature.json": (lambda path: write_json(SIGNATURE.to_json(), path), Signature.read, "signature.json"),
    "x.npz": (lambda path: masks.write({"P1.1.tumour": MASK}, [REGION], path), read_masks, "x.npz"),
    "results/s/batch/P1.1.tumour.json": (
        lambda path: prepared.write(CASE, path.parent),
        read_case,
        BATCH,
    ),
    "results/s/batch/P1.1.tumour.image.nii": (
        lambda path: prepared.write(CASE, path.parent),
        read_case,
        BATCH,
    ),
    "results/s/batch/P1.1.tumour.mask.nii": (
        lambda path: prepared.write(CASE, path.parent),
        read_case,
        BATCH,
    ),
}


def outcome(read, path, named):
    """What a file reads as, or None where it is refused by its name and with the remedy."""
    try:
        return read(path)
    except StudyError as error:
        told = str(error)
    assert named in told
    assert "; delete " in told or "fit it again" in told
    return None


@pytest.mark.parametrize("name", RESULTS)
def test_a_byte_that_changed_is_never_believed(tmp_path, name):
    write, read, named = RESULTS[name]
    path = tmp_path / name
    write(path)
    good, expected = path.read_bytes(), read(path)
    flips = np.random.default_rng(3).integers(0, 8, len(good))
    refused = 0
    for place, bit in enumerate(flips):
        path.write_bytes(good[:place] + bytes([good[place] ^ (1 << bit)]) + good[place + 1 :])
        found = outcome(read, path, named)
        assert found is None or found == expected, place
        refused += found is None
    assert refused > 0.7 * len(good)  # a zip file has bytes that mean nothing, a JSON file blanks


@pytest.mark.parametrize("name", RESULTS)
def test_a_file_that_was_cut_off_or_written_over_is_named(tmp_path, name):
    write, read, named = RESULTS[name]
    path = tmp_path / name
    write(path)
    good, expected = path.read_bytes(), read(path)
    draw = np.random.default_rng(4)
    contents = [good[:n] for n in (0, 1, 4, 8, 30, len(good) // 2, len(good) - 9, len(good) - 2)]
    contents += [
        bytes(len(good)),
        draw.bytes(len(good)),
        b"PAR1",
        b"PAR1PAR1",
        b"{}",
        b"[]",
        b"null",
        b'{"digest": 1}',
        b'{"features": 5}',
    ]
    contents += [b"[" * 100_000, good + good, good[:9] + good, "\ufeff{}".encode("utf-16")]
    for content in contents:
        path.write_bytes(content)
        found = outcome(read, path, named)
        assert found is None or found == expected, content[:40]


def test_a_table_that_another_program_wrote_again_is_refused(tmp_path):
    path = tmp_path / "x.parquet"
    EXCLUSIONS.write(ROWS, path)
    pd.read_parquet(path).to_parquet(path)
    with pytest.raises(StudyError, match=r"x\.parquet: it is not as it was written: edited, or damaged; delete"):
        EXCLUSIONS.read(path)
    EXCLUSIONS.write(ROWS, path)
    pq.write_table(pq.read_table(path), path)  # keeps the metadata, digest and all
    with pytest.raises(StudyError, match="not as it was written"):
        EXCLUSIONS.read(path)


def mask_changes(stored):
    """Content of a file of masks, each with one change that leaves a sound archive."""
    about, (name, bits) = json.loads(stored["about"].tobytes()), list(stored.items())[2]
    (case,) = about
    bare = {"about": stored["about"], "asked": stored["asked"]}

    def told(**change):
        return stored | {"about": np.frombuffer(json.dumps({case: about[case] | change}).encode(), np.uint8)}

    yield "unchanged, but written by another program", stored
    yield "a voxel", stored | {name: bits ^ np.eye(1, len(bits), dtype=np.uint8)[0]}
    yield "half", bare | {name: bits[: len(bits) // 2]}
    yield "none", bare | {name: bits[:0]}
    yield "longer", bare | {name: np.append(bits, bits)}
    yield "another type", bare | {name: bits.astype(np.int64)}
    yield "no mask", bare
    yield "one more mask", stored | {"mask:P2.1.tumour": bits}
    for change in (
        {"offset": [2, 2, 3]}, {"offset": None}, {"shape": [5, 4, 3]}, {"shape": [3, 4, 4]}, {"shape": 60},
        {"contour_mm3": 13.0}, {"notes": []}, {"source": "SEG"},
    ):  # fmt: skip
        yield str(change), told(**change)
    for other in (b"[]", b"5", b"null", b"{", b'{"P1.1.tumour": 5}', b'{"P1.1.tumour": {}}'):
        yield str(other), stored | {"about": np.frombuffer(other, np.uint8)}


def test_an_edited_segmentation_is_refused(tmp_path):
    path = tmp_path / "x.npz"
    masks.write({"P1.1.tumour": MASK}, [REGION], path)
    with np.load(path) as archive:
        stored = dict(archive)
    assert len(stored) == 3
    for what, content in mask_changes(stored):
        np.savez_compressed(path, **content)
        with pytest.raises(StudyError, match=r"^x\.npz: it is not as it was written: edited, or damaged; delete"):
            pytest.fail(f"{what}: {masks.read(path, [REGION])}")
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = b"sha256:0123456789ab"  # a seal of nothing
        with pytest.raises(StudyError, match=r"^x\.npz: it is not as it was written"):
            pytest.fail(f"{what}: {masks.read(path, [REGION])}")
    masks.write({"P1.1.tumour": MASK}, [REGION], path)
    first = path.read_bytes()
    masks.write({"P1.1.tumour": MASK}, [REGION], path)
    assert path.read_bytes() == first


def test_a_case_that_is_there_in_part_is_named(tmp_path):
    for lost in (".json", ".mask.nii", ".image.nii"):
        folder = tmp_path / "results" / lost
        prepared.write(CASE, folder)
        prepared.close(folder, [REGION])
        (folder / f"P1.1.tumour{lost}").unlink()
        with pytest.raises(
            StudyError, match=r"^results/\.[a-z.]+: P1\.1\.tumour.* is gone.*; delete this whole folder, and"
        ):
            list(prepared.read_all(folder, [REGION]))


def edited(content):
    content["features"][0]["coefficient"] = 9.5
    return content


def test_an_edited_signature_is_refused_unless_it_is_trusted(tmp_path):
    path = tmp_path / "signature.json"
    content = SIGNATURE.to_json()
    path.write_text(json.dumps(content))  # other blanks, the same content
    assert Signature.read(path) == SIGNATURE
    path.write_text(json.dumps(edited(content)))
    with pytest.raises(StudyError, match=r"^signature\.json was changed after it was written; delete it"):
        Signature.read(path)
    trusted = Signature.read(path, trust_edited=True)
    assert (trusted.edited, trusted.terms[0].coefficient) == (True, 9.5)
    write_json(trusted.to_json(), path)  # written again, it stays an edited one
    assert Signature.read(path) == trusted
    del content["digest"]
    path.write_text(json.dumps(content))
    with pytest.raises(StudyError, match="was changed"):
        Signature.read(path)
    path.write_text(json.dumps({**content, "version": 2}))  # of a version that had no digest
    assert not Signature.read(path).edited


def test_numbers_of_json_survive_their_digest():
    content = {"b": 0.1 + 0.2, "a": (1, 2), "n": None, "é": {10: "x", 9: "y"}, "nan": [1e308, -0.0]}
    assert intact(json.loads(json.dumps(sealed(content), indent=3)))
    assert not intact({**sealed(content), "b": 0.3})
    assert not intact({})


def test_what_cannot_be_written_whole_is_not_there(tmp_path):
    for text in ("a", "b"):
        write_text(text, tmp_path / "deep" / "x.txt")
    with pytest.raises(NotADirectoryError), complete(tmp_path / "deep" / "x.txt") as part:
        part.write_text("half").to_bytes((part / "no folder").stat().st_size)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["x.txt"]
    assert (tmp_path / "deep" / "x.txt").read_text() == "b"
