"""Clusters are learnt in training and carried, patients are the unit, and what goes with them is tested once each."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from made.grouped_patients import annotated, grouped
from made.planted_tables import Made
from radioloom import tables
from radioloom.errors import StudyError
from radioloom.figures.clusters import table_of_numbers
from radioloom.prediction.metrics.kaplan_meier import logrank
from radioloom.prediction.scalings import SCALINGS
from radioloom.stages.unsupervised.cluster import carried, cluster
from radioloom.stages.unsupervised.similar import similar
from radioloom.stages.unsupervised.view import view
from radioloom.tables import SIMILAR


@pytest.fixture(scope="module")
def made() -> Made:
    return grouped()


@pytest.fixture(scope="module")
def annotations(made):
    return annotated(made)


@pytest.fixture(scope="module")
def patients(made):
    return seen(made)


def seen(made, material=None, **changes):
    return view(material or made.material, made.splits, made.selection, made.study["unsupervised"] | changes)


def clustered(patients, annotations, study, **changes):
    """Frames of the stage's tables, checked against their declarations."""
    found = cluster(patients, annotations, {**study, "unsupervised": study["unsupervised"] | changes})
    return {name: tables.by_name(name).frame(rows) for name, rows in asdict(found).items()}


@pytest.fixture(scope="module")
def found(made, patients, annotations):
    return clustered(patients, annotations, made.study)


def test_planted_groups_are_found_and_carried(found):
    clusters = found["clusters"]
    group = clusters["case"].str[-3:].astype(int) % 3
    assert pd.crosstab(clusters["cluster"], group).gt(0).sum().tolist() == [1, 1, 1]
    assert clusters.groupby("part")["consensus"].count().to_dict() == {"test": 0, "train": 60}
    chosen = found["cluster_numbers"].query("chosen").squeeze()
    assert chosen["clusters"] == 3
    assert chosen["p"] < 0.05
    summary = found["cluster_summary"].set_index(["cohort", "cluster"])
    assert summary["n"].groupby("cohort").sum().to_dict() == {"train": 60, "valid1": 36}
    assert summary["in_group"].min() > 0.9
    assert summary.loc["valid1", "consensus"].isna().all()
    assert clusters.query("part == 'train'").sort_values("place")["cluster"].is_monotonic_increasing
    assert len(found["consensus"]) == 60 * 59 / 2


def test_the_centre_of_a_cluster_is_the_mean_of_its_training_patients(found):
    z = found["standardised"].merge(found["clusters"], on=["cohort", "case"])
    means = z[z["part"] == "train"].groupby(["cluster", "feature_id"])["value"].mean()
    centres = found["cluster_centres"].set_index(["cluster", "feature_id"])["centre"]
    assert np.allclose(means, centres.loc[means.index])
    wide = z[z["part"] == "test"].pivot(index="case", columns="feature_id", values="value")
    away = {k: ((wide - centres.loc[k]) ** 2).mean(axis=1) ** 0.5 for k in (1, 2, 3)}
    told = found["clusters"].query("part == 'test'").set_index("case")
    nearest = pd.DataFrame(away).idxmin(axis=1)
    assert nearest.loc[told.index].tolist() == told["cluster"].tolist()
    assert np.allclose(pd.DataFrame(away).min(axis=1).loc[told.index], told["distance"])


def test_training_patients_stay_where_the_consensus_has_them(patients):
    """Whatever centre is nearest: a patient between two clusters is of that of its companions."""
    labels = np.array([int(case[-3:]) % 3 + 1 for _, case in patients.cases])[patients.train]
    labels[0] = labels[0] % 3 + 1
    found, centres = carried(patients, labels)
    assert found[patients.train].tolist() == labels.tolist()
    assert centres.shape == (3, len(patients.names))


@pytest.mark.parametrize("scaling", list(SCALINGS))
@pytest.mark.parametrize("features", ["all", "candidates"])
def test_nothing_of_validation_is_in_how_training_is_seen(made, annotations, scaling, features):
    """To the byte, whatever maps the features: other values and gaps in validation, training stays as it is."""
    material, study = made.material, made.study
    values, rows = material.values.copy(), (material.cases["cohort"] == "valid1").to_numpy()
    values[rows] = np.exp(values[rows] / 4)[::-1]
    values[np.flatnonzero(rows)[:9], 1] = np.nan
    told = []
    for each in (material, replace(material, values=values)):
        patients = seen(made, each, scaling=scaling, features=features)
        rows = clustered(patients, annotations, study, number="ambiguity", references=0, most_clusters=3)
        told.append((patients, rows))
    (one, before), (other, after) = told
    assert other.names.tolist() == one.names.tolist()
    assert [a.tobytes() for a in (other.z[other.train], other.mean, other.sd)] == [
        a.tobytes() for a in (one.z[one.train], one.mean, one.sd)
    ]
    for name in ("cluster_numbers", "consensus", "cluster_centres", "clustered_features"):
        pd.testing.assert_frame_equal(after[name], before[name], check_exact=True)
    for name in ("clusters", "standardised"):
        parts = [frame[frame["cohort"] == "train"] for frame in (after[name], before[name])]
        pd.testing.assert_frame_equal(*parts, check_exact=True)
    assert not after["clusters"].equals(before["clusters"])


