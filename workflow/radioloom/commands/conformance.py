"""`radioloom conformance`: our values beside the reference values of the Image Biomarker Standardisation Initiative."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path

from radioloom.commands.record import Command


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        help="folder with ibsi/ct_phantom and the filter phantoms of IBSI 2; without it only the digital phantom, "
        "which comes with Radioloom, is compared",
    )
    parser.add_argument("--all", action="store_true", help="print every value, not only those outside the tolerance")


def _run(chosen: Namespace) -> int:
    from radioloom.conformance.ibsi1 import DATASETS, conformance
    from radioloom.conformance.ibsi2 import feature_values, there
    from radioloom.process import tell_compilation

    tell_compilation()
    maps_differ = _response_maps(chosen.data) if there(chosen.data) else False
    comparisons = conformance(chosen.data, DATASETS if chosen.data else ("digital_phantom",))
    comparisons += feature_values(chosen.data) if chosen.data else []
    outside = [each for each in comparisons if each.result != "within tolerance"]
    print("dataset\tfamily\tfeature\taggregation\tvalue\treference\ttolerance\tresult")
    for each in comparisons if chosen.all else outside:
        words = (each.dataset, each.family, each.feature, each.aggregation or "-")
        print("\t".join([*words, f"{each.value}", f"{each.reference:g}", f"{each.tolerance:g}", each.result]))
    counts = Counter((each.dataset, each.result) for each in comparisons)
    for (dataset, result), n in sorted(counts.items()):
        print(f"# {dataset}: {n} {result}")
    return 1 if outside or maps_differ else 0


def _response_maps(data: Path) -> bool:
    """Print the comparison with IBSI 2's response maps; whether one of them differs."""
    from radioloom.conformance.ibsi2 import response_maps

    print("test\tphantom\tresponse map\tvoxels within 1 % of range\tlargest deviation / range\tresult")
    counts: Counter[str] = Counter()
    for each in response_maps(data):
        counts[each.result] += 1
        shares = f"{100 * each.within:.2f} %\t{100 * each.largest:.4f} %"
        print(f"{each.test}\t{each.phantom}\t{each.image}\t{shares}\t{each.result}")
    for result, n in counts.items():
        print(f"# IBSI 2, response maps: {n} {result}")
    return "differs" in counts


COMMAND = Command(
    "conformance",
    "compare our values with IBSI's reference values",
    _add_arguments,
    _run,
    "  radioloom conformance                     (exit code 1 if a value is outside its tolerance)\n"
    "  radioloom conformance --data ../data/ibsi --all",
)
