"""PET to SUV: QIBA's vendor-neutral pseudo-code by hand, what vendors say of when the scan began, and a real PET."""

import datetime
import math
import re

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sr import _cid_dict as cid_dict
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

from made.hospital import enhanced, image_slice, item, save, stored
from radioloom.errors import BadImage, FailedCheck
from radioloom.io import images
from radioloom.io.dicom import decay, headers, moments, pixels, suv
from radioloom.io.dicom.nuclides import CODES, HALF_LIVES, half_life_seconds
from radioloom.io.dicom.series import assemble

HALF_LIFE = 6586.2  # of fluorine-18, in seconds


def volume(folder, factor):
    made = assemble(list(headers.scan(folder).headers))
    return pixels.read(made.headers, made.grid, (0, 0), factor)


def pet(folder, drug=None, **other):
    """Three PET slices, 370 MBq of fluorine-18 injected an hour before the scan; a tuple has a value for each slice."""
    dose = Dataset()
    given = {
        "RadionuclideTotalDose": 3.7e8,
        "RadionuclideHalfLife": 6586.2,
        "RadiopharmaceuticalStartTime": "110000.00",
    }
    for key, value in (given | (drug or {})).items():
        if value is not None:
            setattr(dose, key, value)
    said = {
        "Units": "BQML", "DecayCorrection": "START", "PatientWeight": 70.0, "SeriesDate": "20100203",
        "SeriesTime": "120000", "AcquisitionDate": "20100203", "AcquisitionTime": "120000.00",
        "RadiopharmaceuticalInformationSequence": [dose], "RescaleIntercept": 0, "RescaleSlope": 2.5,
    } | other  # fmt: skip
    for k in range(3):
        own = {key: value[k] if isinstance(value, tuple) else value for key, value in said.items()}
        save(
            image_slice(stored(1)[0], (0, 0, 3 * k), "PT", **{a: v for a, v in own.items() if v is not None}),
            folder / str(k),
        )
    return assemble(list(headers.scan(folder).headers)).headers


def test_suv_by_hand(tmp_path):
    left = 3.7e8 * 0.5 ** (3600 / 6586.2)
    assert suv.factor(pet(tmp_path / "start")) == pytest.approx(70000 / left, rel=1e-12)
    assert suv.factor(pet(tmp_path / "admin", DecayCorrection="ADMIN")) == pytest.approx(70000 / 3.7e8, rel=1e-12)
    assert suv.factor(pet(tmp_path / "gml", Units="GML")) == 1.0
    assert volume(tmp_path / "start", 2.0).unit == "SUV"
    assert np.array_equal(volume(tmp_path / "start", 2.0).array[0], stored(1)[0] * 2.5 * 2)


def test_suv_where_the_series_was_reconstructed_later(tmp_path):
    slices = pet(tmp_path, SeriesTime="164500")
    assert suv.factor(slices) == pytest.approx(70000 / (3.7e8 * 0.5 ** (3600 / 6586.2)))


def test_suv_over_midnight_and_with_full_date(tmp_path):
    late = {"RadiopharmaceuticalStartTime": "233000"}
    times = {"SeriesTime": "003000", "AcquisitionTime": "003000"}
    expected = pytest.approx(70000 / (3.7e8 * 0.5 ** (3600 / 6586.2)))
    assert suv.factor(pet(tmp_path / "a", late, **times)) == expected
    full = {"RadiopharmaceuticalStartDateTime": "20100202233000.000000+0100", "RadiopharmaceuticalStartTime": None}
    assert suv.factor(pet(tmp_path / "b", full, **times)) == expected


def philips(folder, **private):
    slices = pet(folder, Units="CNTS")
    for header in slices:
        data = pydicom.dcmread(header.path)
        block = data.private_block(0x7053, "Philips PET Private Group", create=True)
        for element, value in private.items():
            block.add_new({"suv": 0x00, "bqml": 0x09}[element], "DS", str(value))
        data.save_as(header.path)
    return assemble(list(headers.scan(folder).headers)).headers


