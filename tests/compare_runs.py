"""Whether two runs of one study have the same values: `python tests/compare_runs.py results/before results/after`.

Tables are joined by the columns that identify a row in both; a column that only one of them has is listed and not
compared. JSON files (signature, modules) are compared number by number, but for the
version of the file and the digest of it, which covers its provenance. Results from before METRICS, PREDICTIONS and
CURVES had a column `kind` are read as if they had it. Exit code 1 where a value differs.
"""

import json
import sys
from pathlib import Path

import pandas as pd

IGNORED = {"provenance", "version", "digest"}
WAYS, PLACES = ("shuffled", "uniform", "resampled"), {"whole image": "image", "ROI": "roi", "outside ROI": "outside"}
CONTROLS = {f"control: {way} {words}": f"{way}_{place}" for way in WAYS for words, place in PLACES.items()}
KINDS = {name: name for name in ("signature", "null", "truth")} | dict.fromkeys(CONTROLS.values(), "control")


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
    old, new = _as_of_now(pd.read_parquet(before)), pd.read_parquet(after)
    common = [column for column in old.columns if column in new.columns]
    if len(old) != len(new):
        return [f"{len(old)} rows before, {len(new)} after"]
    changed = sorted(set(old.columns) ^ set(new.columns))
    if changed:
        print(f"{before.name}: columns of one side only: {', '.join(changed)}")
    old, new = (frame[common].sort_values(common, kind="stable").reset_index(drop=True) for frame in (old, new))
    return [f"{column} differs" for column in common if not old[column].equals(new[column])]


def _as_of_now(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose names of models and metrics said what columns say now, with these columns; others as they are."""
    if "model" not in frame or "kind" in frame or "manufacturer" in frame:
        return frame
    refitted = frame["model"].str.endswith(", learned anew")
    model = frame["model"].str.removesuffix(", learned anew").replace(CONTROLS)
    frame = frame.assign(model=model, kind=model.map(KINDS).fillna("baseline"))
    if "group" in frame:
        return frame
    frame = frame.assign(variant=refitted.map({True: "refitted", False: ""}))
    if "metric" not in frame:
        return frame
    delta = frame["metric"].str.extract(r"^delta_(?P<metric>c_index|auc)_?(?P<against>.*)$")
    minus = frame["metric"] == "signature_minus"
    main = "auc" if (frame["metric"] == "auc").any() else "c_index"
    against = delta["against"].replace("", "volume").fillna("").mask(minus, frame["model"])
    metric = delta["metric"].fillna(frame["metric"]).mask(minus, main)
    model, kind = (frame[name].mask(minus, "signature") for name in ("model", "kind"))
    return frame.assign(model=model, kind=kind, metric=metric, against=against)


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
