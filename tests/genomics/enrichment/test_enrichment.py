"""Gene sets: scores equal gseapy's and the naive twin's, overlaps R's; nulls that hold, and one that does not."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from made.enrichment import CASES, ends, false_discovery, score, study
from radioloom.errors import StudyError
from radioloom.genomics import association
from radioloom.genomics.adjusted import Confounders
from radioloom.genomics.enrichment import gene_sets, isa, overlap, ranked, single


def prepared(**changes):
    expression, features, sets = study(**changes)
    known, _ = gene_sets.measured(sets, expression.index, 5, 100)
    return expression.to_numpy(), features, known


def enriched(expression, *others):
    return ranked.enriched(ranked.Correlations(expression), *others)


def orders(n, seed=1):
    return association.orders(CASES, n, np.random.default_rng(seed))


def genes(n, size, seed=1):
    rng = np.random.default_rng(seed)
    return (rng.permutation(size) for _ in range(n))


@pytest.fixture(scope="module")
def golden(root):
    return pd.read_csv(root / "tests/golden/enrichment.csv").set_index("what")


def test_scores_equal_those_of_gseapy_and_legacy_p_within_monte_carlo_error(golden):
    expression, features, sets = prepared(seed=3, effect=1.0, correlated=0.7)
    ours = enriched(expression, features, sets, "genes", orders(2000), genes(2000, len(expression)))
    theirs = golden.loc["prerank"].sort_values(["of", "set"])
    assert list(theirs["set"]) == [*sets.names] * 2
    es, nes, p, fdr = (theirs[name].to_numpy().reshape(2, -1) for name in ("es", "nes", "p", "fdr"))
    np.testing.assert_allclose(ours.es, es, atol=1e-9, rtol=0)
    np.testing.assert_allclose(ours.nes, nes, rtol=0.04)
    np.testing.assert_allclose(ours.p, p, atol=4 * 0.5 / np.sqrt(2000 / 2.5))
    np.testing.assert_allclose(ours.fdr, fdr, atol=0.1)


def test_leading_edges_are_those_of_gseapy(golden):
    expression, features, sets = prepared(seed=3, effect=1.0, correlated=0.7)
    genes = study()[0].index
    for k, column in enumerate(features.T):
        rho = ranked.Correlations(expression).permuted(column, np.arange(CASES)[None])[0]
        theirs = golden.loc["prerank"].query(f"of == '{k}'").set_index("set")["leading"]
        for name, rows in zip(sets.names, sets.genes, strict=True):
            edge, places = ranked.leading(rho, rows)
            assert sorted(genes[edge]) == theirs[name].split()
            assert (ranked.ranking(rho)[places] == edge).all()


def test_single_sample_scores_equal_those_of_gseapy(golden):
    expression, _, sets = prepared(seed=3, effect=1.0, correlated=0.7)
    theirs = golden.loc["ssgsea"].sort_values(["of", "set"])["es"].to_numpy().reshape(3, -1)
    np.testing.assert_allclose(single.ssgsea(expression, sets)[:3], theirs, rtol=1e-9)


def test_mean_of_z_scores_is_that():
    expression, _, sets = prepared()
    z = (expression - expression.mean(axis=1, keepdims=True)) / expression.std(axis=1, ddof=1, keepdims=True)
    np.testing.assert_allclose(single.mean_z(z, sets)[7, 2], np.mean([z[gene, 7] for gene in sets.genes[2]]))


def test_overlap_has_the_p_of_r(root):
    theirs = pd.read_csv(root / "tests/golden/hypergeometric.csv")
    for each in theirs.itertuples():
        ours = overlap.at_least(*(np.array([v]) for v in (each.both, each.drawn, each.marked)), each.n)
        np.testing.assert_allclose(ours, [each.p], rtol=1e-10)
        np.testing.assert_allclose(ours, [each.fisher], rtol=1e-10)


def test_every_pair_of_module_and_set_is_counted():
    _, _, sets = prepared()
    index = study()[0].index
    members = pd.DataFrame({"module": ["M1"] * 12 + ["M2"] * 12, "gene": [*index[sets.genes[2]], *index[:12]]})
    table = overlap.table(members, index, sets).set_index(["module", "set"])
    assert len(table) == 2 * len(sets.names)
    assert table.loc[("M1", "S02"), "n_both"] == table.loc[("M1", "S02"), "n_set"] == 12
    assert table.loc[("M1", "S02"), "expected"] == 12 * 12 / 300
    assert table["q"].idxmin() == ("M1", "S02")


def test_scores_and_their_fdr_equal_the_naive_twins():
    expression, features, sets = prepared(effect=0.5, correlated=0.5)
    features[:, 1] = np.round(features[:, 1])  # ties
    features[[3, 8], 1] = np.nan
    expression[7] = expression[5]  # equal correlations
    rho = ranked.Correlations(expression)
    for k, column in enumerate(features.T):
        there = np.isfinite(column)
        table = pd.DataFrame(expression[:, there].T)
        plain = table.corrwith(pd.Series(column[there]), method="spearman").to_numpy()
        found = rho.permuted(column, np.arange(CASES)[None])
        np.testing.assert_allclose(found[0], plain, atol=1e-12)
        inside = [np.isin(np.arange(len(expression)), each) for each in sets.genes]
        naive = [score(found[0], each) for each in inside]
        np.testing.assert_allclose(ranked.scores(found, sets)[0], naive, atol=1e-12, err_msg=str(k))
    null = np.random.default_rng(2).normal(size=(40, 5))
    es = np.array([[2.0, -1.0, 0.4, 1.1, -0.2]])
    judged = ranked.judged(es, null)
    np.testing.assert_allclose(
        judged.fdr[0], false_discovery(ranked.normalised(es, null)[0], ranked.normalised(null, null))
    )
    np.testing.assert_allclose(judged.p[0, 0], (1 + (null[:, 0] >= 2).sum()) / (1 + (null[:, 0] >= 0).sum()))
    np.testing.assert_allclose(judged.p[0, 1], (1 + (null[:, 1] <= -1).sum()) / (1 + (null[:, 1] < 0).sum()))


def test_a_null_score_is_that_of_the_permuted_feature():
    """Patients who lack a value exchange none: the others' values alone change places."""
    expression, features, _ = prepared(correlated=0.5)
    features[[0, 5], 0] = np.nan
    order = orders(3)
    found = ranked.Correlations(expression).permuted(features[:, 0], order)
    there = np.flatnonzero(np.isfinite(features[:, 0]))
    for one, each in zip(found, order, strict=True):
        turned = np.full(CASES, np.nan)
        turned[there] = features[[k for k in each if k in there], 0]
        np.testing.assert_array_equal(one, ranked.Correlations(expression).permuted(turned, np.arange(CASES)[None])[0])


