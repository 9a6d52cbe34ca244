"""YAML settings against a JSON schema: defaults from the schema, faults with file, line, key and remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from radioloom.errors import StudyError
from radioloom.names import names, settings_of
from radioloom.schema import NAMES, obeys

PACKAGE = Path(__file__).parent
KINDS = {  # of values, as a message calls them
    "object": "a block of keys",
    "array": "a list",
    "string": "a name or text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
PATTERNS = {
    r"^(?!/)(?!.*\.\.).+$": "a path below the data folder, without / at its start and without ..",
    "^[A-Za-z0-9][A-Za-z0-9_-]*$": "letters, digits, _ and -, with a letter or digit first",
}
LIMITS = {
    "minimum": "{} or more",
    "maximum": "{} or less",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "a list of {} or more",
    "maxItems": "a list of {} or fewer",
    "minProperties": "a block of {} or more keys",
    "minLength": "text that is not empty",
    "uniqueItems": "each entry once",
    "const": "{}",
}
Place = tuple[str | int, ...]  # of a value in a YAML file: its keys and positions, from the top


def shipped(folder: str) -> Path:
    """A folder of files that ship with the library: `extraction`, `schemas`, `report` or `ibsi`.

    In the repository these lie where their readers look for them (config/extraction, workflow/schemas,
    workflow/report); an installed package carries them inside itself.
    """
    repository = PACKAGE.parents[1]
    elsewhere = {"extraction": repository / "config" / "extraction", "ibsi": repository / "resources" / "ibsi"}
    here = elsewhere.get(folder, PACKAGE.parent / folder)
    return here if here.is_dir() else PACKAGE / folder


def parse(text: str) -> Any:
    """YAML by the parser in C where PyYAML has it: a tenth of the time, which is most of a small job's start."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def read(path: Path) -> Any:
    """The content of a YAML file; StudyError where it is none, is not UTF-8, or gives a key twice in one block."""
    if not path.is_file():
        raise StudyError(f"{path}: no such file; correct the path")
    loader = None
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if faults := [f"{path.name}, {fault}" for fault in _repeated(node, set())]:
            raise StudyError("\n".join(faults))
        return loader.construct_document(node) if node else None
    except UnicodeDecodeError:
        raise StudyError(f"{path.name}: this is not text in UTF-8; save the file in that encoding") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise StudyError(f"{path.name}, line {line}: this is not YAML: {error.problem}; correct the line") from error
    finally:
        if loader:
            loader.dispose()


def _repeated(node: yaml.Node | None, seen: set[int]) -> Iterator[str]:
    """Keys that one block has twice, of which YAML would keep the last; `seen` holds nodes that were looked at."""
    if node is None or id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    first: dict[Any, int] = {}
    for item in node.value:
        key, value = item if isinstance(node, yaml.MappingNode) else (None, item)
        if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
            line = key.start_mark.line + 1
            number = key.tag.endswith((":bool", ":int", ":float"))  # `Yes`, `On` and 1 are one key to Python
            if (name := parse(key.value) if number else (key.tag, key.value)) in first:
                yield f"line {line}: the key {key.value!r} appears in line {first[name]} already; keep one of them"
            first.setdefault(name, line)
        yield from _repeated(value, seen)


