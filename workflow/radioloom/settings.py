"""YAML settings against a JSON schema: defaults from the schema, faults with file, line, key and remedy."""

from __future__ import annotations

import difflib
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from radioloom.errors import StudyError
from radioloom.schema import obeys

PACKAGE = Path(__file__).parent
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
    """The content of a YAML file; StudyError where it is none."""
    if not path.is_file():
        raise StudyError(f"{path}: no such file; mend the path")
    try:
        return parse(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise StudyError(f"{path.name}, line {line}: this is not YAML: {error.problem}; mend the line") from error


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON schema `<name>.schema.yaml`."""
    return parse((shipped("schemas") / f"{name}.schema.yaml").read_text(encoding="utf-8"))


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

    faults = sorted(
        Draft202012Validator(schema(name)).iter_errors(filled), key=lambda fault: list(map(str, fault.path))
    )
    if faults:
        lines = _lines(source) if source else {}
        raise StudyError("\n".join(_fault(fault, where, lines) for fault in faults))
    return filled


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


def _fault(fault: Any, where: str, lines: dict[Place, int]) -> str:
    path = tuple(fault.absolute_path)
    say = {"additionalProperties": _unknown, "required": _missing}.get(fault.validator)
    key, remedy = say(fault) if say else ("", _wrong(fault))
    place = tuple(p for p in (*path, key) if p != "")
    line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), None)
    return f"{where}{f', line {line}' if line else ''}: {'.'.join(map(str, place)) or 'the file'}: {remedy}"


def _unknown(fault: Any) -> tuple[str, str]:
    known = sorted(fault.schema.get("properties", {}))
    key = sorted(set(fault.instance) - set(known))[0]
    near = difflib.get_close_matches(str(key), known, n=1)
    return (
        key,
        f"unknown key; {f'did you mean {near[0]!r}?' if near else 'take it out.'} Known here: {', '.join(known)}",
    )


def _missing(fault: Any) -> tuple[str, str]:
    key = next(name for name in fault.validator_value if name not in fault.instance)
    about = fault.schema.get("properties", {}).get(key, {}).get("description", "")
    return "", f"the key {key!r} is missing; add it{f' ({about})' if about else ''}"


def _wrong(fault: Any) -> str:
    about = fault.schema.get("description", "")
    allowed = f" Allowed: {', '.join(map(str, fault.validator_value))}." if fault.validator == "enum" else ""
    rule = "" if allowed else f" The rule: {fault.validator} {fault.validator_value!r}."
    shown = re.sub(r"(?<=://)[^/@]*@|(?<=://).*\?.*", "...", str(fault.instance))[:80]  # a URL may hold a password
    return f"{shown!r} is not accepted.{allowed}{rule}{f' It means: {about}.' if about else ''}"


def _lines(source: Path) -> dict[Place, int]:
    """The line of every key of a YAML file, by its path of keys."""
    found: dict[Place, int] = {}

    def walk(node: yaml.Node | None, path: Place) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                found[(*path, key.value)] = key.start_mark.line + 1
                walk(value, (*path, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                found[(*path, index)] = value.start_mark.line + 1
                walk(value, (*path, index))

    walk(yaml.compose(source.read_text(encoding="utf-8")), ())
    return found
