"""Columns of pyradiomics' tables: the image, class and feature that each is of, its group and its IBSI id.

pyradiomics names a feature `<image>_<class>_<Name>`, and begins what is no feature with `diagnostics_` (before version
2: `general_info_`). https://pyradiomics.readthedocs.io/en/v3.0.1/features.html
IBSI ids are those of its own list (`featuresDict_IBSIv7`), without what it defines otherwise: its kurtosis has no 3
taken off, its total energy and MCC are none of IBSI's. Zones of low and high grey levels are of IBSI's size zone matrix
(XMSY, 5GN9), where that list has ids of distance zones.
"""

from __future__ import annotations

import re

from radioloom.compat.record import FILTERED, ORIGINAL, Named, paired

NO_FEATURE = ("diagnostics_", "general_info_")
# Class of pyradiomics -> group of its features on the original image; on any other image they are `filtered`.
GROUPS = {
    "shape": "shape",
    "shape2D": "shape",
    "firstorder": "intensity",
    "glcm": "texture",
    "glrlm": "texture",
    "glszm": "texture",
    "gldm": "texture",
    "gldzm": "texture",  # of forks
    "ngtdm": "texture",
}
IBSI = {
    "shape": paired(
        "MeshVolume RNU0 VoxelVolume YEKZ SurfaceArea C0JK SurfaceVolumeRatio 2PR5 Compactness1 SKGS Compactness2 BQWJ "
        "SphericalDisproportion KRCK Sphericity QCFX Maximum3DDiameter L0JK MajorAxisLength TDIC MinorAxisLength P9VJ "
        "LeastAxisLength 7J51 Elongation Q3CK Flatness N17B"
    ),
    "firstorder": paired(
        "Mean Q4LE Variance ECT3 Skewness KE2A Median Y12H Minimum 1GSF 10Percentile QG58 90Percentile 8DWT "
        "Maximum 84IY InterquartileRange SALO Range 2OJQ MeanAbsoluteDeviation 4FUA RobustMeanAbsoluteDeviation 1128 "
        "Energy N8CA RootMeanSquared 5ZWQ Entropy TLU2 Uniformity BJ5W"
    ),
    "glcm": paired(
        "MaximumProbability GYBY JointAverage 60VM SumSquares UR99 JointEntropy TU9B DifferenceAverage TF7R "
        "DifferenceVariance D3YU DifferenceEntropy NTRS SumAverage ZGXS SumVariance OEEB SumEntropy P6QZ "
        "JointEnergy 8ZQL Contrast ACUI Dissimilarity 8S9J Id IB1Z Idn NDRX Idm WF0Z Idmn 1QCO InverseVariance E8JP "
        "Correlation NI2N Autocorrelation QWB0 ClusterTendency DG8W ClusterShade 7NFM ClusterProminence AE86 "
        "Imc1 R8DG Imc2 JN9H"
    ),
    "glrlm": paired(
        "ShortRunEmphasis 22OV LongRunEmphasis W4KF LowGrayLevelRunEmphasis V3SW HighGrayLevelRunEmphasis G3QZ "
        "ShortRunLowGrayLevelEmphasis HTZT ShortRunHighGrayLevelEmphasis GD3A LongRunLowGrayLevelEmphasis IVPO "
        "LongRunHighGrayLevelEmphasis 3KUM GrayLevelNonUniformity R5YN GrayLevelNonUniformityNormalized OVBL "
        "RunLengthNonUniformity W92Y RunLengthNonUniformityNormalized IC23 RunPercentage 9ZK5 GrayLevelVariance 8CE5 "
        "RunVariance SXLW RunEntropy HJ9O"
    ),
    "glszm": paired(
        "SmallAreaEmphasis 5QRC LargeAreaEmphasis 48P8 LowGrayLevelZoneEmphasis XMSY HighGrayLevelZoneEmphasis 5GN9 "
        "SmallAreaLowGrayLevelEmphasis 5RAI SmallAreaHighGrayLevelEmphasis HW1V LargeAreaLowGrayLevelEmphasis YH51 "
        "LargeAreaHighGrayLevelEmphasis J17V GrayLevelNonUniformity JNSA GrayLevelNonUniformityNormalized Y1RO "
        "SizeZoneNonUniformity 4JP3 SizeZoneNonUniformityNormalized VB3A ZonePercentage P30P GrayLevelVariance BYLV "
        "ZoneVariance 3NSA ZoneEntropy GU8N"
    ),
    "ngtdm": paired("Coarseness QCDE Contrast 65HE Busyness NQ30 Complexity HDEZ Strength 1X9X"),
    "gldm": paired(
        "SmallDependenceEmphasis SODN LargeDependenceEmphasis IMOQ LowGrayLevelEmphasis TL9H "
        "HighGrayLevelEmphasis OAE7 SmallDependenceLowGrayLevelEmphasis EQ3F SmallDependenceHighGrayLevelEmphasis JA6D "
        "LargeDependenceLowGrayLevelEmphasis NBZI LargeDependenceHighGrayLevelEmphasis 9QMG "
        "GrayLevelNonUniformity FP8K GrayLevelNonUniformityNormalized 5SPA DependenceNonUniformity Z87G "
        "DependenceNonUniformityNormalized OKJI DependencePercentage 6XV8 GrayLevelVariance 1PFV "
        "DependenceVariance DNX2 DependenceEntropy FCBV"
    ),
}
IMAGES = (
    f"{ORIGINAL}|square|squareroot|logarithm|exponential|gradient|lbp-2D|lbp-3D-(?:m[0-9]+|k)"
    "|log-sigma-[0-9-]+-mm-[23]D|wavelet[0-9]*-[HL]{2,3}"
)
NAME = re.compile(rf"({IMAGES})_({'|'.join(GROUPS)})_([A-Za-z0-9]+)")


def named(column: str) -> Named | None:
    """What a column's name says; None where it is no name of pyradiomics'."""
    known = NAME.fullmatch(column)
    if known is None:
        return None
    image, family, feature = known.groups()
    group = GROUPS[family] if image == ORIGINAL else FILTERED
    return Named(image, family, feature, group, IBSI.get(family, {}).get(feature, ""))