def test_gene_permutations_give_the_scores_of_shuffled_genes():
    expression, features, sets = prepared()
    rho = ranked.Correlations(expression).permuted(features[:, 0], np.arange(CASES)[None])
    shuffles = list(genes(4, len(expression)))
    at = sets.places(shuffles, 4)
    null = next(ranked._gene_nulls(rho, sets, at))
    by_rank = np.sort(rho[0])[::-1]
    for row, shuffle in zip(null, shuffles, strict=True):
        inside = [np.isin(shuffle, each) for each in sets.genes]
        np.testing.assert_allclose(row, [score(by_rank, each) for each in inside], atol=1e-12)


def test_planted_sets_are_enriched_and_a_constant_feature_has_no_score():
    expression, features, sets = prepared(effect=1.0)
    features = np.column_stack([features, np.ones(CASES)])
    found = enriched(expression, features, sets, "patients", orders(199), ())
    assert found.p_max[0].argmin() == 0
    assert found.p_max[0, 0] < 0.05
    assert (found.p_max[1] > 0.05).all()
    assert np.isnan([found.es[2], found.nes[2], found.p[2], found.fdr[2], found.p_max[2]]).all()
    assert found.chance.n == 102


def test_patients_permuted_hold_the_level_and_genes_permuted_do_not():
    """Genes of a set that rise and fall together, and features that have to do with none of them."""
    shares = {"patients": [], "genes": []}
    for seed in range(8):
        expression, features, sets = prepared(seed=seed, correlated=1.0)
        for null, share in shares.items():
            found = enriched(expression, features, sets, null, orders(199, seed), genes(199, len(expression)))
            share.append([(found.p < 0.05).mean(), (found.p_max < 0.05).any(), found.chance.p_below_level])
    patients, permuted = (np.mean(each, axis=0) for each in shares.values())
    assert patients[0] < 0.09
    assert patients[1] < 0.26  # of 8 studies
    assert abs(patients[2] - 0.05) < 0.02  # what random features are said to give
    assert min(permuted[0], permuted[2]) > 0.3


