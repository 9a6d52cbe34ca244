"""YAML that people write: read as it is written, or refused with its line and a remedy, in little time and memory."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from radioloom import study
from radioloom.errors import StudyError
from radioloom.profile import load
from radioloom.settings import shipped
from radioloom.yaml_file import document, read

ROOT = Path(__file__).resolve().parents[1]
PROFILE = (shipped("extraction") / "ibsi.yaml").read_text(encoding="utf-8")
STUDY = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{k + 1}: &a{k + 1} [{', '.join([f'*a{k}'] * 10)}]\n" for k in range(9)
)
REFUSED = [
    ("a: 1\nb\0: 2\n", "line 2: '\\x00' is no character of a text; take it out"),
    ("a: 1\nb: \x1b[31m\n", "line 2: '\\x1b' is no character of a text"),
    ("name: José\n".encode("latin-1"), "this is not text in UTF-8 (line 1); save the file in that encoding"),
    ("a: 1\nb: “x”\n".encode("cp1252"), "this is not text in UTF-8 (line 2)"),
    ("a: 1\n".encode("utf-16"), "this is not text in UTF-8 but in UTF-16; save the file in UTF-8"),
    (b"\xff" * 50, "this is not text in UTF-8"),
    ("x: " + "[" * 100_000, "line 1: blocks are nested over 50 deep"),
    ("\n".join(f"{' ' * k}a:" for k in range(200)), "blocks are nested over 50 deep"),
    ("- " * 5000, "nested over 50 deep"),
    ("{" * 60 + "}" * 60, "nested over 50 deep"),
    (BOMB, "line 5: over 100000 entries, with those that * repeats; list fewer"),
    ("a: &a [*a]\n", "line 1: *a stands inside itself; write it out"),
    ("a: &a\n  b: {c: *a}\n", "line 2: *a stands inside itself"),
    ("a: *b\n", "line 1: this is not YAML: found undefined alias"),
    ("a: " + "9" * 5000, "line 1: YAML reads 9999999999999999999999999999999999999999 as another number"),
    ("a:\n  b: 010\n", "line 2: YAML reads 010 as another number; put it in quotes if it is text, or"),
    ("a: 1_000\n", "line 1: YAML reads 1_000 as another number"),
    ("a: 1_000.5\n", "YAML reads 1_000.5 as another number"),
    ("a: 0x1F\n", "YAML reads 0x1F as another number"),
    ("a: 0b11\n", "YAML reads 0b11 as another number"),
    ("a: 1:30\n", "YAML reads 1:30 as another number"),
    ("a: .nan\n", "YAML reads .nan as another number"),
    ("a: 1.0e+999\n", "YAML reads 1.0e+999 as another number"),
    ("a: 2024-05-01\n", "line 1: YAML reads 2024-05-01 as a date; put it in quotes if it is text"),
    ("a: 2024-13-45\n", "line 1: YAML reads 2024-13-45 as a date"),
    ("Yes: 1\nOn: 2\n", "line 2: the key 'On' appears in line 1 already; keep one of them"),
    ("a: {1: x, Yes: y}\n", "line 1: the key 'Yes' appears in line 1 already"),
    ("a: {1: x, 1.0: y}\n", "line 1: the key '1.0' appears in line 1 already"),
    ("a: {1: x, +1: y}\n", "line 1: the key '+1' appears in line 1 already"),
    ("null: 1\n", "line 1: a key is empty; write its name before the colon"),
    ("~: 1\n", "line 1: a key is empty"),
    ("2024-05-01: 1\n", "YAML reads the key 2024-05-01 as a date; put it in quotes: '2024-05-01'"),
    ("010: 1\n", "YAML reads 010 as another number"),
    ("? [a, b]\n: 1\n", "line 1: a key is a list or a block; write it as text"),
    ("{a: 1}: 1\n", "line 1: a key is a list or a block"),
    ("a: 1\na: 2\n", "line 2: the key 'a' appears in line 1 already; keep one of them"),
    ("a:\n\tb: 1\n", "line 2: this is not YAML: found character that cannot start any token; put blanks"),
    ("a: [1\nb: 2\n", "line 2: this is not YAML: "),
    ("a: 1\n---\nb: 2\n", "line 2: this is not YAML: but found another document"),
    ("a: !!binary aGk=\n", "line 1: the tag 'binary' is not read here; take it out"),
    ("a: !!python/object/apply:os.system [echo]\n", "line 1: the tag 'python/object/apply:os.system' is not read here"),
    ("a: !mine {b: 1}\n", "line 1: the tag '!mine' is not read here"),
    ("a: !!set {b, c}\n", "line 1: the tag 'set' is not read here"),
    ("a: !!int x\n", "YAML reads x as another number"),
    ("a: =\n", "line 1: the tag 'value' is not read here; take it out, or put the value in quotes"),
    ("a: 5 mm: 3\n", "line 1: this is not YAML: mapping values are not allowed in this context; correct the line"),
    ("a: @x\n", "line 1: this is not YAML: found character that cannot start any token"),
    ("a: !!bool maybe\n", "line 1: YAML reads maybe as true or false; put it in quotes if it is text"),
    ("a: !!bool\n", "line 1: YAML reads nothing as true or false"),
    ("a: !!bool [yes]\n", "as true or false"),
    ("!!bool maybe: 1\n", "line 1: YAML reads maybe as true or false"),
    ("a: !!null tumour\n", "line 1: YAML reads tumour as nothing; put it in quotes if it is text"),
    ("a: !!float x\n", "line 1: YAML reads x as another number"),
    ("a: !!int\n", "as another number"),
    ("a: !!map x\n", "line 1: this is not YAML: expected a mapping"),
    ("a: !!str [x]\n", "line 1: this is not YAML: expected a scalar"),
    ("a: !!merge x\n", "line 1: this is not YAML: "),
    ("a: &a {x: 1}\nb: &b {y: 1}\nc:\n  <<: *a\n  <<: *b\n", "the key '<<' appears in line 4 already; write one"),
    ("<<: 3\n", "line 1: this is not YAML: expected a mapping"),
    ("x" * (1 << 21), "over 1 MB, which no settings are; give another file"),
]  # fmt: skip


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(("content", "words"), REFUSED)
def test_what_yaml_would_change_or_never_end_is_refused_with_its_line(tmp_path, content, words):
    with pytest.raises(StudyError) as caught:
        read(put(tmp_path / "a.yaml", content))
    assert str(caught.value).startswith("a.yaml")
    assert words in str(caught.value)


def test_every_fault_is_told_at_once(tmp_path):
    path = put(tmp_path / "a.yaml", "2024-05-01: 0\nc: 010\na: 2024-05-01\nb: {c: 1, c: 2}\nd: !x 3\n")
    with pytest.raises(StudyError) as caught:
        read(path)
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        f"a.yaml, line {n}" for n in (1, 2, 3, 4, 5)
    ]


@pytest.mark.parametrize(
    "content",
    [
        PROFILE,
        "﻿a: 1\n",
        "a: 1\r\nb: [x, y]\r\n",
        "a: -3\nb: 1.5\nc: 1.0e-3\nd: .5\ne: .inf\nf: yes\ng: ~\nh: '010'\ni: '2024-05-01'\nj: 1e-3\nk: +5\n",
        "base: &b {x: 1, y: [1, 2]}\nother: {<<: *b, x: 3}\nagain: [*b, *b]\n",
        "2: a\n'2': b\n'Yes': c\nYes: d\nNo: e\n1.5: f\n",
        "ä: Größe µ\n",
        "a: !!bool yes\nb: !!null ~\nc: !!null\nd: !!int 3\ne: !!str 010\nf: !!bool TRUE\n",
        "a: &a {x: 1}\nb: &b {y: 1}\nc: {<<: [*a, *b], '<<': z}\n",
        "",
        "# nothing\n",
    ],
)
def test_what_is_written_plainly_is_read_as_yaml_reads_it(tmp_path, content):
    assert read(put(tmp_path / "a.yaml", content)) == yaml.safe_load(content)


def test_each_key_and_item_has_its_line(tmp_path):
    path = put(tmp_path / "a.yaml", "a:\n  b:\n    - x\n    - {c: 1}\n2: d\n")
    assert document(path).lines == {
        ("a",): 1, ("a", "b"): 2, ("a", "b", "0"): 3, ("a", "b", "1"): 4, ("a", "b", "1", "c"): 4, ("2",): 5,
    }  # fmt: skip


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(StudyError, match=r"gone\.yaml: no such file; correct the path"):
        read(tmp_path / "gone.yaml")
    with pytest.raises(StudyError, match="a folder, not a file; correct the path"):
        read(tmp_path)


def test_a_key_that_yaml_reads_as_true_is_told_with_its_line(tmp_path):
    path = put(tmp_path / "ibsi.yaml", f"{PROFILE}\nYes: 1\n")
    with pytest.raises(StudyError, match=r"line \d+: True: unknown key; YAML takes yes, no, on and off without quotes"):
        load(path)


@pytest.mark.parametrize("content", [content for content, _ in REFUSED])
def test_a_profile_and_a_study_are_refused_too(tmp_path, content):
    with pytest.raises(StudyError, match=r"x\.yaml"):
        load(put(tmp_path / "x.yaml", content))
    with pytest.raises(StudyError, match=r"x\.yaml"):
        study.load({}, ROOT, tmp_path / "x.yaml", again=True)


ODD = [
    "Yes", "~", "010", "1e400", "[", "{", "*a", "&a", "!!binary x", "\t", "\0", "2024-01-01", "é", "'", '"', "|", "? x",
    "<<", "-1", "{1: 2}", "[[]]", "null", "1:30", "x: y: z", "9" * 400,
]  # fmt: skip


def mutated(text: str, draw: random.Random) -> bytes:
    """A YAML file with something changed in it."""
    lines = text.split("\n")
    for _ in range(draw.choice([1, 1, 2, 4])):
        k, odd = draw.randrange(len(lines)), draw.choice(ODD)
        line = lines[k]
        key, mark, value = line.partition(":")
        changed = [f"{key}{mark} {odd}", f"{odd}{mark}{value}", f"  {line}", odd, "", line[2:], line * 2]
        lines[k] = draw.choice(changed)
        if draw.random() < 0.3:
            lines.insert(draw.randrange(len(lines)), lines[k])
    raw = bytearray("\n".join(lines).encode())
    if draw.random() < 0.3 and raw:
        raw[draw.randrange(len(raw))] = draw.randrange(256)
    return bytes(raw)


def refused_or_read(path: Path, seed: int) -> str:
    """What becomes of a damaged profile or study: "" where it is read, or refused by name; else what is wrong."""
    texts = {"ibsi": PROFILE, "study": STUDY}
    put(path, mutated(texts[path.stem], random.Random(seed)))
    try:
        load(path) if path.stem == "ibsi" else study.load(read(path), ROOT, path)
    except StudyError as error:
        named = re.match(r"[\w.]+[,:]|profile '", str(error))
        return "" if named and len(str(error)) > 30 else f"{seed}: {error}"
    return ""


@pytest.mark.parametrize("name", ["ibsi.yaml", "study.yaml"])
def test_a_sample_of_damaged_settings(tmp_path, name):
    assert [told for seed in range(120) if (told := refused_or_read(tmp_path / name, seed))] == []


@pytest.mark.hostile
@pytest.mark.parametrize("name", ["ibsi.yaml", "study.yaml"])
def test_thousands_of_damaged_settings(tmp_path, name):
    assert [told for seed in range(1000, 3000) if (told := refused_or_read(tmp_path / name, seed))] == []


LIMITED = """
import json, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from radioloom.errors import StudyError
from radioloom.yaml_file import read
told = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    start = time.perf_counter()
    try:
        read(path)
    except StudyError:
        pass
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    told[path.name] = [time.perf_counter() - start, int(status["VmHWM"].split()[0]) / 1024]
print(json.dumps(told))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits and peaks of memory are measured as Linux tells them")
def test_no_file_takes_a_gigabyte_or_minutes(tmp_path):
    for number, (content, _) in enumerate(REFUSED):
        put(tmp_path / f"{number}.yaml", content)
    put(tmp_path / "long.yaml", "a: 1\n" * 200_000)
    put(tmp_path / "keys.yaml", "\n".join(f"k{k}: {k}" for k in range(60_000)))
    put(tmp_path / "anchors.yaml", "\n".join(f"k{k}: &a{k} {k}" for k in range(50_000)))
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=False, timeout=200,
        cwd=ROOT / "workflow", env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {name: measured for name, measured in told.items() if measured[0] > 20 or measured[1] > 500} == {}
