"""A study of many cases whose image files are empty: what a dry run costs, and what its checks see."""

from pathlib import Path

from made.studies import Bench


def many_cases(place: Path, n: int, files: bool = True, **changes) -> Bench:
    """A training cohort of n cases and a validation cohort of a tenth; without `files` no image is there."""
    (place / "data").mkdir(parents=True, exist_ok=True)
    bench = Bench(place, changes=changes)
    for cohort, size in (("train", n), ("valid", max(n // 10, 2))):
        for number in range(size):
            case = f"{cohort[0].upper()}{number:05d}"
            paths = {"image": f"{case}/image.nii.gz", "segmentation": f"{case}/mask.nii.gz"}
            bench.rows.setdefault(cohort, []).append({"case": case, **paths})
            days = (100 if cohort == "train" else 100.5) + number % 900  # no two cohorts are of the same people
            bench.outcomes.setdefault(cohort, []).append((case, days, number % 2))
            if files:
                (place / "data" / case).mkdir()
                for path in paths.values():
                    (place / "data" / path).touch()
    bench.write()
    return bench
