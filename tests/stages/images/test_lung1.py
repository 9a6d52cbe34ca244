"""The first patient of Lung1, from DICOM to features by the settings and the sheets of the studies that are shipped."""

import math

import numpy as np
import pydicom
import pytest
import pywt

from made.studies import ROOT
from naive.texture import FORWARD, run_lengths
from radioloom.settings import read
from radioloom.stages.images.curate import curate
from radioloom.stages.images.extract import extract_batch
from radioloom.stages.images.prepare import prepare_batch
from radioloom.stages.images.segment import segment
from radioloom.study import load

pytestmark = pytest.mark.hostile
PLACES = {"image": "lung1/LUNG1-001/image", "segmentation": "lung1/LUNG1-001/mask_rtstruct"}
POLYGONS_MM3 = 156_346  # area of the polygons of GTV-1 times 3 mm


def measured(name, data_dir):
    """Values by feature, the prepared case."""
    path = ROOT / "config" / "studies" / name / "study.yaml"
    study = load(read(path) | {"data": str(data_dir)}, ROOT, path)
    row = next(row for row in study.sheets["lung1"] if row["case"] == "LUNG1-001")
    for key, place in PLACES.items():
        header = pydicom.dcmread(next((data_dir / place).glob("*.dcm")), stop_before_pixels=True)
        assert row[key] == f"fetched/lung1/{header.SeriesInstanceUID}"
    curated = curate([row | PLACES], data_dir)
    segmented = segment(curated.images, data_dir, study.settings["cohorts"]["lung1"]["rois"])
    kept = []
    _, faults = prepare_batch(curated.images, segmented.masks, data_dir, study.profile, kept.append)
    found, more, _ = extract_batch(kept, study.profile)
    assert curated.exclusions + segmented.exclusions + faults + more == []
    return {each["feature_id"]: each["value"] for each in found.rows}, kept[0]


def non_uniformity(values, mask):
    """Grey-level non-uniformity of runs, averaged over the 13 directions; bins of 25 with edges at multiples of 25."""
    low = np.floor(values[mask].min() / 25)
    levels = np.where(mask, np.floor(values / 25) - low + 1, 0).astype(int)
    each = [run_lengths(levels, step) for step in FORWARD]
    return np.mean([(counts.sum(axis=1) ** 2).sum() / counts.sum() for counts in each])


def test_the_four_features_of_2014(data_dir):
    values, prepared = measured("aerts2014", data_dir)
    image, mask = prepared.image.array, prepared.mask.array
    assert values["Shape_volume"] == pytest.approx(POLYGONS_MM3, rel=0.01)
    assert values["Shape_volume"] == pytest.approx(mask.sum() * math.prod(prepared.image.grid.spacing_mm))
    assert values["Stats_energy"] == pytest.approx(((image[mask] + 2000) ** 2).sum())
    volume, area = values["Shape_volume"], values["Shape_surface"]
    assert values["Shape_compactness2"] == pytest.approx(36 * math.pi * volume**2 / area**3)
    inside = np.argwhere(mask)
    box = tuple(map(slice, inside.min(axis=0), inside.max(axis=0) + 1))
    assert values["RLGL_grayLevelNonuniformity"] == pytest.approx(non_uniformity(image[box], mask[box]))
    even = image[tuple(slice(0, n - n % 2) for n in image.shape)]
    band = pywt.swtn(even, "coif1", 1)[0]["dad"]  # high-pass along x and z, low-pass along y
    assert values["wavelet-HLH_RLGL_grayLevelNonuniformity"] == pytest.approx(non_uniformity(band[box], mask[box]))


def test_the_four_features_at_one_millimetre(data_dir):
    values, prepared = measured("welch2019", data_dir)
    image, mask = prepared.image.array, prepared.mask.array
    assert prepared.image.grid.spacing_mm == (1.0, 1.0, 1.0)
    assert values["original_shape_VoxelVolume"] == mask.sum() == pytest.approx(POLYGONS_MM3, rel=0.01)
    assert values["original_firstorder_Energy"] == pytest.approx((image[mask] ** 2).sum())
    volume, area = values["original_shape_MeshVolume"], values["original_shape_SurfaceArea"]
    assert values["original_shape_Compactness1"] == pytest.approx(volume / math.sqrt(math.pi * area**3))
    for name in ("original", "wavelet-HLH"):
        assert 0 < values[f"{name}_glrlm_GrayLevelNonUniformity"] < mask.sum()
