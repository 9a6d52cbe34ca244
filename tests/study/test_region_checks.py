"""Cohorts of different regions are told before any job, whether sheets or tables name them."""

from made.many_cases import many_cases
from radioloom.study import load, verify

WORDS = "; where they are one, write one name in all rows, else keep the cases of one region"


def notes(bench):
    import yaml

    content = yaml.safe_load(bench.write().read_text())
    return verify(load(content, bench.place), None)


def test_regions_that_differ_in_or_between_cohorts_are_a_note(tmp_path):
    bench = many_cases(tmp_path, 20, data=str(tmp_path / "data"))
    assert notes(bench) == []
    for row in bench.rows["valid"]:
        row["roi"] = "node"
    assert notes(bench) == [
        f"models compare cases of several regions (cases by region: train tumour (20); valid node (2)){WORDS}"
    ]
    for cohort in bench.rows:
        for number, row in enumerate(bench.rows[cohort]):
            row["roi"] = "tumor" if number % 2 else "tumour"
    (line,) = notes(bench)
    assert "(cases by region: train tumor (10), tumour (10); valid tumor (1), tumour (1))" in line
