"""Slices of one scan that bear a SeriesInstanceUID each: told as that, and never measured one by one."""

import pytest

from made.drawn import CUBE
from made.hospital import image_slice, row, save, stored, structures
from radioloom.commands.pairing import Wanted, discover
from radioloom.errors import FailedCheck
from radioloom.stages.images.curate import curate
from radioloom.stages.images.single import measure

SAID = "8 CT series of one slice each, in one frame of reference, of one study, 3 mm apart: they are one scan, whose"


def slices(place, n=8, apart=False, step=3.0, **said):
    """Slices with a series each; apart : in a folder each."""
    for k, pixels in enumerate(stored(n)):
        position = (-10.0, -20.0, -100.0 + step * k)
        folder = place / "ct" / (f"S{k}" if apart else ".")
        save(image_slice(pixels, position, "CT", f"2.25.50{k}", **said), folder / f"IM{k:03d}")


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("drawn_on", ["2.25.503", "2.25.9"])
def test_at_every_door(tmp_path, apart, drawn_on):
    slices(tmp_path, apart=apart)
    structures(tmp_path / "rs.dcm", {"GTV": CUBE}, series=drawn_on)
    made = curate([row(image="ct", segmentation="rs.dcm")], tmp_path)
    assert made.images == []
    assert made.exclusions[0]["reason"].startswith(SAID)
    assert {(each["check"], each["choice"]) for each in made.series} == {("series_of_slices", "excluded")}
    with pytest.raises(FailedCheck, match=SAID):
        measure(tmp_path / "ct", tmp_path / "rs.dcm", "ibsi")
    found = discover(tmp_path, Wanted(b"key" * 16))
    assert found.pairs == []
    left = {path: why for _, path, why in found.left_out}
    assert len(left) == len(found.left_out) == 2
    assert left["rs.dcm"].startswith(f"its image is in {SAID}")
    assert all(why.removeprefix("its image is in ").startswith(SAID) for why in left.values())


def test_what_differs_is_not_said_to_be_shared(tmp_path):
    slices(tmp_path)
    for k, path in enumerate(sorted((tmp_path / "ct").iterdir())):
        save(image_slice(stored(8)[k], (-10.0, -20.0, -100.0 + 3 * k), "CT", f"2.25.5{k}",
                         FrameOfReferenceUID=f"2.25.6{k}", StudyInstanceUID=f"2.25.7{k}"), path)  # fmt: skip
    said = curate([row(image="ct", segmentation="rs.dcm")], tmp_path).exclusions[0]["reason"]
    assert said.startswith("8 CT series of one slice each, 3 mm apart")


@pytest.mark.parametrize(
    "given", [{"n": 3}, {"step": 0.0}, {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, {"PatientID": None}]
)
def test_few_slices_those_at_one_place_and_localizers_are_no_scan(tmp_path, given):
    if "PatientID" in given:  # slices of eight patients
        for k, pixels in enumerate(stored(8)):
            position = (-10.0, -20.0, -100.0 + 3.0 * k)
            save(image_slice(pixels, position, "CT", f"2.25.5{k}", PatientID=f"P{k}"), tmp_path / "ct" / f"IM{k}")
    else:
        slices(tmp_path, **given)
    said = curate([row(image="ct", segmentation="rs.dcm")], tmp_path).exclusions
    assert "they are one scan" not in str(said)
    assert "they are one scan" not in str(discover(tmp_path, Wanted(b"key" * 16)).left_out)