def test_suv_of_philips_counts(tmp_path):
    assert suv.factor(philips(tmp_path / "suv", suv=0.00042, bqml=1.5)) == 0.00042
    factor = suv.factor(philips(tmp_path / "bqml", bqml=1.5))
    assert factor == pytest.approx(1.5 * 70000 / (3.7e8 * 0.5 ** (3600 / 6586.2)))
    with pytest.raises(BadImage, match="without Philips' private"):
        suv.factor(philips(tmp_path / "none"))


def factor_after(seconds):
    """SUV factor of 370 MBq in 70 kg so many seconds after injection."""
    return pytest.approx(70000 / (3.7e8 * 0.5 ** (seconds / HALF_LIFE)), rel=1e-12)


LATER = {"SeriesTime": "164500"}  # the series was reconstructed hours after its scan


def test_the_scan_of_ge_began_when_its_private_element_says(tmp_path):
    """QIBA: where the series is dated after an acquisition, GE keeps the scan's date and time in (0009,100D)."""
    slices = pet(tmp_path, AcquisitionTime=("121000.00", "121500.00", "122000.00"), **LATER)
    for header in slices:
        data = pydicom.dcmread(header.path)
        block = data.private_block(0x0009, "GEMS_PETD_01", create=True)
        block.add_new(0x0D, "DT", "20100203120730.00")
        data.save_as(header.path)
    assert suv.factor(slices) == factor_after(3600 + 7 * 60 + 30)
    assert suv.uptake_minutes(slices) == 67.5


@pytest.mark.parametrize(
    "given",
    [
        {"AcquisitionDateTime": "20100203120000.00", "AcquisitionTime": None},
        {"AcquisitionDateTime": "20100203110000.00+0000", "AcquisitionTime": "", "TimezoneOffsetFromUTC": "+0100"},
        {"AcquisitionDateTime": "20100203120000", "AcquisitionDate": "", **LATER},
    ],
)
def test_when_it_was_acquired_may_be_said_in_other_ways(tmp_path, given):
    assert suv.factor(pet(tmp_path, **given)) == factor_after(3600)


def test_without_acquisition_ge_says_when_the_scan_began(tmp_path):
    slices = pet(tmp_path, AcquisitionTime=None, AcquisitionDate=None, **LATER)
    for header in slices:
        data = pydicom.dcmread(header.path)
        data.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(0x0D, "DT", "20100203120730.00")
        data.save_as(header.path)
    assert suv.factor(slices) == factor_after(3600 + 7 * 60 + 30)


def test_the_scan_of_siemens_began_before_the_average_count_rate_of_a_bed(tmp_path):
    """QIBA: scan = acquisition - frame reference time + time of the average count rate within the frame."""
    constant, frame = math.log(2) / HALF_LIFE, 180.0
    average = math.log(constant * frame / (1 - math.exp(-constant * frame))) / constant
    assert 89 < average < 90  # before the middle, since counts fall
    reference = 600 + average  # the bed is scanned from 600 s on after the scan began at 12:00
    slices = pet(
        tmp_path,
        AcquisitionTime="121000.00",
        ActualFrameDuration=180000,
        FrameReferenceTime=str(1000 * reference)[:16],
        **LATER,
    )
    expected = 70000 / (3.7e8 * 0.5 ** (3600 / HALF_LIFE))
    assert suv.factor(slices) == pytest.approx(expected, rel=1e-8)
    assert suv.uptake_minutes(slices) == pytest.approx(60, abs=1e-4)
    early = pet(tmp_path / "b", AcquisitionTime="121000.00", ActualFrameDuration=180000, FrameReferenceTime="689000")
    assert suv.factor(early) == pytest.approx(expected, rel=1e-12)  # a series that is not dated later is believed


