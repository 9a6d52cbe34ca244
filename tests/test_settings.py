"""Faults of a study are told with file, line, key and remedy, before any job."""

from pathlib import Path

import pytest
import yaml

from radioloom import settings, study
from radioloom.commands.new import write_starter
from radioloom.errors import StudyError
from radioloom.study.sheet import read_sheet

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def demo() -> dict:
    return yaml.safe_load((ROOT / "config" / "config.yaml").read_text())


def load(config: dict, tmp_path: Path, text: str | None = None) -> study.Study:
    source = tmp_path / "study.yaml"
    source.write_text(text or yaml.safe_dump(config, sort_keys=False))
    return study.load(yaml.safe_load(source.read_text()), ROOT, source)


def test_demo_is_a_study(demo, tmp_path):
    loaded = load(demo, tmp_path)
    assert loaded.cohorts("training") == ["train"]
    assert loaded.simulated
    assert loaded.settings["model"]["n_features"] == 4  # from the schema, the one home of defaults


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("batch_size: 60", "batchsize: 60", ["line 10", "batchsize", "did you mean 'batch_size'"]),
        ("seed: 20140603", "seed: many", ["line 8", "seed", "'many'"]),
        ("role: training", "role: trainng", ["cohorts.train.role", "Allowed: training"]),
        ("kind: cox", "kind: logistic", ["model.kind", "take cox"]),
        ("cohort: genomics", "cohort: genes", ["genomics.cohort", "'genes'"]),
        ("controls: [shuffled_roi]", "controls: [shufled_roi]", ["controls", "shufled_roi"]),
        ("controls: [", "robustness: {chain: RCC}\ncontrols: [", ["robustness.chain", "'RCC'", "each once"]),
        ("train.tsv", "absent.tsv", ["cohorts.train.sheet", "absent.tsv' is neither in"]),
    ],
)
def test_fault_names_line_key_and_remedy(tmp_path, old, new, words):
    text = (ROOT / "config" / "config.yaml").read_text().replace(old, new, 1)
    with pytest.raises(StudyError) as caught:
        load({}, tmp_path, text)
    for word in words:
        assert word in str(caught.value)


def test_regions_are_those_of_the_sheet_and_their_patterns_sound(demo, tmp_path):
    demo["cohorts"]["train"]["rois"] = {"tumour": {"patterns": ["GTV-1", "GTV.*"]}}
    block = load(demo, tmp_path).settings["cohorts"]["train"]["rois"]["tumour"]
    assert block == {"patterns": ["GTV-1", "GTV.*"], "take": "union", "threshold": 0.5}
    demo["cohorts"]["train"]["rois"] = {"GTV": {"patterns": ["GTV-1"]}}
    with pytest.raises(StudyError, match=r"cohorts\.train\.rois\.GTV: no row .* regions there: tumour"):
        load(demo, tmp_path)
    demo["cohorts"]["train"]["rois"] = {"tumour": {"patterns": ["GTV("]}}
    with pytest.raises(StudyError, match=r"'GTV\(' is no regular expression: .*, or write 'GTV\\\(' for that"):
        load(demo, tmp_path)
    demo["cohorts"]["train"]["rois"] = {"tumour": {"patterns": ["GTV"], "take": "biggest"}}
    with pytest.raises(StudyError, match="Allowed: union, first, largest_part"):
        load(demo, tmp_path)


def test_robustness_of_a_role_that_no_cohort_has(demo, tmp_path):
    demo["robustness"] = {"chain": "RCV", "role": "observers"}
    assert load(demo, tmp_path).settings["robustness"]["repeats"] == 30
    del demo["cohorts"]["readers"]
    with pytest.raises(StudyError, match=r"robustness\.role: no cohort has the role 'observers'; perturb another"):
        load(demo, tmp_path)


def test_controls_are_none_some_or_all(demo, tmp_path):
    assert load(demo, tmp_path).controls == ["shuffled_roi"]
    assert len(load({**demo, "controls": "all"}, tmp_path).controls) == 9
    del demo["controls"]
    assert load(demo, tmp_path).controls == []


