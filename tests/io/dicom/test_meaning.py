"""What stored values mean: rescales that a part of the slices has, or has otherwise; CT that is no HU by its kind."""

import pytest

from made.hospital import enhanced, image_slice, item, save, stored
from radioloom.errors import FailedCheck
from radioloom.io.dicom import headers
from radioloom.io.dicom.series import assemble

N = 8


def notes(folder, modality, change):
    """Notes on a series of slices with some attributes each; change : attributes by the place of the slice."""
    for k in range(N):
        save(image_slice(stored(1)[0], (-10, -20, 3 * k), modality, **change(k)), folder / f"IM{k}")
    return assemble(headers.scan(folder).headers).notes


def scaled(slope, intercept):
    given = {"RescaleSlope": slope, "RescaleIntercept": intercept}
    return {name: value for name, value in given.items() if value is not None}


HALF = {
    "slope": ((2.5, 0), (None, None)),
    "empty": ((2.5, 0), ("", "")),
    "intercept": ((None, None), (1, -100)),
    "one of two": ((2, -100), (2, None)),
}


@pytest.mark.parametrize("modality", ["MR", "NM"])
@pytest.mark.parametrize("kind", HALF)
def test_slices_of_which_a_part_has_no_rescale_are_in_no_one_unit(tmp_path, kind, modality):
    most, few = HALF[kind]
    with pytest.raises(FailedCheck, match=r"of 8 slices have no Rescale(Slope|Intercept) .*export the series") as fault:
        notes(tmp_path, "MR", lambda k: {"Modality": modality} | scaled(*(few if k in (4, 5) else most)))
    assert fault.value.check == "half_scaled"


@pytest.mark.parametrize("plain", [(1, 0), (None, 0), (1, None)])
def test_a_rescale_that_changes_nothing_may_be_absent(tmp_path, plain):
    assert notes(tmp_path, "MR", lambda k: scaled(*plain) if k % 2 else {}) == ()


TOLD = {
    "an intercept": ("MR", lambda k: scaled(1, -100 * (k in (4, 5))), "rescale by slice: 2 of 8"),
    "a slope": ("MR", lambda k: scaled(2 if k == 4 else 0.5, 0), "rescale by slice: 1 of 8"),
    "a slope but for rounding": ("MR", lambda k: scaled(0.50000001 if k == 4 else 0.5, 0), ""),
    "a slope of each slice": ("MR", lambda k: scaled(2 + k, 0), ""),
    "of PET": (
        "PT",
        lambda k: scaled(2 + k, -5 * (k == 4)),
        "rescale by slice: 1 of 8 slices have a RescaleInt",
    ),
    "of PET in most": (
        "PT",
        lambda k: scaled(2, -9 * (k < 6)),
        "rescale by slice: 6 of 8 slices have a RescaleInt",
    ),
    "of PET in all": (
        "PT",
        lambda k: scaled(2, -1000),
        "rescale by slice: 8 of 8 slices have a RescaleInt",
    ),
    "of PET, another in each": (
        "PT",
        lambda k: scaled(2, 9 + k),
        "rescale by slice: 8 of 8 slices have a RescaleInt",
    ),
    "of PET but for rounding": ("PT", lambda k: scaled(2, 1e-9), ""),
    "of each slice of PET": ("PT", lambda k: scaled(2 + k, 0), ""),
}


@pytest.mark.parametrize("kind", TOLD)
def test_a_few_slices_with_another_rescale_are_told(tmp_path, kind):
    modality, change, said = TOLD[kind]
    found = notes(tmp_path, modality, change)
    assert [note[: len(said)] for note in found] == [said] * bool(said)


@pytest.mark.parametrize("bare", [(4, 5), range(N)])
def test_frames_without_a_rescale(tmp_path, bare):
    data = enhanced(stored(N), range(N), "MR")
    for k, frame in enumerate(data.PerFrameFunctionalGroupsSequence):
        frame.PixelValueTransformationSequence = item(RescaleSlope=2, RescaleIntercept=0)
        if k in bare:
            del frame.PixelValueTransformationSequence
    save(data, tmp_path / "x")
    if len(bare) == N:
        assert assemble(headers.scan(tmp_path).headers).notes == ()
        data.RescaleSlope, data.RescaleIntercept = 3, 0
        save(data, tmp_path / "x")
    with pytest.raises(FailedCheck) as fault:
        assemble(headers.scan(tmp_path).headers)
    assert fault.value.check == ("half_scaled" if len(bare) < N else "no_rescale")


