"""The tables of a study: declared once, checked on every write and every read, documented from the declaration."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from radioloom.errors import StudyError

if TYPE_CHECKING:
    import pandas as pd

Rows: TypeAlias = "Iterable[dict[str, Any]] | pd.DataFrame | pa.Table"
ARROW = {"string": pa.string(), "float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_()}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `null` says whether a value may be missing."""

    name: str
    dtype: str  # a key of ARROW
    meaning: str
    unit: str = ""
    null: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A declared table: rows are unique in `key`, sorted by it, and hold these columns and no others.

    Writing rows needs pyarrow alone: pandas costs every image job half a second of start-up that it has no use for.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def arrow(self, rows: Rows) -> pa.Table:
        """Rows or a frame as this table: dtypes set, sorted by key, checked.

        Raises StudyError naming table, column, rule and the first keys at fault.
        """
        if isinstance(rows, pa.Table):
            self._same_columns(rows.column_names)
            return self._checked(rows)
        schema = pa.schema([pa.field(column.name, ARROW[column.dtype]) for column in self.columns])
        if hasattr(rows, "columns"):
            self._same_columns(set(rows.columns) if len(rows) else set(schema.names))
            made = pa.Table.from_pandas(
                rows if len(rows) else rows.reindex(columns=schema.names), schema, preserve_index=False
            )
        else:
            rows = list(rows)
            for names in {frozenset(row) for row in rows}:
                self._same_columns(names)
            made = pa.Table.from_pylist(rows, schema)
        return self._checked(made.replace_schema_metadata(None))

    def frame(self, rows: Rows) -> pd.DataFrame:
        """The same as a frame; a missing number is NaN, a missing text None."""
        return self.arrow(rows).to_pandas()

    def write(self, rows: Rows, path: Path | str, **provenance: Any) -> pa.Table:
        """Write Parquet (complete or not at all) with provenance in its metadata; a .csv path writes CSV."""
        table, path = self.arrow(rows), Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        if path.suffix == ".csv":
            from pyarrow import csv

            csv.write_csv(table, part, csv.WriteOptions(quoting_style="needed"))
        else:
            note = json.dumps({"table": self.name, **provenance}, sort_keys=True)
            pq.write_table(table.replace_schema_metadata({"radioloom": note}), part, compression="zstd")
        os.replace(part, path)
        return table

    def read(self, *paths: Path | str) -> pd.DataFrame:
        """One frame of one or more files of this table, checked."""
        return self.gather(*paths).to_pandas()

    def gather(self, *paths: Path | str) -> pa.Table:
        """One table of one or more files of this table, checked."""
        tables = [pq.ParquetFile(path).read().replace_schema_metadata(None) for path in paths]
        return self.arrow(pa.concat_tables(tables)) if tables else self.arrow([])

    def _checked(self, table: pa.Table) -> pa.Table:
        """The table sorted, with NaN as missing; what is missing or twice is told."""
        for place, column in enumerate(self.columns):
            values = table.column(place).combine_chunks()
            if column.dtype == "float64":
                values = pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
            table = table.set_column(place, pa.field(column.name, ARROW[column.dtype], column.null), values)
            if not column.null and values.null_count:
                raise StudyError(f"{self.name}.{column.name}: empty in {self._first(table.filter(pc.is_null(values)))}")
        counts = table.group_by(list(self.key)).aggregate([([], "count_all")])
        twice = counts.filter(pc.greater(counts.column("count_all"), 1))
        if twice.num_rows:
            raise StudyError(f"{self.name}: more than one row for {self._first(twice)}")
        return table.sort_by([(name, "ascending") for name in self.key])

    def _same_columns(self, found: Iterable[str]) -> None:
        names = {column.name for column in self.columns}
        extra, lacking = sorted(set(found) - names), sorted(names - set(found))
        if extra or lacking:
            raise StudyError(f"{self.name}: columns {lacking or '-'} are missing and {extra or '-'} are not declared")

    def _first(self, table: pa.Table) -> str:
        rows = table.select(list(self.key)).slice(0, 3).to_pylist()
        return "; ".join("/".join(str(value) for value in row.values()) for row in rows)