def test_missing_key_says_what_it_means(demo, tmp_path):
    del demo["seed"]
    with pytest.raises(StudyError, match=r"'seed' is missing; add it .the one seed of all randomness"):
        load(demo, tmp_path)


def test_unknown_column_of_a_sheet(demo, tmp_path):
    (tmp_path / "bad.tsv").write_text("case\timage\tsegmentation\tregion\nA\ta\tb\tGTV\n")
    demo["cohorts"]["train"]["sheet"] = str(tmp_path / "bad.tsv")
    with pytest.raises(StudyError, match=r"bad.tsv, line 1, column 4: unknown; take it out. Known here: case"):
        load(demo, tmp_path)


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../b"])
def test_paths_that_leave_the_data_folder(demo, tmp_path, path):
    (tmp_path / "bad.tsv").write_text(f"case\timage\tsegmentation\nA\t{path}\tb\n")
    demo["cohorts"]["train"]["sheet"] = str(tmp_path / "bad.tsv")
    with pytest.raises(StudyError, match="line 2"):
        load(demo, tmp_path)


def test_case_twice(demo, tmp_path):
    (tmp_path / "bad.tsv").write_text("case\timage\tsegmentation\nA\ta\tb\nA\tc\td\n")
    demo["cohorts"]["train"]["sheet"] = str(tmp_path / "bad.tsv")
    with pytest.raises(StudyError, match="appears in line 2 already"):
        load(demo, tmp_path)


def test_config_and_schema_agree(demo):
    """Every key of the default study is described, so that a reader finds its meaning."""
    rule = settings.schema("study")
    assert set(demo) <= set(rule["properties"])
    for key, sub in rule["properties"].items():
        assert sub.get("description"), key


def test_starter_is_a_valid_study(tmp_path, monkeypatch):
    write_starter("mine", tmp_path)
    monkeypatch.setenv("RADIOLOOM_DATA", str(tmp_path))
    source = tmp_path / "mine" / "study.yaml"
    loaded = study.load(yaml.safe_load(source.read_text()), tmp_path, source)
    assert [row["pattern"] for row in loaded.sheets["training"]] == ["GTV-?1", "1"]
    with pytest.raises(StudyError, match="already exists; choose another name"):
        write_starter("mine", tmp_path)
    with pytest.raises(StudyError, match="cannot name a study"):
        write_starter("../mine", tmp_path)