def test_tests_are_those_of_the_patients_whose_value_is_known(made, found):
    told = found["cluster_tests"].set_index(["cohort", "kind", "annotation"])
    clusters = found["clusters"].query("cohort == 'train'").set_index("case")["cluster"]
    raw = made._raw[1]["train"].set_index("patient").loc[clusters.index]
    age = pd.to_numeric(raw["age"], errors="coerce").dropna()
    row = told.loc[("train", "annotation", "age")]
    expected = stats.kruskal(*[age[clusters.loc[age.index] == k] for k in (1, 2, 3)])
    assert (row["n"], row["df"]) == (59, 2.0)
    assert row["p"] == pytest.approx(expected.pvalue)
    row = told.loc[("train", "annotation", "stage")]
    expected = stats.chi2_contingency(pd.crosstab(clusters, raw["stage"]), correction=False)
    assert (row["test"], row["p"]) == ("chi-square", pytest.approx(expected.pvalue))
    truth = made.outcomes[made.outcomes["cohort"] == "train"].set_index("case").loc[clusters.index]
    chi2, p = logrank(truth["time_days"].to_numpy(), truth["event"].to_numpy(), clusters.to_numpy())
    row = told.loc[("train", "outcome", "made up")]
    assert (row["test"], row["statistic"], row["p"]) == ("log-rank", pytest.approx(chi2), pytest.approx(p))
    assert told.loc[("train", "annotation", "group"), "p"] < 1e-10
    alone = told.loc[("valid1", "annotation", "site")]
    assert (alone["test"], alone["note"]) == ("", "all are of one level or one cluster")
    done = told.dropna(subset=["p"]).sort_values("p")
    by_hand = np.minimum.accumulate((done["p"] * len(done) / np.arange(1, len(done) + 1))[::-1])[::-1]
    assert done["q"].to_numpy() == pytest.approx(by_hand.to_numpy())


def test_few_events_have_no_test(made, patients, annotations):
    event = patients.outcomes.event & (np.cumsum(patients.outcomes.event) < 10)
    quiet = replace(patients, outcomes=replace(patients.outcomes, event=event))
    rows = clustered(quiet, annotations, made.study, number=2, references=0)["cluster_tests"]
    assert set(rows.loc[rows["kind"] == "outcome", "note"]) == {"fewer than 10 events"}


def test_a_patient_is_one_by_the_first_case(made):
    units = np.arange(len(made.material.cases)) // 2  # every two cases are of one
    outcomes = replace(made.material.outcomes, units=units)
    twice = seen(made, replace(made.material, outcomes=outcomes))
    assert len(twice.cases) == 48
    assert all(int(case[-3:]) % 2 == 0 for _, case in twice.cases)


def test_gaps_count_as_the_mean_and_who_lacks_most_is_left_out(made):
    values = made.material.values.copy()
    last = np.flatnonzero(made.material.cases["cohort"] == "valid1")[-2:]
    values[last[0], made.material.place("glcm_f06")] = np.nan
    values[last[1], 1:] = np.nan
    found = seen(made, replace(made.material, values=values))
    assert (found.left_out, len(found.cases)) == (1, 95)
    place = list(found.names).index("glcm_f06")
    assert (found.z[-1, place], found.gaps[-1].sum()) == (0.0, 1)
    train = found.z[found.train]
    assert np.allclose(train.mean(axis=0), 0)
    assert np.allclose(train.std(axis=0), 1)


def test_features_that_are_taken(made):
    every = {name: set(seen(made, features=name).names) for name in ("all", "reliable", "candidates")}
    assert "glcm_f03" not in every["all"]  # constant
    assert "glcm_f02" in every["all"] - every["reliable"]
    assert {"glcm_f00", "glcm_f01"} <= every["reliable"]
    assert not {"glcm_f00", "glcm_f01"} <= every["candidates"]
    with pytest.raises(StudyError, match="no feature is left"):
        view(made.material, made.splits, made.selection.assign(step="constant"), made.study["unsupervised"])
    with pytest.raises(StudyError, match="no feature is left"):
        seen(made, replace(made.material, values=np.ones_like(made.material.values)))


