"""What was simulated so far: lines of JSON, one file a cell, so that a run that was cut goes on where it ended."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import radioloom

ROOT = Path(__file__).parents[2]
JUDGES = ("prediction", "stages/learning", "stats")  # what a simulated study runs through
MAKES = ("cells", "population", "study", "truth")  # what makes it
STUDY, TRUTH = "study", "truth"


def folder() -> Path:
    """Where lines of this code are kept: results of other code are never mixed with them."""
    package = Path(radioloom.__file__).parent
    files = sorted(file for part in JUDGES for file in (package / part).rglob("*.py"))
    files += [Path(__file__).with_name(f"{name}.py") for name in MAKES]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    return ROOT / ".calibrate" / digest


def lines(file: Path) -> list[dict[str, Any]]:
    """What the file holds; a last line that was cut is taken off."""
    if not file.exists():
        return []
    whole, _, cut = file.read_bytes().rpartition(b"\n")
    if cut:
        file.write_bytes(whole + b"\n")
    return [json.loads(line) for line in whole.splitlines()]


def add(file: Path, what: str, k: int, rows: list[dict[str, Any]]) -> None:
    """Append one study or truth."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as handle:
        handle.write(json.dumps({"what": what, "k": k, "rows": rows}).encode() + b"\n")
