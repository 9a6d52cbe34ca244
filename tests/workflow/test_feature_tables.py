"""A study that starts from tables of features: what its own images half measured gives the same study again."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

from made.studies import Bench, fill

pytestmark = pytest.mark.long
SAME = (
    "splits",
    "sample_size",
    "learning_curve",
    "selection",
    "selection_folds",
    "predictions",
    "metrics",
    "comparisons",
    "looks",
    "curves",
)
# Nobody far off, no control image, no horizon declared, no replicates.
MAY_BE_EMPTY = ("reliability", "outliers", "changed", "risks", "calibration", "decisions", "operating")


@pytest.fixture(scope="module", params=["plain", pytest.param("test-retest", marks=pytest.mark.hostile)])
def measured(request, finished, tmp_path_factory) -> Bench:
    """A study of images, run to its models: without replicates, or with a test-retest cohort."""
    if request.param == "plain":
        return finished
    place = tmp_path_factory.mktemp("images")
    (place / "data").mkdir()
    bench = Bench(place)
    for number in range(4):
        case = f"R{number}"
        bench.add("retest", case)
        bench.add("retest", f"S{number}")  # another image, as the second visit of the same patient where even
        again = case if number % 2 else f"S{number}"
        row = {"case": case, "image": f"{again}/image.nii.gz", "segmentation": f"{case}/mask.nii.gz"}
        bench.rows["retest"][-1] |= row | {"replicate": "2"}
    fill(bench, train=16, valid=6)
    bench.run("--until", "validate", "size")
    return bench


@pytest.fixture(scope="module")
def tabled(measured, tmp_path_factory) -> Bench:
    """The same study from the features of the first, written as wide tables, run to its report."""
    bench = Bench(tmp_path_factory.mktemp("tables"))
    write(bench, measured)
    bench.run()
    return bench


def write(bench: Bench, measured: Bench) -> None:
    """Tables, outcomes and study.yaml."""
    features = pd.read_parquet(measured.results / "tables" / "features.parquet")
    groups = features.drop_duplicates("feature_id").groupby("group")["feature_id"].agg("|".join).to_dict()
    study = yaml.safe_load((measured.place / "study.yaml").read_text())
    del study["profile"]
    (bench.place / "data").mkdir()
    for name, cohort in study["cohorts"].items():
        del cohort["sheet"]
        rows = features[features["cohort"] == name]
        wide = rows.pivot(index=["case", "replicate"], columns="feature_id", values="value").reset_index()
        wide.insert(0, "hospital", "A")
        wide["case"] = " ID-" + wide["case"]
        wide.to_csv(bench.place / "data" / f"{name}.features.csv", index=False)
        columns = {"case": "case", "replicate": "replicate", "features": "(?!hospital$).*", "groups": groups}
        ids = {"pattern": "ID-(?P<case>.*)"}
        cohort["features"] = {"file": f"{name}.features.csv", "columns": columns, "ids": ids}
        if "clinical" in cohort:
            text = (measured.place / "data" / f"{name}.csv").read_text()
            (bench.place / "data" / f"{name}.csv").write_text(text)
    (bench.place / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))


def test_the_tables_half_gives_what_the_images_half_led_to(measured, tabled):
    for name in (*SAME, *MAY_BE_EMPTY):
        first, second = (pd.read_parquet(each.results / "tables" / f"{name}.parquet") for each in (measured, tabled))
        assert len(first) or name in MAY_BE_EMPTY, name
        pd.testing.assert_frame_equal(first, second, check_exact=True)
    columns = ["cohort", "case", "replicate", "roi", "feature_id", "group", "value"]
    first, second = (
        pd.read_parquet(each.results / "tables" / "features.parquet")[columns].sort_values(columns[:5])
        for each in (measured, tabled)
    )
    pd.testing.assert_frame_equal(first.reset_index(drop=True), second.reset_index(drop=True), check_exact=True)
    signatures = [json.loads((each.results / "signature.json").read_text()) for each in (measured, tabled)]
    assert signatures[0]["features"]
    one, other = ({**each, "profile": "", "provenance": "", "digest": ""} for each in signatures)
    assert one == other
    assert signatures[0]["profile"] != signatures[1]["profile"]


def test_tables_of_images_are_not_there_and_the_report_says_so(tabled):
    tables = {path.stem for path in (tabled.results / "tables").glob("*.parquet")}
    own = {
        "features",
        "checklist",
        "exclusions",
        "identities",
        "missing",
        "optimism",
        "patients",
        "tuning",
        "tuning_folds",
    }
    assert own | {*SAME, *MAY_BE_EMPTY} == tables
    text = (tabled.results / "report.html").read_text(encoding="utf-8")
    assert "table of features" in text or "tables of features" in text
    assert "Contact sheet" not in text.split("<main>")[1] or "left out" in text
    assert "C-index" in text
    assert tabled.planned() == {}


@pytest.mark.hostile
def test_subgroups_summary_and_competing_events_of_three_validation_cohorts(measured, tmp_path):
    """What only validation reads leaves the signature as it is, byte by byte; the new tables stand in the report."""
    bench = Bench(tmp_path)
    write(bench, measured)
    place, data = tmp_path / "study.yaml", tmp_path / "data"
    study = yaml.safe_load(place.read_text())
    known = study["cohorts"].pop("valid")
    for name in ("one", "two", "three"):  # the same patients under other names
        block = yaml.safe_load(yaml.safe_dump(known))
        block["features"]["file"], block["clinical"]["file"] = f"{name}.features.csv", f"{name}.csv"
        study["cohorts"][name] = block
        for file in ("features.csv", "csv"):
            text = (data / f"valid.{file}").read_text()
            (data / f"{name}.{file}").write_text(text.replace("V0", f"{name}0"))
    for name in ("train", "one", "two", "three"):
        frame = pd.read_csv(data / f"{name}.csv")
        free = frame.index[frame["dead"] == 0]
        frame["gone"], frame["sex"] = 0, ["f", "m"] * (len(frame) // 2)
        frame.loc[free[:1], "gone"] = 1
        frame.to_csv(data / f"{name}.csv", index=False)
        study["cohorts"][name]["clinical"]["competing"] = "gone"
    study["outcome"] |= {"competing": "death without relapse", "horizons": [100]}
    place.write_text(yaml.safe_dump(study, sort_keys=False))
    bench.run()
    before = (bench.results / "signature.json").read_bytes()
    assert "hazard" not in json.loads(before)
    study["validation"]["subgroups"] = [{"column": "sex", "levels": ["f", "m"]}]
    place.write_text(yaml.safe_dump(study, sort_keys=False))
    bench.run()
    assert (bench.results / "signature.json").read_bytes() == before
    tables = {path.stem: len(pd.read_parquet(path)) for path in (bench.results / "tables").glob("*.parquet")}
    assert min(tables[name] for name in ("subgroups", "pooled", "incidence", "causes")) > 0
    assert tables["risks"] == 0
    text = (bench.results / "report.html").read_text(encoding="utf-8")
    for words in ("Subgroups", "Validation cohorts together", "No summary over validation cohorts", "Competing events"):
        assert words in text
    assert bench.planned() == {}


@pytest.mark.hostile
def test_rows_that_are_of_no_case_are_exclusions_in_the_report(tabled):
    table = tabled.place / "data" / "train.features.csv"
    before = table.read_text()
    header, *rows = before.splitlines()
    empty = ",".join(["A", " ID-T900", "1", *[""] * (header.count(",") - 2)])
    nobody = rows[0].replace(rows[0].split(",")[1], "")
    table.write_text("\n".join([header, *rows, empty, nobody]) + "\n")
    planned = set(tabled.planned()) - {"all"}
    assert {"tabulate", "collect", "report"} <= planned
    assert tabled.planned()["tabulate"] == 1
    tabled.run()
    exclusions = pd.read_csv(tabled.results / "tables" / "exclusions.csv").set_index("case")
    last = f"row-{len(rows) + 3}"  # below the header and the empty one
    assert exclusions["stage"].to_dict() == {"T900": "tabulate", last: "tabulate"}
    assert exclusions.loc[last, "reason"] == "no id in the column 'case'"
    text = (tabled.results / "report.html").read_text(encoding="utf-8")
    assert "no value in any of the" in text
    assert "no id in the column" in text
    table.write_text(before)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("A, ID-T000,1,", "A, ID-T001,1,", "case T001 appears in line"),
        ("hospital", "case", "have the same name"),
        ("A, ID-T000,1,", "A, ID-Jane Doe,1,", "its id is no pseudonym"),
        ("glcm", "glmc", "is the name of no feature"),
    ],
)
def test_a_faulty_table_is_refused_by_name(measured, tmp_path, old, new, words):
    bench = Bench(tmp_path)
    write(bench, measured)
    table: Path = tmp_path / "data" / "train.features.csv"
    text = table.read_text()
    assert old in text
    table.write_text(text.replace(old, new))
    done = bench.run("--until", "collect", ok=False)
    assert done.returncode != 0
    told = done.stdout + done.stderr
    assert words in told
    assert "Jane" not in told + bench.logs()
