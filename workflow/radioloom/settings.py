"""YAML settings against a JSON schema: defaults from the schema, faults with file, line, key and remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.names import names, settings_of
from radioloom.schema import NAMES, obeys
from radioloom.yaml_file import Place, document, parse, read
from radioloom.yaml_forms import TRUTH, hint, other_name

__all__ = ["Origin", "check", "meant", "parse", "plain_schema", "read", "schema", "shipped"]

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
    r"^(?!/)(?!.*\.\.).+$": "a path below the data folder, which neither begins with / nor has two dots (..) in it",
    "^[A-Za-z0-9][A-Za-z0-9_-]*$": "letters, digits, _ and -, with a letter or digit first",
    "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$": "letters, digits, _ and -, with a letter or digit first, at most 64",
    "^[A-Za-z0-9_-]{1,64}$": "letters, digits, _ and -, at most 64",
    "^[A-Za-z0-9_-]{0,64}$": "letters, digits, _ and -, at most 64, or nothing",
    "^[0-9a-f.]*$": "digits and dots (a UID), or the hash of one",
    "^[-+]?[0-9]{1,12}([.][0-9]{1,12})?([eE][-+]?[0-9]{1,2})?$": "a number in quotes, such as '0.60' or '2.9e-09'",
    "^([0-9]+([.][0-9]+)?(-[0-9]+([.][0-9]+)?)?)?$": "a number like 2.5, or a range like 1-3",
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


def shipped(folder: str) -> Path:
    """A folder of files that ship with the library: `extraction`, `schemas`, `report`, `ibsi` or `checklists`.

    In the repository these lie where their readers look for them (config/extraction, workflow/schemas,
    workflow/report); an installed package carries them inside itself.
    """
    repository = PACKAGE.parents[1]
    elsewhere = {"extraction": repository / "config" / "extraction"}
    elsewhere |= {name: repository / "resources" / name for name in ("ibsi", "checklists")}
    here = elsewhere.get(folder, PACKAGE.parent / folder)
    return here if here.is_dir() else PACKAGE / folder


@dataclass(frozen=True)
class Origin:
    """Where settings come from, for messages: `study.yaml, line 12: model.kind`."""

    name: str  # what messages call it
    file: Path | None = None  # the YAML file, for line numbers
    parts: Mapping[str, str] = field(default_factory=dict)  # cohorts that the file has under another name -> that

    @cached_property
    def lines(self) -> dict[Place, int]:
        """The line of every key of the file, by its path of keys; read when the first fault is told."""
        return document(self.file).lines if self.file else {}

    def at(self, *path: str | int) -> str:
        """File, line and key of one setting; the line is that of the nearest key that the file has."""
        if path[:1] == ("cohorts",) and len(path) > 1:
            path = ("cohorts", self.parts.get(str(path[1]), path[1]), *path[2:])
        keys = tuple(map(str, path))
        line = next((self.lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in self.lines), None)
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


def check(
    value: Any, name: str, where: str, source: Path | None = None, quoted: Callable[[str], str] | None = None
) -> Any:
    """A value with the schema's defaults filled in; StudyError lists every fault of it.

    value : what YAML or a sheet gave
    name : the schema; where : what the message calls the value ("config/config.yaml")
    source : the YAML file, for line numbers
    quoted : how a text is shown, where it is a cell of a table and may be a patient's name
    """
    filled = _filled(value, schema(name))
    if obeys(filled, schema(name), schema(name)):
        return filled
    known = schema(name).get("properties", {})
    if source and not (isinstance(value, dict) and known.keys() & value.keys()):  # another file: of whom is not told
        raise StudyError(f"{where}: this is no {name} file, it has none of the keys {', '.join(known)}; give another")
    from jsonschema import Draft202012Validator

    filled = _filled(value, plain_schema(name))
    if faults := list(Draft202012Validator(plain_schema(name)).iter_errors(filled)):
        raise StudyError("\n".join(_faults(faults, Origin(where, source), quoted or _shown)))
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


def _faults(found: Iterable[Any], origin: Origin, quoted: Callable[[Any], str]) -> list[str]:
    """Every fault that the schema finds, one a line, in the order of the file's lines, each once."""
    told: dict[str, Place] = {}
    for fault in chain.from_iterable(map(_alternatives, found)):
        message = {"additionalProperties": _unknown, "required": _missing}.get(fault.validator)
        for key, remedy in message(fault) if message else [((), _wrong(fault, quoted))]:
            place = (*fault.absolute_path, *key)
            told[f"{origin.at(*place)}: {remedy}"] = tuple(map(str, place))
    return sorted(told, key=lambda line: (origin.lines.get(told[line], 0), told[line]))


