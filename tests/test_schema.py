"""The quick yes against jsonschema itself: never a yes where jsonschema says no, and a yes to all that we ship."""

import copy
from dataclasses import asdict, fields

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from radioloom.commands import record
from radioloom.genomics import expression
from radioloom.genomics.modules import record as modules
from radioloom.profile import known
from radioloom.schema import KEYWORDS, SILENT, obeys
from radioloom.segmentation.choose import Choice
from radioloom.settings import schema, shipped
from radioloom.volume import MODALITIES

SCHEMAS = ("profile", "study", "sheet")
JUDGE = Draft202012Validator(schema("profile"))
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
    assert obeys(content, schema("profile"), schema("profile")) == Draft202012Validator(schema("profile")).is_valid(
        content
    )


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
    [(expression.Rules, "expression"), (modules.Rules, "modules")],
)
def test_defaults_of_the_library_are_those_of_the_schema(rules, block):
    declared = schema("study")["properties"]["genomics"]["properties"][block]["properties"]
    defaults = {key: item["default"] for key, item in declared.items() if "default" in item}
    assert defaults == {item.name: item.default for item in fields(rules) if item.name not in ("file", "gene")}


def test_defaults_of_a_choice_of_regions_are_those_of_the_schema():
    block = schema("study")["properties"]["cohorts"]["additionalProperties"]["properties"]["rois"]
    declared = block["additionalProperties"]["properties"]
    assert {key: item.get("default", ()) for key, item in declared.items()} == asdict(Choice())


def test_modalities_are_the_same_wherever_they_are_named():
    assert record.MODALITIES == MODALITIES
    assert schema("sheet")["properties"]["modality"]["enum"] == ["", *MODALITIES]
