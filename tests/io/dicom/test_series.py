"""Slices to one grid: order and geometry, and every fault by name."""

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from made.hospital import ct, image_slice, save, stored
from radioloom.errors import BadImage
from radioloom.io.dicom import headers
from radioloom.io.dicom.series import assemble, by_series


def slices(folder):
    return list(headers.scan(folder).headers)


def test_slices_ascend_along_the_normal_whatever_their_names(tmp_path):
    ct(tmp_path)
    made = assemble(slices(tmp_path))
    assert [header.position[2] for header in made.headers] == [-100 + 3 * k for k in range(8)]
    assert made.grid.shape == (8, 24, 20)
    assert made.grid.spacing_mm == (3.0, 1.5, 1.5)
    assert made.grid.origin_mm == (-100.0, -20.0, -10.0)
    assert np.array_equal(made.grid.direction, np.eye(3))


@pytest.mark.parametrize("seed", range(4))
def test_oblique_slices_put_each_pixel_where_dicom_says(tmp_path, seed):
    """PS3.3 C.7.6.2.1.1: position + column * along * spacing + row * down * spacing, from every slice's own header."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    along, down = turn[:, 0], turn[:, 1]
    normal = np.cross(along, down) * rng.choice([-1, 1])
    spacing = (0.8, 1.3)
    for k in range(5):
        cosines = [float(v) for v in np.r_[along, down]]
        place = np.array([3.0, -7.0, 11.0]) + 2.5 * k * normal
        save(
            image_slice(stored(1)[0], place.tolist(), ImageOrientationPatient=cosines, PixelSpacing=list(spacing)),
            tmp_path / str(k),
        )
    made = assemble(slices(tmp_path))
    for z, header in enumerate(made.headers):
        for y, x in ((0, 0), (5, 0), (0, 9), (7, 13)):
            expected = np.array(header.position) + x * spacing[1] * along + y * spacing[0] * down
            assert np.allclose(made.grid.to_world(np.array([z, y, x], float))[::-1], expected, atol=1e-4)
    assert np.linalg.det(np.array(made.grid.direction)) == pytest.approx(1)


def test_missing_slice(tmp_path):
    ct(tmp_path)[3].unlink()
    with pytest.raises(BadImage, match=r"1 slice\(s\) missing between -94.00 and -88.00 mm .slices are 3 mm apart"):
        assemble(slices(tmp_path))


@pytest.mark.parametrize(("same", "said"), [(True, "the same pixels: a copy"), (False, "other pixels: two volumes")])
def test_duplicate_slice(tmp_path, same, said):
    pixels = stored()
    ct(tmp_path, pixels)
    save(image_slice(pixels[2 if same else 5], (-10, -20, -94)), tmp_path / "again")
    with pytest.raises(
        BadImage, match=rf"duplicate slice.*IM006.*file 9 of 9.*{said}|duplicate slice.*file 9 of 9.*IM006.*{said}"
    ):
        assemble(slices(tmp_path))


def test_uneven_slices(tmp_path):
    ct(tmp_path)
    save(image_slice(stored(1)[0], (-10, -20, -100 + 3 * 8 + 0.7)), tmp_path / "off")
    with pytest.raises(BadImage, match=r"uneven slices: most are 3 mm apart, but 3.7 mm at -79.00 mm"):
        assemble(slices(tmp_path))


def test_rounded_positions_are_even(tmp_path):
    for k in range(40):
        save(image_slice(stored(1)[0], (0, 0, round(0.625 * k, 2))), tmp_path / str(k))
    assert assemble(slices(tmp_path)).grid.spacing_mm[0] == pytest.approx(0.625, abs=1e-3)


def test_gantry_tilt(tmp_path):
    for k in range(8):
        save(image_slice(stored(1)[0], (0, 3 * k * np.tan(np.radians(12)), 3.0 * k)), tmp_path / str(k))
    with pytest.raises(BadImage, match=r"gantry tilt of 12.0 degrees"):
        assemble(slices(tmp_path))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"PixelSpacing": [2.0, 2.0]}, "mixed geometry: .* PixelSpacing"),
        ({"ImageOrientationPatient": [1, 0, 0, 0, 0, -1]}, "mixed geometry: .* ImageOrientationPatient"),
        ({"Rows": 20, "Columns": 24}, "mixed geometry: .* size in pixels"),
        ({"ImagePositionPatient": None}, "IM99: without ImagePositionPatient"),
        ({"PixelSpacing": [1]}, "IM99: without 2 values of PixelSpacing it has no place"),
        ({"PixelSpacing": [0, 1]}, "IM99: PixelSpacing .0.0, 1.0. "),
        ({"RescaleSlope": None}, "IM99: a CT slice without RescaleSlope"),
        ({"NumberOfFrames": 2, "Rows": 12}, "IM99: 2 frames without a place"),
    ],
)
def test_one_odd_slice_is_named(tmp_path, change, said):
    ct(tmp_path)
    save(image_slice(stored(1)[0], (-10, -20, -100 + 3 * 8), **change), tmp_path / "IM99")
    with pytest.raises(BadImage, match=said):
        assemble(slices(tmp_path))


SAME = "1 and -1024"
NOTES = {  # what a CT's slices say -> how many differ, from what, and what the first one says
    "one intercept": ({3: (1, 0)}, 1, SAME, "IM005: 1 and 0"),
    "one slope": ({0: (2, -1024)}, 1, SAME, "IM008: 2 and -1024"),
    "two": ({2: (1, -1000), 7: (1.01, -1024)}, 2, SAME, "IM006: 1 and -1000"),
    "a vendor's rounding": ({3: (1.0000001, -1024), 4: (1, -1024.0001)}, 0, "", ""),
    "rounding of six digits": ({k: (round(1 + k * 1e-7, 6), -1024) for k in range(8)}, 0, "", ""),
    "every slice its own": ({k: (1 + k, -k) for k in range(8)}, 7, "1 and 0", ": 2 and -1"),
}


@pytest.mark.parametrize("what", NOTES)
def test_slices_of_another_rescale_are_noted_in_a_ct(tmp_path, what):
    odd, n, usual, first = NOTES[what]
    pixels = stored()
    ct(tmp_path, pixels)
    for path in sorted(tmp_path.iterdir()):
        data = pydicom.dcmread(path)
        k = round((data.ImagePositionPatient[2] + 100) / 3)
        data.RescaleSlope, data.RescaleIntercept = odd.get(k, (1, -1024))
        data.save_as(path)
    made = assemble(slices(tmp_path))
    said = [note for note in made.notes if note.startswith("rescale by slice")]
    assert len(said) == len(made.notes) == (n > 0)
    for note in said:
        assert f"{n} of 8 slices have another RescaleSlope or RescaleIntercept than {usual} (the first is " in note
        assert first in note
    for path in tmp_path.iterdir():  # of a PET it is how they are stored
        data = pydicom.dcmread(path)
        data.RescaleIntercept = 0
        data.Modality, data.SOPClassUID = "PT", "1.2.840.10008.5.1.4.1.1.128"
        data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
        data.save_as(path)
    assert assemble(slices(tmp_path)).notes == ()


def test_rows_not_at_right_angles(tmp_path):
    ct(tmp_path, ImageOrientationPatient=[1, 0, 0, 0.5, 0.8, 0])
    with pytest.raises(BadImage, match="not at a right angle"):
        assemble(slices(tmp_path))


@pytest.mark.parametrize("turn", [[2, 0, 0, 0, 2, 0], [1, 0, 0, 0, 0, 0]])
def test_directions_that_are_of_another_length(tmp_path, turn):
    ct(tmp_path, ImageOrientationPatient=turn)
    with pytest.raises(BadImage, match=rf"directions of length {turn[0]} and {turn[4]}, where 1 is needed .ImageOrien"):
        assemble(slices(tmp_path))


@pytest.mark.parametrize(("tilt", "told"), [(15, 1), (-12.5, 1), (0, 0), (0.4, 0)])
def test_a_tilted_gantry_whose_slices_lie_upright_is_told(tmp_path, tilt, told):
    ct(tmp_path, GantryDetectorTilt=tilt)
    notes = assemble(slices(tmp_path)).notes
    assert len(notes) == told
    assert all(note.startswith(f"GantryDetectorTilt is {tilt:.1f} degrees, and slices lie upright") for note in notes)


def test_a_single_slice_is_as_thick_as_it_says(tmp_path):
    ct(tmp_path, stored(1))
    assert assemble(slices(tmp_path)).grid.spacing_mm[0] == 3.0
    save(image_slice(stored(1)[0], (0, 0, 0), SliceThickness=None), tmp_path / "IM001")
    with pytest.raises(BadImage, match="single slice without a thickness"):
        assemble(slices(tmp_path))


def test_series_are_kept_apart(tmp_path):
    ct(tmp_path / "a")
    ct(tmp_path / "b", stored(3), series="2.25.77")
    assert {uid: len(found) for uid, found in by_series(slices(tmp_path)).items()} == {"2.25.1001": 8, "2.25.77": 3}


def test_grid_is_the_one_that_itk_gives(data_dir):
    folder = data_dir / "dicom_samples" / "qin_prostate_seg" / "ADC"
    grid = assemble(slices(folder)).grid
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    for index in ((0, 0, 0), (19, 0, 0), (0, 255, 0), (0, 0, 255), (7, 31, 200)):
        expected = image.TransformContinuousIndexToPhysicalPoint(tuple(map(float, index[::-1])))
        assert np.allclose(
            grid.to_world(np.array(index, float))[::-1], expected, atol=1e-2
        )  # ITK keeps six-digit cosines