def _alternatives(fault: Any) -> list[Any]:
    """Of an `anyOf` the faults inside the alternative that was meant: the one left, the deepest, or a block."""
    others = {each.schema_path[0] for each in fault.context if each.validator == "const"}
    inside = [each for each in fault.context if each.schema_path[0] not in others]
    if not inside:
        return [fault]
    deepest = max(inside, key=lambda each: len(each.path))
    if not deepest.path:
        blocks = [each for each in inside if each.validator == "additionalProperties"]
        return [deepest] if len({each.schema_path[0] for each in inside}) == 1 else blocks[:1] or [fault]
    return [each for each in inside if each.path and each.schema_path[0] == deepest.schema_path[0]]


def _unknown(fault: Any) -> list[tuple[Place, str]]:
    known = sorted(fault.schema.get("properties", {}))
    unknown = [key for key in fault.instance if key not in known]
    listed = f"Known here: {', '.join(known)}"
    remedies = [
        meant(key, known) or f"{f'{TRUTH} in quotes.' if isinstance(key, bool) else 'take it out.'} {listed}"
        for key in unknown
    ]
    return [((key,), f"unknown key; {remedy}") for key, remedy in zip(unknown, remedies, strict=True)]


def meant(value: Any, known: Iterable[str], cutoff: float = 0.6) -> str:
    """`did you mean 'wavelet'?` for a name that is close to a known one; empty where none is. cutoff : difflib's."""
    names = list(map(str, known))
    alike = [name for name in names if name and name.casefold() == str(value).casefold()]
    near = alike or difflib.get_close_matches(str(value), names, n=1, cutoff=cutoff)
    return f"did you mean {near[0]!r}?" if near else ""


def _missing(fault: Any) -> list[tuple[Place, str]]:
    abouts = {
        key: fault.schema.get("properties", {}).get(key, {}).get("description", "")
        for key in fault.validator_value
        if key not in fault.instance
    }
    return [
        ((), f"the key {key!r} is missing; add it{f' ({about})' if about else ''}") for key, about in abouts.items()
    ]


def _wrong(fault: Any, quoted: Callable[[Any], str]) -> str:
    about, value = fault.schema.get("description", "").rstrip("."), fault.instance
    allowed = rule = form = ""
    if fault.validator == "enum":
        words = ", ".join(str(each) for each in fault.validator_value if each != "")
        allowed = f" Allowed: {words}{', or nothing' * ('' in fault.validator_value)}."
    else:
        rule = f" Expected: {_expected(fault.validator, fault.validator_value)}."
    if fault.validator in ("type", "anyOf"):
        form = hint(value, fault.schema, _short(value))
    names = [name for each in fault.schema.get("anyOf", [fault.schema]) for name in each.get("enum", ())]
    other = other_name(value)
    near = meant(other or value, names) if not other or other in names else ""
    meaning = f" It means: {about}." if about else ""
    found = "nothing stands there" if value is None else f"{quoted(value)} is not accepted"
    return f"{found}.{near and f' D{near[1:]}'}{allowed}{rule}{form}{meaning}"


def _short(value: Any) -> str:
    """What stands in the file, to be written again in another form; dots in the place of what is long or of several."""
    told = _shown(value)[1:-1].strip()
    return told if len(told) <= 40 and not re.search(r"[:#]\s", told) else "..."


def _shown(value: Any) -> str:
    """What stands in the file, as a message shows it: blocks and long texts are not poured out."""
    if isinstance(value, dict):
        return KINDS["object"]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return repr(re.sub(r"(?<=://)[^/@]*@|(?<=://).*\?.*", "...", text)[:80])  # a URL may hold a password


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
