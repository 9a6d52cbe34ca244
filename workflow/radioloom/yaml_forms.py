"""How a setting is to be written in YAML, where what stands there is right but for its form, or its name."""

from __future__ import annotations

import re
from typing import Any

TRUTH = "YAML takes yes, no, on and off without quotes for true and false: write the word"
# Forms of the ICC after Shrout and Fleiss (doi:10.1037/0033-2909.86.2.420), psych and pingouin, by letters and digits,
# as McGraw and Wong call them (doi:10.1037/1082-989X.1.1.30).
OTHER_NAMES = {
    "icc1": "ICC(1)", "icc11": "ICC(1)", "icc2": "ICC(A,1)", "icc21": "ICC(A,1)", "icca1": "ICC(A,1)",
    "icc3": "ICC(C,1)", "icc31": "ICC(C,1)", "iccc1": "ICC(C,1)", "icc1k": "ICC(k)", "icc2k": "ICC(A,k)",
    "icc3k": "ICC(C,k)", "iccak": "ICC(A,k)", "iccck": "ICC(C,k)",
}  # fmt: skip


def other_name(value: Any) -> str:
    """What a value is called here that has another name elsewhere; "" where none is known."""
    return OTHER_NAMES.get(re.sub("[^a-z0-9]", "", str(value).casefold()), "")


def hint(value: Any, rule: dict[str, Any], told: str) -> str:
    """How a value that a rule refuses has to be written; "" where its form is no matter.

    rule : of the schema, names in place of `enumFrom`; told : the value as messages show it
    """
    of = str(rule.get("anyOf", rule.get("type")))
    if isinstance(value, bool) and "string" in of:
        return f" {TRUTH} (or {str(value).lower()!r}) in quotes."
    if isinstance(value, int | float) and "string" in of:
        return f' YAML takes digits without quotes for a number: write "{value}".'
    if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9]+[eE][-+]?[0-9]+", value):
        return f" YAML reads {value[:40]} as text: write a point, such as {value[:40].lower().replace('e', '.0e')}."
    return _form(value, rule, told) if value is not None else ""


def _form(value: Any, rule: dict[str, Any], told: str) -> str:
    """The list or block that a rule asks for, with the value in it; "" of a rule that points elsewhere."""
    if "$ref" in str(rule):
        return ""
    asked = next((each for each in rule.get("anyOf", [rule]) if each.get("type") in ("array", "object")), {})
    if asked.get("type") == "array" and not isinstance(value, list):
        return f" Write a list, such as {_list(value, asked.get('items', {}), told)}."
    if asked.get("type") == "object" and not isinstance(value, dict):
        return f" Write {_block(value, asked, told)}."
    return ""


def _list(value: Any, items: dict[str, Any], told: str) -> str:
    """The value in a list, where it may stand in it; else one of what may."""
    if isinstance(value, dict):
        keys = list(value.items())[:3]
        if _allowed({key: ["a", "b"] for key in value}, items):
            levels = {key: ", ".join(map(str, each))[:40] if isinstance(each, list) else "..." for key, each in keys}
            return f"[{', '.join(f'{{{key}: [{each}]}}' for key, each in levels.items())}]"
        return f"[{', '.join(str(key) for key, _ in keys)}]" if all(_allowed(k, items) for k in value) else _any(items)
    return f"[{told}]" if _allowed(value, items) else _any(items)


def _any(items: dict[str, Any]) -> str:
    if "enum" in items:
        return f"[{items['enum'][0]}]"
    return "[0.5, 1.5]" if items.get("type") == "number" else "[1, 2]" if items.get("type") == "integer" else "[a, b]"


def _block(value: Any, rule: dict[str, Any], told: str) -> str:
    """The value under the first key of a block that takes it, alone or as a list; keys that are required go first."""
    known, required = rule.get("properties", {}), rule.get("required", [])
    for key in (*required, *(each for each in known if each not in required)):
        if _allowed(value, known.get(key, {})):
            return f"{{{key}: {told}}}"
        if _allowed([value], known.get(key, {})):
            return f"{{{key}: [{told}]}}"
    if known:
        return f"{{{', '.join(f'{key}: ...' for key in required or list(known)[:1])}}}"
    other = rule.get("additionalProperties")
    name = value[0] if isinstance(value, list) and value and isinstance(value[0], str) else "name"
    if not isinstance(value, list) and isinstance(other, dict):
        of = told if _allowed(value, other) else f"[{told}]" if _allowed([value], other) else "..."
        return f"{{name: {of}}}"
    return f"{{{name}: ...}}"


def _allowed(value: Any, rule: dict[str, Any]) -> bool:
    from jsonschema import Draft202012Validator

    return bool(Draft202012Validator(rule).is_valid(value))
