"""Annotations as traits: who is of the study, which answers count, how well readers agree."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pingouin
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from made.annotated import aim, answer, report
from radioloom.errors import StudyError
from radioloom.io.annotations import read as annotations
from radioloom.io.annotations.record import Annotation, Answer, as_number
from radioloom.stages.genomics import trait_scales
from radioloom.stages.genomics.traits import traits
from radioloom.tables import TRAIT_AGREEMENT, TRAITS, UNREAD

SETTINGS = {"files": "a", "pattern": "", "ordinal": {}}
CASES = ["c1", "c2"]


def note(patient="c1", reader="r", time="1", document="d1", **answers):
    """One annotation; answers: trait -> value, number or list of values."""
    said = []
    for trait, values in answers.items():
        several = values if isinstance(values, list) else [values]
        said += [Answer(trait, str(value), as_number(str(value))) for value in several]
    return Annotation(patient, reader, time, tuple(said), document, f"{patient}.xml")


def rows(found, **settings):
    made = traits(found, "a", CASES, {**SETTINGS, **settings})
    table = TRAITS.frame(made.traits)
    return made, list(table[["case", "reader", "trait", "value"]].itertuples(index=False, name=None))


def reasons(made):
    return {row["document"]: row["reason"] for row in made.unread}


def test_answers_become_rows_and_readers_pseudonyms():
    made, table = rows([note(reader="Dr Ann", shape="round"), note("c2", " dr ann ", document="d2", size=3.5)])
    assert table == [("c1", "reader-1", "shape", "round"), ("c2", "reader-1", "size", "3.5")]
    assert made.traits[1]["number"] == 3.5
    assert not made.unread


def test_who_is_of_no_case_and_what_cannot_be_read_is_told_without_names():
    broken = Annotation("", "", fault="broken XML", document="d3", name="SMITH.xml")
    made, table = rows([note("SMITH", shape="round"), note(document="d2", shape="oval"), broken])
    assert table == [("c1", "reader-1", "shape", "oval")]
    assert "of no case of the cohort sheet" in reasons(made)["d1"]
    assert reasons(made)["d3"] == "broken XML"
    assert "SMITH" not in str(made)
    UNREAD.frame(made.unread)


def test_who_is_almost_a_case_is_told():
    made, table = rows([note("C01", document="d1", shape="round"), note("c3", document="d2", shape="round")])
    assert table == []
    assert reasons(made)["d1"] == "of no case of the cohort sheet, but almost called like c1; write both the same"
    assert "almost" not in reasons(made)["d2"]
    linked = {"0077": "c1", "78": "c9"}
    given = [note("77", document="d1", shape="round"), note("078", document="d2", shape="round")]
    told = reasons(traits(given, "a", CASES, SETTINGS, linked))
    assert told["d1"] == "its patient id is almost that of case c1 in `traits.patients`; write both the same"
    assert "almost" not in told["d2"]  # nobody of the study
    assert "77" not in str(told)
    assert "78" not in str(told)


def test_the_patient_is_found_in_the_file_name_or_by_a_table():
    _, table = rows([note("c1", shape="round")], pattern=r"^(?P<case>c\d)\.xml$")
    assert len(table) == 1
    made, table = rows([note("x", shape="round")], pattern=r"^(?P<case>c\d)\.xml$")
    assert not table
    assert "file's name does not fit" in reasons(made)["d1"]
    made = traits([note("007", shape="round"), note("c1", document="d2")], "a", CASES, SETTINGS, {"007": "c2"})
    assert [row["case"] for row in made.traits] == ["c2"]
    assert "d2" in reasons(made)  # with a table, an id that happens to be called like a case is none


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"pattern": "c1"}, "no group `case`"),
        ({"pattern": "(?P<case>"}, r"traits.pattern: '\(\?P<case>' is no regular expression: missing"),
        ({"ordinal": {"Shape": ["a", "b"]}}, "nobody answered 'Shape'; did you mean 'shape'?"),
        ({"ordinal": {"Margin": ["a", "b"]}}, "nobody answered 'Margin'; there are 'shape'"),
        ({"ordinal": {"shape": ["a", "b"]}}, r"'shape' is answered 'round' \(d1\), which is none of 'a', 'b'"),
    ],
)
def test_settings_that_do_not_fit(settings, words):
    with pytest.raises(StudyError, match=words):
        rows([note(shape="round")], **settings)
    with pytest.raises(StudyError, match="no AIM 4 file, DICOM SR or line of a CSV"):
        rows([])


@pytest.mark.parametrize(
    ("ordinal", "words"),
    [
        ({"Margin": ["a"]}, "nobody answered 'Margin'; traits that were answered: 1"),
        ({"shape": ["a"]}, "'shape' is answered 'AAAAA' (A stands for a letter) (line 4), which is none of 'a'"),
    ],
)
def test_of_a_table_no_cell_is_told(ordinal, words):
    with pytest.raises(StudyError) as told:
        rows([replace(note(document="line 4", shape="Meyer"), of_table=True)], ordinal=ordinal)
    assert words in str(told.value)
    made, _ = rows([replace(note(document="line 4", shape="x", Meyer=[3, 4]), of_table=True)])
    assert reasons(made)["line 4"] == "trait 2 of 2 has 2 differing numbers; not used"


def test_the_latest_annotation_of_a_reader_counts():
    made, table = rows([note(time="2", shape="oval"), note(time="1", document="d2", shape="round")])
    assert [row[3] for row in table] == ["oval"]
    assert "the latest counts" in reasons(made)["d2"]
    made, table = rows([note(shape="oval"), note(document="d2", shape="round")])
    assert not table
    assert all("which one counts is not known" in reasons(made)[name] for name in ("d1", "d2"))
    made, table = rows([note(shape="oval"), note(document="d2", shape="oval")])  # a copy
    assert len(table) == 1
    assert not made.unread


def test_what_is_meant_of_several_findings_or_numbers_is_not_known():
    shapes = (Answer("shape", "round", finding=0), Answer("shape", "oval", finding=1), Answer("side", "left"))
    made, table = rows([Annotation("c1", "r", "1", shapes, "d1")])
    assert [row[2] for row in table] == ["side"]
    assert reasons(made)["d1"] == "'shape' is answered for 2 findings of the case; not used"
    made, table = rows([note(size=[3, 4], side="left")])
    assert [row[2] for row in table] == ["side"]
    assert "'size' has 2 differing numbers" in reasons(made)["d1"]
    assert len(rows([note(size=[3, 3])])[1]) == 1


def test_levels_and_numbers():
    found = [note(grade=2, mixed="1", size=1), note("c2", document="d2", grade=1, mixed="left", size=2)]
    made, _ = rows(found, ordinal={"grade": [0, 1, 2]})
    table = TRAITS.frame(made.traits).set_index(["case", "trait"])
    assert table.loc[("c1", "grade"), "level"] == 2
    assert table.loc[("c1", "grade")][["number"]].isna().all()
    assert table["number"].unstack("trait")["size"].tolist() == [1, 2]
    assert table["number"].unstack("trait")["mixed"].isna().all()  # once a word, never a number


def read_twice(seed=3, n=40):
    """Two readers of 40 cases, a third of 20: ordered grades, shapes, ticked findings, sizes; some not answered."""
    draw = np.random.default_rng(seed)
    grades, shapes, signs = ["none", "some", "much"], ["oval", "round", "spiky"], ["airway", "vessel"]
    found = []
    for case in range(n):
        grade, shape, size = draw.integers(3), draw.integers(3), draw.normal(20, 5)
        for reader in range(3 if case < 20 else 2):
            said = {
                "grade": grades[grade if draw.random() < 0.7 else draw.integers(3)],
                "shape": shapes[shape if draw.random() < 0.8 else draw.integers(3)],
                "signs": [sign for sign in signs if draw.random() < 0.5],
                "size": round(size + draw.normal(0, 2), 2),
            }
            said = {name: value for name, value in said.items() if draw.random() < 0.95}
            found.append(note(f"c{case}", f"r{reader}", document=f"{case}.{reader}", **said))
    settings = {**SETTINGS, "ordinal": {"grade": grades}}
    return traits(found, "a", [f"c{case}" for case in range(n)], settings)


def test_agreement_is_that_of_other_packages():
    made = read_twice()
    frame, agreed = TRAITS.frame(made.traits), TRAIT_AGREEMENT.frame(made.trait_agreement)
    agreed = agreed.set_index(["trait", "value", "first", "second"])
    assert len(agreed) == 5 * 3  # grade, shape, size, two signs; three pairs of readers
    who = frame[["case", "reader"]].drop_duplicates()
    assert set(agreed.index.droplevel(["first", "second"])) == {
        ("grade", ""), ("shape", ""), ("size", ""), ("signs", "airway"), ("signs", "vessel"),
    }  # fmt: skip
    for (trait, value, first, second), row in agreed.iterrows():
        said = frame[frame["trait"] == trait]
        if value:
            ticked = set(said.loc[said["value"] == value, ["case", "reader"]].itertuples(index=False, name=None))
            said = who.assign(value=[pair in ticked for pair in who.itertuples(index=False, name=None)])
        column = {"grade": "level", "size": "number"}.get(trait, "value")
        both = said.pivot(index="case", columns="reader", values=column)[[first, second]].dropna()
        assert row["n"] == len(both)
        a, b = (both[name].tolist() for name in (first, second))
        same = float("nan") if trait == "size" else np.mean(np.array(a) == np.array(b))
        assert row["same"] == pytest.approx(same, nan_ok=True)
        if trait == "size":
            long = both.reset_index().melt("case", var_name="rater", value_name="score")
            theirs = pingouin.intraclass_corr(long, "case", "rater", "score").set_index("Type").loc["ICC(A,1)", "ICC"]
            assert row["statistic"] == "ICC(A,1)"
        else:
            weights = "quadratic" if trait == "grade" else None
            theirs = cohen_kappa_score(a, b, weights=weights)
            assert row["statistic"] == ("weighted kappa" if weights else "kappa")
            names = sorted({*a, *b})
            counts = pd.crosstab(pd.Categorical(a, names), pd.Categorical(b, names), dropna=False)
            bounds = cohens_kappa(counts.to_numpy(), wt=weights)
            assert row["low"] == pytest.approx(max(bounds.kappa_low, -1))
            assert row["high"] == pytest.approx(min(bounds.kappa_upp, 1))
        assert row["estimate"] == pytest.approx(theirs, abs=1e-9), trait


def test_one_reader_agrees_with_nobody():
    assert rows([note(shape="round")])[0].trait_agreement == []


def test_what_is_tested_against_modules():
    said = {
        "c1": {"side": "left", "shape": "round", "signs": ["a", "b"], "size": 4, "grade": "low", "rare": "no"},
        "c2": {"side": "right", "shape": "oval", "signs": ["a"], "size": 6, "grade": "high", "rare": "no"},
        "c3": {"side": "left", "shape": "spiky", "size": 5, "grade": "low", "rare": "no"},
        "c4": {"side": "left", "shape": "round", "signs": [], "rare": "yes"},
    }
    found = [note(case, document=case, **answers) for case, answers in said.items()]
    found.append(note("c1", "other", document="o", side="right", size=8))
    settings = {**SETTINGS, "ordinal": {"grade": ["low", "high"]}}
    table = TRAITS.frame(traits(found, "a", list(said), settings).traits)
    columns, answers = trait_scales.every_column(table)
    nan = float("nan")
    expected = {
        "trait: grade": [0, 1, 0, nan],
        "trait: rare = yes": [0, 0, 0, 1],
        "trait: shape = oval": [0, 1, 0, 0],
        "trait: shape = round": [1, 0, 0, 1],
        "trait: shape = spiky": [0, 0, 1, 0],
        "trait: side = right": [0.5, 1, 0, 0],  # the rarer of two, of two readers one
        "trait: signs = a": [0.5, 1, 0, 0],  # a checklist: what is not ticked is absent, by the other reader too
        "trait: signs = b": [0.5, 0, 0, 0],
        "trait: size": [6, 6, 5, nan],
    }
    pd.testing.assert_frame_equal(columns, pd.DataFrame(expected, index=pd.Index(said, name="case")), check_dtype=False)
    assert list(answers) == list(columns)
    assert answers["trait: rare = yes"] == ("rare", "yes")
    assert answers["trait: signs = a"] == ("signs", "a")
    assert answers["trait: size"] == ("size", "")


def test_two_traits_of_one_label_are_refused():
    """A trait called `signs = a` beside a checklist `signs` with `a`: one column would hide the other."""
    found = [
        note("c1", signs=["a", "b"], **{"signs = a": 1}),
        note("c2", document="d2", signs=["b"], **{"signs = a": 2}),
    ]
    table = TRAITS.frame(rows(found)[0].traits)
    with pytest.raises(StudyError, match=r"like another with one of its answers \(trait = answer\): 1 and 2 of 2"):
        trait_scales.every_column(table)


def test_two_runs_give_the_same_rows_whatever_the_order_of_files():
    found = [note(f"c{case}", f"r{reader}", document=f"{case}{reader}", shape=f"s{(case + reader) % 3}", size=case)
             for case in range(5) for reader in range(3)]  # fmt: skip
    cases = [f"c{case}" for case in range(5)]
    first, second = (traits(some, "a", cases, SETTINGS) for some in (found, found[::-1]))
    assert TRAITS.arrow(first.traits).equals(TRAITS.arrow(second.traits))
    assert TRAIT_AGREEMENT.arrow(first.trait_agreement).equals(TRAIT_AGREEMENT.arrow(second.trait_agreement))


def test_no_name_reaches_a_table(tmp_path):
    """Canaries stand in names, logins, ids, birth dates, comments and labels of lesions."""
    from pydicom.sr.codedict import codes

    shape = answer("Shape", ("round", "RID5799", "RadLex"))
    (tmp_path / "CANARY.xml").write_text(aim("CANARY-1", shape), encoding="utf-8")
    (tmp_path / "other.xml").write_text(aim("CANARY-2", shape), encoding="utf-8")
    report(tmp_path / "CANARY.dcm", "CANARY-1", [(codes.SCT.Nodule, {}, {"Margin": "smooth"})])
    made = traits(annotations.read(tmp_path), "a", CASES, SETTINGS, {"CANARY-1": "c1"})
    assert len(made.unread) == 1
    assert len({row["reader"] for row in made.traits}) == 2
    for table, name in ((TRAITS, "traits"), (TRAIT_AGREEMENT, "trait_agreement"), (UNREAD, "unread")):
        table.write(getattr(made, name), tmp_path / f"{name}.csv")
        text = (tmp_path / f"{name}.csv").read_text(encoding="utf-8")
        assert "canary" not in text.lower()
        assert "1950" not in text
