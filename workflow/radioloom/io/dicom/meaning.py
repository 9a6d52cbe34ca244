"""What the stored values of slices mean, as their headers say it: HU, another unit, an image made for a screen."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from radioloom.io.dicom.headers import CAPTURES, Header

MOST_STORED, ROUNDED = 4096, 0.5  # up to this stored value vendors' rounding of a slope makes less than so many HU
NO_HU = ("OD", "MGML", "Z_EFF", "ED", "EDW", "PCT")  # RescaleType (PS3.3, C.11.1.1.2)
UNIT_UNTOLD = ("", "US", "HU")  # RescaleType of an image of HU; US: not specified
WIDE_HU = 1000.0  # between air and water: an image whose values reach less far was cut to a window of a screen
# Words of a CT's ImageType or FrameType: computed from several images (PS3.3, C.8.16.1.4), images of several energies
# that are not of attenuation or not for measuring (C.8.15.2.1.1), what vendors call maps of dual energy and perfusion.
OTHER_VALUES = (
    "SUBTRACTION", "DIVISION", "MULTIPLICATION", "STD DEVIATION", "QUANTITY", "MAT SPECIFIC", "MAT FRACTIONAL",
    "MAT VALUE BASED", "MAT MODIFIED", "EFF ATOMIC NUM", "ELECTRON DENSITY", "IODINE", "ZEFF", "PBV", "CBF", "CBV",
    "RCBF", "RCBV", "MTT", "TTP", "TMAX",
)  # fmt: skip
NO_CONTRAST = re.compile(r"\b(VNC|VUE|MAT REMOVED|VIRTUAL (NON ?CONTRAST|UNENHANCED)|NO IODINE|IODINE REMOVED)\b")
PERFUSION = re.compile(r"\bPERFUSION\b")
OTHER_VALUE = re.compile(rf"\b({'|'.join(OTHER_VALUES)})\b")
RESCALED = ("CT", "PT")  # modalities whose stored values have no unit before rescale


def unscaled(header: Header) -> str:
    """Why a slice has no unit: what turns stored values into it is absent, or a table."""
    if "ModalityLUTSequence" in header.stated:
        return f"{header.name}: a table (ModalityLUTSequence) says what its values mean; export it with a rescale alone"
    if header.modality not in RESCALED or None not in (header.slope, header.intercept):
        return ""
    return f"{header.name}: a {header.modality} slice without RescaleSlope and RescaleIntercept has no unit"


def padded(headers: Sequence[Header]) -> str:
    """What to note where zeros follow the image in its pixel data."""
    longer = {header.path: header.excess for header in headers if header.excess}
    if not longer:
        return ""
    n = max(longer.values())
    return (
        f"zeros behind the image in the pixel data of {len(longer)} file(s), up to {n} bytes of them, are passed over"
    )


def badly_scaled(header: Header) -> str:
    """Why a slice's slope is none."""
    if header.slope is None or header.slope > 0 or (header.slope < 0 and header.modality not in RESCALED):
        return ""
    return f"{header.name}: RescaleSlope {header.slope:g}, where a number above 0 is needed; correct it"


def no_hu(header: Header) -> str:
    """Why values of a CT are no HU for certain."""
    if header.modality != "CT":
        return ""
    kind, wide = header.stated.get("RescaleType"), 2.0**header.bits_used * (header.slope or 0.0)
    if kind in NO_HU:
        return f"{header.name}: its values are {kind} (RescaleType), and CT is measured in HU; take the series of HU"
    words = [each for each in _words(header) if not NO_CONTRAST.search(each)]
    if word := next((found[0] for each in words if (found := OTHER_VALUE.search(each))), ""):
        return (
            f"{header.name}: its values are no HU, or not for measuring, by its ImageType ({word}); take the series "
            "that it was made from"
        )
    if header.bits_used <= 8 and wide < WIDE_HU:
        return (
            f"{header.name}: its {header.bits_used} bits hold {wide:g} HU, less than lie between air and water: it was "
            "made for a screen (windowed); take the series that it was made from"
        )
    return ""


def other_unit(headers: Sequence[Header]) -> str:
    """What to note of slices of a CT whose RescaleType is not HU."""
    types = [header.stated.get("RescaleType", "") for header in headers if header.modality == "CT"]
    n = sum(each not in UNIT_UNTOLD for each in types)
    return f"{n} of {len(types)} slices say that their values are something else than HU (RescaleType)" if n else ""