def wide(features: pd.DataFrame, cohort: str) -> pd.DataFrame:
    """FEATURES of one cohort as one row a case and one column a feature id (first replicate)."""
    rows = features[(features["cohort"] == cohort) & (features["replicate"] == "1")]
    return rows.pivot(index="case", columns="feature_id", values="value")


def provenance_of(path: Path | str) -> dict[str, Any]:
    """What a table's file says of its making: table name, code, profile and study digests."""
    return json.loads((pq.read_schema(path).metadata or {}).get(b"radioloom", b"{}"))


COHORT = Column("cohort", "string", "cohort of the study")
CASE = Column("case", "string", "pseudonym of one patient")
REPLICATE = Column(
    "replicate", "string", "what is repeated of a case: visit of a test-retest pair, reader; '1' elsewhere"
)
ROI = Column("roi", "string", "the study's name of the region")
TRAIT = "trait: "  # how readers' traits begin among feature ids

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
        Column("n_voxels", "int64", "voxels of the mask on the prepared grid"),
        Column("volume_mm3", "float64", "volume of the mask by voxel count", "mm3"),
        Column("contour_mm3", "float64", "volume that the contours enclose by their own polygons", "mm3", null=True),
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
        Column("notes", "string", "what was chosen, mended or left out on the way", null=True),
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
    "image series found, and whether they can be used",
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
        Column("n_slices", "int64", "slices of the volume"),
        Column("n_copies", "int64", "files that repeat an instance of the series"),
        Column("n_files_ignored", "int64", "files in the folder that are not of this series or not DICOM"),
        Column("verdict", "string", "usable or excluded"),
        Column("check", "string", "the check that failed, in one word: missing_slices, localizer ...", null=True),
        Column("reason", "string", "why excluded, or what is to be known", null=True),
    ),
)
EXCLUSIONS = Table(
    "EXCLUSIONS",
    "cases that dropped out, where and why",
    ("cohort", "case", "replicate", "stage"),
    (
        COHORT,
        CASE,
        REPLICATE,
        Column("stage", "string", "stage at which the case dropped out"),
        Column("reason", "string", "why, for a person"),
    ),
)
CLINICAL = Table(
    "CLINICAL",
    "outcome of each patient",
    ("cohort", "case"),
    (
        COHORT,
        CASE,
        Column("time_days", "float64", "follow-up; empty for a binary outcome", "days", null=True),
        Column("event", "bool", "event at the end of follow-up, or the binary outcome"),
    ),
)
COVARIATES = Table(
    "COVARIATES",
    "clinical covariates, one row each",
    ("cohort", "case", "covariate"),
    (
        COHORT,
        CASE,
        Column("covariate", "string", "name in the study"),
        Column("value", "float64", "value; levels of a category are 0/1 columns", null=True),
    ),
)
READER = "pseudonym: reader-1 ..., in no order that says who"
TRAITS = Table(
    "TRAITS",
    "what readers said of each case: one row an answer, several where a reader ticked several values of a trait",
    ("cohort", "case", "reader", "trait", "value"),
    (
        COHORT,
        CASE,
        Column("reader", "string", READER),
        Column("trait", "string", "the template's question; for a DICOM report 'finding: measurement or evaluation'"),
        Column("value", "string", "meaning of the coded answer, or the number as text"),
        Column("number", "float64", "the value of a measurement", null=True),
        Column("level", "int64", "place of the answer among the ordered levels that the study declares", null=True),
        Column("unit", "string", "unit of the number, as the file says it", null=True),
        Column("code", "string", "code of the answer; '+' joins it with its qualifiers", null=True),
        Column("code_system", "string", "where the code stands, as the file says it: RadLex, SCT ...", null=True),
    ),
)
TRAIT_AGREEMENT = Table(
    "TRAIT_AGREEMENT",
    "agreement of each pair of readers on each trait",
    ("cohort", "trait", "first", "second"),
    (
        COHORT,
        Column("trait", "string", "trait; 'trait = value' where readers tick what is there"),
        Column("first", "string", READER),
        Column("second", "string", READER),
        Column("statistic", "string", "kappa; weighted kappa (ordered levels, quadratic); ICC(A,1) (numbers)"),
        Column("estimate", "float64", "its value", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("same", "float64", "share of cases with the same answer of both; empty for numbers", null=True),
        Column("n", "int64", "cases that both answered"),
    ),
)
UNREAD = Table(
    "UNREAD",
    "annotations, or parts of them, that were not used; the case itself stays in the study",
    ("cohort", "document"),
    (
        COHORT,
        Column("document", "string", "first 12 hex digits of the file's SHA-256; line of a CSV; number if unopened"),
        Column("case", "string", "pseudonym of the patient, where the annotation is of one", null=True),
        Column("reader", "string", READER, null=True),
        Column("reason", "string", "why, for a person"),
    ),
)
FEATURES = Table(
    "FEATURES",
    "one number of one ROI in one image",
    ("cohort", "case", "replicate", "roi", "image", "family", "aggregation", "discretisation", "feature"),
    (
        COHORT,
        CASE,
        REPLICATE,
        ROI,
        Column("image", "string", "original, or the filtered image: wavelet-LLH ..."),
        Column("family", "string", "family of the feature"),
        Column("aggregation", "string", "how directions and slices were brought together; '' where there is no choice"),
        Column("discretisation", "string", "grey levels the feature rests on: FBS:25, FBN:32; '' where none"),
        Column("feature", "string", "IBSI name in snake_case"),
        Column("ibsi", "string", "IBSI id; '' where IBSI has none"),
        Column(
            "feature_id",
            "string",
            "image, family, feature and, where needed, aggregation and bins, joined; a label only",
        ),
        Column("value", "float64", "the number; empty only where the definition is undefined", null=True),
    ),
)
# Features of images that no patient has. A table of their own, not rows of FEATURES: nothing that learns reads it, and
# its columns are others, so that the one cannot be taken for the other by mistake.
VARIANT = Column("variant", "string", "how the image was changed: shuffled_roi ..., RCV-01 ...")
VARIANT_COLUMNS = (
    COHORT,
    CASE,
    REPLICATE,
    ROI,
    VARIANT,
    Column("feature_id", "string", "feature, as in FEATURES"),
    Column("value", "float64", "the number; empty only where the definition is undefined", null=True),
)
VARIANT_KEY = ("cohort", "case", "replicate", "roi", "variant", "feature_id")
CONTROLS = Table("CONTROLS", "features of negative-control images", VARIANT_KEY, VARIANT_COLUMNS)
PERTURBED = Table("PERTURBED", "features of perturbed images", VARIANT_KEY, VARIANT_COLUMNS)
SKIPPED = Table(
    "SKIPPED",
    "changed images that could not be measured; the case itself stays in the study",
    VARIANT_KEY[:-1],
    (COHORT, CASE, REPLICATE, ROI, VARIANT, Column("reason", "string", "why, for a person")),
)
RELIABILITY = Table(
    "RELIABILITY",
    "agreement of each feature over replicates",
    ("split", "source", "feature_id"),
    (
        Column("split", "string", "'frozen', or the fold whose test cases were left out of perturbed images"),
        Column("source", "string", "cohort that gave the replicates, or 'perturbed' with the chain"),
        Column("role", "string", "what was repeated: test-retest, observers or perturbations"),
        Column("feature_id", "string", "feature"),
        Column("form", "string", "ICC form, McGraw and Wong: ICC(A,1) ..."),
        Column("estimate", "float64", "ICC", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("n", "int64", "subjects that count: with all replicates; with any, for ICC(1) and ICC(k)"),
        Column("k", "int64", "replicates of each, at most"),
        Column("concordance", "float64", "Lin's concordance correlation, where there are two replicates", null=True),
        Column(
            "friedman", "float64", "Friedman's chi squared over the replicates, k - 1 df; small is stable", null=True
        ),
        Column("friedman_p", "float64", "its p", null=True),
        Column("note", "string", "why there is no estimate; '' where there is one"),
    ),
)
ACQUISITION = Table(
    "ACQUISITION",
    "how much of each feature goes with how its image was acquired: training, validation and genomics cohorts together",
    ("factor", "given", "harmonised", "feature_id"),
    (
        Column("factor", "string", "column of SERIES; 'all' of them; 'cohort'"),
        Column("given", "string", "what is held fixed: nothing, or the cohort"),
        Column("harmonised", "string", "ComBat of the study's batches: no, all cases, or training cases (learned on)"),
        Column("feature_id", "string", "feature"),
        Column("explained", "float64", "adjusted R squared of a linear model, partial where given", null=True),
        Column("n", "int64", "cases that state the factor and have the feature"),
        Column("levels", "int64", "different values of the factor"),
        Column("note", "string", "why there is no value; '' where there is one"),
    ),
)
SPLITS = Table(
    "SPLITS",
    "who is learned from and who is predicted, decided before anything is fitted",
    ("split", "cohort", "case"),
    (
        Column("split", "string", "'frozen' (training to validation cohorts) or a fold: r03f2"),
        COHORT,
        CASE,
        Column("part", "string", "train or test"),
    ),
)
SELECTION = Table(
    "SELECTION",
    "what became of each feature in each split",
    ("split", "feature_id"),
    (
        Column("split", "string", "split"),
        Column("feature_id", "string", "feature"),
        Column("group", "string", "group of features that the selector chooses from"),
        Column("step", "string", "step that decided: undefined, constant, reliability, redundancy, selector"),
        Column("kept", "bool", "in the signature"),
        Column("reason", "string", "why, with the number that decided"),
        Column("score", "float64", "univariate concordance with the outcome on training data", null=True),
        Column("volume_rho", "float64", "Spearman correlation with volume on training data", null=True),
    ),
)
PREDICTIONS = Table(
    "PREDICTIONS",
    "predicted risk of each case",
    ("split", "model", "cohort", "case"),
    (
        Column("split", "string", "split"),
        Column("model", "string", "signature, volume, clinical ..."),
        COHORT,
        CASE,
        Column("part", "string", "train or test"),
        Column("risk", "float64", "linear predictor; higher is worse"),
    ),
)
METRICS = Table(
    "METRICS",
    "performance",
    ("evaluation", "cohort", "model", "metric"),
    (
        Column("evaluation", "string", "apparent, cross-validation, validation"),
        COHORT,
        Column("model", "string", "signature, volume, clinical, null ..."),
        Column("metric", "string", "c_index, auc, delta_c_index, logrank_p ..."),
        Column("estimate", "float64", "value", null=True),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("n", "int64", "patients"),
        Column("n_events", "int64", "events"),
    ),
)
CURVES = Table(
    "CURVES",
    "Kaplan-Meier curves at the frozen cut-point",
    ("cohort", "model", "group", "time_days"),
    (
        COHORT,
        Column("model", "string", "model that splits"),
        Column("group", "string", "low or high risk"),
        Column("time_days", "float64", "time", "days"),
        Column("survival", "float64", "estimate"),
        Column("low", "float64", "lower bound of the 95 % interval", null=True),
        Column("high", "float64", "upper bound of the 95 % interval", null=True),
        Column("at_risk", "int64", "patients at risk just before"),
    ),
)
MODULES = Table(
    "MODULES",
    "gene modules",
    ("module", "gene"),
    (
        Column("module", "string", "module"),
        Column("gene", "string", "gene"),
        Column("weight", "float64", "loading of the gene on the module's score"),
    ),
)
ASSOCIATIONS = Table(
    "ASSOCIATIONS",
    "gene modules against features and readers' traits",
    ("module", "feature_id"),
    (
        Column("module", "string", "module"),
        Column("feature_id", "string", "feature, or 'trait: ...' (with '= value' for one answer against all others)"),
        Column("rho", "float64", "Spearman correlation of module score and feature or trait", null=True),
        Column("p", "float64", "two-sided permutation p", null=True),
        Column("q", "float64", "Benjamini-Hochberg over the whole table", null=True),
        Column("p_max", "float64", "family-wise permutation p, of the largest |rho| sqrt(n - 1)", null=True),
        Column("rho_given_volume", "float64", "partial Spearman correlation given volume", null=True),
        Column("n", "int64", "cases with both"),
    ),
)
TABLES = (
    CASES,
    MASKS,
    OVERLAPS,
    SERIES,
    EXCLUSIONS,
    CLINICAL,
    COVARIATES,
    TRAITS,
    TRAIT_AGREEMENT,
    UNREAD,
    FEATURES,
    CONTROLS,
    PERTURBED,
    SKIPPED,
    RELIABILITY,
    ACQUISITION,
    SPLITS,
    SELECTION,
    PREDICTIONS,
    METRICS,
    CURVES,
    MODULES,
    ASSOCIATIONS,
)
