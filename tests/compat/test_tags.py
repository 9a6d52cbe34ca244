"""Names of MIRP, MEDiml and CERR: image, group and IBSI id; the ids are those of our own features and IBSI's table."""

import csv
import re
from pathlib import Path

import pytest

from radioloom.compat import cerr, named, pyradiomics, tags
from radioloom.features import FAMILIES

ROOT = Path(__file__).resolve().parents[2]
OURS = {feature.ibsi for family in FAMILIES for feature in family.features} - {""}


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("morph_volume", ("original", "morph", "volume", "shape", "RNU0")),  # MIRP
        ("stat_p10", ("original", "stat", "p10", "intensity", "QG58")),
        ("ivh_diff_v10_v90_fbs_w2.5", ("original", "ivh", "diff_v10_v90", "intensity", "DDTU")),
        ("cm_inv_diff_mom_norm_d1.0_3d_v_mrg_fbn_n32", ("original", "cm", "inv_diff_mom_norm", "texture", "1QCO")),
        ("cm_contrast_d1.0_3d_std_fbn_n32", ("original", "cm", "contrast", "texture", "")),  # of directions the SD
        ("ngl_dc_entr_d1.0_a0_2.5d_fbs_w25.0", ("original", "ngl", "dc_entr", "texture", "FCBV")),
        ("wavelet_db2_level_1_lll_stat_mean", ("wavelet_db2_level_1_lll", "stat", "mean", "filtered", "Q4LE")),
        ("log_s_3.0_szm_glnu_norm_3d_fbs_w25.0", ("log_s_3.0", "szm", "glnu_norm", "filtered", "Y1RO")),
        ("Fmorph_approx_vol", ("", "morph", "approx_vol", "shape", "YEKZ")),  # MEDiml
        ("Fcm_joint_entr", ("", "cm", "joint_entr", "texture", "TU9B")),
        ("original_firstOrder_mean", ("original", "firstOrder", "mean", "intensity", "Q4LE")),  # CERR
        ("original_glcm_contrast_3D_avg", ("original", "glcm", "contrast", "texture", "ACUI")),
        ("original_glcm_contrast_3D_StdDev", ("original", "glcm", "contrast", "texture", "")),
        ("original_cm_contrast_3D_comb", ("original", "cm", "contrast", "texture", "ACUI")),
        ("wavelets_coif1_HHL_glszm_zoneEntropy_3D", ("wavelets_coif1_HHL", "glszm", "zoneEntropy", "filtered", "GU8N")),
        ("original_glszm_LowGrayLevelZoneEmphasis",  # pyradiomics
         ("original", "glszm", "LowGrayLevelZoneEmphasis", "texture", "XMSY")),
        ("original_firstorder_Kurtosis", ("original", "firstorder", "Kurtosis", "intensity", "")),
    ],
)  # fmt: skip
def test_a_name_says_image_family_feature_group_and_ibsi_id(column, said):
    known = named(column)
    assert (known.image, known.family, known.feature, known.group, known.ibsi) == said


@pytest.mark.parametrize("column", ["age", "Mueller_stat_mean", "stat_mean_of_age", "cm", "morphology_volume", "Fage"])
def test_what_is_no_name_of_a_program(column):
    assert named(column) is None


def test_every_id_is_of_a_feature_of_ours():
    of_tags = {name: each.ibsi for name, each in tags.FAMILIES.items()}
    for ids in (*pyradiomics.IBSI.values(), *cerr.IBSI.values(), *of_tags.values()):
        assert set(ids.values()) <= OURS | {"9CMM"}  # the area under the IVH, which we do not measure


def test_tags_are_those_of_the_table_of_ibsi():
    """But two percentiles of the histogram, whose ids that table has one row too low."""
    with (ROOT / "resources/ibsi/ibsi1_reference_values.csv").open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["ibsi_id"] and row["tag"] not in ("ih_p10", "ih_p90")]
    assert len(rows) > 1500
    for row in rows:
        tag = re.sub(r"_(2D|2_5D|3D)(_(avg|comb))?$", "", row["tag"])
        assert named(tag).ibsi == row["ibsi_id"], row["tag"]


def test_ids_of_pyradiomics_are_those_of_its_own_list(data_dir):
    path = data_dir / "pyradiomics" / "featuresDict_IBSIv7.tsv"
    if not path.is_file():
        pytest.skip("the list of pyradiomics is not in place")
    listed = {}
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t"):
        listed[row["pyradiomics_feature_class"], row["pyradiomics_feature_name"]] = row["IBSI_code"]
    both = [(of, name) for of, ids in pyradiomics.IBSI.items() for name in ids if (of, name) in listed]
    assert len(both) > 80
    for of, name in both:
        assert pyradiomics.IBSI[of][name] == listed[of, name], name
