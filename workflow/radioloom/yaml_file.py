"""Read YAML files that people write: what YAML would change unsaid, and what it would never end, is told with its line.

YAML 1.1 reads `No` as false, 010 as 8, 1:30 as 90 and 2024-05-01 as a date; a key given twice counts once; a few lines
of anchors can stand for a thousand million entries.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from radioloom.errors import StudyError

Place = tuple[str, ...]  # of a value in a YAML file: its keys and positions, from the top
MOST_BYTES = 2**20
MOST_DEPTH = 50
MOST_ENTRIES = 100_000  # with those that anchors repeat
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TAG = "tag:yaml.org,2002:"
MERGE, TEXT = f"{TAG}merge", f"{TAG}str"
# The one notation in which a value of a type may be written, and what YAML takes other notations for.
PLAIN = {
    f"{TAG}int": (r"[-+]?(0|[1-9][0-9]{0,17})", "another number"),
    f"{TAG}float": (
        r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,2})?|[-+]?\.inf",
        "another number",
    ),
    f"{TAG}timestamp": (r"(?!)", "a date"),
    f"{TAG}bool": (r"(?i:true|false|yes|no|on|off)", "true or false"),
    f"{TAG}null": (r"(?i:~|null|)", "nothing"),
}
KEYS = {f"{TAG}{kind}" for kind in ("str", "merge", "int", "float", "bool")}  # what a key may be
BLOCKS = {f"{TAG}map", f"{TAG}seq"}


@dataclass
class Document:
    """What a YAML file holds."""

    value: Any
    lines: dict[Place, int]  # of every key and every item of a list


@dataclass
class _Walk:
    """What is gathered on the way through the nodes of a file, each of which is entered once."""

    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)


@dataclass
class _Open:
    """A block that has begun and not ended, and how many entries it has so far."""

    anchor: str
    entries: int = 0


def parse(text: str) -> Any:
    """YAML by the parser in C where PyYAML has it: a tenth of the time, which is most of a small job's start."""
    return yaml.load(text, Loader=LOADER)


def read(path: Path) -> Any:
    """The content of a YAML file; StudyError names each of its faults with its line."""
    return document(path).value


def document(path: Path) -> Document:
    """The content of a YAML file and the line of each key.

    Raises StudyError where it is no YAML in UTF-8, nests or repeats without end, gives a key twice in one block, or
    holds what YAML reads as something else than what is written.
    """
    if not path.is_file():
        raise StudyError(f"{path}: {'a folder, not a file' if path.is_dir() else 'no such file'}; correct the path")
    text = _text(path)
    loader = None
    try:
        _bounded(text, path.name)
        loader = LOADER(text)
        node, walk = loader.get_single_node(), _Walk()
        _enter(node, (), walk)
        if walk.faults:
            raise StudyError("\n".join(f"{path.name}, line {line}: {words}" for line, words in sorted(walk.faults)))
        return Document(loader.construct_document(node) if node else None, walk.lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        tab = "\t" in "".join(text.split("\n")[line : line + 1])
        remedy = "put blanks in place of its tabs" if tab else _remedy(str(error.problem))
        raise StudyError(f"{path.name}, line {line + 1}: this is not YAML: {error.problem}; {remedy}") from error
    finally:
        if loader:
            loader.dispose()


def _remedy(problem: str) -> str:
    """What to do about what the parser complains of: mostly a text wants quotes."""
    if "escape character" in problem or "hexdecimal" in problem:
        return "write the text in single quotes ('...'), in which a backslash is one"
    if "mapping values" in problem or "cannot start any token" in problem:
        return "correct the line; a text that holds a colon and a blank, or begins with %, @ or `, wants quotes ('...')"
    return "correct the line"


def _text(path: Path) -> str:
    with open(path, "rb") as handle:
        raw = handle.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise StudyError(f"{path.name}: over 1 MB, which no settings are; give another file")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise StudyError(f"{path.name}: this is not text in UTF-8 but in UTF-16; save the file in UTF-8")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise StudyError(
            f"{path.name}: this is not text in UTF-8 (line {line}); save the file in that encoding"
        ) from None
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise StudyError(f"{path.name}, line {line}: {found.group()!a} is no character of a text; take it out")
    return text


def _bounded(text: str, name: str) -> None:
    """Raise StudyError where blocks nest too deep or hold too much, with what anchors repeat: before any is built."""
    open_, sizes = [_Open("")], dict[str, int]()
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) and any(each.anchor == event.anchor for each in open_):
            raise StudyError(f"{name}, line {line}: *{event.anchor} stands inside itself; write it out")
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append(_Open(event.anchor or "", 1))
        elif isinstance(event, yaml.CollectionEndEvent):
            block = open_.pop()
            sizes[block.anchor] = block.entries
            open_[-1].entries += block.entries
        elif isinstance(event, yaml.NodeEvent):
            open_[-1].entries += sizes.get(event.anchor or "", 1) if isinstance(event, yaml.AliasEvent) else 1
        if len(open_) > MOST_DEPTH:
            raise StudyError(f"{name}, line {line}: blocks are nested over {MOST_DEPTH} deep, as no settings are")
        if open_[-1].entries > MOST_ENTRIES:
            raise StudyError(f"{name}, line {line}: over {MOST_ENTRIES} entries, with those that * repeats; list fewer")