def _words(header: Header) -> list[str]:
    """Values of a slice's ImageType in capitals, with blanks in place of signs."""
    return [re.sub(r"[\W_]+", " ", each).strip() for each in header.image_type.upper().split("\\")]


def computed(headers: Sequence[Header]) -> str:
    """What to note of CT whose HU are computed, or may be none: without its contrast agent, or of perfusion."""
    words = [_words(header) for header in headers if header.modality == "CT"]
    for kind, pattern in (("virtual images without contrast agent", NO_CONTRAST), ("of perfusion", PERFUSION)):
        n = sum(any(map(pattern.search, each)) for each in words)
        if n:
            return f"{n} of {len(words)} slices are {kind} by their ImageType: look whether these HU are meant"
    return ""


def half_scaled(headers: Sequence[Header]) -> str:
    """Why slices are in several units: some have a rescale that changes values, where others have none."""
    for name, plain in (("slope", 1.0), ("intercept", 0.0)):
        given = [getattr(header, name) for header in headers]
        lacking = [header for header, value in zip(headers, given, strict=True) if value is None]
        if lacking and any(value not in (None, plain) for value in given):
            return (
                f"{len(lacking)} of {len(headers)} slices have no Rescale{name.title()} (the first is "
                f"{lacking[0].name}), and others have one that changes values: their units differ, or a part was lost; "
                "export the series again"
            )
    return ""


def rescaled_otherwise(headers: Sequence[Header]) -> str:
    """What to note of slices that would have other values, had they the rescale that most have: often a slip.

    Of MR with a slope for each slice nothing; of PET, whose slopes are a slice's own, its intercept alone: where it is
    not 0 (PS3.3, C.8.9.4), were it so of all.
    """
    modality = headers[0].modality
    scales = np.array([(1.0 if each.slope is None else each.slope, each.intercept or 0.0) for each in headers])
    kinds, counts = np.unique(scales if modality != "PT" else scales * (0, 1), axis=0, return_counts=True)
    usual = kinds[np.argmax(counts)] if modality != "PT" else np.zeros(2)
    near = ROUNDED if modality == "CT" else ROUNDED * float(np.median(np.abs(scales[:, 0])))
    odd = np.flatnonzero(np.abs(scales - usual) @ (MOST_STORED * (modality != "PT"), 1) > near)
    if not len(odd) or (modality not in RESCALED and 2 * counts.max() <= len(scales)):
        return ""
    slope, intercept = scales[odd[0]]
    have = f"another RescaleSlope or RescaleIntercept than {usual[0]:g} and {usual[1]:g}"
    have = have if modality != "PT" else "a RescaleIntercept that is not 0, as it is in PET"
    return (
        f"rescale by slice: {len(odd)} of {len(scales)} slices have {have} (the first is {headers[odd[0]].name}: "
        f"{slope:g} and {intercept:g}); each was read by its own, so look whether they show "
        f"{'what the others show' if len(odd) < len(scales) else 'air as 0'}"
    )


def inverted(headers: Sequence[Header]) -> str:
    """What to note of slices whose slope is below 0, which is refused of CT and PET."""
    n = sum(header.slope is not None and header.slope < 0 for header in headers)
    if not n:
        return ""
    return f"{n} of {len(headers)} slices have a RescaleSlope below 0: bright is dark; look whether it is meant"


def mosaic(header: Header) -> str:
    """Why a file is many slices in one image (Siemens)."""
    if "MOSAIC" not in header.image_type.upper().split("\\"):
        return ""
    return (
        f"{header.name}: many slices side by side in one image (ImageType MOSAIC), which has the place of none; "
        "export the series as an enhanced image, or convert it with dcm2niix and name the NIfTI file"
    )


def beside(headers: Sequence[Header]) -> str:
    """What to note of a series all of whose files say that they are no slices: where some are, the others are left."""
    kinds = {header.beside for header in headers}
    if kinds != {"localizers"} and not all(header.sop_class.startswith(CAPTURES) for header in headers):
        return ""
    kind = "localizers" if kinds == {"localizers"} else "secondary captures, whose values need have no unit"
    return f"all {len(headers)} slices are {kind} by their own header: look whether this is the image that is meant"


def converted(headers: Sequence[Header]) -> str:
    """What to note of CT, MR and PET slices that say how they were converted (ConversionType), as captures do."""
    n = sum("ConversionType" in header.stated and not header.sop_class.startswith(CAPTURES) for header in headers)
    if not n:
        return ""
    return (
        f"{n} of {len(headers)} slices say that they were converted from something else (ConversionType): look whether "
        "their values are measurements"
    )