def test_the_average_count_rate_is_where_the_integral_says():
    """The mean of exp(-ct) over a frame equals its value at that time."""
    constant = math.log(2) / 122.0  # oxygen-15, whose frames are long beside its half-life
    times = np.linspace(0, 300, 300001)
    mean = np.trapezoid(np.exp(-constant * times), times) / 300
    assert math.exp(-constant * decay.average(300.0, 122.0)) == pytest.approx(mean, rel=1e-9)
    assert decay.average(0.0, 122.0) == 0


def test_without_correction_of_decay_the_dose_is_that_of_the_frame(tmp_path):
    """NONE: counts of 180 s from 12:20 on, so that the mean activity is that of the average count rate's time."""
    slices = pet(tmp_path, DecayCorrection="NONE", AcquisitionTime="122000.00", ActualFrameDuration=180000)
    assert suv.factor(slices) == factor_after(3600 + 1200 + decay.average(180.0, HALF_LIFE))
    beds = pet(tmp_path / "b", DecayCorrection="NONE", AcquisitionTime=("122000.00", "122000.00", "122300.00"))
    with pytest.raises(FailedCheck, match="2 bed positions of different time") as fault:
        suv.factor(beds)
    assert fault.value.check == "suv"


def test_letters_for_a_number_are_a_reason(tmp_path):
    slices = pet(tmp_path, PatientWeight="777.5")
    for header in slices:
        header.path.write_bytes(header.path.read_bytes().replace(b"777.5", b"77x.5"))
    with pytest.raises(FailedCheck, match="PatientWeight holds letters where a number should be"):
        suv.factor(slices)


def test_uptake_is_known_where_suv_needs_none(tmp_path):
    assert suv.uptake_minutes(pet(tmp_path / "a", Units="GML", DecayCorrection="ADMIN")) == 60
    assert suv.uptake_minutes(pet(tmp_path / "b", {"RadiopharmaceuticalStartTime": None})) is None


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("20100203", "120000", datetime.datetime(2010, 2, 3, 12)),
        ("20100203", "1200", datetime.datetime(2010, 2, 3, 12)),
        ("20100203", "12:00:01.5+0100", datetime.datetime(2010, 2, 3, 12, 0, 1, 500000)),
        ("20101303", "120000", None),
        ("", "120000", None),
        ("20100203", "noon", None),
    ],
)
def test_moments(day, clock, expected):
    assert moments.moment(day, clock) == expected


@pytest.mark.parametrize(
    ("own", "file", "hours"),
    [
        ("+0000", "+0100", 1), ("-0330", "+0000", 3.5), ("+0100", "+0100", 0), ("", "+0100", 0), ("+0100", "", 0),
        ("+0000", "+2500", 0), ("+00", "+0100", 0),
    ],
)  # fmt: skip
def test_a_time_of_another_zone_is_moved_into_the_files(tmp_path, own, file, hours):
    """Where one of the zones is unknown, or is none, they are taken for the same."""
    given = f"201002031{'0' if hours == 1 else '1'}0000.00{own}"
    expected = datetime.datetime(2010, 2, 3, 10 if hours == 1 else 11) + datetime.timedelta(hours=hours)
    assert moments.moment(given[:8], given[8:], file) == expected
    if hours < 3:
        drug = {"RadiopharmaceuticalStartDateTime": given}  # beside 11:00 as RadiopharmaceuticalStartTime
        assert suv.factor(pet(tmp_path, drug, TimezoneOffsetFromUTC=file or None)) == factor_after(3600)


def test_the_scan_of_ge_that_states_its_zone(tmp_path):
    slices = pet(tmp_path, AcquisitionTime="121000.00", TimezoneOffsetFromUTC="+0100", **LATER)
    for header in slices:
        data = pydicom.dcmread(header.path)
        data.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(0x0D, "DT", "20100203110730.00+0000")
        data.save_as(header.path)
    assert suv.uptake_minutes(slices) == 67.5


