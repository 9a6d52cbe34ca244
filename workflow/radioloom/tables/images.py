"""Tables of images and segmentations: CASES, MEASURED, MASKS, OVERLAPS, SERIES, EXCLUSIONS."""

from __future__ import annotations

from dataclasses import replace

from radioloom.tables.columns import CASE, COHORT, REPLICATE, ROI
from radioloom.tables.record import Column, Table

CASES = Table(
    "CASES",
    "prepared cases: image and mask on one grid",
    ("cohort", "case", "replicate", "roi"),
    (
        COHORT,
        CASE,
        REPLICATE,
        ROI,
        Column("role", "string", "role of the cohort"),
        Column("modality", "string", "DICOM modality"),
        Column("unit", "string", "unit of intensity", null=True),
        Column("source", "string", "kind of segmentation read: RTSTRUCT, SEG, NIfTI ..."),
        Column("series", "string", "hash of the image's series UID, or of its file name", null=True),
        Column("study_digest", "string", "hash of the StudyInstanceUID: one examination has one; DICOM", null=True),
        Column("frame_digest", "string", "hash of the FrameOfReferenceUID; DICOM", null=True),
        Column("image_digest", "string", "digest of the image's middle slice, by which a copy is known", null=True),
        Column("region_digest", "string", "digest of the mask and of the voxels inside it", null=True),
        Column("n_voxels", "int64", "voxels of the mask on the prepared grid"),
        Column("volume_mm3", "float64", "volume of the mask by voxel count", "mm3"),
        Column("native_mm3", "float64", "the same on the image's own grid, as in MASKS", "mm3"),
        Column("volume_difference", "float64", "volume_mm3 over native_mm3, minus 1: what the profile's grid adds"),
        Column("volume_note", "string", "why these two are apart by more than 2 %", null=True),
        Column("contour_mm3", "float64", "volume that the contours enclose by their own polygons", "mm3", null=True),
        Column("notes", "string", "what else is to be known of image and region", null=True),
    ),
)
MEASURED = Table(
    "MEASURED",
    "images that a region was measured on: the original and each response map",
    ("cohort", "case", "replicate", "roi", "image"),
    (
        COHORT,
        CASE,
        REPLICATE,
        ROI,
        Column("image", "string", "original, or the filtered image, as in FEATURES"),
        Column("n_voxels", "int64", "voxels that count, after re-segmentation; empty where not measured", null=True),
        Column("n_levels", "int64", "grey levels that the region has; empty where no family asks for them", null=True),
        Column("note", "string", "that all voxels are of one grey level", null=True),
        Column("reason", "string", "why it could not be measured, so that its features have no value", null=True),
    ),
)
MASKS = Table(
    "MASKS",
    "segmentations read, each on the grid of its image",
    ("cohort", "case", "replicate", "roi"),
    (
        COHORT,
        CASE,
        REPLICATE,
        ROI,
        Column("source", "string", "kind of segmentation read: RTSTRUCT, SEG, NIfTI ..."),
        Column("n_voxels", "int64", "voxels of the mask on the image's grid"),
        Column("volume_mm3", "float64", "their volume", "mm3"),
        Column("contour_mm3", "float64", "volume that the contours enclose by their own polygons", "mm3", null=True),
        Column("contour_difference", "float64", "volume of the voxels over that of the polygons, minus 1", null=True),
        Column(
            "drawn_mm3", "float64", "volume on the image that it was drawn on, where that is another", "mm3", null=True
        ),
        Column("notes", "string", "what was chosen, corrected or left out on the way", null=True),
    ),
)
OVERLAPS = Table(
    "OVERLAPS",
    "two segmentations of one region on one image against each other",
    ("cohort", "case", "roi", "replicate_a", "replicate_b"),
    (
        COHORT,
        CASE,
        ROI,
        Column("replicate_a", "string", "reader (or format) A"),
        Column("replicate_b", "string", "reader (or format) B"),
        Column("dice", "float64", "2 |A and B| / (|A| + |B|)"),
        Column("surface_dice", "float64", "share of both surfaces' area within the tolerance of the other surface"),
        Column("tolerance_mm", "float64", "tolerance of the surface Dice", "mm"),
        Column("hausdorff_95_mm", "float64", "larger 95th percentile, by area, of distances between surfaces", "mm"),
        Column("volume_a_mm3", "float64", "volume of A by voxel count", "mm3"),
        Column("volume_b_mm3", "float64", "volume of B by voxel count", "mm3"),
        Column("volume_difference", "float64", "(A - B) over the mean of both volumes"),
    ),
)
SERIES = Table(
    "SERIES",
    "image series, and whether they can be used",
    ("cohort", "case", "replicate", "series"),
    (
        COHORT,
        CASE,
        REPLICATE,
        Column("series", "string", "hash of the series UID, or of the file name"),
        Column("modality", "string", "DICOM modality"),
        Column("manufacturer", "string", "vendor", null=True),
        Column("model", "string", "scanner model", null=True),
        Column("software", "string", "version of the scanner's software", null=True),
        Column("kernel", "string", "reconstruction kernel", null=True),
        Column("kvp", "float64", "tube voltage", "kV", null=True),
        Column("exposure_mas", "float64", "tube current and time of the middle slice", "mAs", null=True),
        Column("reconstruction_diameter_mm", "float64", "diameter of the reconstructed field", "mm", null=True),
        Column("slice_thickness_mm", "float64", "nominal slice thickness", "mm", null=True),
        Column("slice_spacing_mm", "float64", "distance between slices", "mm", null=True),
        Column("pixel_spacing_mm", "float64", "in-plane spacing (row)", "mm", null=True),
        Column("contrast", "bool", "whether the header names a contrast agent", null=True),
        Column("field_strength_t", "float64", "magnetic field (MR)", "T", null=True),
        Column("repetition_time_ms", "float64", "TR (MR)", "ms", null=True),
        Column("echo_time_ms", "float64", "TE (MR)", "ms", null=True),
        Column("inversion_time_ms", "float64", "TI (MR)", "ms", null=True),
        Column("flip_angle_deg", "float64", "flip angle (MR)", "degrees", null=True),
        Column("sequence", "string", "codes of scanning sequence, variant and acquisition (MR)", null=True),
        Column("pharmaceutical", "string", "code of the radiopharmaceutical or radionuclide (PET)", null=True),
        Column("injected_mbq", "float64", "injected activity (PET)", "MBq", null=True),
        Column("uptake_minutes", "float64", "from injection to the start of the scan (PET)", "min", null=True),
        Column("pet_units", "string", "unit that voxels were stored in (PET)", null=True),
        Column("decay_correction", "string", "time that voxels were corrected to (PET): START, ADMIN, NONE", null=True),
        Column("days_from_first", "int64", "from the first study of the case that was found", "days", null=True),
        Column(
            "orientation",
            "string",
            "where columns, rows and slices run to: LPS (left, back, head), RAS (right, front, head) ...",
            null=True,
        ),
        Column("oblique_deg", "float64", "largest angle to the directions so named", "degrees", null=True),
        Column("n_slices", "int64", "slices of the volume"),
        Column("n_copies", "int64", "files that repeat an instance of the series"),
        Column("n_files_ignored", "int64", "files in the folder that are not of this series or not DICOM"),
        Column("choice", "string", "usable or excluded"),
        Column("check", "string", "the check that failed, in one word: missing_slices, localizer ...", null=True),
        Column("reason", "string", "why excluded, or what is to be known", null=True),
    ),
)
EXCLUSIONS = Table(
    "EXCLUSIONS",
    "regions and cases that dropped out, where and why",
    ("cohort", "case", "replicate", "roi", "stage"),
    (
        COHORT,
        CASE,
        REPLICATE,
        replace(ROI, meaning="the study's name of the region that dropped out; '' where all of the case did"),
        Column("stage", "string", "stage at which it dropped out"),
        Column("reason", "string", "why, for a person"),
    ),
)
