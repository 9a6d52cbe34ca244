"""Stage enrich: from settings to tables and words; the same bytes on any number of threads."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from made.enrichment import CASES, study
from radioloom.errors import StudyError
from radioloom.figures import enrichment as shown
from radioloom.genomics.enrichment import gene_sets, overlap
from radioloom.stages.genomics.assembled import Mapped
from radioloom.stages.genomics.associate import Measured
from radioloom.stages.genomics.confounders import Confounder
from radioloom.stages.genomics.enrich import enrich
from radioloom.stages.report.sections.enrichment import ENRICHMENT
from radioloom.tables.claims import EVERYTHING

FAMILY = ["texture", "volume", "smooth", "round", "vessels"]


@pytest.fixture(autouse=True)
def few_shuffles(monkeypatch):
    monkeypatch.setattr("radioloom.stages.genomics.enrich.SHUFFLES", 4)


def results(permute="patients", clusters=None, given=False, **changes):
    expression, features, sets = study(**changes)
    rng = np.random.default_rng(1)
    features = np.column_stack([features, rng.normal(size=(CASES, 2)), rng.integers(0, 2, CASES)])
    features[3, 1] = np.nan
    measured = Measured(pd.DataFrame(features, expression.columns, FAMILY), {"vessels": ("vessels", "")})
    members = pd.DataFrame({"module": "M1", "gene": expression.index[:40], "weight": 0.1})
    block = {"sets": "s.gmt", "permute": permute, "permutations": 99, "min_size": 11}
    block |= {} if clusters is None else {"clusters": clusters}
    settings = {"cohort": "train", "expression": {"file": "e.csv", "gene": "gene"}, "enrichment": block}
    mapped = Mapped(measured, expression.iloc[::-1], members, FAMILY, settings, [], None)
    return enrich(mapped, sets, declared(measured) if given else [], 1)


def declared(measured):
    """The volume, which one case lacks, and two sites."""
    site = pd.DataFrame({"south": np.arange(CASES) % 2.0}, measured.values.index)
    return [
        Confounder("volume", measured.values[["volume"]], True),
        Confounder("site", site, False, ("north", "south")),
    ]


def test_tables_hold_all_pairs_and_the_words_say_what_chance_gives():
    tables, summary = results(effect=1.0)
    features = tables["feature_enrichment"].set_index(["feature_id", "set"])
    assert len(features) == 5 * 11
    assert (features.loc["vessels", "kind"] == "trait").all()
    assert (features.loc["volume", "n"] == CASES - 1).all()
    assert (features["n_set"].loc["texture"] == np.arange(11, 22)).all()
    edges = tables["leading_genes"].groupby(["feature_id", "set"]).size()
    assert set(edges.index) == set(features.index[features["fdr"] <= 0.2])
    assert (edges <= features.loc[edges.index, "n_set"]).all()
    assert tables["set_scores"].shape == (CASES * 11, 5)
    assert tables["module_enrichment"]["q"].between(0, 1).all()
    assert list(tables["enrichment_sets"].query("unused != ''")["set"]) == ["S00"]
    assert tables["enrichment_clusters"].empty
    assert json.loads(json.dumps(summary)) == summary
    words = shown.in_words(tables["feature_enrichment"], summary)
    assert "11 of 12 gene sets have 11 to 500 of the 300 genes" in words
    assert f"they know nothing of genes, {summary['chance']['n_enriched']} have one" in words
    assert "legacy" not in words


def test_gene_permutations_are_called_legacy():
    tables, summary = results("genes", correlated=1.0)
    words = shown.in_words(tables["feature_enrichment"], summary)
    assert "Genes were permuted (legacy)" in words
    assert summary["chance"]["n_enriched"] > 50


def test_figures_and_tables_of_the_report():
    tables, summary = results(effect=1.0, clusters={"feature_threshold": 0.8, "set_threshold": 0.8, "starts": 40})
    figure = shown.dots(tables["feature_enrichment"], summary["discovery"])
    assert len(figure.axes[0].get_yticklabels()) == 11
    assert shown.features(tables["feature_enrichment"]).columns[-1] == "family-wise p"
    assert len(shown.modules(tables["module_enrichment"]).rows) == 7
    assert len(shown.clusters(tables["enrichment_clusters"]).rows) == summary["clusters"]["n"] > 0
    assert "random starts" in shown.clusters_in_words(summary["clusters"])


def test_results_do_not_depend_on_the_number_of_threads():
    """Correlations are sums of whole numbers, and each kernel sums in one order."""
    from threadpoolctl import threadpool_limits

    one = results("genes", clusters={"feature_threshold": 0.8, "set_threshold": 0.8, "starts": 40})
    with threadpool_limits(4):
        many = results("genes", clusters={"feature_threshold": 0.8, "set_threshold": 0.8, "starts": 40})
    assert one[1] == many[1]
    for name, frame in one[0].items():
        pd.testing.assert_frame_equal(frame, many[0][name], check_exact=True)


def test_clusters_of_too_few_features_are_refused(monkeypatch):
    monkeypatch.setattr("radioloom.genomics.enrichment.isa.FEWEST", 3)
    with pytest.raises(StudyError, match="5 features have scores, and clusters are of 6 at least"):
        results(clusters={})


def test_nothing_to_rank_genes_by_is_refused():
    expression, _, sets = study()
    settings = {"cohort": "train", "expression": {}, "enrichment": {"sets": "s.gmt"}}
    nothing = Mapped(Measured(pd.DataFrame(index=expression.columns), {}), expression, None, [], settings, [], None)
    with pytest.raises(StudyError, match="no feature or trait is left that genes could be ranked by"):
        enrich(nothing, sets, [], 1)


def test_given_confounders_of_whom_all_is_known():
    tables, summary = results(given=True, effect=1.0)
    table = tables["feature_enrichment"].set_index(["given", "feature_id"]).sort_index()
    assert summary["given"]["names"] == ["volume", "site"]
    assert summary["given"]["cases"] == CASES - 1
    assert set(table.loc[(EVERYTHING, "texture"), "n"]) == {CASES - 1}
    assert table.loc[(EVERYTHING, "volume"), ["es", "p", "p_max"]].isna().all(axis=None)  # nothing is left of it
    assert table.loc[(EVERYTHING, "texture")].set_index("set")["p"].notna().all()
    plain, _ = results(effect=1.0)
    columns = ["feature_id", "set", "p_max"]
    first = tables["feature_enrichment"].query("given == ''")[columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, plain["feature_enrichment"][columns])
    words = shown.given_in_words(tables["feature_enrichment"].query("given != ''"), summary)
    assert words.startswith("Given volume and site, in the 39 cases of whom all of it is known,")


def test_no_modules_and_no_scores_are_shown_as_that():
    tables, summary = results()
    genes = study()[0].index
    sets, _ = gene_sets.measured(study()[2], genes, 9, 99)
    none = overlap.table(pd.DataFrame({"module": [], "gene": []}), genes, sets)
    tables |= {"feature_enrichment": tables["feature_enrichment"].assign(nes=np.nan), "module_enrichment": none}
    shows = ENRICHMENT.build(SimpleNamespace(**tables, enrichment=summary))
    assert (shows["figures"], shows["modules"].rows, shows["of_clusters"]) == (["", ""], (), "")
    assert shows["of_modules"].startswith("None of 0 modules")


def test_bounds_the_wrong_way_round_are_refused():
    from radioloom.stages.genomics.enrich import Settings

    with pytest.raises(StudyError, match="min_size 9 is above max_size 3"):
        Settings("s.gmt", min_size=9, max_size=3)