@pytest.mark.parametrize(
    ("dated", "clock", "minutes"),
    [
        ("20100203100000", "110000", "60"), ("20100203100000+0000", "110000", "60"), ("20100203115958", "120000", ""),
        ("20100202235950", "000000", ""), ("20100203110002", "110000", ""), ("20100203110001", "110000.5", None),
        ("20100203110031", "1100", None), ("20100202235959.5", "000000", None), ("20100203110000", "1x", None),
    ],
)  # fmt: skip
def test_a_time_of_injection_that_is_given_twice(tmp_path, dated, clock, minutes):
    """They may be a second apart as they are rounded, a minute where the second gives none."""
    drug = {"RadionuclideHalfLife": 14292.0, "RadiopharmaceuticalStartDateTime": dated}  # of scandium-44
    slices = pet(tmp_path, drug | {"RadiopharmaceuticalStartTime": clock})
    if minutes is None:
        assert suv.factor(slices) > 0
        return
    with pytest.raises(FailedCheck, match=f"StartDateTime is {minutes}.*minutes from RadiopharmaceuticalStartTime"):
        suv.factor(slices)
    assert suv.uptake_minutes(slices) is None


TWO = {  # values of a third of the slices and of the others, and what else they say
    "PatientWeight": (70, 100), "Units": ("GML", "BQML"), "DecayCorrection": ("START", "NONE"),
    "SUVType": ("BW", "LBM"),
    "SeriesTime": ("110000", "115000"), "SeriesDate": ("20100203", "20100202"), "TimezoneOffsetFromUTC": ("", "+0100"),
    "CorrectedImage": (["ATTN", "DECY"], ["DECY"]), "RadionuclideTotalDose": (3.7e8, 3.7e7),
    "RadionuclideHalfLife": (6586.2, 1223.4), "RadiopharmaceuticalStartTime": ("110000", "100000"),
    "RadiopharmaceuticalStartDateTime": ("20100203110000", ""),
}  # fmt: skip


@pytest.mark.parametrize(
    ("keyword", "odd", "units"),
    [*((keyword, 0, "BQML") for keyword in TWO), ("PatientWeight", 2, "BQML"), ("RadionuclideTotalDose", 2, "GML")],
)
def test_slices_that_disagree_in_what_suv_is_computed_from(tmp_path, keyword, odd, units):
    """Whichever slice is the other one; all elements are those of one scan, so a series in GML of two is none too."""
    for k, header in enumerate(pet(tmp_path, Units=units)):
        data = pydicom.dcmread(header.path)
        drug = data.RadiopharmaceuticalInformationSequence[0]
        setattr(drug if keyword.startswith("Radio") else data, keyword, TWO[keyword][k == odd])
        data.save_as(header.path)
    slices = assemble(list(headers.scan(tmp_path).headers)).headers
    with pytest.raises(FailedCheck, match=f"slices that disagree in {keyword} .*(0 and [12]).*; separate them"):
        suv.factor(slices)
    assert suv.uptake_minutes(slices) is None


def test_a_number_that_slices_write_in_several_ways_is_one(tmp_path):
    expected = suv.factor(pet(tmp_path / "a"))
    assert suv.factor(pet(tmp_path / "b", PatientWeight=("70", "70.0", "7e1"))) == expected


def test_factors_of_philips_that_differ(tmp_path):
    slices = philips(tmp_path, suv=0.00042)
    data = pydicom.dcmread(slices[1].path)
    data[0x70531000].value = "0.00043"
    data.save_as(slices[1].path)
    with pytest.raises(FailedCheck, match="disagree in the factors of Philips PET Private Group"):
        suv.factor(slices)


def test_frames_that_disagree_with_their_file(tmp_path):
    data = enhanced(stored(3), range(3), "PT")
    for keyword, value in {"Units": "GML", "SUVType": "BW", "PatientWeight": 70}.items():
        setattr(data, keyword, value)
    data.PerFrameFunctionalGroupsSequence[2].UnassignedPerFrameConvertedAttributesSequence = item(PatientWeight=70.0)
    slices = assemble([headers.read_header(save(data, tmp_path / "x"))]).headers
    assert suv.factor(slices) == 1
    data.PerFrameFunctionalGroupsSequence[2].UnassignedPerFrameConvertedAttributesSequence = item(PatientWeight=100.0)
    save(data, tmp_path / "x")
    with pytest.raises(FailedCheck, match="disagree in PatientWeight"):
        suv.factor(slices)


