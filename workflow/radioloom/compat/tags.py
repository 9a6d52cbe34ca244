"""Columns that are called by IBSI's tags (`morph_volume`, `cm_joint_entr_...`), as MIRP, MEDiml and CERR call theirs.

MIRP: `<filter>_<tag>_<distance, aggregation, grey levels>`, of the original image without a filter; what is no feature
begins with `image_` or `sample_`. https://oncoray.github.io/mirp/features_names.html
MEDiml: an F before the tag (`Fmorph_vol`), with few morphological words of its own; its name does not say the image.
CERR (pyCERR, `mapToIBSI`): `<image>_<tag>_<2_5D or 3D>_<avg or comb>`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from radioloom.compat.record import FILTERED, ORIGINAL, Named, paired

NO_FEATURE = ("image_", "sample_", "diag_")


class Tags(NamedTuple):
    """Tags of one family."""

    group: str
    ibsi: dict[str, str]  # tag without the family's -> IBSI id


FAMILIES = {
    "morph": Tags(
        "shape",
        paired(
            "volume RNU0 vol_approx YEKZ area_mesh C0JK av 2PR5 comp_1 SKGS comp_2 BQWJ sph_dispr KRCK sphericity QCFX "
            "asphericity 25C7 com KLMA diam L0JK pca_maj_axis TDIC pca_min_axis P9VJ pca_least_axis 7J51 "
            "pca_elongation Q3CK pca_flatness N17B vol_dens_aabb PBX1 area_dens_aabb R59B vol_dens_ombb ZH1A "
            "area_dens_ombb IQYR vol_dens_aee 6BDE area_dens_aee RDD2 vol_dens_mvee SWZ1 area_dens_mvee BRI8 "
            "vol_dens_conv_hull R3ER area_dens_conv_hull 7T7F integ_int 99N0 moran_i N365 geary_c NPT7 "
            # MEDiml's own
            "vol RNU0 approx_vol YEKZ area C0JK pca_major TDIC pca_minor P9VJ pca_least 7J51 v_dens_aabb PBX1 "
            "a_dens_aabb R59B v_dens_ombb ZH1A a_dens_ombb IQYR v_dens_aee 6BDE a_dens_aee RDD2 v_dens_mvee SWZ1 "
            "a_dens_mvee BRI8 v_dens_conv_hull R3ER a_dens_conv_hull 7T7F"
        ),
    ),
    "loc": Tags("intensity", paired("peak_loc VJGA peak_glob 0F91")),
    "stat": Tags(
        "intensity",
        paired(
            "mean Q4LE var ECT3 skew KE2A kurt IPH6 median Y12H min 1GSF p10 QG58 p90 8DWT max 84IY iqr SALO "
            "range 2OJQ mad 4FUA rmad 1128 medad N72L cov 7TET qcod 9S40 energy N8CA rms 5ZWQ"
        ),
    ),
    "ih": Tags(
        "intensity",
        paired(
            "mean X6K6 var CH89 skew 88K1 kurt C3I7 median WIFQ min 1PR8 p10 GPMT p90 OZ0C max 3NCY mode AMMC iqr WR0O "
            "range 5Z3W mad D2ZX rmad WRZB medad 4RNL cov CWYJ qcod SLWD entropy TLU2 uniformity BJ5W max_grad 12CE "
            "max_grad_g 8E6O min_grad VQB3 min_grad_g RHQZ"
        ),
    ),
    "ivh": Tags(
        "intensity",
        paired(
            "v10 BC2M v25 BC2M v50 BC2M v75 BC2M v90 BC2M i10 GBPN i25 GBPN i50 GBPN i75 GBPN i90 GBPN "
            "diff_v10_v90 DDTU diff_v25_v75 DDTU diff_i10_i90 CNV2 diff_i25_i75 CNV2 auc 9CMM"
        ),
    ),
    "cm": Tags(
        "texture",
        paired(
            "joint_max GYBY joint_avg 60VM joint_var UR99 joint_entr TU9B diff_avg TF7R diff_var D3YU diff_entr NTRS "
            "sum_avg ZGXS sum_var OEEB sum_entr P6QZ energy 8ZQL contrast ACUI dissimilarity 8S9J inv_diff IB1Z "
            "inv_diff_norm NDRX inv_diff_mom WF0Z inv_diff_mom_norm 1QCO inv_var E8JP corr NI2N auto_corr QWB0 "
            "clust_tend DG8W clust_shade 7NFM clust_prom AE86 info_corr1 R8DG info_corr2 JN9H"
        ),
    ),
    "rlm": Tags(
        "texture",
        paired(
            "sre 22OV lre W4KF lgre V3SW hgre G3QZ srlge HTZT srhge GD3A lrlge IVPO lrhge 3KUM glnu R5YN "
            "glnu_norm OVBL rlnu W92Y rlnu_norm IC23 r_perc 9ZK5 gl_var 8CE5 rl_var SXLW rl_entr HJ9O"
        ),
    ),
    "szm": Tags(
        "texture",
        paired(
            "sze 5QRC lze 48P8 lgze XMSY hgze 5GN9 szlge 5RAI szhge HW1V lzlge YH51 lzhge J17V glnu JNSA "
            "glnu_norm Y1RO zsnu 4JP3 zsnu_norm VB3A z_perc P30P gl_var BYLV zs_var 3NSA zs_entr GU8N"
        ),
    ),
    "dzm": Tags(
        "texture",
        paired(
            "sde 0GBI lde MB4I lgze S1RA hgze K26C sdlge RUVG sdhge DKNJ ldlge A7WM ldhge KLTH glnu VFT7 "
            "glnu_norm 7HP3 zdnu V294 zdnu_norm IATH z_perc VIWW gl_var QK93 zd_var 7WT1 zd_entr GBDU"
        ),
    ),
    "ngt": Tags("texture", paired("coarseness QCDE contrast 65HE busyness NQ30 complexity HDEZ strength 1X9X")),
    "ngl": Tags(
        "texture",
        paired(
            "lde SODN hde IMOQ lgce TL9H hgce OAE7 ldlge EQ3F ldhge JA6D hdlge NBZI hdhge 9QMG glnu FP8K "
            "glnu_norm 5SPA dcnu Z87G dcnu_norm OKJI dc_perc 6XV8 gl_var 1PFV dc_var DNX2 dc_entr FCBV dc_energy CAS9"
        ),
    ),
}
# Words that the name of a filtered image begins with; any other word before a tag may be the user's.
FILTERS = "exp|gabor|gaussian|lapl|laws|lbp|lgrthm|log|mean|norm|prewitt|sobel|sqrt|square|wavelet"
TAG = "|".join(
    f"{family}_(?:{'|'.join(sorted(tags.ibsi, key=len, reverse=True))})" for family, tags in FAMILIES.items()
)
# What follows a tag are parameters and no words: glnu_norm is not glnu with a parameter. Where directions were brought
# together otherwise than by their mean, it is not what IBSI's id is of.
END = r"(?:_(?:d[0-9]|a[0-9]|[23]d|2\.5d|2_5D|[23]D|fb[ns]|avg|comb).*)?"
NAME = re.compile(
    rf"(?:(?P<image>{ORIGINAL}|(?:{FILTERS})[A-Za-z]*(?:_[\w.+-]*?)?)_|(?P<mediml>F))?(?P<tag>{TAG}){END}"
)
SPREAD = re.compile(r"_[23][dD](?:_[sd]_mrg)?_(?:min|max|range|std|var|Min|Max|StdDev|Median)(?:_|$)")


def named(column: str) -> Named | None:
    """What a column's name says; None where no tag of IBSI's is in it."""
    known = NAME.fullmatch(column)
    if known is None:
        return None
    family, tag = known["tag"].split("_", 1)
    image = "" if known["mediml"] else known["image"] or ORIGINAL
    group = FAMILIES[family].group if image in ("", ORIGINAL) else FILTERED
    return Named(image, family, tag, group, "" if SPREAD.search(column) else FAMILIES[family].ibsi[tag])
