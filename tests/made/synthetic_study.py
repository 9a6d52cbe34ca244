"""A small invented study for tests of the report: every table in its declared form, with a truth that is known."""

from functools import cache

import numpy as np
import pandas as pd

from radioloom import tables
from radioloom.stages.genomics.associate import Measured, associate
from radioloom.stages.images.rows import OPTIONAL
from radioloom.stages.learning.comparisons import comparisons
from radioloom.stages.learning.signature import Signature
from radioloom.stages.report.record import ReportInputs
from radioloom.stages.report.report import report

COHORTS = {"train": ("training", 40), "valid1": ("validation", 30), "valid2": ("validation", 24)}
MORE = {"retest": ("test-retest", 12), "readers": ("observers", 8), "genomics": ("genomics", 30)}
VENDORS = ("Siemens", "GE MEDICAL SYSTEMS", "Philips")
FEATURES = ["morphology_volume", "intensity_energy", "glrlm_grey_level_non_uniformity"]
KINDS = {"signature": "signature", "volume": "baseline", "null": "null"}
FEATURES += ["wavelet-HLH_glrlm_grey_level_non_uniformity"]


@cache
def survival_study(seed: int = 1) -> ReportInputs:
    """Six cohorts with a hidden heterogeneity, as the embedded study has them."""
    draw = np.random.default_rng(seed)
    sizes = {**COHORTS, **MORE}
    sheets = {name: _sheet(name, role, n) for name, (role, n) in sizes.items()}
    cases = pd.DataFrame(
        [{"cohort": c, "case": r["case"]} for c, rows in sheets.items() for r in rows]
    ).drop_duplicates()
    cases["heterogeneity"], cases["volume"] = draw.normal(size=(2, len(cases)))
    cases["log_hazard"] = cases["heterogeneity"] + 0.5 * cases["volume"]
    features = _features(cases, draw)
    excluded = _exclusions()
    clinical = _clinical(cases[cases["cohort"].isin(COHORTS)], draw)
    expression, genes = _expression(cases[cases["cohort"] == "genomics"], draw)
    wide = features[features["cohort"] == "genomics"].set_index("case")[FEATURES]
    settings = _settings("survival", sizes)
    block = {**settings["genomics"], "modules": {"method": "kmeans", "n_modules": 4, "min_genes": 5}}
    found = associate(Measured(wide, {}), expression, block, FEATURES, FEATURES[0], seed)
    gone = set(zip(excluded["cohort"], excluded["case"], strict=True))
    learned = clinical[[key not in gone for key in zip(clinical["cohort"], clinical["case"], strict=True)]]
    metrics = _metrics("c_index", learned, ["valid1", "valid2"], draw)
    return ReportInputs(
        settings=settings,
        sheets=sheets,
        masks=_masks(sheets),
        overlaps=_overlaps(sheets["readers"]),
        identities=_identities(),
        series=_series(sheets, draw),
        exclusions=excluded,
        clinical=clinical,
        reliability=_reliability(draw),
        acquisition=_acquisition(),
        selection=_selection(draw),
        signature=_signature("cox", "hazard ratio"),
        metrics=metrics,
        comparisons=_comparisons(metrics, settings),
        looks=_looks(1, 1),
        predictions=_predictions(learned, cases),
        curves=_curves(learned[learned["cohort"].isin(["valid1", "valid2"])], cases),
        modules=found.modules,
        associations=found.associations,
        summary=found.summary,
        pictures=_pictures(sheets, gone, draw),
        truth={"cases": cases, "genes": genes},
        features=_long(features),
        provenance=_provenance(),
    )


@cache
def binary_study(seed: int = 2) -> ReportInputs:
    """One cohort of PET, a binary outcome, cross-validation only: no replicates, no curves, no genes, no truth."""
    draw = np.random.default_rng(seed)
    sheets = {"sts": _sheet("sts", "training", 25)}
    cases = pd.DataFrame([{"cohort": "sts", "case": row["case"]} for row in sheets["sts"]])
    cases["heterogeneity"], cases["volume"] = draw.normal(size=(2, len(cases)))
    clinical = tables.CLINICAL.frame(
        cases[["cohort", "case"]].assign(time_days=np.nan, event=draw.random(len(cases)) < 0.4)
    )
    settings, metrics = _settings("binary", {"sts": ("training", 25)}), _metrics("auc", clinical, [], draw)
    return ReportInputs(
        settings=settings,
        sheets=sheets,
        identities=tables.IDENTITIES.frame([]),
        series=_series(sheets, draw, "PT"),
        exclusions=tables.EXCLUSIONS.frame([]),
        clinical=clinical,
        reliability=tables.RELIABILITY.frame([]),
        selection=_selection(draw),
        signature=_signature("logistic", "odds ratio"),
        metrics=metrics,
        comparisons=_comparisons(metrics, settings),
        predictions=_predictions(clinical, cases.assign(log_hazard=cases["heterogeneity"])),
        pictures=_pictures(sheets, set(), draw),
        provenance=_provenance(),
    )


