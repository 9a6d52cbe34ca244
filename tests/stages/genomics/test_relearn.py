"""The map among maps of permuted cases: counted by hand, exact under the null, and the planted entries stand out."""

import numpy as np
import pandas as pd
import pytest

from made.sections import shown_alone
from radioloom.figures import claims
from radioloom.genomics.chance import beside
from radioloom.stages.genomics.assembled import Mapped
from radioloom.stages.genomics.associate import Measured, associate
from radioloom.stages.genomics.relearn import relearn
from radioloom.stages.report.sections.relearnt import RELEARNT as SECTION
from radioloom.tables import MAPS_BY_CHANCE, RELEARNT

CASES = [f"c{k:02d}" for k in range(40)]
FAMILY = ["texture", "noise", "size"]


def study(method, seed=1, effect=1.0):
    draw = np.random.default_rng(seed)
    programs = draw.normal(size=(2, 40))
    values = programs[np.repeat([0, 1], [12, 8])] + 0.5 * draw.normal(size=(20, 40))
    expression = pd.DataFrame(values, index=[f"G{k:02d}" for k in range(20)], columns=CASES)
    x = pd.DataFrame(draw.normal(size=(40, 3)), index=CASES, columns=FAMILY)
    x["texture"] += 2 * effect * programs[0]
    modules = {"method": method, "n_modules": 2, "trees": {"max_splits": 1, "starts": 1}}
    block = {"cohort": "g", "expression": {"file": "e.csv"}, "modules": modules, "permutations": 99}
    block["relearnt"] = {"permutations": 39}
    members = associate(Measured(x, {}), expression, block, FAMILY[:2], FAMILY[2], 1).modules
    return Mapped(Measured(x, {}), expression, members, FAMILY, block, [], None), block


@pytest.mark.parametrize("method", ["kmeans", "network"])
def test_the_planted_entry_stands_out(method):
    mapped, block = study(method)
    pairs, counts = relearn(mapped, block, 1)
    table, maps = RELEARNT.frame(pairs), MAPS_BY_CHANCE.frame(counts)
    best = table.sort_values("p").iloc[0]
    assert (best["module"], best["feature_id"], best["p_max"]) == ("M1", "texture", 1 / 40)
    assert best["q"] < 0.05
    assert list(maps["permutation"]) == list(range(40))
    assert maps["entries"].iloc[0] == (table["q"] < 0.05).sum() >= 1
    assert (maps["entries"].iloc[1:] > 0).mean() < 0.3
    words = claims.chance_in_words(maps)
    assert words.startswith("The map has ")
    assert words.replace("<", "&lt;") in shown_alone(SECTION, relearnt=table, maps_by_chance=maps)


def test_learnt_anew_a_network_follows_permuted_features_more_than_modules_that_do_not_know_them():
    largest = []
    for method in ("kmeans", "network"):
        mapped, block = study(method, effect=0.0)
        counts = relearn(mapped, block, 1)[1]
        largest.append(np.mean([row["largest"] for row in counts[1:]]))
    assert largest[1] > largest[0]


def test_p_are_those_counted_one_by_one():
    draw = np.random.default_rng(2)
    maps = [draw.uniform(-1, 1, size=(m, 3)).round(1) for m in (2, 3, 2, 1)]
    maps[2][0, 1] = np.nan
    n, kinds = np.array([10, 10, 17]), np.array([4, 4, 7])
    given = beside(maps, n, kinds, 0.4)
    for i, j in np.ndindex(2, 3):
        size = abs(maps[0][i, j])
        pool = [abs(each[a, b]) for each in maps for a in range(len(each)) for b in range(3) if kinds[b] == kinds[j]]
        pool = [value for value in pool if not np.isnan(value)]
        assert given.p[i, j] == pytest.approx(np.mean([value >= size - 1e-9 for value in pool]))
        tops = [np.nanmax(abs(each) * np.sqrt(n - 1)) for each in maps]
        assert given.p_max[i, j] == np.mean([top >= size * np.sqrt(n[j] - 1) - 1e-9 for top in tops])
    assert given.entries[0] == (given.q < 0.4).sum()


def test_of_noise_the_number_of_entries_is_one_of_many():
    """One map of noise among 39: any entry in no more than 1 of 20 maps, whichever of them is called observed."""
    draw, have = np.random.default_rng(3), []
    for _ in range(60):
        maps = [draw.normal(size=(4, 1)) * 0.1 + draw.normal(size=(4, 10)) * 0.2 for _ in range(40)]
        have.append(beside(maps, np.full(10, 26), np.zeros(10, int), 0.05).entries > 0)
    assert np.mean(have) < 0.06
    assert np.mean([each[0] for each in have]) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)
