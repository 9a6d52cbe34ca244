"""Profiles: complete, checked, hashed."""

from dataclasses import fields
from importlib import import_module

import pytest
import yaml

from radioloom.errors import StudyError
from radioloom.profile import known, load
from radioloom.settings import shipped
from radioloom.stages.images.compile import warm
from radioloom.stages.images.plan import kept_rows


@pytest.fixture
def demo(root):
    return yaml.safe_load((root / "config" / "extraction" / "demo.yaml").read_text())


def written(folder, content):
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump({**content, "name": content.get("name", "mine")}))
    return path


@pytest.mark.parametrize("name", known())
def test_shipped_profiles_load(name):
    profile = load(name)
    assert profile.name == name
    assert len(profile.hash) == 12
    assert profile.images


def measured(name):
    return sorted((shipped("ibsi") / "profiles").glob("*.yaml")) if name == "ibsi configurations" else [name]


@pytest.mark.parametrize("name", [*known(), "ibsi configurations"])
def test_shipped_profiles_say_every_setting(name):
    """Complete: an unwritten default would change a study's numbers without changing its profile's hash."""
    for each in measured(name):
        profile = load(each)
        for key, block in profile.families.items():
            record = import_module(f"radioloom.features.{key}").Settings
            assert set(block["settings"]) == {field.name for field in fields(record)} - {"rows"}, (profile.name, key)


@pytest.mark.parametrize("name", known())
def test_shipped_profiles_name_rows_that_there_are(name):
    profile = load(name)
    assert {family for family, _ in kept_rows(profile)} == set(profile.families)
    assert warm(profile) > 0


def test_hashes_differ():
    assert len({load(name).hash for name in known()}) == len(known())


def test_hash_follows_settings_and_not_words(demo, tmp_path):
    demo["name"] = "mine"
    first = load(written(tmp_path, demo)).hash
    assert load(written(tmp_path, {**demo, "description": "other words"})).hash == first
    demo["discretise"]["width"] = 24
    assert load(written(tmp_path, demo)).hash != first


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p.update(colour="red"), ["colour", "unknown key", "line"]),
        (lambda p: p.pop("resegment"), ["'resegment' is missing"]),
        (lambda p: p["images"]["wavelet"].update(family="nowave"), ["images.wavelet.family", "coif1"]),
        (lambda p: p["images"].update(log={}), ["images.log", "'sigma_mm' is missing"]),
        (lambda p: p["images"].update(logg={}), ["images.logg", "did you mean 'log'"]),
        (
            lambda p: p["images"].update(log={"sigma_mm": [0], "boundary": "zero"}),
            ["images.log.sigma_mm", "Expected: more than 0"],
        ),
        (lambda p: p["images"].update(mean={"supports": [4], "boundary": "zero"}), ["images.mean.supports"]),
        (lambda p: p["images"].update(laws={"kernels": ["W3L5"], "boundary": "zero"}), ["images.laws.kernels"]),
        (lambda p: p["discretise"].update(width=-1), ["discretise"]),
        (lambda p: p["families"].update(glcn=p["families"]["glcm"]), ["families.glcn", "did you mean 'glcm'"]),
        (lambda p: p["families"].update(ivh={"settings": {}, "features": "all"}), ["ivh"]),
        (lambda p: p.update(name="yours"), ["name", "file"]),
    ],
)
def test_faults_are_named(demo, tmp_path, change, words):
    demo["name"] = "mine"
    change(demo)
    with pytest.raises(StudyError) as fault:
        load(written(tmp_path, demo))
    for word in words:
        assert word in str(fault.value)


def test_a_line_that_is_no_yaml_is_named(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\ndescription: words: more words\n")
    with pytest.raises(StudyError, match=r"mine\.yaml, line 2: this is not YAML"):
        load(path)


def test_a_profile_is_given_back():
    assert load(load("demo")) == load("demo")


def test_an_unknown_name_lists_the_known():
    with pytest.raises(StudyError, match="demo"):
        load("nonsense")