@pytest.mark.parametrize(
    ("drug", "other", "said"),
    [
        ({}, {"PatientWeight": None}, "without PatientWeight"),
        ({}, {"RadiopharmaceuticalInformationSequence": None}, "without its radiopharmaceutical"),
        ({"RadionuclideTotalDose": 370.0}, {}, "dose of 370.0 Bq.*MBq"),
        ({"RadionuclideTotalDose": 350_000.0}, {}, "dose of 350000.0 Bq.*kBq"),
        ({"RadionuclideHalfLife": None}, {}, "half-life"),
        ({"RadionuclideHalfLife": 109.77}, {}, "which is that of F-18 in minutes"),
        ({"RadionuclideHalfLife": 3.0}, {}, "half-life of 3 seconds"),
        ({"RadionuclideTotalDose": 3.7e14}, {}, "a dose of 3.7e\\+14 Bq; at most"),
        ({}, {"PatientWeight": 70000}, "a patient of 70000 kg .PatientWeight.; correct it .is it in grams"),
        ({"RadiopharmaceuticalStartTime": None}, {}, "time of injection"),
        ({"RadiopharmaceuticalStartTime": "1x00"}, {}, "time of injection"),
        ({}, {"SeriesTime": None, "AcquisitionTime": None}, "without acquisition time"),
        ({}, {"AcquisitionTime": None}, "that of its series may be of a reconstruction"),
        ({}, {"AcquisitionDate": "", "SeriesTime": "160000"}, "that of its series may be of a reconstruction"),
        ({}, {"AcquisitionTime": "", "AcquisitionDateTime": "2010"}, "give the image in SUV as NIfTI"),
        ({}, {"CorrectedImage": ["ATTN", "SCAT"]}, "correction START and a CorrectedImage without DECY: whether"),
        (
            {},
            {"CorrectedImage": ["ATTN", "DECY"], "DecayCorrection": "NONE"},
            "NONE and a CorrectedImage with DECY: wh",
        ),
        ({}, {"DecayCorrection": "SOME"}, "decay correction SOME; START, ADMIN, NONE can be converted to SUV"),
        ({}, {"CorrectedImage": ["DECY", "SCAT"]}, "without correction of attenuation .CorrectedImage DECY, SCAT"),
        ({}, {"Units": "PROPCPS"}, "units PROPCPS"),
        ({}, {"Units": "GML", "SUVType": "LBM"}, "SUV of type LBM"),
        ({"RadiopharmaceuticalStartDateTime": "20100101110000"}, {}, "minutes after injection"),
    ],
)
def test_what_suv_needs_is_named(tmp_path, drug, other, said):
    with pytest.raises(BadImage, match=said):
        suv.factor(pet(tmp_path, drug, **other))


