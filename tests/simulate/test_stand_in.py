"""Tables that stand in for those of a study of genes: whose, how large, and what was planted in them."""

import numpy as np
import pandas as pd
import pytest

from radioloom.cli import main
from radioloom.errors import StudyError
from radioloom.simulate.networks import Size
from radioloom.simulate.stand_in import TABLES, stand_in

SMALL = Size(60, 30, 8, 6, 5, share=0.6)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    place = tmp_path_factory.mktemp("stand-in")
    return place, {file.stem: pd.read_csv(file, index_col=0) for file in stand_in(place, SMALL, 400, 1)}


def test_tables_are_of_the_same_patients_genes_and_traits(tables):
    _, of = tables
    assert list(of) == list(TABLES)
    scored = pd.concat([of["map"], of["test"]])
    assert (of["map"].shape, of["test"].shape, of["expression"].shape) == ((30, 8), (400, 8), (60, 430))
    assert list(scored.index) == list(of["clinical"].index) == list(of["expression"].columns)
    assert set(of["planted_trees"]["trait"]) <= set(scored.columns[:6])
    assert list(of["planted_genes"].index) == list(of["expression"].index)
    assert set(of["planted_trees"].index) == set(of["planted_genes"]["module"])


def test_genes_of_a_module_go_together_whatever_their_level(tables):
    _, of = tables
    apart = np.corrcoef(of["expression"])
    same = np.equal.outer(*[of["planted_genes"]["module"].to_numpy()] * 2) & ~np.eye(60, dtype=bool)
    assert apart[same].mean() == pytest.approx(0.6, abs=0.05)
    assert of["expression"].std(axis=1).max() > 2 * of["expression"].std(axis=1).min()


def test_survival_is_short_with_arteries_and_without_a_halo(tables):
    """Of 400 patients; medians of exponential survival are in the ratio of hazards, as far as they were followed."""
    _, of = tables
    scored = of["test"].join(of["clinical"])
    bad = scored["internal_arteries"] + (1 - scored["hypodense_halo"])
    deaths, days = (scored.groupby(bad)[name].sum() for name in ("died", "days"))
    rates = np.log(deaths / days)
    assert np.diff(rates) == pytest.approx(np.log(3), abs=0.35)


def test_the_same_seed_gives_the_same_bytes(tables, tmp_path):
    place, _ = tables
    for file in stand_in(tmp_path, SMALL, 400, 1):
        assert file.read_bytes() == (place / file.name).read_bytes()


def test_tables_that_are_there_are_kept(tables):
    place, _ = tables
    before = (place / "map.csv").read_bytes()
    with pytest.raises(StudyError, match="already exists"):
        stand_in(place, SMALL, 5, 2)
    assert (place / "map.csv").read_bytes() == before


def test_the_command_writes_them(tmp_path, capsys):
    sizes = ["--genes", "20", "--modules", "2", "--cases", "12", "--test", "8", "--traits", "5"]
    assert not main(["plant", str(tmp_path / "new"), *sizes])
    assert len(capsys.readouterr().out.splitlines()) == len(TABLES)
    assert main(["plant", str(tmp_path / "other"), "--share", "1.5"]) == 1
    assert "share of variance: 1.5 is not from 0 to below 1" in capsys.readouterr().err
