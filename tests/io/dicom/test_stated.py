"""Slices of different kinds in one series, and CT that is no HU: refused where certain, noted elsewhere."""

import pytest

from made.hospital import enhanced, image_slice, item, real_world, save, stored
from radioloom.errors import FailedCheck
from radioloom.io.dicom import headers, merged
from radioloom.io.dicom.series import assemble

N = 8
TYPE = ("ORIGINAL", "PRIMARY")


def notes(folder, modality, change):
    """Notes on a series of slices with some attributes each; change : attributes by the place of the slice."""
    for k in range(N):
        save(image_slice(stored(1)[0], (-10, -20, 3 * k), modality, **change(k)), folder / f"IM{k}")
    return assemble(headers.scan(folder).headers).notes


def framed(folder, modality, group, change):
    """The same of frames of an enhanced file; change : attributes of a functional group by the frame."""
    data = enhanced(stored(N), range(N), modality)
    for k, frame in enumerate(data.PerFrameFunctionalGroupsSequence):
        held = getattr(frame, group, [None])[0]
        if held is None:
            setattr(frame, group, item(**change(k)))
        for name, value in change(k).items():
            setattr(getattr(frame, group)[0], name, value)
    save(data, folder / "x")
    return assemble(headers.scan(folder).headers).notes


KINDS = {
    "part of the signal": ("MR", "ImageType", [*TYPE, "M", "ND"], [*TYPE, "P", "ND"]),
    "phase map": ("MR", "ImageType", [*TYPE, "M_FFE", "M", "FFE"], [*TYPE, "PHASE MAP", "P", "FFE"]),
    "Dixon": ("MR", "ImageType", [*TYPE, "DIXON", "WATER"], [*TYPE, "DIXON", "FAT"]),
    "echo": ("MR", "EchoTime", 10, 80),
    "b value": ("MR", "DiffusionBValue", 0.0, 1000.0),
    "inversion": ("MR", "InversionTime", 100, 1000),
    "flip angle": ("MR", "FlipAngle", 5, 20),
    "component": ("MR", "ComplexImageComponent", "MAGNITUDE", "PHASE"),
    "moment": ("MR", "TemporalPositionIdentifier", 1, 2),
    "kernel": ("CT", "ConvolutionKernel", "CANARY", "B30f"),
}
FRAMES = {
    "echo": ("MR", "MREchoSequence", "EffectiveEchoTime", 10.0, 80.0),
    "b value": ("MR", "MRDiffusionSequence", "DiffusionBValue", 0.0, 1000.0),
    "inversion": ("MR", "MRModifierSequence", "InversionTimes", [100.0], [1000.0]),
    "flip angle": ("MR", "MRTimingAndRelatedParametersSequence", "FlipAngle", 5.0, 20.0),
    "component": ("MR", "MRImageFrameTypeSequence", "ComplexImageComponent", "MAGNITUDE", "PHASE"),
    "Dixon": ("MR", "MRImageFrameTypeSequence", "FrameType", [*TYPE, "DIXON", "WATER"], [*TYPE, "DIXON", "FAT"]),
    "moment": ("MR", "FrameContentSequence", "TemporalPositionIndex", 1, 2),
    "derived": ("CT", "CTImageFrameTypeSequence", "FrameType", [*TYPE, "VOLUME", "NONE"], [*TYPE, "VOLUME", "MEAN"]),
    "kernel": ("CT", "CTReconstructionSequence", "ConvolutionKernel", "CANARY", "B30f"),
}