def test_a_key_given_twice_is_refused_with_its_line(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("one: 1\ntwo:\n  - {x: 1}\n  - x: 1\n    y: 2\n    x: 3\none: 2\n")
    with pytest.raises(StudyError) as caught:
        settings.read(path)
    assert str(caught.value).splitlines() == [
        "a.yaml, line 6: the key 'x' appears in line 4 already; keep one of them",
        "a.yaml, line 7: the key 'one' appears in line 1 already; keep one of them",
    ]
    path.write_text("base: &base {x: 1, y: 2}\n1: a\n'1': b\nother: {<<: *base, x: 3}\nagain: *base\n")
    base = {"x": 1, "y": 2}
    assert settings.read(path) == {"base": base, 1: "a", "1": "b", "other": {"x": 3, "y": 2}, "again": base}
    path.write_text("")
    assert settings.read(path) is None


def test_a_study_is_read_again_for_keys_given_twice(demo, tmp_path):
    source = tmp_path / "study.yaml"
    source.write_text((ROOT / "config" / "config.yaml").read_text() + "seed: 2\n")
    assert study.load(demo, ROOT, source)
    with pytest.raises(StudyError, match=r"study\.yaml, line \d+: the key 'seed' appears in line 8 already"):
        study.load(demo, ROOT, source, again=True)


def test_a_file_that_is_no_text_in_utf_8_is_refused_by_name(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: José\n".encode("latin-1"))
    with pytest.raises(StudyError, match=r"latin\.yaml: this is not text in UTF-8"):
        settings.read(path)
    path.write_text("a: [1\nb: 2\n")
    with pytest.raises(StudyError, match=r"latin\.yaml, line 2: this is not YAML"):
        settings.read(path)


def test_each_missing_key_is_named(tmp_path):
    with pytest.raises(StudyError) as caught:
        load({"study": "mine", "seed": 1, "cohorts": {"a": {"role": "training"}}}, tmp_path)
    lines = str(caught.value).splitlines()
    assert [line.split("'")[1] for line in lines] == ["title", "outcome", "model"]
    assert all("is missing; add it (" in line for line in lines)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcome": "survival"}, "outcome: 'survival' is not accepted. Expected: a block of keys."),
        ({"controls": {"a": 1}}, "Expected: all, or a list of names (shuffled_image, "),
        ({"controls": 3}, "controls: '3' is not accepted. Expected: all, or a list of names ("),
        ({"seed": -1}, "seed: '-1' is not accepted. Expected: 0 or more."),
        ({"title": ""}, "Expected: text that is not empty."),
        ({"study": "my study"}, "Expected: letters, digits, _ and -, with a letter or digit first."),
        ({"model": {"kind": "cox", "covariates": "age"}}, "Expected: a list."),
        ({"model": {"kind": "cox", "covariates": [3]}}, "Expected: a name or text or a block of keys."),
        ({"harmonise": {"batch": []}}, "Expected: a list of 1 or more."),
    ],
)
def test_rules_are_told_in_words(demo, tmp_path, change, words):
    with pytest.raises(StudyError) as caught:
        load({**demo, **change}, tmp_path)
    assert words in str(caught.value)
    assert "anyOf" not in str(caught.value)


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd"])
def test_tables_that_leave_the_data_folder(demo, tmp_path, path):
    demo["cohorts"]["train"]["clinical"]["file"] = path
    demo["genomics"]["expression"]["file"] = path
    with pytest.raises(StudyError) as caught:
        load(demo, tmp_path)
    first, second = str(caught.value).splitlines()
    assert "cohorts.train.clinical.file" in first
    assert "genomics.expression.file" in second
    assert all(
        "a path below the data folder, which neither begins with / nor has two dots (..) in it. It means" in m
        for m in (first, second)
    )


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_sheet_that_is_not_separated_by_tabs_is_read_all_the_same(tmp_path, mark):
    (tmp_path / "other.tsv").write_text("case,image,segmentation\nA,a,b\n".replace(",", mark))
    (tmp_path / "sheet.tsv").write_text("case\timage\tsegmentation\nA\ta\tb\n")
    read, expected = (read_sheet(tmp_path / name, "train", "training") for name in ("other.tsv", "sheet.tsv"))
    assert read == expected


@pytest.mark.parametrize(
    "keys", ["Yes: true, On: false", "1: true, Yes: false", "0: true, No: false", "1: true, 1.0: false"]
)
def test_keys_that_are_one_key_to_python_are_told(tmp_path, keys):
    path = tmp_path / "a.yaml"
    path.write_text(f"event_values: {{{keys}}}\n")
    with pytest.raises(StudyError, match="appears in line 1 already"):
        settings.read(path)
    path.write_text('event_values: {Yes: true, "Yes": true, "1": true, 2: true}\n')
    assert len(settings.read(path)["event_values"]) == 4


def test_words_of_events_are_text_in_a_study(demo, root):
    """So that settings with `Yes` beside other words have a digest."""
    demo["cohorts"]["train"]["clinical"]["event_values"] = yaml.safe_load(
        "{Yes: true, No: false, 2: true, lost: false}"
    )
    made = study.load(demo, root)
    words = made.settings["cohorts"]["train"]["clinical"]["event_values"]
    assert (words["Yes"], words["no"], words["2"], words["lost"]) == (True, False, True, False)
    assert set(map(type, words)) == {str}
    assert len(made.digest) == 12


def test_a_level_that_yaml_made_a_truth_value_of_asks_for_quotes(demo, root):
    demo["model"]["covariates"] = yaml.safe_load("[{smoker: [no, yes]}]")
    with pytest.raises(
        StudyError, match="YAML takes yes, no, on and off without quotes for true and false: write the word"
    ):
        study.load(demo, root)
