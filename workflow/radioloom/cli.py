"""The command `radioloom`: new, key, discover, deidentify, idc, landmarks, extract, features, conformance."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from radioloom import __version__
from radioloom.errors import RadioloomError, StudyError

MODALITIES = ("CT", "PT", "MR")  # volume.MODALITIES, without the import of NumPy


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; errors of ours are one line on stderr and exit code 1."""
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.run(chosen) or 0
    except RadioloomError as error:
        print(f"radioloom: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has closed it: `radioloom features | head`
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "radioloom", description="Radiomics and radiogenomics studies that others can re-run."
    )
    parser.add_argument("--version", action="version", version=f"radioloom {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    new = commands.add_parser("new", help="write a commented starter study")
    new.add_argument("study", help="short name of the study, used as the name of its folders")
    new.add_argument("--folder", type=Path, default=Path("config/studies"), help="where studies live (config/studies)")
    new.set_defaults(run=_new)

    key = commands.add_parser("key", help="make the secret key of patients' pseudonyms, outside the repository")
    key.set_defaults(run=_key)

    discover = commands.add_parser("discover", help="make the cohort sheet of a folder tree of DICOM")
    discover.add_argument("folder", type=Path, help="where the images and segmentations are, in whatever order")
    discover.add_argument("--out", type=Path, required=True, help="the sheet to write (.tsv)")
    discover.add_argument("--modality", default="", choices=["", *MODALITIES], help="take images of this one only")
    discover.add_argument("--roi", default="", help="name (regular expression) of the structure that is measured")
    discover.add_argument("--mapping", type=Path, help="write pseudonyms and patients' numbers here: a secret file")
    discover.set_defaults(run=_discover)

    clean = commands.add_parser("deidentify", help="copy a folder tree of DICOM without the patients' identity")
    clean.add_argument("folder", type=Path, help="where the images and segmentations are")
    clean.add_argument("out", type=Path, help="an empty folder")
    clean.add_argument("--roi", default="", help="structures (regular expression) that keep their names; or numbers")
    clean.set_defaults(run=_deidentify)

    extract = commands.add_parser("extract", help="features of one image and its segmentation")
    extract.add_argument("image", type=Path, help="NIfTI, NRRD or MHA file, or a folder with one DICOM series")
    extract.add_argument("mask", type=Path, help="label map, RTSTRUCT or SEG")
    extract.add_argument("--profile", default="ibsi", help="name of a profile, or a YAML file (ibsi)")
    extract.add_argument("--roi", default="", help="name (regular expression) of the structure, or number of the label")
    extract.add_argument("--modality", default="", choices=["", *MODALITIES], help="where a folder has several series")
    extract.add_argument("--out", type=Path, help="write .csv or .parquet instead of printing")
    extract.set_defaults(run=_extract)

    features = commands.add_parser("features", help="list every feature: family, IBSI id, definition, profiles")
    features.set_defaults(run=_features)

    idc = commands.add_parser("idc", help="write a cohort sheet of a collection of the Imaging Data Commons")
    idc.add_argument("collection", help="such as nsclc_radiomics")
    idc.add_argument("out", type=Path, help="the sheet (.tsv)")
    idc.add_argument("--modality", default="CT", choices=MODALITIES, help="of the images (CT)")
    idc.add_argument("--segmentation", default="RTSTRUCT", choices=["RTSTRUCT", "SEG"], help="(RTSTRUCT)")
    idc.add_argument(
        "--result", default="", help="analysis result that the segmentations are of, if not the collection's"
    )
    idc.add_argument(
        "--look",
        type=Path,
        metavar="FOLDER",
        help="download to it the segmentations of studies with several series, to see what they were drawn on",
    )
    idc.set_defaults(run=_idc)

    scale = commands.add_parser(
        "landmarks", help="learn Nyul's standard scale of MR from a study's training cohorts: a step for its profile"
    )
    scale.add_argument("study", type=Path, help="the study's YAML file; start where its paths start")
    scale.add_argument("--region", default="body", choices=["image", "body", "roi"], help="of the percentiles (body)")
    scale.add_argument("--percentiles", nargs="+", type=float, metavar="P", help="landmarks (1 10 20 ... 90 99)")
    scale.add_argument(
        "--range", nargs=2, type=float, default=[0, 100], metavar=("LOW", "HIGH"), help="ends of the scale (0 100)"
    )
    scale.set_defaults(run=_landmarks)

    conformance = commands.add_parser("conformance", help="our values beside IBSI's; exit code 1 if one falls short")
    conformance.add_argument(
        "--data",
        type=Path,
        help="folder with ibsi/ct_phantom and IBSI 2's filter phantoms; without it the digital phantom alone",
    )
    conformance.add_argument("--all", action="store_true", help="print every value, not only those that fall short")
    conformance.set_defaults(run=_conformance)
    return parser


def _key(chosen: argparse.Namespace) -> None:
    from radioloom.pseudonym import make_key

    print(f"written: {make_key()}; keep a copy in a safe place: without it no pseudonym can be made again")


def _discover(chosen: argparse.Namespace) -> None:
    from radioloom.commands.discover import write_sheet

    for line in write_sheet(chosen.folder, chosen.out, chosen.modality, chosen.roi, chosen.mapping):
        print(line, file=sys.stderr)


def _deidentify(chosen: argparse.Namespace) -> None:
    from radioloom.commands.deidentify import export
    from radioloom.pseudonym import read_key

    n, left_out = export(chosen.folder, chosen.out, read_key(), chosen.roi)
    print(f"{n} file(s) written: {chosen.out}", file=sys.stderr)
    for why, count in sorted(left_out.items()):
        print(f"{count} file(s) left out: {why}", file=sys.stderr)


def _extract(chosen: argparse.Namespace) -> None:
    from radioloom.process import settle

    settle()
    from radioloom.stages.images.single import COLUMNS, measure, write

    rows = measure(chosen.image, chosen.mask, chosen.profile, chosen.roi, chosen.modality)
    if chosen.out:
        write(rows, chosen.out)
        print(f"{len(rows)} features written: {chosen.out}", file=sys.stderr)
        return
    print("\t".join(COLUMNS))
    for row in rows:
        print("\t".join(format(row[name], ".10g") if name == "value" else str(row[name]) for name in COLUMNS))


def _features(chosen: argparse.Namespace) -> None:
    from radioloom.features import NAMES, family
    from radioloom.profile import known, load
    from radioloom.stages.images.plan import kept_rows

    using: dict[tuple[str, str], list[str]] = {}
    for name in known():
        profile = load(name)
        for key in kept_rows(profile):
            using.setdefault(key, []).append(name)
    print("family\tfeature\tibsi\tprofiles\tdefinition")
    for each in map(family, NAMES):
        for feature in each.features:
            profiles = ",".join(using.get((each.name, feature.name), [])) or "-"
            print("\t".join([each.name, feature.name, feature.ibsi or "-", profiles, feature.definition]))


def _conformance(chosen: argparse.Namespace) -> int:
    from collections import Counter

    from radioloom.conformance.ibsi1 import DATASETS, conformance
    from radioloom.conformance.ibsi2 import feature_values, there

    maps_fall_short = _response_maps(chosen) if there(chosen.data) else False
    found = conformance(chosen.data, DATASETS if chosen.data else ("digital_phantom",))
    found += feature_values(chosen.data) if chosen.data else []
    short = [each for each in found if each.result != "within tolerance"]
    print("dataset\tfamily\tfeature\taggregation\tvalue\treference\ttolerance\tresult")
    for each in found if chosen.all else short:
        words = (each.dataset, each.family, each.feature, each.aggregation or "-")
        print("\t".join([*words, f"{each.value}", f"{each.reference:g}", f"{each.tolerance:g}", each.result]))
    counts = Counter((each.dataset, each.result) for each in found)
    for (dataset, result), n in sorted(counts.items()):
        print(f"# {dataset}: {n} {result}")
    return 1 if short or maps_fall_short else 0


def _response_maps(chosen: argparse.Namespace) -> bool:
    """Print the comparison with IBSI 2's response maps; whether one of them falls short."""
    from radioloom.conformance.ibsi2 import response_maps

    print("test\tphantom\tresponse map\tvoxels within 1 % of range\tlargest deviation / range\tresult")
    counts: dict[str, int] = {}
    for each in response_maps(chosen.data):
        counts[each.result] = counts.get(each.result, 0) + 1
        shares = f"{100 * each.within:.2f} %\t{100 * each.largest:.4f} %"
        print(f"{each.test}\t{each.phantom}\t{each.image}\t{shares}\t{each.result}")
    for result, n in counts.items():
        print(f"# IBSI 2, response maps: {n} {result}")
    return "differs" in counts


def _idc(chosen: argparse.Namespace) -> None:
    from radioloom.commands.idc_sheet import Kind, cohort_sheet
    from radioloom.io.archives.idc import collection, index_file

    if chosen.out.exists():
        raise StudyError(f"{chosen.out} is there already; take it away first, or choose another name")
    index = collection(chosen.collection, index_file())
    look = partial(_drawn_on, chosen.look) if chosen.look else None
    found = cohort_sheet(index, Kind(chosen.modality, chosen.segmentation, chosen.result), look)
    for line in found.left_out:
        print(f"left out: {line}{'' if look else '; see --look'}", file=sys.stderr)
    if not found.rows:
        results = sorted({row["analysis_result_id"] for row in index if row["analysis_result_id"]})
        raise StudyError(
            f"{chosen.collection}: no study with one {chosen.modality} and one such {chosen.segmentation}; try another "
            f"--segmentation, or --result ({', '.join(results) or 'there are none'})"
        )
    lines = ["\t".join(found.rows[0]), *("\t".join(row.values()) for row in found.rows)]
    chosen.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(found.rows)} images, {found.megabytes / 1000:.1f} GB: {chosen.out}; {', '.join(found.licences)}")
    print("next: name the sheet in a cohort of the study, with  source: {kind: idc}")