TYPE = ("DERIVED", "SECONDARY")
NO_HU = {
    "subtraction": (["AXIAL", "SUBTRACTION"], "SUBTRACTION"),
    "small letters": (["AXIAL", "std_deviation"], "STD DEVIATION"),
    "iodine": (["AXIAL", "DET_IODINE"], "IODINE"),
    "of a vendor": (["AXIAL", "Iodine-Water"], "IODINE"),
    "without water": (["SPECTRAL", "IODINE NO WATER"], "IODINE"),
    "perfusion": (["PERFUSION", "CBF"], "CBF"),
    "electrons": (["AXIAL", "ELECTRON_DENSITY"], "ELECTRON DENSITY"),
}
OF_HU = {
    "without contrast": (["AXIAL", "VNC"], "8 of 8 slices are virtual images without contrast agent"),
    "the standard's word": (["AXIAL", "MAT_REMOVED"], "8 of 8 slices are virtual images without contrast agent"),
    "iodine removed": (["AXIAL", "NO_IODINE"], "8 of 8 slices are virtual images without contrast agent"),
    "moments of a perfusion": (["PERFUSION", "NONE"], "8 of 8 slices are of perfusion"),
    "of one energy": (["AXIAL", "CT_SOM5 SPI", "MONO_E", "55 KEV"], ""),
    "reformatted": (["REFORMATTED", "NONE"], ""),
}


@pytest.mark.parametrize("kind", NO_HU)
def test_ct_whose_kind_is_no_hu_is_refused_by_its_word(tmp_path, kind):
    words, said = NO_HU[kind]
    with pytest.raises(FailedCheck, match=rf"ImageType \({said}\); take the series") as fault:
        notes(tmp_path, "CT", lambda k: {"ImageType": [*TYPE, *words]} if k == 3 else {})
    assert fault.value.check == "no_hu"
    assert notes(tmp_path / "mr", "MR", lambda k: {"ImageType": [*TYPE, *words]}) == ()


@pytest.mark.parametrize("kind", OF_HU)
def test_ct_whose_hu_are_computed_is_told(tmp_path, kind):
    words, said = OF_HU[kind]
    found = notes(tmp_path, "CT", lambda k: {"ImageType": [*TYPE, *words]})
    assert [note[: len(said)] for note in found] == [said] * bool(said)


def test_frames_whose_kind_is_no_hu(tmp_path):
    data = enhanced(stored(N), range(N))
    data.SharedFunctionalGroupsSequence[0].CTImageFrameTypeSequence = item(FrameType=[*TYPE, "AXIAL", "MAT_SPECIFIC"])
    save(data, tmp_path / "x")
    with pytest.raises(FailedCheck, match=r"frame 1: .*\(MAT SPECIFIC\)"):
        assemble(headers.scan(tmp_path).headers)


@pytest.mark.parametrize("modality", ["CT", "MR", "PT"])
def test_values_that_a_table_gives_are_refused_of_every_modality(tmp_path, modality):
    table = {"ModalityLUTSequence": item(LUTDescriptor=[4096, 0, 16], ModalityLUTType="US")}
    with pytest.raises(FailedCheck, match="a table") as fault:
        notes(tmp_path, modality, lambda k: table)
    assert fault.value.check == "no_rescale"
    data = enhanced(stored(N), range(N), modality)
    data.ModalityLUTSequence = table["ModalityLUTSequence"]
    save(data, tmp_path / "x" / "x")
    with pytest.raises(FailedCheck, match="a table"):
        assemble(headers.scan(tmp_path / "x").headers)


def test_a_slope_below_0_is_told_where_it_is_allowed(tmp_path):
    [note] = notes(tmp_path, "MR", lambda k: scaled(-1, 0))
    assert note.startswith("8 of 8 slices have a RescaleSlope below 0")


SPLIT = {
    "whole": ([(1, 2), (2, 2)], ""),
    "the first": ([(1, 2)], "1 of 2 files"),
    "the last": ([(2, None)], "1 of 2 files"),
    "the middle": ([(1, None), (3, None)], "1 of 3 files"),
    "of unknown number": ([(1, None), (2, None)], ""),
    "of one": ([(1, 1)], ""),
}


@pytest.mark.parametrize("kind", SPLIT)
def test_an_image_in_several_files_is_whole_or_refused(tmp_path, kind):
    parts, said = SPLIT[kind]
    for place, (number, total) in enumerate(parts):
        data = enhanced(stored(2 * len(parts)), (2 * place, 2 * place + 1), "MR")
        data.ConcatenationUID, data.InConcatenationNumber = "2.25.4", number
        if total:
            data.InConcatenationTotalNumber = total
        save(data, tmp_path / str(number))
    if not said:
        assert assemble(headers.scan(tmp_path).headers).grid.shape[0] == 2 * len(parts)
        return
    with pytest.raises(FailedCheck, match=f"^{said} of an image that was split are absent") as fault:
        assemble(headers.scan(tmp_path).headers)
    assert fault.value.check == "incomplete"


@pytest.mark.parametrize(("modality", "n", "told"), [("PT", 9, 1), ("PT", 8, 0), ("PT", 7, 0), ("MR", 9, 0)])
def test_a_pet_of_fewer_slices_than_it_says_is_told(tmp_path, modality, n, told):
    found = notes(tmp_path, modality, lambda k: {"NumberOfSlices": n, "RescaleIntercept": 0})
    assert [note.partition(",")[0] for note in found] == ["8 slices"] * told