@cache
def html(kind: str) -> str:
    """The report of the survival or of the binary study, made once."""
    return report({"survival": survival_study, "binary": binary_study}[kind]())


def _settings(kind, sizes):
    found = {
        "study": "invented",
        "title": "An invented study of a simulated tumour",
        "description": "Six cohorts: a hidden heterogeneity drives texture, one gene module and the hazard.",
        "seed": 7,
        "profile": "demo",
        "cohorts": {name: {"role": role} for name, (role, _) in sizes.items()},
        "outcome": {"kind": kind, "name": "overall survival" if kind == "survival" else "lung metastasis"},
        "reliability": {
            "form": "ICC(A,1)",
            "scale": "automatic",
            "rule": "lower_bound",
            "threshold": 0.75,
            "keep": 100,
        },
        "harmonise": {"method": "none", "batch": ["manufacturer", "kernel"]},
        "reduce": {"redundancy": 0.95, "most_missing": 0.05},
        "imputation": {"method": "mean", "multiple": 0},
        "model": {
            "kind": "cox",
            "selector": "best_per_group",
            "scaling": "standard",
            "cut_points": "median",
            "covariates": [],
        },
        "baselines": {"volume": ["morphology_volume"]},
        "validation": {
            "bootstrap": 1000,
            "intervals": "main",
            "multiplicity": "holm",
            "cross_validation": {"folds": 5, "repeats": 10},
            "null_models": 50,
            "most_missing": 0.2,
        },
    }
    if "genomics" in sizes:
        found["genomics"] = {
            "cohort": "genomics", "expression": {"file": "genomics/expression.csv", "gene": "gene"},
            "modules": {"method": "kmeans", "n_modules": 4}, "permutations": 499, "features": "signature",
        }  # fmt: skip
        found["simulate"] = {"effect_heterogeneity": 1.0, "effect_volume": 0.5}
    return found


def _sheet(cohort, role, n):
    replicates = {"test-retest": ["1", "2"], "observers": ["A", "B", "C"]}.get(role, ["1"])
    return [
        {"cohort": cohort, "role": role, "case": f"{cohort}-{k:03d}", "replicate": r, "roi": "tumour"}
        for k in range(1, n + 1)
        for r in replicates
    ]


def _masks(sheets):
    """Contours but for one cohort; every third of valid1 with a note. No chance: the tables after it stay the same."""
    rows = []
    for cohort, sheet in sheets.items():
        for k, row in enumerate(sheet):
            contour = None if cohort == "valid2" else 9e3 * (1 + 0.001 * (k % 9 - 4))
            note = "1 slice(s) between contours have none" if cohort == "valid1" and k % 3 == 0 else None
            rows.append(
                {key: row[key] for key in ("cohort", "case", "replicate", "roi")}
                | {"source": "SEG" if contour is None else "RTSTRUCT", "n_voxels": 900, "volume_mm3": 9e3,
                   "contour_mm3": contour, "contour_difference": contour and 9e3 / contour - 1, "drawn_mm3": None,
                   "notes": note}
            )  # fmt: skip
    return tables.MASKS.frame(rows)


def _overlaps(sheet):
    """Three readers; B draws more, and less like the others."""
    rows = []
    for k, case in enumerate(sorted({row["case"] for row in sheet})):
        for a, b, dice in (("A", "B", 0.80), ("A", "C", 0.92), ("B", "C", 0.78)):
            more = {"AB": -0.2, "AC": 0.01, "BC": 0.21}[a + b]
            rows.append(
                {"cohort": "readers", "case": case, "roi": "tumour", "replicate_a": a, "replicate_b": b,
                 "dice": dice + 0.01 * k, "surface_dice": dice + 0.01 * k - 0.03, "tolerance_mm": 2.0,
                 "hausdorff_95_mm": 20 * (1 - dice) - 0.1 * k, "volume_a_mm3": 9e3 * (1 + more / 2),
                 "volume_b_mm3": 9e3 * (1 - more / 2), "volume_difference": more}
            )  # fmt: skip
    return tables.OVERLAPS.frame(rows)


