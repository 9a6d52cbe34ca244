"""Whether two runs of one study have the same values: `python tests/compare_runs.py results/before results/after`.

Tables are joined by the columns that identify a row in both; a column that only one of them has is listed and not
compared. JSON files (signature, modules) are compared number by number. Exit code 1 where a value differs.
"""

import json
import sys
from pathlib import Path

import pandas as pd

IGNORED = {"provenance"}


def differences(before: Path, after: Path) -> list[str]:
    """What differs between two result folders, one line each; [] where all values under common columns are equal."""
    found = []
    names = {side: {p.relative_to(side) for p in side.rglob("*.parquet")} for side in (before, after)}
    lost = sorted(names[before] - names[after])
    found += [f"{name}: is not there any more" for name in lost]
    for name in sorted(names[before] & names[after]):
        found += [f"{name}: {line}" for line in _tables(before / name, after / name)]
    for name in ("signature.json", "modules.json"):
        if (before / name).exists():
            old, new = (json.loads((side / name).read_text(encoding="utf-8")) for side in (before, after))
            found += [f"{name}: {line}" for line in _values(old, new, "")]
    return found


def _tables(before: Path, after: Path) -> list[str]:
    old, new = pd.read_parquet(before), pd.read_parquet(after)
    common = [column for column in old.columns if column in new.columns]
    if len(old) != len(new):
        return [f"{len(old)} rows before, {len(new)} after"]
    changed = sorted(set(old.columns) ^ set(new.columns))
    if changed:
        print(f"{before.name}: columns of one side only: {', '.join(changed)}")
    old, new = (frame[common].sort_values(common, kind="stable").reset_index(drop=True) for frame in (old, new))
    return [f"{column} differs" for column in common if not old[column].equals(new[column])]


def _values(old: object, new: object, place: str) -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [key for key in old if key not in IGNORED]
        lost = [f"{place}.{key} is not there any more" for key in keys if key not in new]
        return lost + [line for key in keys if key in new for line in _values(old[key], new[key], f"{place}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [line for k, (a, b) in enumerate(zip(old, new, strict=True)) for line in _values(a, b, f"{place}[{k}]")]
    return [] if old == new else [f"{place}: {old!r} before, {new!r} after"]


if __name__ == "__main__":
    lines = differences(Path(sys.argv[1]), Path(sys.argv[2]))
    print("\n".join(lines) or "all values are equal")
    sys.exit(bool(lines))
