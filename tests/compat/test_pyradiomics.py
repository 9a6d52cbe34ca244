"""Names of pyradiomics' columns: its own profile's, and those of tables that others published."""

import csv
import gzip
from dataclasses import replace

import pytest

from radioloom.compat.pyradiomics import GROUPS, NO_FEATURE, named
from radioloom.compat.record import Named


@pytest.mark.parametrize(
    ("column", "known"),
    [
        ("original_shape_MeshVolume", Named("original", "shape", "MeshVolume", "shape")),
        ("original_shape2D_Sphericity", Named("original", "shape2D", "Sphericity", "shape")),
        ("original_firstorder_10Percentile", Named("original", "firstorder", "10Percentile", "intensity")),
        ("original_glcm_Idmn", Named("original", "glcm", "Idmn", "texture")),
        ("wavelet-LLH_firstorder_Mean", Named("wavelet-LLH", "firstorder", "Mean", "filtered")),
        ("log-sigma-3-0-mm-3D_ngtdm_Busyness", Named("log-sigma-3-0-mm-3D", "ngtdm", "Busyness", "filtered")),
        ("squareroot_glszm_ZoneEntropy", Named("squareroot", "glszm", "ZoneEntropy", "filtered")),
        ("lbp-3D-m1_gldm_LargeDependenceEmphasis", Named("lbp-3D-m1", "gldm", "LargeDependenceEmphasis", "filtered")),
    ],
)
def test_a_name_says_image_class_feature_and_group(column, known):
    assert replace(named(column), ibsi="") == known


@pytest.mark.parametrize(
    "column",
    ["morphology_volume", "original_shape", "GTV-1_original_shape_MeshVolume", "age", "original_shape_Mesh Volume", ""],
)
def test_what_is_no_name_of_pyradiomics(column):
    assert named(column) is None


def test_every_feature_column_of_published_tables_is_known(data_dir):
    """H&N1 by pyradiomics 3, and Hosny's by a fork of version 1: what is left are ids, labels and diagnostics."""
    with gzip.open(data_dir / "feature_tables" / "hn1_137.csv.gz", "rt", encoding="utf-8") as handle:
        names = next(csv.reader(handle))
    assert [name for name in names if named(name.removeprefix("GTV-1_")) is None] == ["ID", "Target"]
    with open(data_dir / "feature_tables" / "hosny2018_maastro.csv", encoding="utf-8") as handle:
        names = next(csv.reader(handle))
    left = [name for name in names if named(name) is None and not name.startswith(NO_FEATURE)]
    assert left == ["id", "surv2yr", "logit_0", "logit_1"]
    assert set(GROUPS.values()) == {"shape", "intensity", "texture"}