@pytest.mark.parametrize("features", ["all", "reliable", "candidates"])
def test_whose_outcome_is_whose_changes_no_cluster(features):
    """Outcomes are exchanged before selection; nothing was repeated, so that all features are equally reliable."""
    views = []
    for seed in (None, 1, 2):
        made = grouped(sizes={"train": 60, "valid1": 36})
        if seed:
            outcomes, learnt = made.outcomes.copy(), made.outcomes["cohort"] == "train"
            told = outcomes.loc[learnt, ["time_days", "event"]]
            outcomes.loc[learnt, ["time_days", "event"]] = told.sample(frac=1, random_state=seed).to_numpy()
            made.outcomes = outcomes.astype(made.outcomes.dtypes)
        views.append(seen(made, features=features))
    assert not np.array_equal(views[0].outcomes.event, views[1].outcomes.event)
    for other in views[1:]:
        assert other.names.tolist() == views[0].names.tolist()
        assert other.z.tobytes() == views[0].z.tobytes()


def test_a_number_that_is_asked_for_and_too_few_patients_for_it(made, patients, annotations):
    numbers = clustered(patients, annotations, made.study, number=5, references=0)["cluster_numbers"]
    assert numbers.query("chosen")["clusters"].tolist() == [5]
    assert numbers[["p", "by_chance"]].isna().all(axis=None)
    few = np.concatenate([patients.train[:5], np.flatnonzero(patients.part == "test")])
    z, gaps = patients.z[few], patients.gaps[few]
    cases, outcomes = [patients.cases[k] for k in few], patients.outcomes.take(few)
    fewer = replace(patients, z=z, gaps=gaps, cases=cases, part=patients.part[few], outcomes=outcomes)
    with pytest.raises(StudyError, match="4 clusters are tried in resamples of 4 of the 5 training patients"):
        cluster(fewer, annotations, made.study)


def test_a_number_of_which_fewer_clusters_come_is_not_taken(made, patients, annotations):
    """Patients of three kinds, all alike within each: of four clusters three come, as stable as those of three."""
    z = patients.z.copy()
    z[:] = np.array([z[patients.train[int(case[-3:]) % 3]] for _, case in patients.cases])
    alike = replace(patients, z=z)
    numbers = clustered(alike, annotations, made.study, number="ambiguity", references=0)["cluster_numbers"]
    assert numbers.query("chosen")["clusters"].tolist() == [3]
    assert numbers["found"].tolist() == [2, 3, 3]
    assert table_of_numbers(numbers).rows[-1][0] == "4 (3 came)"
    with pytest.raises(StudyError, match="does not part into 4 clusters, 3 came; take another number"):
        clustered(alike, annotations, made.study, number=4, references=0)


def test_kmeans_goes_the_whole_way(made, patients, annotations):
    found = clustered(patients, annotations, made.study, clustering="kmeans", number="ambiguity", references=0)
    assert found["cluster_numbers"].query("chosen")["clusters"].tolist() == [3]


def test_similar_patients_by_a_naive_twin(made, patients):
    rows = SIMILAR.frame(similar(patients, made.study))
    assert rows.groupby(["cohort", "case"]).size().eq(3).all()
    assert set(rows["other_cohort"]) == {"train"}
    assert rows.groupby("cohort")["part"].unique().map(list).to_dict() == {"train": ["train"], "valid1": ["test"]}
    train = patients.train
    apart = [np.sqrt(((patients.z[i] - patients.z[j]) ** 2).mean()) for i in train for j in train if i < j]
    for k in (0, 59, 60, 95):
        away = {patients.cases[j]: np.sqrt(((patients.z[k] - patients.z[j]) ** 2).mean()) for j in train if j != k}
        nearest = sorted(away, key=away.get)[:3]
        mine = rows[(rows["cohort"] == patients.cases[k][0]) & (rows["case"] == patients.cases[k][1])]
        assert list(zip(mine["other_cohort"], mine["other_case"], strict=True)) == nearest
        assert mine["distance"].tolist() == pytest.approx([away[each] for each in nearest])
        assert mine["closer"].tolist() == pytest.approx(
            [np.mean(np.array(apart) < away[each] - 1e-9) for each in nearest]
        )
