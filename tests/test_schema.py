"""The quick yes against jsonschema itself: never a yes where jsonschema says no, and a yes to all that we ship."""

import copy
import subprocess
import sys
from dataclasses import asdict, fields, replace

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from radioloom.commands import record
from radioloom.filters import FILTERS
from radioloom.genomics import coexpression, expression, module_numbers, networks, regulators
from radioloom.genomics.enrichment import isa, ranked
from radioloom.genomics.modules import record as modules
from radioloom.imaging import normalise
from radioloom.imaging.discretise import discretise, discretise_ivh
from radioloom.imaging.perturb import PERTURBATIONS
from radioloom.io.archives.kinds import ARCHIVES
from radioloom.names import TABLES, names
from radioloom.prediction.selectors import SELECTORS
from radioloom.profile import known
from radioloom.roi import Roi
from radioloom.schema import KEYWORDS, SILENT, obeys
from radioloom.segmentation.choose import Choice
from radioloom.settings import plain_schema, schema, shipped
from radioloom.stages.genomics import associate, regress, regroup, trait_filters
from radioloom.stages.images.normalise import words
from radioloom.stages.learning.reliability import ROLES as REPEATED
from radioloom.tables.cohorts import SPLIT, USED_BY_MODELS
from radioloom.volume import MODALITIES

SCHEMAS = ("profile", "study", "sheet")
JUDGE = Draft202012Validator(plain_schema("profile"))
ODD = st.sampled_from(
    [None, True, False, 0, 1, -1, 1.5, 70000, "", "zero", "x y", [], [1, 1], {}, {"a": 1}, [None] * 3]
)


def profiles():
    return [yaml.safe_load((shipped("extraction") / f"{name}.yaml").read_text()) for name in known()]