def _series(sheets, draw, modality="CT"):
    rows = []
    for sheet in sheets.values():
        for row in sheet:
            vendor = VENDORS[draw.integers(3)]
            thick = float(draw.choice([1.25, 2.0, 3.0]))
            rows.append(
                dict.fromkeys(OPTIONAL) | {
                    "cohort": row["cohort"], "case": row["case"], "replicate": row["replicate"], "series": "s",
                    "modality": modality, "manufacturer": vendor, "model": "M", "kernel": "B30f", "kvp": 120.0,
                    "slice_thickness_mm": thick, "slice_spacing_mm": thick, "pixel_spacing_mm": 0.977, "n_slices": 60,
                    "n_files_ignored": 0, "n_copies": 0, "choice": "usable",
                }
            )  # fmt: skip
    return tables.SERIES.frame(rows)


def _identities():
    """Two cases of the readers are on images of the training cohort; a third one is a patient of it; so is a row."""
    shared = [(1, "image", "the same voxels of the image"), (2, "image", "the same voxels of the image")]
    shared += [(3, kind, words) for kind, words in (("patient", "one patient"), ("region", "the same voxels"))]
    shared += [(4, "features", "all 7 features equal")]
    rows = [
        {"cohort": "readers", "case": f"readers-{k:03d}", "other_cohort": "train", "other_case": f"train-{k:03d}",
         "kind": kind, "shared": words, "verdict": "allowed",
         "reason": "readers draw on images of other cohorts by design"}
        for k, kind, words in shared
    ]  # fmt: skip
    return tables.IDENTITIES.frame(rows)


def _exclusions():
    rows = [
        (
            "train",
            "train-003",
            "1",
            "curate",
            "slice 17 of 48 is missing (a gap of 6.0 mm in a series of 3.0 mm); restore it",
        ),
        ("train", "train-011", "1", "clinical", "no outcome: the time of follow-up is missing in the clinical table"),
        (
            "valid1",
            "valid1-004",
            "1",
            "segment",
            "no structure is named 'GTV-1'; found: Lung-Left, Lung-Right, Spinal-Cord",
        ),
        (
            "valid2",
            "valid2-009",
            "1",
            "segment",
            "the mask lies outside the image: no voxel of it falls on the image's grid",
        ),
        ("valid2", "valid2-010", "1", "extract", "the region has 4 voxels after resampling; at least 8 are needed"),
        ("retest", "retest-002", "2", "curate", "file IM0009 is truncated: 120,000 of 524,288 bytes of pixels"),
    ]
    columns = ["cohort", "case", "replicate", "stage", "reason"]
    regions = ({"roi": "" if row[3] == "clinical" else "tumour"} for row in rows)
    return tables.EXCLUSIONS.frame(
        [dict(zip(columns, row, strict=True)) | region for row, region in zip(rows, regions, strict=True)]
    )


def _clinical(cases, draw):
    months = (60 * (draw.exponential(size=len(cases)) / np.exp(cases["log_hazard"])) ** 0.8).to_numpy()
    cut = draw.uniform(20, 60, len(cases))
    days = np.ceil(np.minimum(months, cut) * 30.4)
    return tables.CLINICAL.frame(cases[["cohort", "case"]].assign(time_days=np.maximum(days, 1.0), event=months <= cut))


def _features(cases, draw):
    wide = cases[["cohort", "case"]].copy()
    noise = draw.normal(size=(4, len(cases)))
    wide[FEATURES[0]] = np.exp(9 + 0.7 * cases["volume"])
    wide[FEATURES[1]] = np.exp(20 + 0.7 * cases["volume"] + 0.2 * noise[1])
    wide[FEATURES[2]] = cases["heterogeneity"] + 0.5 * noise[2] + 0.4 * cases["volume"]
    wide[FEATURES[3]] = cases["heterogeneity"] + 0.4 * noise[3]
    return wide


def _long(wide):
    """FEATURES of one value per feature and case."""
    rows = wide.melt(["cohort", "case"], var_name="feature_id").assign(replicate="1")
    labels = [column.name for column in tables.FEATURES.columns if column.name not in rows]
    return tables.FEATURES.frame(rows.assign(**dict.fromkeys(labels, rows["feature_id"])))


def _expression(cases, draw):
    programs = draw.normal(size=(4, len(cases)))
    programs[0] = 0.85 * cases["heterogeneity"] + 0.5 * programs[0]
    genes = pd.DataFrame({"gene": [f"G{k:04d}" for k in range(120)], "module": np.repeat(["P1", "P2", "P3", "P4"], 30)})
    genes["driver"] = np.where(genes["module"] == "P1", "heterogeneity", "")
    member = genes["module"].str[1].astype(int).to_numpy() - 1
    values = 0.8 * programs[member] + 0.6 * draw.normal(size=(120, len(cases)))
    return pd.DataFrame(values, index=genes["gene"], columns=cases["case"].to_numpy()), genes