def _enter(node: yaml.Node | None, place: Place, walk: _Walk) -> None:
    """Gather lines and faults of one node and of what lies in it."""
    if node is None or id(node) in walk.seen:
        return
    walk.seen.add(id(node))
    if words := _misread(node):
        walk.faults.append((node.start_mark.line + 1, words))
    if isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            walk.lines[(*place, str(index))] = value.start_mark.line + 1
            _enter(value, (*place, str(index)), walk)
    elif isinstance(node, yaml.MappingNode):
        _enter_block(node, place, walk)


def _enter_block(node: yaml.MappingNode, place: Place, walk: _Walk) -> None:
    first: dict[Hashable, int] = {}
    for key, value in node.value:
        line, words = key.start_mark.line + 1, _no_key(key)
        if words:
            walk.faults.append((line, words))
            continue
        name = parse(key.value) if key.tag not in (TEXT, MERGE) else key.value  # to Python, Yes, On and 1 are one key
        once = key.tag if key.tag == MERGE else name
        if once in first:
            keep = "write one, <<: [*a, *b]" if key.tag == MERGE else "keep one of them"
            walk.faults.append((line, f"the key {key.value!r} appears in line {first[once]} already; {keep}"))
        first.setdefault(once, line)
        walk.lines.setdefault((*place, str(name)), line)
        _enter(value, (*place, str(name)), walk)


def _no_key(key: yaml.Node) -> str:
    """Why a key is none, "" where it is: text, a number, or a word that YAML takes for true or false."""
    if not isinstance(key, yaml.ScalarNode):
        return "a key is a list or a block; write it as text"
    if key.tag in KEYS:
        return _misread(key)
    if key.tag == f"{TAG}null":
        return "a key is empty; write its name before the colon"
    what = PLAIN.get(key.tag, ("", "something else"))[1]
    return f"YAML reads the key {key.value[:40]} as {what}; put it in quotes: '{key.value[:40]}'"


def _misread(node: yaml.Node) -> str:
    """What YAML would make of a value that is not what is written, "" where there is no such thing."""
    if node.tag in BLOCKS or node.tag in (TEXT, MERGE):
        return ""
    if node.tag not in PLAIN:
        return f"the tag {node.tag.removeprefix(TAG)[:40]!r} is not read here; take it out, or put the value in quotes"
    grammar, what = PLAIN[node.tag]
    if isinstance(node, yaml.ScalarNode) and re.fullmatch(grammar, node.value):
        return ""
    written = str(node.value)[:40] or "nothing"
    return f"YAML reads {written} as {what}; put it in quotes if it is text, or write it in plain decimals"
