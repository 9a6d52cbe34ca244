"""Faults of a study are told with file, line, key and remedy, before any job."""

from pathlib import Path

import pytest
import yaml

from radioloom import settings, study
from radioloom.commands.new import write_starter
from radioloom.errors import StudyError

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
        ("train.tsv", "absent.tsv", ["cohorts.train.sheet", "absent.tsv is not there"]),
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
    with pytest.raises(StudyError, match=r"'GTV\(' is no regular expression"):
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
    with pytest.raises(StudyError, match=r"bad.tsv, line 2: region: unknown key"):
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