@pytest.mark.parametrize("turn", [lambda k: k % 2, lambda k: k // 4], ids=["taking turns", "halves"])
@pytest.mark.parametrize("kind", KINDS)
def test_slices_of_two_kinds_are_no_volume(tmp_path, kind, turn):
    modality, name, *values = KINDS[kind]
    with pytest.raises(FailedCheck, match=f"^{name} has 2 values among 8 slices") as fault:
        notes(tmp_path, modality, lambda k: {name: values[turn(k)]})
    assert fault.value.check == "several_kinds"
    assert "CANARY" not in str(fault.value)


@pytest.mark.parametrize("kind", FRAMES)
def test_frames_of_two_kinds_are_no_volume(tmp_path, kind):
    modality, group, name, *values = FRAMES[kind]
    with pytest.raises(FailedCheck, match=r"has 2 values among 8 slices"):
        framed(tmp_path, modality, group, lambda k: {name: values[k % 2]})


SETTINGS = {
    "KVP": ("CT", 80, 140), "ReconstructionDiameter": ("CT", 300, 500), "Manufacturer": ("CT", "CANARY", "GE"),
    "GantryDetectorTilt": ("CT", 0, 15),
    "PatientPosition": ("MR", "HFS", "FFS"), "TriggerTime": ("MR", 0, 500),
    "SequenceName": ("MR", "CANARY", "*se2d1"),
    "RepetitionTime": ("MR", 500, 3000), "DiffusionGradientOrientation": ("MR", [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_slices_made_in_two_ways_are_told(tmp_path, name):
    modality, *values = SETTINGS[name]
    (note,) = notes(tmp_path, modality, lambda k: {name: values[k // 4]})
    assert note == f"made in several ways by slice: {name} (2 values); look whether all slices are of one image"


def test_b_values_in_the_name_of_a_sequence(tmp_path):
    with pytest.raises(FailedCheck, match=r"^the b value of SequenceName has 2 values among 8 slices"):
        notes(tmp_path, "MR", lambda k: {"SequenceName": ["*ep_b0", "*ep_b1000#3"][k % 2]})


def at(seconds, day=1):
    return {
        "AcquisitionDate": f"202001{day:02}",
        "AcquisitionTime": f"{10 + seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}",
    }


PAUSES = {  # modality, seconds and day of each slice, or attributes; what is told
    "turns of MR": ("MR", lambda k: at(900 * (k % 2)), "2 parts, up to 15.0 minutes apart"),
    "turns of CT": ("CT", lambda k: at(900 * (k % 2)), "2 parts, up to 15.0 minutes apart"),
    "phases of CT": ("CT", lambda k: at(35 * (k % 2)), "2 parts, up to 0.6 minutes apart"),
    "halves, days later": ("MR", lambda k: at(k, 1 + 4 * (k // 4)), "2 parts, up to 4.0 days apart"),
    "PET, days later": ("PT", lambda k: at(0, 1 + 4 * (k // 4)), "2 parts, up to 4.0 days apart"),
    "three": ("CT", lambda k: at(600 * (k // 3)), "3 parts, up to 10.0 minutes apart"),
    "no date": ("MR", lambda k: {"AcquisitionTime": ["100000", "101500"][k % 2]}, "2 parts, up to 15.0 minutes apart"),
    "one word": ("CT", lambda k: {"AcquisitionDateTime": f"2020010{1 + k // 4}100000.5"}, "2 parts, up to 1.0 days"),
    "days alone": ("MR", lambda k: {"AcquisitionDate": f"2020010{1 + k // 4 * 4}"}, "2 parts, up to 4.0 days apart"),
    "beds": ("PT", lambda k: at(240 * k), ""),
    "packages": ("MR", lambda k: at(300 * (k % 2)), ""),
    "slow MR": ("MR", lambda k: at(400 * k), ""),
    "a helix": ("CT", at, ""),
    "breath-holds": ("CT", lambda k: at(60 * (k // 4)), ""),
    "midnight": ("CT", lambda k: at(50398 + k % 2) if k < 4 else {"AcquisitionDate": "20200102",
                                                                  "AcquisitionTime": "000001"}, ""),
    "no times": ("CT", lambda k: {"AcquisitionTime": ["", "x"][k % 2]}, ""),
    "some have one": ("CT", lambda k: at(900 * k) if k else {}, ""),
}  # fmt: skip


@pytest.mark.parametrize("kind", PAUSES)
def test_slices_that_were_taken_long_apart_are_told(tmp_path, kind):
    modality, change, wanted = PAUSES[kind]
    scaled = {"RescaleSlope": 1, "RescaleIntercept": 0} if modality == "PT" else {}
    found = [note for note in notes(tmp_path, modality, lambda k: change(k) | scaled) if "were taken" in note]
    assert len(found) == bool(wanted)
    assert not wanted or f"slices were taken in {wanted}" in found[0]
    assert not any("2020" in note for note in found)


PLAIN = {
    "echoes but for rounding": ("MR", lambda k: {"EchoTime": 4.76 + 0.01 * (k % 2)}),
    "a time of each slice": ("MR", lambda k: {"TriggerTime": 50 * k}),
    "a number of each slice": ("MR", lambda k: {"TemporalPositionIdentifier": k + 1}),
    "later values": ("MR", lambda k: {"ImageType": [*TYPE, "M", "ND", f"NORM{k % 2}"]}),
    "stated by some": ("MR", lambda k: {"EchoTime": 5} if k % 2 else {}),
    "doses": ("CT", lambda k: {"Exposure": 100 + 50 * (k % 2), "ImageType": [*TYPE, "AXIAL", "MP"[k % 2]]}),
    "another modality's": ("CT", lambda k: {"EchoTime": k % 2}),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_what_scanners_write_is_not_told(tmp_path, kind):
    assert notes(tmp_path, *PLAIN[kind]) == ()


def lut(k):
    return {"ModalityLUTSequence": item(LUTDescriptor=[4096, 0, 16], ModalityLUTType="HU")}


EIGHT = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelRepresentation": 0, "Columns": 40}
NO_HU = {
    "effective number": (lambda k: {"RescaleType": "Z_EFF"}, "its values are Z_EFF"),
    "in one slice": (lambda k: {"RescaleType": "MGML" if k == 3 else "HU"}, "its values are MGML"),
    "a table": (lambda k: lut(k) if k < 9 else {}, "ModalityLUTSequence"),
    "a window": (lambda k: EIGHT, "its 8 bits hold 256 HU"),
    "palette": (lambda k: {"PhotometricInterpretation": "PALETTE COLOR"}, "a colour image"),
}


@pytest.mark.parametrize("kind", NO_HU)
def test_ct_that_is_no_hu_is_refused_by_name(tmp_path, kind):
    change, said = NO_HU[kind]
    with pytest.raises(FailedCheck, match=said):
        notes(tmp_path, "CT", change)


def test_frames_that_are_no_hu_are_refused_by_name(tmp_path):
    with pytest.raises(FailedCheck, match="frame 1: its values are MGML"):
        framed(tmp_path, "CT", "PixelValueTransformationSequence", lambda k: {"RescaleType": "MGML"})


HU = {
    "unspecified": ("CT", {"RescaleType": "US"}, ()),
    "small letters": ("CT", {"RescaleType": "hu"}, ()),
    "inverse": ("CT", {"PhotometricInterpretation": "MONOCHROME1"}, ()),
    "eight wide bits": ("CT", EIGHT | {"RescaleSlope": 16}, ()),
    "of MR": ("MR", EIGHT | {"RescaleType": "MGML"}, ()),
    "modified": ("CT", {"RescaleType": "CANARY"}, ("8 of 8 slices say that their values are something else than HU",)),
}


@pytest.mark.parametrize("kind", HU)
def test_what_may_be_hu_is_read(tmp_path, kind):
    modality, change, wanted = HU[kind]
    found = notes(tmp_path, modality, lambda k: change)
    assert tuple(note.partition(" (")[0] for note in found) == wanted


def test_a_slice_in_colours_of_a_palette_is_left_out(tmp_path):
    palette = {"PhotometricInterpretation": "PALETTE COLOR"}
    found = notes(tmp_path, "CT", lambda k: palette if k == N - 1 else {})
    assert found == ("1 file(s) left out: dose reports, screenshots or colour images among the slices",)


def private(folder, vendor, values, block=0x10, modality="MR"):
    """Notes on a series whose slices have a private element: creator, group, element, kind; values : in turn."""
    creator, group, element, kind = vendor
    for k in range(N):
        data = image_slice(stored(1)[0], (-10, -20, 3 * k), modality)
        data.add_new(group << 16 | block, "LO", creator)
        data.add_new(group << 16 | block << 8 | element, kind, values[k % len(values)])
        save(data, folder / f"IM{k}")
    return assemble(headers.scan(folder).headers).notes


GE = ("GEMS_PARM_01", 0x0043, 0x2F, "SS")
B_VALUES = {
    "Siemens": (("SIEMENS MR HEADER", 0x0019, 0x0C, "IS"), ["0", "800"], 0x11),
    "Philips": (("Philips Imaging DD 001", 0x2001, 0x03, "FL"), [0.0, 800.0], 0x10),
    "GE": ((*GE[:2], 0x39, "IS"), [["1000000000", "0", "0", "0"], ["1000000800", "8", "0", "0"]], 0x10),
}


@pytest.mark.parametrize("block", [0x10, 0x11])
def test_parts_of_the_signal_that_ge_keeps_in_a_private_element(tmp_path, block):
    with pytest.raises(FailedCheck, match=r"^GE's private image type has 2 values among 8 slices"):
        private(tmp_path / "two", GE, [0, 1], block)
    assert private(tmp_path / "magnitude", GE, [0], block) == ()
    [note] = private(tmp_path / "phase", GE, [1], block)
    assert note.startswith("8 of 8 slices hold phase, real or imaginary parts")
    for k, (creator, value) in enumerate([("OTHER", 1), (GE[0], 9), (GE[0], -1)]):
        assert private(tmp_path / f"other{k}", (creator, *GE[1:]), [0, value], block) == ()
    assert private(tmp_path / "ct", GE, [0, 1], block, "CT") == ()


@pytest.mark.parametrize("vendor", B_VALUES)
def test_several_private_b_values_are_told(tmp_path, vendor):
    own, values, block = B_VALUES[vendor]
    [note] = private(tmp_path / "two", own, values, block)
    assert note.startswith("made in several ways by slice: the vendor's private b value (2 values)")
    assert private(tmp_path / "one", own, values[1:], block) == ()
    assert private(tmp_path / "other", ("OTHER", *own[1:]), values, block) == ()


def test_a_series_of_phase_is_told(tmp_path):
    [note] = notes(tmp_path / "a", "MR", lambda k: {"ImageType": [*TYPE, "P", "ND"]})
    assert note.startswith("8 of 8 slices hold phase")
    assert notes(tmp_path / "b", "MR", lambda k: {"ImageType": [*TYPE, "M", "ND"]}) == ()


def test_slices_side_by_side_in_one_image_are_refused_by_name(tmp_path):
    with pytest.raises(FailedCheck, match=r"ImageType MOSAIC.*dcm2niix") as fault:
        notes(tmp_path, "MR", lambda k: {"ImageType": [*TYPE, "M", "ND", "MOSAIC"]})
    assert fault.value.check == "mosaic"


CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
DRESSED = {
    "a capture": ({"SOPClassUID": CAPTURE}, "all 8 slices are secondary captures"),
    "a localizer": ({"ImageType": [*TYPE, "LOCALIZER"]}, "all 8 slices are localizers"),
    "converted": ({"ConversionType": "WSD"}, "8 of 8 slices say that they were converted"),
}


@pytest.mark.parametrize("kind", DRESSED)
def test_what_is_dressed_as_a_ct_is_told(tmp_path, kind):
    change, said = DRESSED[kind]
    [note] = notes(tmp_path, "CT", lambda k: change)
    assert note.startswith(said)


def real(slope=2.0, intercept=0.0, unit="mg/ml"):
    return {"RealWorldValueMappingSequence": real_world(slope, intercept, unit)}


REAL = {
    "another unit": ("CT", real(), True),
    "the same": ("CT", real(1.0, -1024.0, "[hnsf'U]"), False),
    "of MR": ("MR", real(unit="ms"), True),
    "SUV": ("PT", real(unit="{SUVbw}g/ml") | {"RescaleIntercept": 0}, False),
    "a table": ("CT", {"RealWorldValueMappingSequence": item(RealWorldValueLUTData=[1.0, 3.0])}, True),
}


@pytest.mark.parametrize("kind", REAL)
def test_real_world_values_are_told_and_never_applied(tmp_path, kind):
    modality, change, told = REAL[kind]
    found = notes(tmp_path, modality, lambda k: change)
    assert [note.partition(" say ")[0] for note in found] == ["8 of 8 slices"] * told


@pytest.mark.parametrize(("intercept", "said"), [(-1000, "frame 5: its RescaleSlope"), (-1024, "")])
def test_real_world_values_of_frames(tmp_path, intercept, said):
    data = enhanced(stored(N), range(N))
    for k, frame in enumerate(data.PerFrameFunctionalGroupsSequence):
        frame.PixelValueTransformationSequence[0].RescaleSlope = 1
        frame.RealWorldValueMappingSequence = real_world(1.0, intercept if k == 4 else -1024.0, "[hnsf'U]")
    save(data, tmp_path / "x")
    if not said:
        assert assemble(headers.scan(tmp_path).headers).notes == ()
        return
    with pytest.raises(FailedCheck, match=said) as fault:
        assemble(headers.scan(tmp_path).headers)
    assert fault.value.check == "real_world"


def test_frames_say_themselves_what_they_are(tmp_path):
    types = {
        "all": lambda k: {"FrameType": ["DERIVED", "PRIMARY", "VOLUME", "MEAN"]},
        "none": lambda k: {"FrameType": ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]},
        "scout": lambda k: {"FrameType": ["ORIGINAL", "PRIMARY", "LOCALIZER" if k == N - 1 else "VOLUME", "NONE"]},
    }
    told = {name: framed(tmp_path / name, "CT", "CTImageFrameTypeSequence", change) for name, change in types.items()}
    said = {name: [note for note in notes if not note.startswith("rescale by slice")] for name, notes in told.items()}
    assert said["none"] == []
    assert said["scout"] == ["1 frame(s) left out: localizers among the slices"]
    [note] = said["all"]
    assert note.startswith("8 of 8 slices were computed from others (MEAN")


def test_every_element_of_the_table_is_tried():
    rules = {element.name for element in merged.STATED if element.refused or element.noted}
    others = {
        "GE's private image type",
        "the vendor's private b value",
        "the b value of SequenceName",
        "FrameType",
    }  # by the tests above
    assert rules == {name for _, name, *_ in KINDS.values()} | set(SETTINGS) | others
