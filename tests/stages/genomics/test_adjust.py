"""The map given declared confounders: what a category drives falls, what is tied beyond it stays, and it is told so."""

import numpy as np
import pandas as pd
import pytest

from made.sections import shown_alone
from radioloom.errors import StudyError
from radioloom.figures import claims
from radioloom.stages.genomics.adjust import adjust
from radioloom.stages.genomics.assembled import Mapped
from radioloom.stages.genomics.associate import Measured, associate
from radioloom.stages.genomics.confounders import Settings, of_features, of_table
from radioloom.stages.report.sections.adjusted import ADJUSTED as ADJUSTED_SECTION
from radioloom.tables import ADJUSTED, CONFOUNDERS
from radioloom.tables.claims import EVERYTHING, NOTHING

FAMILY = ["texture", "shape", "morphology_volume"]
COLUMNS = [{"column": "histology", "levels": ["adeno", "squamous"]}, {"column": "age"}]
BLOCK = {
    "cohort": "genomics",
    "expression": {"file": "e.csv"},
    "modules": {"method": "kmeans", "n_modules": 2},
    "permutations": 299,
}


def study(method="kmeans"):
    """Histology drives module 1 and shape; module 2 and texture are tied in each histology."""
    draw = np.random.default_rng(1)
    cases = [f"c{k:02d}" for k in range(60)]
    squamous = draw.random(60) < 0.4
    programs = np.array([3 * squamous + draw.normal(size=60), draw.normal(size=60)])
    values = programs[np.repeat([0, 1], [20, 12])] + 0.5 * draw.normal(size=(32, 60))
    expression = pd.DataFrame(values, index=[f"G{k:02d}" for k in range(32)], columns=cases)
    features = pd.DataFrame(draw.normal(size=(60, 3)), index=cases, columns=FAMILY)
    features["shape"] += 3 * squamous
    features["texture"] = programs[1] + 0.7 * features["texture"]
    block = BLOCK | {"modules": {"method": method, "n_modules": 2}}
    modules = associate(Measured(features, {}), expression, block, FAMILY[:2], FAMILY[2], 1).modules
    ages = [str(k) for k in draw.integers(40, 80, 60)]
    words = np.where(squamous, "squamous", "adeno")
    frame = pd.DataFrame({"id": cases, "histology": words, "age": ages}, dtype=object)
    return Mapped(Measured(features, {}), expression, modules, FAMILY, block, [], None), frame, block


def held(mapped, frame, **changes):
    wanted = Settings(**{"features": ["volume"], "columns": COLUMNS, "file": "c.csv", "case": "id"} | changes)
    return of_features(wanted, mapped.measured.values, FAMILY[2]) + of_table(
        wanted, frame, mapped.measured.values.index
    )


def test_what_histology_drives_falls_and_what_is_tied_beyond_it_stays():
    mapped, frame, block = study()
    frame.loc[3, "age"] = ""  # unknown: in no map
    adjusted, counts = adjust(mapped, held(mapped, frame), block, 1)
    table, counted = ADJUSTED.frame(adjusted), CONFOUNDERS.frame(counts)
    q = table.pivot_table(index=["module", "feature_id"], columns="given", values="q", dropna=False)
    assert [row[0] for row in claims.maps(table).rows] == ["nothing", "age", "histology", "volume", EVERYTHING]
    driven, tied = ("M1", "shape"), ("M2", "texture")
    assert (q.loc[driven, [NOTHING, "volume", "age"]] < 0.01).all()
    assert (q.loc[driven, ["histology", EVERYTHING]] > 0.05).all()
    assert (q.loc[tied] < 0.01).all()
    given_volume = table[(table["given"] == "volume") & (table["feature_id"] == FAMILY[2])]
    assert given_volume[["rho", "p", "q", "p_max"]].isna().all(axis=None)
    assert (table["n"] == 59).all()
    said = frame.drop(3)["histology"].value_counts()
    assert counted.set_index(["confounder", "level"])["n"].to_dict() == {
        ("volume", ""): 59, ("histology", "adeno"): said["adeno"], ("histology", "squamous"): said["squamous"],
        ("age", ""): 59,
    }  # fmt: skip
    words = claims.adjusted_in_words(table, counted)
    assert words == (
        "Of 6 pairs of module and feature 2 have q < 0.05 as they are, and 1 given age, histology and volume; "
        "1 both ways."
    )
    shown = shown_alone(ADJUSTED_SECTION, adjusted=table, confounders=counted)
    assert words.replace("<", "&lt;") in shown
    assert "age, histology and volume" in shown


def test_modules_that_features_made_are_in_no_test():
    mapped, frame, block = study("network")
    adjusted, counts = adjust(mapped, held(mapped, frame)[:1], block, 1)
    table = ADJUSTED.frame(adjusted)
    assert set(table["given"]) == {NOTHING, EVERYTHING}  # one confounder alone is all of them
    assert table[["p", "q", "p_max"]].isna().all(axis=None)
    assert table["rho"].notna().any()
    assert "none is tested" in claims.adjusted_in_words(table, CONFOUNDERS.frame(counts))


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("age", "CANARY", "line 5, column 'age'"),
        ("histology", "CANARY", "is not among its levels"),
        ("id", "c04", "rows of one case that differ"),
    ],
)
def test_cells_that_are_none_are_refused_and_not_quoted(column, cell, words):
    mapped, frame, _ = study()
    frame.index = pd.Index(range(2, 62), name="line")
    frame.loc[5, column] = cell
    with pytest.raises(StudyError, match=words) as refused:
        held(mapped, frame)
    assert "CANARY" not in str(refused.value)


def test_what_is_not_there_is_named():
    mapped, frame, block = study()
    with pytest.raises(StudyError, match="no column 'stage'"):
        held(mapped, frame, columns=[{"column": "stage"}])
    with pytest.raises(StudyError, match="features: size: not among"):
        held(mapped, frame, features=["size"])
    frame.loc[9:, "age"] = ""
    with pytest.raises(StudyError, match=r"9 cases have .* which take 3 of them"):
        adjust(mapped, held(mapped, frame), block, 1)
