"""What a patient's images say, combined one number at a time, with loops and dicts alone."""

import math

VOLUME, ADDED = "RNU0", ("RNU0", "C0JK", "99N0", "N8CA")


def combined(rows, whose, block):
    """(cohort, patient, replicate, roi, modality, word of the visit, feature) -> value; rows, block : as `combine`.

    rows : dicts of FEATURES; whose : (cohort, case) -> patient
    """
    visits = block.get("visits")
    declared = [block["regions"], block["modalities"], [visits["first"], visits["second"]] if visits else []]
    of_kind = {}
    for row in rows:
        parts = (row["roi"], row["modality"], row["visit"])
        if all(not words or part in words for part, words in zip(parts, declared, strict=True)):
            kind = (row["cohort"], whose[row["cohort"], row["case"]], row["replicate"], *parts)
            lesion = of_kind.setdefault(kind, {}).setdefault(row["case"], {})
            lesion[row["feature"], row["ibsi"]] = row["value"]
    taken = {}
    for kind, lesions in of_kind.items():
        before = _first(kind, of_kind)
        volumes = {case: next(v for (_, ibsi), v in each.items() if ibsi == VOLUME) for case, each in lesions.items()}
        if before is None or (len(lesions) > 1 and any(math.isnan(volume) for volume in volumes.values())):
            continue
        largest = sorted(lesions, key=lambda case: (-before[case], case) if case in before else (0.0, case))[0]
        for feature, ibsi in lesions[largest]:
            values = {case: each[feature, ibsi] for case, each in lesions.items()}
            value = values[largest]
            if len(lesions) > 1 and block["lesions"] == "sum" and ibsi in ADDED:
                value = sum(values[case] for case in sorted(values))
            if len(lesions) > 1 and block["lesions"] == "mean":
                known = {case: each for case, each in values.items() if not math.isnan(each)}
                weight = sum(volumes[case] for case in known)
                value = sum(volumes[case] * each for case, each in known.items()) / weight if known else math.nan
            taken[(*kind, feature)] = value
    return _over_time(taken, visits) if visits else taken


def _first(kind, of_kind):
    """Volume of each lesion in the first replicate; None where lesions are others there, or one has no volume."""
    replicates = [each[2] for each in of_kind if each[:2] == kind[:2] and each[3:] == kind[3:]]
    first = of_kind[(*kind[:2], "1" if "1" in replicates else min(replicates), *kind[3:])]
    volumes = {case: next(v for (_, i), v in each.items() if i == VOLUME) for case, each in first.items()}
    if len(first) == len(of_kind[kind]) == 1:
        return volumes
    unknown = any(math.isnan(volume) for volume in volumes.values())
    return None if set(first) != set(of_kind[kind]) or unknown else volumes


def _over_time(taken, visits):
    compared = {}
    for key, value in taken.items():
        before, visit, feature = key[:-2], key[-2], key[-1]
        if visit == visits["second"]:
            compared[(*before, "second", feature)] = value
        else:
            compared[(*before, "first", feature)] = value
            later = taken.get((*before, visits["second"], feature))
            if later is not None:
                compared[(*before, "difference", feature)] = later - value
                compared[(*before, "ratio", feature)] = later / value if value else math.nan
    return {key: value for key, value in compared.items() if key[-2] in visits["as"]}