CODED = item(CodeValue="C-1018C", CodingSchemeDesignator="SRT", CodeMeaning="^14^Oxygen")  # not in our table
# What headers hold that no scan has: in the radiopharmaceutical, in the file; and what is said of it.
CLOCK, DATED = "RadiopharmaceuticalStartTime", "RadiopharmaceuticalStartDateTime"
REFUSED = {
    **{f"half-life {each:g}": ({"RadionuclideHalfLife": each}, {}, r"which no radionuclide of PET has .*F-18 6586\.2")
       for each in (65862.0, 3600.0, 1e300, 658.62 * 1.2, 9000.0, 86400.0, 65.862e6)},
    **{f"weight {each:g}": ({}, {"PatientWeight": each}, "a patient of less than 2 kg .PatientWeight.; correct it")
       for each in (1, 0.07, 1e-9, 1.99)},
    "weight 0": ({}, {"PatientWeight": 0}, "without PatientWeight"),
    **{f"dose {each:g}": ({"RadionuclideTotalDose": each}, {}, "a dose of .* Bq; at least")
       for each in (0, 3.7, 370, 370_000, -3.7e8)},
    "dose x 1000": ({"RadionuclideTotalDose": 3.7e11}, {}, "a dose of .* Bq; at most"),
    "injected after the scan": ({CLOCK: "130000"}, {}, "scanned 1380 minutes after injection, more than 6"),
    "injected after it by date": ({DATED: "20100203130000", CLOCK: ""}, {}, "scanned -60 minutes after injection; c"),
    "injected the day before": ({DATED: "20100202110000"}, {}, "1500 minutes after injection"),
    "carbon 4 hours later": ({"RadionuclideHalfLife": 1221.8, CLOCK: "080000"}, {}, "240 minutes"),
}  # fmt: skip
TOLD = {
    "half-life 7000": ({"RadionuclideHalfLife": 7000.0}, {}, "no radionuclide has .* is F-18 with 6586"),
    "half-life of a nuclide unknown": (
        {"RadionuclideHalfLife": 1e300, "RadionuclideCodeSequence": CODED, DATED: "20100203110000"}, {}, "1e.300 sec"
    ),
    "light": ({}, {"PatientWeight": 10}, "too low for an adult"),
    "light by age": ({}, {"PatientWeight": 10, "PatientAge": "050Y"}, "too low for an adult"),
    "light by size": ({}, {"PatientWeight": 14, "PatientSize": 1.7}, "PatientWeight and PatientSize are not"),
    "light by centimetres": ({}, {"PatientWeight": 14, "PatientSize": 170}, "PatientWeight and PatientSize are not"),
    "light for a child": (
        {"RadionuclideTotalDose": 3e7}, {"PatientWeight": 3, "PatientAge": "010Y"}, "too low for the PatientAge"
    ),
    "heavy": ({}, {"PatientWeight": 699}, "one that few patients have"),
    "heavy by size": ({}, {"PatientWeight": 300, "PatientSize": 1.7}, "PatientWeight and PatientSize are not"),
    "dose / 100": ({"RadionuclideTotalDose": 3.7e6}, {}, "in Bq, is less than is given to a patient of the P"),
    "dose x 10": ({"RadionuclideTotalDose": 3.7e9}, {}, "in Bq, is more than is given"),
    "nine hours later": ({CLOCK: "030000"}, {}, "the scan is more than 4 half-lives after"),
}  # fmt: skip
TAKEN = {
    "plain": ({}, {}), "adult": ({}, {"PatientAge": "050Y", "PatientSize": 1.7}),
    "centimetres": ({}, {"PatientSize": 170}), "no size": ({}, {"PatientSize": 0, "PatientAge": "000Y"}),
    "newborn": ({"RadionuclideTotalDose": 1.4e7}, {"PatientWeight": 3.5, "PatientAge": "003D", "PatientSize": 0.5}),
    "infant": ({"RadionuclideTotalDose": 2e7}, {"PatientWeight": 8, "PatientAge": "011M"}),
    "child": ({"RadionuclideTotalDose": 4e7}, {"PatientWeight": 20, "PatientAge": "006Y"}),
    "child by size": ({"RadionuclideTotalDose": 4e7}, {"PatientWeight": 20, "PatientSize": 1.1}),
    "heavy": ({}, {"PatientWeight": 200, "PatientSize": 1.75}),
    "minutes rounded": ({"RadionuclideHalfLife": 6600.0}, {}),
    "SUV already": ({"RadionuclideHalfLife": 1.0e5, "RadionuclideTotalDose": 0}, {"Units": "GML", "PatientWeight": 1}),
    "no decay": ({"RadionuclideHalfLife": 1.0e5}, {"DecayCorrection": "ADMIN"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_a_header_that_no_scan_has_is_refused(tmp_path, kind):
    drug, other, said = REFUSED[kind]
    with pytest.raises(FailedCheck, match=said) as fault:
        suv.factor(pet(tmp_path, drug, **other))
    assert fault.value.check == "suv"


@pytest.mark.parametrize("kind", [*TOLD, *TAKEN])
def test_a_header_that_few_scans_have_is_told(tmp_path, kind):
    drug, other, *said = (TOLD | TAKEN)[kind]
    found = suv.factor_and_doubts(pet(tmp_path, drug, **other))[1]
    assert len(found) == len(said)
    assert all(re.search(f"^PET header: .*{each}.*: look whether it is right", found[0]) for each in said)


@pytest.mark.parametrize("written", ["1x75", "1.7\\1.8", "-1.75", "nan", "1e400", "0.0000"])
@pytest.mark.parametrize("keyword", ["PatientSize", "PatientAge"])
def test_an_age_or_size_that_is_none_is_as_if_absent(tmp_path, keyword, written):
    slices = pet(tmp_path, **{keyword: "1.70" if keyword == "PatientSize" else "050Y"})
    expected = suv.factor(slices)
    for header in slices:
        content = header.path.read_bytes()
        element = b"\x10\x00\x20\x10DS" if keyword == "PatientSize" else b"\x10\x00\x10\x10AS"
        at = content.index(element)
        even = written.encode() + b" " * (len(written) % 2)
        header.path.write_bytes(content[: at + 6] + len(even).to_bytes(2, "little") + even + content[at + 12 :])
    assert suv.factor_and_doubts(headers.scan(tmp_path).headers) == (expected, [])


def test_suv_is_that_of_the_ibsi_images(data_dir):
    """STS_025: the NIfTI image was made from the same PET by the IBSI authors."""
    made = assemble(list(headers.scan(data_dir / "sts" / "dicom" / "STS_025" / "PET" / "image").headers))
    found = pixels.read(made.headers, made.grid, (0, 0), suv.factor(made.headers))
    given = images.read(data_dir / "sts" / "nifti" / "STS_025" / "PET_image.nii.gz")
    assert found.grid.same_place(given.grid)
    assert np.abs(found.array - given.array).max() < 1e-6 * given.array.max()


@pytest.mark.parametrize("unit", [60, 3600, 86400])
@pytest.mark.parametrize("nuclide", [name for name in HALF_LIVES if name != "Ge-68"])  # whose hours are F-18's seconds
def test_a_half_life_in_another_unit(nuclide, unit):
    """Whatever the nuclide, its half-life in minutes, hours or days is none in seconds."""
    for off in (0.99, 1.0, 1.01):
        assert half_life_seconds(HALF_LIVES[nuclide] * off) == HALF_LIVES[nuclide] * off
    with pytest.raises(BadImage, match="half-life of"):
        half_life_seconds(HALF_LIVES[nuclide] / unit)


def test_a_half_life_that_no_table_has_is_taken():
    assert half_life_seconds(7000.0) == 7000.0
    assert half_life_seconds(None) == half_life_seconds(0.0) == 0.0


@pytest.mark.parametrize("code", ["C-105A1", "40565003"])
def test_a_half_life_of_another_nuclide_than_the_code_says(tmp_path, code):
    named = {"RadionuclideCodeSequence": item(CodeValue=code, CodingSchemeDesignator="SRT", CodeMeaning="^11^Carbon")}
    with pytest.raises(FailedCheck, match=r"6586.2 seconds, and with C-11 .* is 1221.8; correct"):
        suv.factor(pet(tmp_path / "a", named))
    assert suv.factor(pet(tmp_path / "b", named | {"RadionuclideHalfLife": 1223.4})) > 0
    assert suv.factor(pet(tmp_path / "c", named, DecayCorrection="ADMIN")) == 70000 / 3.7e8
    other = item(CodeValue="C-1018C", CodingSchemeDesignator="SRT", CodeMeaning="^14^Oxygen")
    assert suv.factor(pet(tmp_path / "d", {"RadionuclideCodeSequence": other})) > 0


def test_the_codes_of_nuclides_are_those_of_the_standard():
    table = cid_dict.cid_concepts[4020]
    for scheme, names in table.items():
        for name in names:
            value = next(iter(concepts[scheme][name]))
            mass, element = re.fullmatch(r"_(\d+m?)(\w+)", name).groups()
            symbol = f"{SYMBOLS.get(element)}-{mass}"
            if symbol not in HALF_LIVES:
                assert value not in CODES
                continue
            old = [key for key, sct in mapping["SRT"].items() if sct == value]
            assert {CODES[each] for each in (value, *old)} == {symbol}
    assert set(CODES.values()) == set(HALF_LIVES)


SYMBOLS = {
    "Rubidium": "Rb", "Oxygen": "O", "Copper": "Cu", "Nitrogen": "N", "Carbon": "C", "Gallium": "Ga", "Fluorine": "F",
    "Scandium": "Sc", "Bromine": "Br", "Yttrium": "Y", "Zirconium": "Zr", "Iodine": "I", "Manganese": "Mn",
    "Germanium": "Ge",
}  # fmt: skip


def test_yttrium_three_days_after_infusion(tmp_path):
    """64 hours of half-life: 72 hours later the dose is 2 ** -1.12 of what it was."""
    clock = {"RadiopharmaceuticalStartTime": "120000"}
    drug = {"RadionuclideHalfLife": 230400.0, "RadiopharmaceuticalStartDateTime": "20100131120000"} | clock
    expected = 70000 / (3.7e8 * 2 ** (-259200 / 230400))
    assert suv.factor(pet(tmp_path / "a", drug)) == pytest.approx(expected, rel=1e-12)
    with pytest.raises(FailedCheck, match="without the day of injection"):
        suv.factor(pet(tmp_path / "b", {"RadionuclideHalfLife": 230400.0}))
    with pytest.raises(FailedCheck, match="minutes after injection"):
        suv.factor(pet(tmp_path / "c", {"RadiopharmaceuticalStartDateTime": "20100131120000"} | clock))


@pytest.mark.parametrize("block", [0x10, 0x11, 0x7F, 0xFF])
def test_the_private_block_of_philips_is_the_one_it_has_reserved(tmp_path, block):
    files = [header.path for header in pet(tmp_path, Units="CNTS")]
    for file in files:
        data = pydicom.dcmread(file)
        if block > 0x10:
            data.add_new(0x70530010, "LO", "ANOTHER MAKER")
            data.add_new(0x70531000, "DS", "99")
        data.add_new(0x70530000 | block, "LO", suv.PHILIPS)
        data.add_new(0x70530000 | block << 8, "DS", "0.000551")
        data.save_as(file)
    assert suv.factor(headers.scan(tmp_path).headers) == 0.000551


def test_counts_whose_factors_were_removed_with_the_identity(tmp_path):
    slices = philips(tmp_path, suv=0.000551)
    assert suv.factor(slices) == 0.000551
    for header in slices:
        data = pydicom.dcmread(header.path)
        data.remove_private_tags()
        data.PatientIdentityRemoved = "YES"
        data.save_as(header.path)
    with pytest.raises(FailedCheck, match=r"it has no unit: its patient's identity was removed, .* keep \(7053,xx00\)"):
        suv.factor(headers.scan(tmp_path).headers)


def test_counts_with_another_makers_block_alone(tmp_path):
    for header in pet(tmp_path, Units="CNTS"):
        data = pydicom.dcmread(header.path)
        data.add_new(0x70530010, "LO", "ANOTHER MAKER")
        data.add_new(0x70531000, "DS", "99")
        data.save_as(header.path)
    with pytest.raises(FailedCheck, match="it has no unit"):
        suv.factor(headers.scan(tmp_path).headers)