def _reliability(draw):
    rows = []
    for source, n, k in (("readers", 8, 3), ("retest", 11, 2)):
        for place, name in enumerate([*FEATURES, *(f"noise_feature_{i}" for i in range(200))]):
            icc = 0.97 - 0.01 * place if place < 4 else float(np.clip(draw.beta(6, 1.6), 0, 0.99))
            width = (1 - icc) * 0.9 + 0.01
            rows.append(
                {"split": "frozen", "source": source, "role": "observers" if source == "readers" else "test-retest",
                 "scale": "measured", "friedman": 0.5, "concordance": None, "friedman_p": 0.8, "note": "",
                 "feature_id": name, "form": "ICC(A,1)", "estimate": icc, "low": icc - width,
                 "high": min(1.0, icc + width / 3), "n": n, "k": k}
            )  # fmt: skip
    return tables.RELIABILITY.frame(rows)


def _acquisition():
    """Kernel and vendor part the cases alike; the slice thickness is the cohort's; no header tells of the model."""
    parts = {
        "manufacturer": (0.6, 0.2),
        "kernel": (0.6, 0.2),
        "slice_thickness_mm": (0.5, None),
        "cohort": (0.55, None),
    }
    parts |= {"model": (None, None), "all": (0.7, 0.25)}
    rows = []
    for factor, shares in parts.items():
        for given, share in zip(("nothing", "cohort"), shares, strict=True):
            for harmonised, left in (("no", 1.0), ("all cases", 0.01)):
                for place, name in enumerate([*FEATURES, *(f"noise_feature_{i}" for i in range(16))]):
                    own = None if share is None else left * share / (1 + place)
                    note = "" if own is not None else "no header states it" if factor == "model" else "the cohort's"
                    if (factor, given) != ("cohort", "cohort"):
                        rows.append(
                            {"factor": factor, "given": given, "harmonised": harmonised, "feature_id": name,
                             "explained": own, "n": 90, "levels": 0 if factor == "model" else 3, "note": note}
                        )  # fmt: skip
    return tables.ACQUISITION.frame(rows)


def _selection(draw):
    groups = ("shape", "intensity", "texture", "filtered")
    rho = (1.0, 0.94, 0.41, 0.05)
    rows = [
        {"split": "frozen", "feature_id": name, "group": groups[k], "step": "selector", "kept": True,
         "reason": "first of its group", "score": 0.6 + 0.02 * k, "volume_rho": rho[k]}
        for k, name in enumerate(FEATURES)
    ]  # fmt: skip
    for k in range(200):
        step = ("reliability", "redundancy", "selector")[int(draw.choice(3, p=[0.45, 0.4, 0.15]))]
        rows.append(
            {"split": "frozen", "feature_id": f"noise_feature_{k}", "group": groups[k % 4], "step": step, "kept": False,
             "reason": "invented", "score": float(draw.uniform(0.4, 0.6)), "volume_rho": float(draw.uniform(-1, 1))}
        )  # fmt: skip
    return tables.SELECTION.frame(rows)


def _signature(kind, ratio):
    beta = (0.31, 0.12, -0.22, 0.74)
    groups = ("shape", "intensity", "texture", "filtered")
    terms = [
        {"feature_id": name, "group": group, "coefficient": b, "mean": 12345.6 * 10**k, "sd": 4567.8,
         "ratio": float(np.exp(b)), "low": float(np.exp(b - 0.3)), "high": float(np.exp(b + 0.3))}
        for k, (name, group, b) in enumerate(zip(FEATURES, groups, beta, strict=True))
    ]  # fmt: skip
    return Signature.from_json({
        "name": "signature", "model": kind, "ratio": ratio, "features": terms, "intercept": 0.0, "n": 38,
        "n_events": 27, "ridge": 0.0, "note": "", "cut_point": 0.0412, "profile": "abc123", "baselines": {},
    })  # fmt: skip


OF = {"null": "nulls", "validation": "patients", "cross-validation": "learning", "apparent": ""}


def _comparisons(metrics, settings):
    rows = comparisons(metrics.to_dict("records"), settings["outcome"]["kind"], settings["validation"])
    return tables.COMPARISONS.frame(rows)


ONCE = dict.fromkeys(("baselines", "patients", "values", "primaries", "declarations", "foldings"), 1)  # of LOOKS


