"""Tables of patients by features without their outcome: clusters, what goes with them, similar patients, rules."""

from __future__ import annotations

from radioloom.tables.columns import CASE, COHORT
from radioloom.tables.record import Column, Table

OF_OUTCOME, OF_ANNOTATION = "outcome", "annotation"  # `kind` of CLUSTER_TESTS and RULE_ITEMS
OF_FEATURE, OF_TRAIT = "feature", "trait"  # `kind` of RULE_ITEMS
PLACE = "cohort; of what was learnt on several training cohorts, their names joined by +"
ANNOTATION = Column("annotation", "string", "column of the clinical table, by the study's name for it")
PART = Column("part", "string", "train: learnt on; test: carried to")
CLUSTER = Column("cluster", "int64", "number of the cluster, 1 is the largest in training")
FEATURE_ID = Column("feature_id", "string", "feature")
STANDARD = "standard deviations of the training patients"

ANNOTATIONS = Table(
    "ANNOTATIONS",
    "what the clinical tables say of the cases besides outcome and covariates (`unsupervised.annotations`)",
    ("cohort", "case", "annotation"),
    (
        COHORT,
        CASE,
        ANNOTATION,
        Column("level", "string", "level, or interval of the cuts; empty of a number, and where not known", null=True),
        Column("number", "float64", "number; empty of a category, and where not known", null=True),
    ),
)
STANDARDISED = Table(
    "STANDARDISED",
    "features as patients are clustered and compared by them: of the first case of each patient",
    ("cohort", "case", "feature_id"),
    (
        COHORT,
        CASE,
        FEATURE_ID,
        Column("value", "float64", "distance from the training mean; empty where not measured", STANDARD, null=True),
    ),
)
CLUSTERED_FEATURES = Table(
    "CLUSTERED_FEATURES",
    "features that patients are clustered by, and how they are standardised: learnt on training patients",
    ("feature_id",),
    (
        FEATURE_ID,
        Column("group", "string", "shape, intensity, texture; filtered: of any filtered image; other: not known"),
        Column("place", "int64", "place in the tree of features (average linkage on 1 - Pearson's r), from 1"),
        Column("mean", "float64", "mean in training, after `unsupervised.scaling`"),
        Column("sd", "float64", "standard deviation in training, after `unsupervised.scaling`"),
    ),
)
CLUSTER_NUMBERS = Table(
    "CLUSTER_NUMBERS",
    "how stable each number of clusters is over resamples of the training patients, and which was taken",
    ("clusters",),
    (
        Column("clusters", "int64", "number of clusters asked for"),
        Column("found", "int64", "clusters that came; a number of which fewer came is not taken"),
        Column("area", "float64", "area under the distribution of the consensus (Monti 2003)"),
        Column("area_gain", "float64", "relative gain in area over one cluster less; for two clusters the area"),
        Column("ambiguous", "float64", "share of pairs of consensus between 0.1 and 0.9 (PAC, Senbabaoglu 2014)"),
        Column("by_chance", "float64", "the same of data without clusters, mean", null=True),
        Column("p", "float64", "share of data without clusters at least as stable, this one counted", null=True),
        Column("silhouette", "float64", "mean silhouette (Rousseeuw 1987)"),
        Column("smallest", "int64", "training patients in the smallest cluster"),
        Column("chosen", "bool", "whether it was taken"),
    ),
)
CONSENSUS = Table(
    "CONSENSUS",
    "how often two training patients share a cluster over the resamples that have both",
    ("cohort", "case", "other_cohort", "other_case"),
    (
        COHORT,
        CASE,
        Column("other_cohort", "string", "cohort of the other patient"),
        Column("other_case", "string", "case of the other patient, later in the order of CLUSTERS"),
        Column("consensus", "float64", "share of these resamples, for the number of clusters that was taken"),
    ),
)
CLUSTERS = Table(
    "CLUSTERS",
    "cluster of each patient's first case: learnt in training, carried to the others by the nearest centre",
    ("cohort", "case"),
    (
        COHORT,
        CASE,
        PART,
        CLUSTER,
        Column("place", "int64", "place among the patients of its part and cohort as a heat map shows them, from 1"),
        Column("consensus", "float64", "mean consensus with the others of its cluster; empty if carried", null=True),
        Column("distance", "float64", "from the centre of its cluster, root mean square over features", STANDARD),
    ),
)
CLUSTER_CENTRES = Table(
    "CLUSTER_CENTRES",
    "centres of the clusters: a new patient is of the nearest one",
    ("cluster", "feature_id"),
    (CLUSTER, FEATURE_ID, Column("centre", "float64", "mean of the cluster's training patients", STANDARD)),
)
CLUSTER_SUMMARY = Table(
    "CLUSTER_SUMMARY",
    "size and stability of each cluster in training, and whether it is found again where it was carried to",
    ("cohort", "cluster"),
    (
        Column("cohort", "string", PLACE),
        CLUSTER,
        Column("n", "int64", "patients"),
        Column("n_events", "int64", "of them with the event"),
        Column("consensus", "float64", "mean consensus of its pairs; empty if carried, or of one patient", null=True),
        Column(
            "in_group",
            "float64",
            "share of its patients whose nearest one in this cohort is of it too (Kapp and Tibshirani 2007)",
            null=True,
        ),
    ),
)
CLUSTER_TESTS = Table(
    "CLUSTER_TESTS",
    "whether annotations and outcome, which took no part in the clusters, go with them",
    ("cohort", "kind", "annotation"),
    (
        Column("cohort", "string", PLACE),
        Column("kind", "string", f"{OF_OUTCOME}, {OF_ANNOTATION}"),
        ANNOTATION,
        Column("test", "string", "chi-square, Fisher, Kruskal-Wallis, log-rank; '' where none was made"),
        Column("statistic", "float64", "chi-square or H; empty of Fisher's", null=True),
        Column("df", "int64", "degrees of freedom", null=True),
        Column("p", "float64", "of this test by itself", null=True),
        Column("q", "float64", "Benjamini and Hochberg over all rows", null=True),
        Column("effect", "float64", "Cramér's V, or epsilon squared of Kruskal and Wallis; 0 to 1", null=True),
        Column("n", "int64", "patients of whom it is known"),
        Column("note", "string", "why there is no test; '' where there is one"),
    ),
)
SIMILAR = Table(
    "SIMILAR",
    "the training patients that each patient is most similar to",
    ("cohort", "case", "rank"),
    (
        COHORT,
        CASE,
        PART,
        Column("rank", "int64", "1 is the most similar"),
        Column("other_cohort", "string", "cohort of that training patient"),
        Column("other_case", "string", "its first case"),
        Column("distance", "float64", "root mean square difference over features", STANDARD),
        Column("closer", "float64", "share of the pairs of training patients that are closer to each other"),
    ),
)
RULE = Column("rule", "int64", "number of the rule, the least likely by chance first")
ASSOCIATION_RULES = Table(
    "ASSOCIATION_RULES",
    "association rules learnt in training, and the same rules in validation cohorts, beside chance",
    ("rule", "cohort"),
    (
        RULE,
        Column("cohort", "string", PLACE),
        Column("n", "int64", "patients of whom what is foretold is known"),
        Column("n_both", "int64", "of them with all items of the rule"),
        Column("support", "float64", "their share"),
        Column("confidence", "float64", "share with what is foretold of those with the antecedent", null=True),
        Column("lift", "float64", "confidence over the share of all with what is foretold", null=True),
        Column("by_chance", "float64", "lift below which 95 % are where values of what is foretold are exchanged"),
        Column("p", "float64", "share of exchanges with as many patients, these counted"),
        Column("p_max", "float64", "the same of the largest surplus of all possible rules; of training", null=True),
    ),
)
RULE_ITEMS = Table(
    "RULE_ITEMS",
    "what the association rules consist of",
    ("rule", "side", "kind", "variable"),
    (
        RULE,
        Column("side", "string", "if, then"),
        Column("kind", "string", f"{OF_FEATURE}, {OF_ANNOTATION}, {OF_TRAIT}, {OF_OUTCOME}"),
        Column("variable", "string", "feature, annotation, trait or outcome, by its name"),
        Column("level", "string", "level; of a number low, middle or high, by tertiles of training"),
        Column("above", "float64", f"cut below the level; of a feature in {STANDARD}", null=True),
        Column("up_to", "float64", f"cut above the level; of a feature in {STANDARD}", null=True),
    ),
)
RULES_BY_CHANCE = Table(
    "RULES_BY_CHANCE",
    "how many rules reach the limits of the study, and how many do where values of what is foretold are exchanged",
    ("cohort",),
    (
        Column("cohort", "string", PLACE),
        Column("n", "int64", "training patients"),
        Column("items", "int64", "items that rules are made of"),
        Column("rules", "int64", "rules, those that are no better than with a part of their antecedent too"),
        Column("by_chance", "float64", "the same of exchanged values, mean"),
    ),
)
