"""A batch of several modalities: each image is prepared, measured, controlled and perturbed with its own profile."""

from dataclasses import replace

import pytest

from made.drawn import CUBE
from made.hospital import ct, row, structures
from radioloom.io.prepared import close, read_all, write
from radioloom.profile import Profiles, load
from radioloom.stages.images.control import control_batch
from radioloom.stages.images.curate import curate
from radioloom.stages.images.extract import extract_batch
from radioloom.stages.images.perturb import perturb_batch
from radioloom.stages.images.prepare import prepare_batch
from radioloom.stages.images.segment import segment

FAMILIES = {
    "morphology": {"settings": {"mesh": "watertight", "ddof": 1}, "features": ["volume"]},
    "intensity": {"settings": {}, "features": ["mean", "variance"]},
}
CT = replace(load("demo"), families=FAMILIES, images={"original": {}})
SHAPE = {"morphology": FAMILIES["morphology"]}
MR = replace(CT, name="other", modality=["MR"], unit="any", grid=load("ibsi").grid, families=SHAPE)
ASKED = {"chain": "V", "repeats": 1, "seed": 3}


@pytest.fixture
def batch(tmp_path):
    ct(tmp_path / "ct")
    ct(tmp_path / "mr", modality="MR")
    structures(tmp_path / "rs.dcm", {"GTV": CUBE})
    rows = [
        row(case=each, image=each, segmentation="rs.dcm", pattern="GTV", modality=each.upper()) for each in ("ct", "mr")
    ]
    curated = curate(rows, tmp_path)
    assert curated.exclusions == []
    return tmp_path, curated.images, segment(curated.images, tmp_path).masks


def measured(batch, profile):
    """Rows of all stages by case."""
    data, images, masks = batch
    folder = data / "prepared"
    for file in folder.glob("*"):
        file.unlink()
    cases, excluded = prepare_batch(images, masks, data, profile, lambda each: write(each, folder))
    close(folder, asked := [f"{image.cohort}/{image.name}" for image in images])
    found, lost, _ = extract_batch(read_all(folder, asked), profile)
    controls, _ = control_batch(read_all(folder, asked), ["shuffled_roi"], profile, 1)
    perturbed, _ = perturb_batch(images, masks, data, profile, ASKED)
    assert excluded + lost == []
    rows = [*cases, *found.rows, *controls, *perturbed]
    return {image.case: [each for each in rows if each["case"] == image.case] for image in images}


def test_each_image_is_measured_as_with_its_profile_alone(batch):
    both = measured(batch, Profiles({"MR": MR, "CT": CT}))
    data, (of_ct, of_mr), masks = batch
    assert both["ct"] == measured((data, [of_ct], masks), CT)["ct"]
    assert both["mr"] == measured((data, [of_mr], masks), MR)["mr"]
    assert len(both["ct"]) > len(both["mr"])