def _looks(first, second):
    counts = {"valid1": first, "valid2": second}
    return tables.LOOKS.frame(
        [{"evaluation": "validation", "cohort": name, "signatures": n, "look": n} | ONCE for name, n in counts.items()]
    )


def _metrics(main, clinical, validations, draw):
    rows = []

    def add(evaluation, cohort, model, numbers, name=main, against=""):
        part = clinical[clinical["cohort"] == cohort]
        low, high = (numbers[0] - numbers[1], numbers[0] + numbers[1]) if numbers[1] else (np.nan, np.nan)
        rows.append(
            {"evaluation": evaluation, "cohort": cohort, "kind": KINDS[model], "model": model, "variant": "",
             "against": against, "metric": name, "horizon_days": 0.0,
             "estimate": numbers[0], "low": low, "high": high,
             "interval": "" if not numbers[1] else OF.get(model, OF[evaluation]),
             "withheld": "training" if evaluation == "apparent" else "", "draws": 50 if name == "null_p" else 1000,
             "n": len(part), "n_measured": len(part), "n_events": int(part["event"].sum()),
             "n_with_event": int(part["event"].sum())}
        )  # fmt: skip

    first = clinical["cohort"].iloc[0]
    places = [("cross-validation", first), *(("validation", name) for name in validations)]
    for place, (evaluation, cohort) in enumerate(places):
        add(evaluation, cohort, "signature", (0.74 - 0.03 * place, 0.07))
        add(evaluation, cohort, "volume", (0.62, 0.08))
        add(evaluation, cohort, "null", (0.502, 0.11))
        add(evaluation, cohort, "signature", (0.10, 0.09), against="volume")
        add(evaluation, cohort, "signature", ((1 + 13 * place) / 51, 0), "null_p")
        if evaluation == "validation":
            add(evaluation, cohort, "signature", (0.004 * (1 + place), 0), "logrank_p")
            add(evaluation, cohort, "signature", (2.7, 1.2), "hazard_ratio")
    add("apparent", first, "signature", (0.78, 0))
    add("apparent", first, "volume", (0.63, 0))
    return tables.METRICS.frame(rows)


def _predictions(clinical, cases):
    rows = clinical.merge(cases, on=["cohort", "case"])
    keys = {"split": "frozen", "kind": "signature", "model": "signature", "variant": ""}
    keys["part"] = np.where(rows["cohort"] == "train", "train", "test")
    return tables.PREDICTIONS.frame(rows[["cohort", "case"]].assign(**keys, risk=rows["log_hazard"], measured=True))


def _curves(clinical, cases):
    rows = []
    for cohort, part in clinical.merge(cases, on=["cohort", "case"]).groupby("cohort"):
        for group, high in (("low", False), ("high", True)):
            own = part[(part["log_hazard"] > 0) == high]
            survival = 1.0
            for time in np.unique(own["time_days"]):
                risk = int((own["time_days"] >= time).sum())
                survival *= 1 - (own["event"] & (own["time_days"] == time)).sum() / risk
                rows.append(
                    {"cohort": cohort, "kind": "signature", "model": "signature", "group": group,
                     "level": 1 + high, "time_days": time,
                     "survival": survival, "low": max(0, survival - 0.15), "high": min(1, survival + 0.12),
                     "at_risk": risk}
                )  # fmt: skip
    return tables.CURVES.frame(rows)


def _pictures(sheets, gone, draw):
    from radioloom.figures.contact import tile
    from radioloom.volume import Grid, Volume

    shown = {}
    for cohort, sheet in sheets.items():
        shown[cohort] = []
        for row in sheet:
            if (cohort, row["case"]) in gone:
                continue
            radius = draw.uniform(5, 12)
            z, y, x = np.ogrid[-6:7, -24:25, -24:25]
            mask = z**2 * 4 + y**2 + x**2 * draw.uniform(0.7, 1.4) <= radius**2
            image = np.where(mask, 40 + 60 * draw.normal(size=mask.shape), -800 + 40 * draw.normal(size=mask.shape))
            grid = Grid(mask.shape, (3.0, 1.0, 1.0))
            shown[cohort].append(
                ((row["case"], row["replicate"], row["roi"]), tile(Volume(image, grid, "HU", "CT"), mask))
            )
    return shown


def _provenance():
    return {
        "software": {"radioloom": "0.1.0", "python": "3.11.2", "numpy": "2.4.6", "scipy": "1.17.1"},
        "hashes": {
            "study": "0123456789ab",
            "profile": "ba9876543210",
            "code": "00ff00ff00ff",
            "lock file": "aa11bb22cc33",
        },
        "command": "snakemake --cores 2 --configfile config/config.yaml",
    }
