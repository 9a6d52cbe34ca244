"""What of a profile depends on how axes lie, held against features of the same volume stored in other ways."""

from dataclasses import replace

import numpy as np
import pytest

from made.turned import WAYS, stored
from radioloom.api import onto_grid
from radioloom.profile import known, load
from radioloom.stages.images.directed import directed
from radioloom.stages.images.extract import extract
from radioloom.volume import Grid, Volume

SHIPPED = {
    "aerts2014": ["wavelet", "glcm of one sense"],
    "demo": ["wavelet"],
    "ibsi": ["wavelet"],
    "pyradiomics": ["wavelet", "diameters in planes"],
    "sts_ct": [],
    "sts_mr": [],
    "sts_pet": [],
    "welch2019": ["wavelet", "diameters in planes", "the grid's corner"],
}


def test_shipped_profiles():
    assert {name: directed(load(name)) for name in known()} == SHIPPED


def test_profiles_for_new_studies_bring_axes_to_one_orientation_where_it_matters():
    """Those that reproduce published values leave images as their tools do; the demo's are simulated, all in LPS."""
    for name in ("ibsi", "sts_pet"):
        assert not directed(load(name)) or load(name).orientation == "lps", name
    assert [name for name in known() if load(name).orientation] == ["ibsi"]


def ibsi(**changes):
    plain = {"images": {"original": {}}, "orientation": None, "grid": load("ibsi").grid | {"round": False}}
    return replace(load("ibsi"), **(plain | changes))


def family(name, **settings):
    block = load("ibsi").families[name]
    return {name: {**block, "settings": {**block["settings"], **settings}}}


CASES = {
    "nothing": ({}, []),
    "by slice": ({"families": family("glrlm", aggregations=["2D, averaged"])}, ["glrlm by slice"]),
    "2.5D": ({"families": family("glszm", aggregations=["2.5D", "3D"])}, ["glszm by slice"]),
    "one sense": ({"families": family("glcm", symmetric=False)}, ["glcm of one sense"]),
    "spacing": ({"grid": load("ibsi").grid | {"spacing_mm": [3, 1, 1]}}, ["the grid's spacing [3, 1, 1]"]),
    "corner": ({"grid": load("ibsi").grid | {"align": "corner", "round": False}}, ["the grid's corner"]),
    "wavelet": ({"images": {"wavelet": load("ibsi").images["wavelet"]}}, ["wavelet"]),
    "turned wavelet": (
        {"images": {"wavelet": load("ibsi").images["wavelet"] | {"rotation": "mean", "boundary": "mirror"}}},
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_says_so_where_values_of_another_way_of_storing_are_others(name):
    changes, said = CASES[name]
    profile = ibsi(**changes)
    assert directed(profile) == said
    shape, spacing = (17, 27, 30), (3.0, 1.5, 1.25)
    cells = (np.indices(shape) - np.array([8, 12, 16]).reshape(3, 1, 1, 1)) * np.reshape(spacing, (3, 1, 1, 1))
    mask = Volume((cells**2).sum(0) + 3 * cells[0] * cells[1] / 4 < 9.5**2, Grid(shape, spacing))
    image = Volume(np.random.default_rng(5).normal(30, 50, shape) + 3 * cells[2], mask.grid, "HU", "CT")
    values = []
    for way in WAYS[::6]:
        rows = extract(*onto_grid(stored(image, *way), stored(mask, *way), profile), profile)
        values.append([row["value"] for row in rows])
    away = np.ptp(values, axis=0) / np.maximum(np.abs(values[0]), 1e-3)
    assert (np.nanmax(away) > 1e-3) == bool(said)
