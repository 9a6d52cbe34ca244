"""Profiles: complete, checked, hashed."""

from dataclasses import fields, replace
from importlib import import_module

import pytest
import yaml

from radioloom.errors import StudyError
from radioloom.profile import known, load, misfit
from radioloom.settings import shipped
from radioloom.stages.images.compile import warm
from radioloom.stages.images.plan import kept_rows
from radioloom.volume import UNITS


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
        (lambda p: p["resegment"].update(range=[400, -1000]), ["resegment.range: [400, -1000] does not rise"]),
        (lambda p: p["resegment"].update(range=[40, 40]), ["resegment.range: [40, 40] does not rise"]),
        (lambda p: p.update(orientation="ras"), ["orientation", "lps"]),
        (lambda p: p.update(modality=["PET"]), ["modality"]),
        (lambda p: p.update(modality=["PT"]), ["unit: HU is not the unit of PT; write `any`"]),
        (lambda p: p.update(modality=["CT", "MR"]), ["unit: HU is not the unit of MR"]),
        (lambda p: p.update(modality="any"), ["unit: HU is not the unit of any modality"]),
    ],
)
def test_faults_are_named(demo, tmp_path, change, words):
    demo["name"] = "mine"
    change(demo)
    with pytest.raises(StudyError) as fault:
        load(written(tmp_path, demo))
    for word in words:
        assert word in str(fault.value)


def test_a_profile_that_says_nothing_of_images_is_for_any_as_they_are_stored(demo, tmp_path):
    demo["name"] = "mine"
    said = load(written(tmp_path, demo))
    for key in ("modality", "unit", "orientation"):
        del demo[key]
    unsaid = load(written(tmp_path, demo))
    assert (unsaid.modality, unsaid.unit, unsaid.orientation) == ("any", "any", None)
    assert unsaid.hash == said.hash


HASHES = {  # of the profiles as they were before they said what they are for
    "aerts2014": "09122f4f1f27",
    "demo": "7a7d585edbce",
    "pyradiomics": "3252b6a3c8ef",
    "sts_pet": "e879c38ce1ef",
    "welch2019": "17e30ac03561",
}


@pytest.mark.parametrize("name", HASHES)
def test_what_a_profile_is_for_is_no_part_of_its_hash(name):
    profile = load(name)
    assert profile.hash == HASHES[name]
    assert replace(profile, modality="any", unit="any", description="other words").hash == HASHES[name]
    turned = replace(profile, orientation="lps")  # values depend on it
    assert turned.hash != HASHES[name]


def test_a_profile_that_is_changed_has_another_hash():
    demo = load("demo")
    seen = {demo.hash}
    for field in fields(demo):
        if field.name not in ("description", "modality", "unit"):
            seen.add(replace(demo, **{field.name: "other"}).hash)
    assert len(seen) == len(fields(demo)) - 2
    with pytest.raises(TypeError):
        replace(demo, hash="of another")


def test_a_file_that_is_not_there_and_a_name_that_is_misspelt(tmp_path):
    with pytest.raises(StudyError, match=r"mine\.yaml': no such file; correct the path"):
        load(tmp_path / "mine.yaml")
    with pytest.raises(StudyError, match="profile 'ibis' is not known; did you mean 'ibsi'"):
        load("ibis")


@pytest.mark.parametrize(
    "content", ["setting: {binWidth: 25}\n", "imageType: {Original: {}}\nfeatureClass: {glcm: }\n"]
)
def test_a_parameter_file_of_pyradiomics_is_recognised(tmp_path, content):
    path = tmp_path / "Params.yaml"
    path.write_text(content)
    with pytest.raises(StudyError, match=r"Params.yaml: this is a parameter file of pyradiomics.*binWidth is") as fault:
        load(path)
    assert len(str(fault.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "modality", "unit", "words"),
    [
        ("ibsi", "CT", "HU", ""),
        ("ibsi", "", "", ""),
        ("ibsi", "PT", "SUV", "the profile ibsi is for CT in HU, and this is PT in SUV: take the profile sts_pet"),
        ("ibsi", "", "SUV", "the profile ibsi is for CT in HU, and this is an image in SUV: write a profile for SUV"),
        ("ibsi", "MR", "", "the profile ibsi is for CT in HU, and this is MR: take the profile pyradiomics"),
        ("sts_pet", "CT", "HU", "is for PT in SUV, and this is CT in HU: take the profile aerts2014 or ibsi or "),
        ("pyradiomics", "MR", "", ""),
        ("pyradiomics", "PT", "SUV", "the profile pyradiomics is for CT and MR, and this is PT in SUV"),
    ],
)
def test_an_image_that_a_profile_is_not_for(name, modality, unit, words):
    found = misfit(load(name), modality, unit)
    assert words in found
    assert bool(found) == bool(words)


def test_a_profile_for_any_modality_takes_all():
    free = replace(load("ibsi"), modality="any", unit="any")
    assert {misfit(free, modality, unit) for modality, unit in UNITS.items()} == {""}


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
