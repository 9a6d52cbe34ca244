"""Sections of the report in reading order, and the inputs that they ask for."""

from radioloom.stages.report.record import Section
from radioloom.stages.report.sections.acquisition import ACQUISITION
from radioloom.stages.report.sections.adjusted import ADJUSTED
from radioloom.stages.report.sections.associated import ASSOCIATED
from radioloom.stages.report.sections.checklists import CHECKLISTS
from radioloom.stages.report.sections.clusters import CLUSTERS
from radioloom.stages.report.sections.cohorts import COHORTS
from radioloom.stages.report.sections.contact import CONTACT
from radioloom.stages.report.sections.enrichment import ENRICHMENT
from radioloom.stages.report.sections.expression import EXPRESSION
from radioloom.stages.report.sections.follow import FOLLOW
from radioloom.stages.report.sections.foretold import FORETOLD
from radioloom.stages.report.sections.frozen import FROZEN
from radioloom.stages.report.sections.genomics import GENOMICS
from radioloom.stages.report.sections.identity import IDENTITY
from radioloom.stages.report.sections.incidence import INCIDENCE
from radioloom.stages.report.sections.missing import MISSING
from radioloom.stages.report.sections.models import MODELS
from radioloom.stages.report.sections.module_trees import MODULE_TREES
from radioloom.stages.report.sections.number import NUMBER
from radioloom.stages.report.sections.performance import PERFORMANCE
from radioloom.stages.report.sections.pooled import POOLED
from radioloom.stages.report.sections.preparation import PREPARATION
from radioloom.stages.report.sections.programs import PROGRAMS
from radioloom.stages.report.sections.provenance import PROVENANCE
from radioloom.stages.report.sections.reconstruction import RECONSTRUCTION
from radioloom.stages.report.sections.relearnt import RELEARNT
from radioloom.stages.report.sections.reliability import RELIABILITY
from radioloom.stages.report.sections.replicated import REPLICATED
from radioloom.stages.report.sections.risk import RISK
from radioloom.stages.report.sections.rules import RULES
from radioloom.stages.report.sections.scanned import SCANNED
from radioloom.stages.report.sections.segmentations import SEGMENTATIONS
from radioloom.stages.report.sections.signature import SIGNATURE
from radioloom.stages.report.sections.similar import SIMILAR
from radioloom.stages.report.sections.size import SIZE
from radioloom.stages.report.sections.stability import STABILITY
from radioloom.stages.report.sections.subgroups import SUBGROUPS
from radioloom.stages.report.sections.succession import SUCCESSION
from radioloom.stages.report.sections.targets import TARGETS
from radioloom.stages.report.sections.traits import TRAITS
from radioloom.stages.report.sections.truth import TRUTH

SECTIONS: tuple[Section, ...] = (
    COHORTS,
    TARGETS,
    IDENTITY,
    CONTACT,
    SEGMENTATIONS,
    PREPARATION,
    RELIABILITY,
    ACQUISITION,
    FROZEN,
    SIGNATURE,
    SIZE,
    MISSING,
    PERFORMANCE,
    MODELS,
    RISK,
    SUCCESSION,
    FOLLOW,
    POOLED,
    SUBGROUPS,
    INCIDENCE,
    CLUSTERS,
    SIMILAR,
    RULES,
    TRAITS,
    EXPRESSION,
    NUMBER,
    GENOMICS,
    STABILITY,
    SCANNED,
    RELEARNT,
    ADJUSTED,
    REPLICATED,
    ASSOCIATED,
    RECONSTRUCTION,
    PROGRAMS,
    MODULE_TREES,
    ENRICHMENT,
    FORETOLD,
    TRUTH,
    CHECKLISTS,
    PROVENANCE,
)


def inputs() -> list[str]:
    """Names of all inputs that a section needs or uses, each once."""
    return list(dict.fromkeys(name for section in SECTIONS for name in (*section.needs, *section.uses)))