@dataclass(frozen=True)
class Origin:
    """Where settings come from, for messages: `study.yaml, line 12: model.kind`."""

    name: str  # what messages call it
    file: Path | None = None  # the YAML file, for line numbers

    @cached_property
    def lines(self) -> dict[Place, int]:
        """The line of every key of the file, by its path of keys; read when the first fault is told."""
        return _lines(self.file) if self.file else {}

    def at(self, *path: str | int) -> str:
        """File, line and key of one setting; the line is that of the nearest key that the file has."""
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), None)
        return f"{self.name}{f', line {line}' if line else ''}: {'.'.join(map(str, path)) or 'the file'}"


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON schema `<name>.schema.yaml`; where it says `propertiesFrom: filters`, filters/*.yaml are keys."""
    return {**_with_files(_text(name), declared=False), NAMES: names}


@cache
def plain_schema(name: str) -> dict[str, Any]:
    """The same as any JSON schema: names in place of `enumFrom` and `keysFrom`, and settings that records declare.

    Imports every table that is named.
    """
    return _with_names(_with_files(_text(name), declared=True))


def check(value: Any, name: str, where: str, source: Path | None = None) -> Any:
    """A value with the schema's defaults filled in; StudyError lists every fault of it.

    value : what YAML or a sheet gave
    name : the schema; where : what the message calls the value ("config/config.yaml")
    source : the YAML file, for line numbers
    """
    filled = _filled(value, schema(name))
    if obeys(filled, schema(name), schema(name)):
        return filled
    from jsonschema import Draft202012Validator

    filled = _filled(value, plain_schema(name))
    faults = sorted(
        Draft202012Validator(plain_schema(name)).iter_errors(filled), key=lambda fault: list(map(str, fault.path))
    )
    if faults:
        raise StudyError("\n".join(_fault(fault, Origin(where, source)) for fault in faults))
    return filled


def _text(name: str) -> Any:
    return parse((shipped("schemas") / f"{name}.schema.yaml").read_text(encoding="utf-8"))


def _with_files(rule: Any, declared: bool) -> Any:
    """The rule with a property for each settings file, and where `declared` for each record that has none."""
    if isinstance(rule, list):
        return [_with_files(each, declared) for each in rule]
    if not isinstance(rule, dict):
        return rule
    rule = {key: _with_files(each, declared) for key, each in rule.items()}
    if folder := rule.pop("propertiesFrom", ""):
        files = sorted((shipped("schemas") / folder).glob("*.yaml"))
        from_records = {name: _declared(settings) for name, settings in settings_of(folder)} if declared else {}
        from_files = {path.stem: parse(path.read_text(encoding="utf-8")) for path in files}
        rule["properties"] |= from_records | from_files
    return rule


def _declared(settings: dict[str, Any]) -> dict[str, Any]:
    """The schema of a record's settings; those without a default have to be given."""
    required = [key for key, rule in settings.items() if "default" not in rule]
    return {"type": "object", "additionalProperties": False, "properties": settings, "required": required}


def _with_names(rule: Any) -> Any:
    if isinstance(rule, list):
        return [_with_names(each) for each in rule]
    if not isinstance(rule, dict):
        return rule
    rule = {key: _with_names(each) for key, each in rule.items()}
    if table := rule.pop("enumFrom", ""):
        rule["enum"] = list(names(table))
    if table := rule.pop("keysFrom", ""):
        rule |= {"properties": dict.fromkeys(names(table), rule["additionalProperties"]), "additionalProperties": False}
    return rule


def _filled(value: Any, rule: dict[str, Any]) -> Any:
    """The value with `default`s of its schema where keys are absent; the schema is their only home."""
    if isinstance(value, list) and "items" in rule:
        return [_filled(item, rule["items"]) for item in value]
    if not isinstance(value, dict):
        return value
    known = rule.get("properties", {})
    other = rule.get("additionalProperties") or {}
    filled = {
        key: _filled(item, known.get(key, other if isinstance(other, dict) else {})) for key, item in value.items()
    }
    for key, sub in known.items():
        if key not in filled and "default" in sub:
            filled[key] = _filled(sub["default"], sub)
    return filled


def _fault(fault: Any, origin: Origin) -> str:
    fault = _alternative(fault)
    message = {"additionalProperties": _unknown, "required": _missing}.get(fault.validator)
    key, remedy = message(fault) if message else ("", _wrong(fault))
    place = (part for part in (*fault.absolute_path, key) if part != "")
    return f"{origin.at(*place)}: {remedy}"


def _alternative(fault: Any) -> Any:
    """Of an `anyOf` the fault inside the alternative that was meant: the one left, or the one that goes deepest."""
    others = {each.schema_path[0] for each in fault.context if each.validator == "const"}
    inside = [each for each in fault.context if each.schema_path[0] not in others]
    deepest = max(inside, key=lambda each: len(each.path), default=fault)
    left = {each.schema_path[0] for each in inside}
    return deepest if len(left) == 1 or (inside and deepest.path) else fault


def _unknown(fault: Any) -> tuple[str, str]:
    known = sorted(fault.schema.get("properties", {}))
    key = sorted(set(fault.instance) - set(known))[0]
    remedy = meant(key, known) or "take it out."
    return key, f"unknown key; {remedy} Known here: {', '.join(known)}"


def meant(value: Any, known: Iterable[str]) -> str:
    """`did you mean 'wavelet'?` for a name that is close to a known one; empty where none is."""
    near = difflib.get_close_matches(str(value), map(str, known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""


def _missing(fault: Any) -> tuple[str, str]:
    # One fault per missing key; its message alone says which.
    key = next(name for name in fault.validator_value if fault.message.startswith(f"{name!r} is"))
    about = fault.schema.get("properties", {}).get(key, {}).get("description", "")
    return "", f"the key {key!r} is missing; add it{f' ({about})' if about else ''}"


def _wrong(fault: Any) -> str:
    about = fault.schema.get("description", "")
    allowed = ""
    if fault.validator == "enum":
        near = meant(fault.instance, fault.validator_value)
        allowed = f"{near and f' D{near[1:]}'} Allowed: {', '.join(map(str, fault.validator_value))}."
    rule = "" if allowed else f" Expected: {_expected(fault.validator, fault.validator_value)}."
    if isinstance(fault.instance, bool) and "string" in fault.validator_value:
        rule += ' YAML takes yes, no, on and off without quotes for true and false: write "yes".'
    shown = re.sub(r"(?<=://)[^/@]*@|(?<=://).*\?.*", "...", str(fault.instance))[:80]  # a URL may hold a password
    return f"{shown!r} is not accepted.{allowed}{rule}{f' It means: {about}.' if about else ''}"


def _expected(keyword: str, value: Any) -> str:
    """A rule of a schema in words."""
    if keyword == "type":
        return " or ".join(KINDS[kind] for kind in ([value] if isinstance(value, str) else value))
    if keyword == "pattern":
        return PATTERNS.get(value, f"text that matches the regular expression {value}")
    if keyword in ("anyOf", "oneOf"):
        return ", or ".join(_alternative_in_words(rule) for rule in value)
    return LIMITS.get(keyword, f"{keyword} {{}}").format(value)


def _alternative_in_words(rule: dict[str, Any]) -> str:
    """What one alternative of `anyOf` asks for, without what it asks of the parts."""
    if "enum" in rule or "const" in rule:
        return " or ".join(map(str, rule.get("enum", [rule.get("const")])))
    if rule.get("type") == "array" and {"enum", "enumFrom"} & set(rule.get("items", {})):
        return f"a list of names ({', '.join(map(str, rule['items'].get('enum', ())))})"
    return _expected("type", rule["type"]) if "type" in rule else KINDS["object"]


def _lines(source: Path) -> dict[Place, int]:
    """The line of every key of a YAML file, by its path of keys."""
    lines: dict[Place, int] = {}

    def walk(node: yaml.Node | None, path: Place) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                lines[(*path, key.value)] = key.start_mark.line + 1
                walk(value, (*path, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                lines[(*path, index)] = value.start_mark.line + 1
                walk(value, (*path, index))

    walk(yaml.compose(source.read_text(encoding="utf-8")), ())
    return lines
