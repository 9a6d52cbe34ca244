"""Check a value against a JSON schema without jsonschema, whose import costs more than measuring a lesion.

`obeys` knows the keywords of our schemas and says True only where it is certain. `enumFrom` and `keysFrom` are our own:
the schema brings what lists the names that they mean, under NAMES. False means that the value is at fault or that a
keyword is unknown here; jsonschema then judges, and says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from typing import Any

Rule = dict[str, Any]
NAMES = "$names"  # of a schema: (name of a list) -> its names
SILENT = {"$schema", "$defs", "title", "description", "default", NAMES}
TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
}


def obeys(value: Any, rule: Rule, root: Rule) -> bool:
    """Whether a value is certain to obey a rule of the schema `root`; a rule's own default does."""
    if "default" in rule and repr(value) == repr(rule["default"]):
        return True
    return all(key in KEYWORDS and KEYWORDS[key](value, rule[key], rule, root) for key in rule if key not in SILENT)


def _typed(value: Any, wanted: str | list[str], *_: Rule) -> bool:
    return any(name in TYPES and TYPES[name](value) for name in ([wanted] if isinstance(wanted, str) else wanted))


def _same(value: Any, wanted: Any) -> bool:
    return type(value) is type(wanted) and value == wanted


def _others(value: Any, wanted: bool | Rule, rule: Rule, root: Rule) -> bool:
    if not isinstance(value, dict):
        return True
    rest = [item for key, item in value.items() if key not in rule.get("properties", {})]
    return all(obeys(item, wanted, root) for item in rest) if isinstance(wanted, dict) else wanted or not rest


def _known(value: Any, wanted: Rule, _: Rule, root: Rule) -> bool:
    return not isinstance(value, dict) or all(obeys(value[key], wanted[key], root) for key in wanted if key in value)


def _target(wanted: str, root: Rule) -> Rule:
    return root["$defs"][wanted.removeprefix("#/$defs/")]


def _number(compare: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    return lambda value, wanted, *_: not TYPES["number"](value) or compare(value, wanted)


def _length(kind: type[Sized], compare: Callable[[int, int], bool]) -> Callable[..., bool]:
    return lambda value, wanted, *_: not isinstance(value, kind) or compare(len(value), wanted)


KEYWORDS: dict[str, Callable[..., bool]] = {
    "type": _typed,
    "enum": lambda value, wanted, *_: any(_same(value, each) for each in wanted),
    "enumFrom": lambda value, wanted, _, root: isinstance(value, str) and value in root[NAMES](wanted),
    "keysFrom": lambda value, wanted, _, root: not isinstance(value, dict) or value.keys() <= set(root[NAMES](wanted)),
    "const": lambda value, wanted, *_: _same(value, wanted),
    "pattern": lambda value, wanted, *_: not isinstance(value, str) or re.search(wanted, value) is not None,
    "required": lambda value, wanted, *_: not isinstance(value, dict) or all(key in value for key in wanted),
    "properties": _known,
    "additionalProperties": _others,
    "propertyNames": lambda value, wanted, _, root: (
        not isinstance(value, dict) or all(obeys(key, wanted, root) for key in value)
    ),
    "items": lambda value, wanted, _, root: (
        not isinstance(value, list) or all(obeys(item, wanted, root) for item in value)
    ),
    "anyOf": lambda value, wanted, _, root: any(obeys(value, each, root) for each in wanted),
    "$ref": lambda value, wanted, _, root: obeys(value, _target(wanted, root), root),
    "minimum": _number(lambda value, wanted: value >= wanted),
    "maximum": _number(lambda value, wanted: value <= wanted),
    "exclusiveMinimum": _number(lambda value, wanted: value > wanted),
    "exclusiveMaximum": _number(lambda value, wanted: value < wanted),
    "minItems": _length(list, lambda n, wanted: n >= wanted),
    "maxItems": _length(list, lambda n, wanted: n <= wanted),
    "minLength": _length(str, lambda n, wanted: n >= wanted),
    "minProperties": _length(dict, lambda n, wanted: n >= wanted),
    "uniqueItems": lambda value, wanted, *_: (
        not wanted or not isinstance(value, list) or not any(each in value[:k] for k, each in enumerate(value))
    ),
}