def places(value, path=()):
    """Paths of every item inside a value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def put(value, path, new):
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    if not path:
        return new
    inner[path[-1]] = new
    return changed


@pytest.mark.parametrize("content", profiles(), ids=lambda content: content["name"])
def test_yes_to_what_is_shipped(content):
    assert obeys(content, schema("profile"), schema("profile"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_never_yes_where_jsonschema_says_no(data):
    content = data.draw(st.sampled_from(profiles()))
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(list(places(content))))
        content = put(content, path, data.draw(ODD))
        if data.draw(st.booleans()) and isinstance(content, dict):
            content["surplus"] = 1
    assert obeys(content, schema("profile"), schema("profile")) == JUDGE.is_valid(content)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_keyword_of_ours_is_known(name):
    def keywords(rule):
        for key, inner in rule.items():
            yield key
            if key in ("properties", "$defs"):
                for each in inner.values():
                    yield from keywords(each)
            elif key in ("items", "additionalProperties", "propertyNames") and isinstance(inner, dict):
                yield from keywords(inner)
            elif key in ("anyOf", "oneOf", "allOf"):
                for each in inner:
                    yield from keywords(each)

    unknown = set(keywords(schema(name))) - set(KEYWORDS) - SILENT
    assert not unknown, f"{name}: each start would import jsonschema for {unknown}"


@pytest.mark.parametrize(
    ("rules", "block"),
    [(expression.Rules, "expression"), (modules.Rules, "modules"), (trait_filters.Rules, "traits")],
)
def test_defaults_of_the_library_are_those_of_the_schema(rules, block):
    declared = schema("study")["properties"]["genomics"]["properties"][block]["properties"]
    defaults = {key: item["default"] for key, item in declared.items() if "default" in item}
    blocks = ("file", "sets", "trees", "coexpression", "regulators")
    others = {item.name: item.default for item in fields(rules) if item.name not in blocks}
    assert defaults == {name: default for name, default in others.items() if default is not None}


def test_defaults_of_blocks_of_the_library_are_those_of_the_schema():
    genomics = schema("study")["properties"]["genomics"]["properties"]
    for rules, declared in (
        (networks.Rules, genomics["modules"]["properties"]["trees"]),
        (coexpression.Rules, genomics["modules"]["properties"]["coexpression"]),
        (regulators.Rules, genomics["modules"]["properties"]["regulators"]),
        (module_numbers.Settings, genomics["number"]),
        (regress.Settings, genomics["programs"]),
        (regroup.Settings, genomics["stability"]),
        (isa.Rules, genomics["enrichment"]["properties"]["clusters"]),
    ):
        defaults = {key: item["default"] for key, item in declared["properties"].items() if "default" in item}
        ours = asdict(rules())
        assert defaults == {
            key: list(each) if isinstance(each, tuple) else each for key, each in ours.items() if each is not None
        }


def test_defaults_of_a_choice_of_regions_are_those_of_the_schema():
    block = schema("study")["properties"]["cohorts"]["additionalProperties"]["properties"]["rois"]
    declared = block["additionalProperties"]["properties"]
    assert {key: item.get("default", ()) for key, item in declared.items()} == asdict(Choice())


def test_modalities_are_the_same_wherever_they_are_named():
    assert record.MODALITIES == MODALITIES
    assert schema("sheet")["properties"]["modality"]["enum"] == ["", *MODALITIES]


@pytest.mark.parametrize("name", SCHEMAS)
def test_defaults_obey_their_own_rules(name):
    """The quick yes takes a default at its word, so that no job imports a table to look it up."""

    def rules(rule):
        if isinstance(rule, dict):
            yield rule
        for each in rule.values() if isinstance(rule, dict) else rule if isinstance(rule, list) else ():
            yield from rules(each)

    root = plain_schema(name)
    for rule in rules(root):
        if "default" in rule and ("enum" in rule or rule["default"] != {}):
            Draft202012Validator({"$defs": root.get("$defs", {}), **rule}).validate(rule["default"])


@pytest.mark.parametrize("table", TABLES)
def test_every_table_of_names_is_there_and_used(table):
    assert all(isinstance(name, str) for name in names(table))
    assert len(set(names(table))) == len(names(table)) > 0
    assert any(f": {table}" in path.read_text() for path in shipped("schemas").glob("*.yaml"))


def test_a_new_row_of_a_table_is_known_to_the_schema(monkeypatch):
    row = replace(SELECTORS["top"], name="newcomer")
    monkeypatch.setitem(SELECTORS, "newcomer", row)
    for cached in (names, plain_schema):
        cached.cache_clear()
    rule = schema("study")["properties"]["model"]["properties"]["selector"]
    assert obeys("newcomer", rule, schema("study"))
    assert "newcomer" in plain_schema("study")["properties"]["model"]["properties"]["selector"]["enum"]
    monkeypatch.undo()
    for cached in (names, plain_schema):
        cached.cache_clear()
    assert not obeys("newcomer", rule, schema("study"))


def test_every_filter_has_its_settings_in_one_place():
    """In a file of its own, or in its record; never in both."""
    files = {path.stem for path in (shipped("schemas") / "filters").glob("*.yaml")}
    assert files <= set(FILTERS)
    assert [name for name in files if FILTERS[name].settings] == []
    assert set(plain_schema("profile")["properties"]["images"]["properties"]) == {"original", *FILTERS}


def test_choices_that_the_schema_writes_out_are_those_of_the_code():
    study = schema("study")["properties"]
    genomics = study["genomics"]["properties"]
    assert genomics["expression"]["properties"]["duplicates"]["enum"] == list(expression.DUPLICATES)
    assert genomics["features"]["enum"] == list(associate.FAMILIES)
    assert genomics["enrichment"]["properties"]["permute"]["enum"] == list(ranked.NULLS)
    roles = study["cohorts"]["additionalProperties"]["properties"]["role"]["enum"]
    assert set(roles) == {*USED_BY_MODELS, *REPEATED, SPLIT}
    # What is perturbed shows what is reliable to learn from: neither a validation cohort nor one of genes.
    assert study["robustness"]["properties"]["role"]["enum"] == ["training", *REPEATED]


def test_ways_to_normalise_are_those_of_the_code():
    rule = schema("profile")["$defs"]["normalise"]
    methods = rule["properties"]["method"]["enum"]
    assert set(methods) == {*normalise.METHODS, "n4"}  # by SimpleITK, in io
    assert [each["properties"]["method"]["const"] for each in rule["anyOf"]] == methods
    regions = [each["properties"]["region"]["enum"] for each in rule["anyOf"] if "region" in each["properties"]]
    assert len(regions) == 3
    assert all(set(each) == set(normalise.REGIONS) for each in regions)
    assert [bool(words([{"method": method}])) for method in methods] == [True] * 4  # a report has a name for each


LEVELS = {"fixed_width": {"width": 5, "origin": "zero"}, "fixed_number": {"number": 4}, "none": {}}


def test_ways_to_discretise_are_those_of_the_code():
    """The code has no table of them that could be listed: each is done, and another one is not known."""
    rule = schema("profile")["$defs"]["discretise"]
    methods = rule["properties"]["method"]["enum"]
    assert [each["properties"]["method"]["const"] for each in rule["anyOf"]] == methods == list(LEVELS)
    values = np.arange(1.0, 13.0).reshape(1, 3, 4)
    inside = np.ones(values.shape, bool)
    roi = Roi(values, inside, inside, (1.0, 1.0, 1.0))
    n_levels = {"fixed_width": 3, "fixed_number": 4, "none": 12}
    for method, more in LEVELS.items():
        assert obeys({"method": method, **more}, rule, schema("profile"))
        assert discretise(roi, {"method": method, **more}).n_levels == n_levels[method]
        assert discretise_ivh(roi, {"method": method, **more}, (None, None)).n_levels > 1
    with pytest.raises(KeyError):
        discretise(roi, {"method": "equal_probability"})


def test_keys_that_archives_need_are_in_the_schema():
    source = schema("study")["properties"]["cohorts"]["additionalProperties"]["properties"]["source"]
    assert {key for each in ARCHIVES for key in each.needs} <= set(source["properties"])


def test_chains_are_of_the_letters_of_the_perturbations():
    rule = schema("study")["properties"]["robustness"]["properties"]["chain"]
    letters = "".join(each.letter for each in PERTURBATIONS)
    assert f"[{letters}]" in rule["pattern"]
    assert all(f"{each.letter} {each.name}" in rule["description"] for each in PERTURBATIONS)


def test_a_profile_is_read_without_the_tables_that_only_a_study_names():
    code = (
        "import sys; from radioloom.profile import load; load('pyradiomics'); "
        "print(*sorted({'sklearn', 'pandas', 'scipy', 'numba', 'jsonschema', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