def planted(effect):
    """Scores of 40 features in 30 sets with two clusters; enriched and depleted."""
    values = np.random.default_rng(4).normal(size=(40, 30))
    values[:6, :5] += effect
    values[6:12, 8:12] -= effect
    return values


def confounded(seed):
    """Genes of a set and a feature that both follow a confounder, and have nothing else in common."""
    expression, features, sets = prepared(seed=seed, correlated=0.5)
    z = np.random.default_rng(100 + seed).normal(size=CASES)
    expression[sets.genes[3]] += 1.5 * z
    held = Confounders(np.column_stack([z, np.arange(CASES) % 2]), np.array([True, False]))
    return expression, features + 1.5 * z[:, None], sets, held


def test_what_confounders_leave_is_the_correlation_of_residuals():
    expression, features, _, held = confounded(1)
    features[4, 0] = np.nan
    rho = ranked.Partial(expression, held).permuted(features[:, 0], np.arange(CASES)[None])[0]
    there = np.isfinite(features[:, 0])
    design = np.column_stack([np.ones(there.sum()), stats.rankdata(held.columns[there, 0]), held.columns[there, 1]])

    def rest(values):
        ranks = stats.rankdata(values)
        return ranks - design @ np.linalg.lstsq(design, ranks, rcond=None)[0]

    mine = rest(features[there, 0])
    naive = [np.corrcoef(rest(gene[there]), mine)[0, 1] for gene in expression]
    np.testing.assert_allclose(rho, naive, atol=1e-10)


def test_what_a_confounder_drives_is_enriched_and_is_not_given_it():
    plain, given, level = [], [], []
    for seed in range(8):
        expression, features, sets, held = confounded(seed)
        shared = features, sets, "patients", orders(199, seed), ()
        plain.append(enriched(expression, *shared).p[:, 3] < 0.05)
        left = ranked.enriched(ranked.Partial(expression, held), *shared)
        given.append(left.p[:, 3] < 0.05)
        level.append((left.p < 0.05).mean())
    assert np.mean(plain) > 0.6
    assert np.mean(given) < 0.2
    assert np.mean(level) < 0.1


def test_clusters_end_where_the_naive_twin_ends():
    values, rules = planted(2.5), isa.Rules(starts=12)
    found = isa.clusters(values, rules, np.random.default_rng(1))
    starts = isa.seeds(40, 12, np.random.default_rng(1))
    counts = np.zeros(len(found))
    for features, sets in (ends(values, start, (1.5, 1.5), 40) for start in starts):
        for k, each in enumerate(found):
            near = features @ each.features, sets @ each.sets
            counts[k] += min(map(abs, near)) > isa.SAME and near[0] * near[1] > 0
    np.testing.assert_allclose(counts / 12, [each.share for each in found])


def test_planted_clusters_stand_out_and_those_of_noise_do_not():
    rules = isa.Rules(starts=100)
    found = isa.clusters(planted(4.0), rules, np.random.default_rng(1))[:2]
    own = {frozenset(np.flatnonzero(each.features)): set(np.flatnonzero(each.sets)) for each in found}
    assert own == {frozenset(range(6)): set(range(5)), frozenset(range(6, 12)): set(range(8, 12))}
    assert sorted(np.sign(each.sets.sum()) for each in found) == [-1, 1]
    chance = isa.by_chance(planted(4.0), rules, np.random.default_rng(2), 19)
    assert min(each.share for each in found) > np.quantile(chance, 0.9)
    assert isa.clusters(planted(0), rules, np.random.default_rng(1))[0].share <= chance.max()


def test_sets_that_are_not_among_the_genes_are_named():
    expression, _, sets = study()
    known, table = gene_sets.measured(sets | {"OTHER": ("X1", "X2")}, expression.index, 12, 15)
    assert known.names == ("S02", "S03", "S04", "S05")
    assert dict(zip(table["set"], table["unused"], strict=True)) == {
        "S00": gene_sets.SMALL, "S01": gene_sets.SMALL, "OTHER": gene_sets.SMALL,
        **dict.fromkeys(known.names, ""), **dict.fromkeys([f"S{k:02d}" for k in range(6, 12)], gene_sets.LARGE),
    }  # fmt: skip
    with pytest.raises(StudyError, match=r"none of 1 gene sets has 5 to 9 of the 300 genes .* that one has is 0"):
        gene_sets.measured({"OTHER": ("X1",)}, expression.index, 5, 9)
