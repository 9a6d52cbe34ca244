"""The record of a curated image: its names, and its way through JSON."""

import json
from dataclasses import replace

import pytest

from radioloom.errors import StudyError
from radioloom.sealed import write_json
from radioloom.stages.images.curated import CuratedImage, from_json, read, to_json, write
from radioloom.volume import Grid

IMAGE = CuratedImage(
    cohort="train",
    case="P1",
    replicate="2",
    roi="node",
    role="training",
    roi_pattern="",
    image_path="P1/ct",
    segmentation_path="P1/rs.dcm",
    modality="PT",
    unit="SUV",
    series="0123456789ab",
    grid=Grid((3, 4, 5), (3.0, 1.1, 1.1), (-0.1, 0.2, 0.3)),
    file_numbers=(3, 1, 2),
    listing_digest="ba9876543210",
    frame_of_reference="f",
    unit_factor=0.1 + 0.2,
    frame_order=(2, 0, 1),
    instances=("a", "b"),
)


def test_a_region_is_called_by_case_replicate_and_roi():
    assert IMAGE.name == "P1.2.node"
    assert IMAGE.region == {"cohort": "train", "case": "P1", "replicate": "2", "roi": "node"}


def test_json_gives_back_the_same_record():
    other = replace(IMAGE, case="P2", frame_order=())
    assert from_json(json.loads(json.dumps(to_json([IMAGE, other])))) == [IMAGE, other]


@pytest.mark.parametrize("change", [{"frames": []}, {"series": None}], ids=["unknown", "missing"])
def test_other_keys_are_refused(change):
    (row,) = json.loads(json.dumps(to_json([IMAGE])))["images"]
    ((key, value),) = change.items()
    row = {name: each for name, each in row.items() if name != key} | ({} if value is None else {key: value})
    with pytest.raises(StudyError, match=f"curated images: {key} unknown or missing; .*run the study again"):
        from_json({"images": [row]})


def test_a_file_of_another_batch_is_refused(tmp_path):
    path, asked = tmp_path / "x.json", ["train/P1.2.node", "train/P2.1.node"]  # P2 was left out
    write([IMAGE], asked, path)
    assert read(path, asked[::-1]) == [IMAGE]
    for others, told in ((asked[:1], "not of this batch, which has no train/P2.1.node"), ([*asked, "u"], "u is gone")):
        with pytest.raises(StudyError, match=rf"^x\.json: .*{told}; delete it, and run the study again"):
            read(path, others)
    write_json(to_json([IMAGE]), path)  # of a version that did not say
    with pytest.raises(StudyError, match=r"^x\.json: train/P1\.2\.node is gone; delete it"):
        read(path, asked)
