"""Columns of CERR's tables under its own names: `<image>_<class>_<name>`, of matrices with `_<2_5D or 3D>`.

pyCERR, `cerr.radiomics.ibsi1`; its map to IBSI's tags (`getIBSINameMap`) says which feature is which. Of directions
it writes the mean or the merged matrix (`avg`, `comb`), and their spread (`Median`, `StdDev`, `Min`, `Max`), which IBSI
has not. `volume` is that of the voxels.
"""

from __future__ import annotations

import re

from radioloom.compat.record import FILTERED, ORIGINAL, Named, paired
from radioloom.compat.tags import FILTERS

GROUPS = {"shape": "shape", "firstOrder": "intensity"}  # of the original image; classes of matrices are texture
IBSI = {
    "shape": paired(
        "majorAxis TDIC minorAxis P9VJ leastAxis 7J51 flatness N17B elongation Q3CK max3dDiameter L0JK surfArea C0JK "
        "volume YEKZ volumeDensityAABB PBX1 Compactness1 SKGS Compactness2 BQWJ spherDisprop KRCK sphericity QCFX "
        "surfToVolRatio 2PR5"
    ),
    "firstOrder": paired(
        "min 1GSF max 84IY mean Q4LE range 2OJQ var ECT3 median Y12H skewness KE2A kurtosis IPH6 rms 5ZWQ energy N8CA "
        "meanAbsDev 4FUA medianAbsDev N72L P10 QG58 P90 8DWT robustMeanAbsDev 1128 interQuartileRange SALO "
        "coeffDispersion 9S40 coeffVariation 7TET"
    ),
    "glcm": paired(
        "jointEntropy TU9B jointMax GYBY jointAvg 60VM jointVar UR99 sumAvg ZGXS sumVar OEEB sumEntropy P6QZ "
        "energy 8ZQL contrast ACUI invDiffMom WF0Z invDiffMomNorm 1QCO invDiff IB1Z invDiffNorm NDRX invVar E8JP "
        "dissimilarity 8S9J diffEntropy NTRS diffVar D3YU diffAvg TF7R corr NI2N clustTendency DG8W clustShade 7NFM "
        "clustPromin AE86 autoCorr QWB0 firstInfCorr R8DG secondInfCorr JN9H"
    ),
    "glrlm": paired(
        "shortRunEmphasis 22OV longRunEmphasis W4KF grayLevelNonUniformity R5YN grayLevelNonUniformityNorm OVBL "
        "runLengthNonUniformity W92Y runLengthNonUniformityNorm IC23 runPercentage 9ZK5 lowGrayLevelRunEmphasis V3SW "
        "highGrayLevelRunEmphasis G3QZ shortRunLowGrayLevelEmphasis HTZT shortRunHighGrayLevelEmphasis GD3A "
        "longRunLowGrayLevelEmphasis IVPO longRunHighGrayLevelEmphasis 3KUM grayLevelVariance 8CE5 "
        "runLengthVariance SXLW runEntropy HJ9O"
    ),
    "glszm": paired(
        "smallAreaEmphasis 5QRC largeAreaEmphasis 48P8 grayLevelNonUniformity JNSA grayLevelNonUniformityNorm Y1RO "
        "sizeZoneNonUniformity 4JP3 sizeZoneNonUniformityNorm VB3A zonePercentage P30P lowGrayLevelZoneEmphasis XMSY "
        "highGrayLevelZoneEmphasis 5GN9 smallAreaLowGrayLevelEmphasis 5RAI smallAreaHighGrayLevelEmphasis HW1V "
        "largeAreaLowGrayLevelEmphasis YH51 largeAreaHighGrayLevelEmphasis J17V grayLevelVariance BYLV "
        "sizeZoneVariance 3NSA zoneEntropy GU8N"
    ),
    "gldm": paired(
        "lowDependenceEmphasis SODN highDependenceEmphasis IMOQ lowGrayLevelCountEmphasis TL9H "
        "highGrayLevelCountEmphasis OAE7 lowDependenceLowGrayLevelEmphasis EQ3F "
        "lowDependenceHighGrayLevelEmphasis JA6D highDependenceLowGrayLevelEmphasis NBZI "
        "highDependenceHighGrayLevelEmphasis 9QMG grayLevelNonUniformity FP8K grayLevelNonUniformityNorm 5SPA "
        "dependenceCountNonuniformity Z87G dependenceCountNonuniformityNorm OKJI dependenceCountPercentage 6XV8 "
        "grayLevelVariance 1PFV dependenceCountVariance DNX2 dependenceCountEntropy FCBV dependenceCountEnergy CAS9"
    ),
    "gtdm": paired("coarseness QCDE contrast 65HE busyness NQ30 complexity HDEZ strength 1X9X"),
}
WORDS = "|".join(f"{family}_(?:{'|'.join(names)})" for family, names in IBSI.items())
NAME = re.compile(rf"(?P<image>{ORIGINAL}|(?:{FILTERS})\w*?)_(?P<feature>{WORDS})(?:_(?:2_5D|3D))?(?P<spread>_\w+)?")
OF_DIRECTIONS = (None, "_avg", "_comb")


def named(column: str) -> Named | None:
    """What a column's name says; None where it is no name of CERR's."""
    known = NAME.fullmatch(column)
    if known is None:
        return None
    family, feature = known["feature"].split("_", 1)
    group = GROUPS.get(family, "texture") if known["image"] == ORIGINAL else FILTERED
    return Named(known["image"], family, feature, group, IBSI[family][feature] * (known["spread"] in OF_DIRECTIONS))