def _landmarks(chosen: argparse.Namespace) -> None:
    from itertools import takewhile

    import numpy as np
    import yaml

    from radioloom.settings import read
    from radioloom.stages.images.landmarks import DECILES, by_region, landmarks
    from radioloom.study import load

    study = load(read(chosen.study), Path(), chosen.study)
    cohorts = study.cohorts("training")
    rois = {cohort: study.settings["cohorts"][cohort].get("rois", {}) for cohort in cohorts}
    batches = ((study.arrived(cohort, batch), rois[cohort]) for cohort in cohorts for batch in study.batches[cohort])
    percentiles = chosen.percentiles or list(DECILES)
    scale = np.linspace(*chosen.range, len(percentiles)).tolist()
    step = {
        "method": "nyul", "region": chosen.region, "percentiles": percentiles, "standard": scale, "clip": False,
    }  # fmt: skip
    before = list(takewhile(lambda each: each["method"] != "nyul", study.profile.normalise or ()))
    step, n = landmarks(batches, study.data, before, step, _leave_out)
    first = " after " + ", ".join(each["method"] for each in before) if before else ""
    print(f"# learnt from {n} {'region' if by_region(before, step) else 'image'}(s) of {', '.join(cohorts)}{first}")
    print(yaml.safe_dump([step], sort_keys=False, default_flow_style=None, width=1000), end="")
    print(f"next: paste it into `normalise` of the profile {study.profile.name}, in its place", file=sys.stderr)


def _leave_out(row: dict[str, str]) -> None:
    print(f"{row['cohort']}/{row['case']} left out: {row['reason']}", file=sys.stderr)


def _drawn_on(folder: Path, series: str) -> frozenset[str]:
    """Digests of the series that a segmentation of the Commons refers to; it is downloaded for that."""
    import os

    from radioloom.io.archives.archive import bring
    from radioloom.io.archives.kinds import connect
    from radioloom.io.segmentations.read import references

    bring(connect({"kind": "idc", "index": ""}, "idc", os.environ), folder, series)
    return references(folder / series)


def _new(chosen: argparse.Namespace) -> None:
    from radioloom.commands.new import write_starter

    for path in write_starter(chosen.study, chosen.folder):
        print(f"written: {path}")
    study = chosen.folder / chosen.study / "study.yaml"
    print(f"next: fill in the sheets, then  snakemake --cores 2 --configfile {study}")


if __name__ == "__main__":
    sys.exit(main())
