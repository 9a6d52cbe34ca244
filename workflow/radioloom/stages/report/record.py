"""Records of the report: what it is made of, what a simulated study recovered, and what one section is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from radioloom.profile import Measuring
    from radioloom.stages.learning.signature import Signature

SUMMARIES = ("summary", "expression", "reconstruction", "stability", "enrichment")  # fields that are read of JSON
Picture = tuple[tuple[str, str, str], "np.ndarray"]  # case, replicate and roi; uint8 (height, width, 3)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The planted truth of a simulated study beside its results."""

    metrics: pd.DataFrame  # METRICS of kind `truth`: the planted log hazard as a risk, wherever the signature is judged
    features: pd.DataFrame  # cohort, feature_id, rho_heterogeneity, rho_volume, n: the signature's features
    modules: pd.DataFrame | None  # genomics.recovery.overlap, one row per planted module, and its driver
    adjusted_rand: float | None  # over the genes that have a planted and a recovered module
    hits: pd.DataFrame | None  # significant ASSOCIATIONS, and `planted`: whether the pair is a true one


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """All that a report is made of; tables as `radioloom.tables` declares them, None where a study has none."""

    settings: dict[str, Any]  # the checked study
    sheets: dict[str, list[dict[str, Any]]]  # cohort -> rows of its sheet
    exclusions: pd.DataFrame | None = None  # EXCLUSIONS
    n_in_tables: dict[str, int] = field(default_factory=dict)  # cohort -> features of its table, shared or not
    identities: pd.DataFrame | None = None  # IDENTITIES
    series: pd.DataFrame | None = None  # SERIES; None where a study starts from features
    clinical: pd.DataFrame | None = None  # CLINICAL of all cohorts with outcomes
    covariates: pd.DataFrame | None = None  # COVARIATES of the same
    masks: pd.DataFrame | None = None  # MASKS
    cases: pd.DataFrame | None = None  # CASES
    measured: pd.DataFrame | None = None  # MEASURED
    profile: Measuring | None = None  # None where a study starts from features
    overlaps: pd.DataFrame | None = None  # OVERLAPS; None or empty where no image was segmented twice
    pictures: dict[str, list[Picture]] | None = None  # cohort -> tile of each region
    reliability: pd.DataFrame | None = None  # RELIABILITY; empty where nothing was repeated
    acquisition: pd.DataFrame | None = None  # ACQUISITION
    selection: pd.DataFrame | None = None  # SELECTION of the split `frozen`, and of the folds
    tuning: pd.DataFrame | None = None  # TUNING of the same; empty where no grid was declared
    outliers: pd.DataFrame | None = None  # OUTLIERS
    signature: Signature | None = None
    adopted: dict[str, Any] | None = None  # whence a signature comes that was not learnt here, as `report` reads it
    sample_size: pd.DataFrame | None = None  # SAMPLE_SIZE
    learning_curve: pd.DataFrame | None = None  # LEARNING_CURVE
    optimism: pd.DataFrame | None = None  # OPTIMISM
    missing: pd.DataFrame | None = None  # MISSING
    metrics: pd.DataFrame | None = None  # METRICS
    comparisons: pd.DataFrame | None = None  # COMPARISONS
    looks: pd.DataFrame | None = None  # LOOKS
    models: pd.DataFrame | None = None  # MODELS; None where the study lists none
    predictions: pd.DataFrame | None = None  # PREDICTIONS
    curves: pd.DataFrame | None = None  # CURVES; None or empty for a binary outcome
    subgroups: pd.DataFrame | None = None  # SUBGROUPS; None where none were declared
    entered: pd.DataFrame | None = None  # ENTERED; this and what follows None where no cohort goes on
    followed: pd.DataFrame | None = None  # FOLLOWED
    cusum: pd.DataFrame | None = None  # CUSUM
    drift: pd.DataFrame | None = None  # DRIFT
    scanners: pd.DataFrame | None = None  # SCANNERS; None of a study without images
    succession: pd.DataFrame | None = None  # SUCCESSION; None where no signature is superseded
    pooled: pd.DataFrame | None = None  # POOLED; None where there are fewer than three validation cohorts
    incidence: pd.DataFrame | None = None  # INCIDENCE; None where no event rules the outcome out
    causes: pd.DataFrame | None = None  # CAUSES of the same
    targets: pd.DataFrame | None = None  # TARGETS; None where the study names no file of them
    published: dict[str, Any] | None = None  # that file
    risks: pd.DataFrame | None = None  # RISKS; empty where the outcome of survival has no horizon
    calibration: pd.DataFrame | None = None  # CALIBRATION
    decisions: pd.DataFrame | None = None  # DECISIONS
    operating: pd.DataFrame | None = None  # OPERATING; empty of survival
    annotations: pd.DataFrame | None = None  # ANNOTATIONS; this and what follows None without `unsupervised`
    clusters: pd.DataFrame | None = None  # CLUSTERS
    cluster_numbers: pd.DataFrame | None = None  # CLUSTER_NUMBERS
    cluster_summary: pd.DataFrame | None = None  # CLUSTER_SUMMARY
    cluster_tests: pd.DataFrame | None = None  # CLUSTER_TESTS
    clustered_features: pd.DataFrame | None = None  # CLUSTERED_FEATURES
    standardised: pd.DataFrame | None = None  # STANDARDISED
    consensus: pd.DataFrame | None = None  # CONSENSUS
    similar: pd.DataFrame | None = None  # SIMILAR
    association_rules: pd.DataFrame | None = None  # ASSOCIATION_RULES; this and what follows None without rules
    rule_items: pd.DataFrame | None = None  # RULE_ITEMS
    rules_by_chance: pd.DataFrame | None = None  # RULES_BY_CHANCE
    changed: pd.DataFrame | None = None  # CHANGED; None or empty where there are no control images
    skipped: pd.DataFrame | None = None  # SKIPPED; None where no image was changed
    traits: pd.DataFrame | None = None  # TRAITS; None where the study has no annotations
    trait_agreement: pd.DataFrame | None = None  # TRAIT_AGREEMENT
    unread: pd.DataFrame | None = None  # UNREAD
    samples: pd.DataFrame | None = None  # SAMPLES; this and the next two None where the study has no expression
    trait_filters: pd.DataFrame | None = None  # TRAIT_FILTERS
    expression: dict[str, Any] | None = None  # `summary` of stages.genomics.sift
    modules: pd.DataFrame | None = None  # MODULES; None where the study has no expression
    associations: pd.DataFrame | None = None  # ASSOCIATIONS
    summary: dict[str, Any] | None = None  # `summary` of stages.genomics.associate
    adjusted: pd.DataFrame | None = None  # ADJUSTED; this and the next None where no confounders are declared
    confounders: pd.DataFrame | None = None  # CONFOUNDERS
    gene_parts: pd.DataFrame | None = None  # GENE_PARTS; this and the next None where the map is tested in no others
    replicated: pd.DataFrame | None = None  # REPLICATED
    gene_pairs: pd.DataFrame | None = None  # GENE_PAIRS; this and the next None where genes are not tested one by one
    gene_counts: pd.DataFrame | None = None  # GENE_COUNTS
    relearnt: pd.DataFrame | None = None  # RELEARNT; this and the next None where no map is learnt anew
    maps_by_chance: pd.DataFrame | None = None  # MAPS_BY_CHANCE
    module_outcomes: pd.DataFrame | None = None  # MODULE_OUTCOMES; this and the next None where they are not asked for
    surrogates: pd.DataFrame | None = None  # SURROGATES
    trees: pd.DataFrame | None = None  # TREES; this and the next three None where no trees are asked for
    tree_values: pd.DataFrame | None = None  # TREE_VALUES
    reconstructed: pd.DataFrame | None = None  # RECONSTRUCTED
    reconstruction: dict[str, Any] | None = None  # `summary` of stages.genomics.reconstruct
    programs: pd.DataFrame | None = None  # PROGRAMS; this and the next None where none are asked for
    program_shares: pd.DataFrame | None = None  # PROGRAM_SHARES
    module_numbers: pd.DataFrame | None = None  # MODULE_NUMBERS; None where the number of modules is given
    module_stability: pd.DataFrame | None = None  # MODULE_STABILITY; this and the next two None without `stability`
    module_preservation: pd.DataFrame | None = None  # MODULE_PRESERVATION
    stability: dict[str, Any] | None = None  # `summary` of stages.genomics.regroup
    enrichment_sets: pd.DataFrame | None = None  # ENRICHMENT_SETS; this and what follows None without `enrichment`
    module_enrichment: pd.DataFrame | None = None  # MODULE_ENRICHMENT
    feature_enrichment: pd.DataFrame | None = None  # FEATURE_ENRICHMENT
    enrichment_clusters: pd.DataFrame | None = None  # ENRICHMENT_CLUSTERS
    enrichment: dict[str, Any] | None = None  # `summary` of stages.genomics.enrich
    features: pd.DataFrame | None = None  # FEATURES (COMBINED); of simulated, tabulated or combined images
    truth: dict[str, pd.DataFrame] | None = None  # see `planted.compare`; None for real patients
    comparison: Comparison | None = None  # of the truth and the results, as `report` adds it
    combinations: pd.DataFrame | None = None  # COMBINATIONS; None where a case is of one image
    provenance: dict[str, Any] = field(default_factory=dict)  # software (dict), hashes (dict), command (str)

    @property
    def counted(self) -> pd.DataFrame:
        """What became of the cases and images of each cohort; see `flow.counts`."""
        from radioloom.figures import flow

        return flow.counts(self.sheets, self.exclusions, self.combinations is not None)


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the report; its words lie in the template `sections/<name>.html.j2`.

    What it needs and uses are names of fields of ReportInputs, and of the inputs of the rule `report`. A section whose
    needs a study does not have is left out; so is one whose `build` gives None.
    """

    name: str  # its anchor in the page, and the name of its template and of what its template shows
    title: str
    needs: tuple[str, ...]  # inputs without which there is nothing to show
    build: Callable[[ReportInputs], dict[str, Any] | None]  # what the template shows; `brief`: lines of the summary
    uses: tuple[str, ...] = ()  # inputs that are shown where a study has them
    empty: str = ""  # why there is nothing to show where `build` gives None: ends "<title> is left out: ..."
