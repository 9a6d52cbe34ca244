"""A signature as a file hands it over: one's own of another study, or a published one that was written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from shlex import quote
from typing import Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.baseline_hazard import BaselineHazard
from radioloom.prediction.models import MODELS
from radioloom.profile import Profile, known, load
from radioloom.provenance import environment, file_digest
from radioloom.sealed import parsed
from radioloom.settings import Origin, check, meant, read
from radioloom.stages.learning.signature import COVARIATE, Signature, Term
from radioloom.stages.learning.signature_rules import changed, not_finite, of_kind, twice
from radioloom.stages.tables.combined_names import summary
from radioloom.tables.columns import SIGNATURE

YAML = (".yaml", ".yml")
OF_A_PROFILE = "other"  # group of a published feature: what kind it is no file says
Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A signature and what its file says of where it comes from.

    file : digest of the file's bytes
    title, source : of a published one, what it is called and where it was published; "" of one's own
    profile : that its features are of; None where only a hash is known that no shipped profile has, and with a tool
    tool : of a published one that is of tables of features, the program that measured them
    """

    signature: Signature
    file: str
    title: str = ""
    source: str = ""
    profile: Profile | None = None
    tool: str = ""

    @property
    def by_hand(self) -> bool:
        """Whether the file was written by hand, and so bears no seal."""
        return self.source != ""

    @property
    def measured(self) -> str:
        """What its features have to be measured with, in words."""
        if self.tool:
            return f"tables of {self.tool}"
        wanted = self.signature.profile
        if self.profile:
            return f"the profile {self.profile.name} ({wanted})"
        return f"the profile {wanted} (of its study: the `tool` and `columns` of a table of features, or a YAML file)"

    def check_measured(self, found: str, said: str, name: str) -> None:
        """StudyError where a table was measured with something else than the signature's features, or nothing says so.

        found : hash of the profile that the table bears; "" where it bears none; name : of the table
        said : what the user says that it was measured with: name, YAML file or hash of a profile, or a tool
        """
        wanted = self.signature.profile
        if found:
            if found != wanted:
                other = profile_of(found)
                raise StudyError(
                    f"{name} was measured with the profile {f'{other.name} ({found})' if other else found}, and the "
                    f"signature is of {self.measured}; coefficients mean nothing on other features: extract with that"
                )
        elif not said:
            raise StudyError(
                f"{name} does not say what it was measured with, and the signature is of {self.measured}; {self._typed}"
            )
        elif said not in filter(None, (wanted, self.tool)) and (self.tool or _hash_of(said) != wanted):
            raise StudyError(f"--profile {said}: the signature is of {self.measured}, and of no other; {self._typed}")

    @property
    def _typed(self) -> str:
        """What to type of a table that does not say what it was measured with."""
        name = self.tool or (self.profile.name if self.profile else self.signature.profile)
        return f"if the table was measured by the same program with the same settings, type --profile {quote(name)}"

    def profile_for_images(self, said: str) -> Profile:
        """The profile that images are measured with: the signature's own. StudyError where it is another, or not known.

        said : name or YAML file of a profile that the user names; "" for the one that is shipped
        """
        if self.signature.combine:
            raise StudyError(
                f"the signature is of a patient's images together ({summary(self.signature.combine)}), and here each "
                "image is measured by itself; run a study with `signature:` and the same `combine`, or give the table "
                "combined.parquet of one"
            )
        profile = load(said) if said else self.profile
        if profile is None:
            raise StudyError(
                f"the signature is of {self.measured}, and no profile that ships with Radioloom is that; "
                "give its YAML file: --profile FILE"
            )
        if profile.hash != self.signature.profile:
            raise StudyError(
                f"the profile {profile.name} ({profile.hash}) is not that of the signature, which is of "
                f"{self.measured}; images can be measured for it with its own alone"
            )
        return profile

    def behind(self, model: str, horizons: Sequence[float]) -> dict[str, Any]:
        """What a table of risks rests on: digests of the signature, its file and profile, versions of the software."""
        origin = {"title": self.title, "source": self.source} if self.by_hand else self.signature.provenance
        return {
            "signature": {"file": self.file, "edited": self.signature.edited, **origin},
            "profile_hash": self.signature.profile,
            "model": model,
            "horizons": list(horizons),
            "software": environment(),
        }


def handed_in(path: Path, trust_edited: bool = False) -> HandedIn:
    """The signature of a file `signature.json`, or of a hand-written YAML or JSON file; see `published.schema.yaml`.

    trust_edited : whether a signature.json that was changed after it was written is taken as it is
    Raises StudyError naming file, line, key and remedy of each fault.
    """
    if not path.is_file():
        raise StudyError(f"{path.name}: there is no such file; correct the path of the signature")
    digest = file_digest(path)
    content = {} if path.suffix.lower() in YAML else _json(path)
    if not content or "terms" in content:
        content = check(read(path), "published", path.name, path)
        beside = path.parent / content.get("profile", "")
        if beside.suffix in YAML and beside.is_file():
            content["profile"] = str(beside)
        return _published(content, Origin(path.name, path), digest)
    if changed(content) and not trust_edited:
        raise StudyError(
            f"{path.name} was changed after it was written; take it anew from the study that it is of, or use it as it "
            "is (`trust_edited: true` in the study, --trust-edited of `radioloom apply`), which results will say"
        )
    signature = Signature.read(path, trust_edited=True)
    return HandedIn(signature, digest, profile=profile_of(signature.profile))


def _json(path: Path) -> Block:
    try:
        return parsed(path)
    except StudyError as error:
        raise StudyError(f"{path.name} is no signature: it is damaged, or no JSON; take it anew") from error


def profile_of(profile_hash: str) -> Profile | None:
    """The shipped profile with this hash; None where there is none."""
    return next((each for each in map(load, known()) if each.hash == profile_hash), None)


def _hash_of(said: str) -> str:
    """Hash of a profile that ships with the library, or of a YAML file; "" of another name."""
    return load(said).hash if said in known() or Path(said).suffix in YAML else ""


def _published(content: Block, origin: Origin, digest: str) -> HandedIn:
    faults = list(_faults(content, origin))
    if not faults and "profile" in content:
        faults += _unknown_features(content, origin)
    if faults:
        raise StudyError("\n".join(faults))
    kind = MODELS[content["model"]]
    profile = load(content["profile"]) if "profile" in content else None
    terms = tuple(
        [_term(each["feature"], OF_A_PROFILE, each) for each in content["terms"]]
        + [_term(each["covariate"], COVARIATE, each) for each in content["covariates"]]
    )
    signature = Signature(
        name=SIGNATURE,
        model=kind.name,
        ratio=kind.ratio,
        terms=terms,
        intercept=float(content.get("intercept", 0.0)),
        cut_point=float(content["cut_point"]) if "cut_point" in content else None,
        n=content["n"],
        n_events=content["n_events"],
        ridge=0.0,
        note="",
        hazard=_hazard(content["baseline"]) if "baseline" in content else None,
        profile=profile.hash if profile else "",
        provenance={"title": content["name"], "source": content["source"]},
        complete=any("mean" not in each for each in _all_terms(content)),
    )
    return HandedIn(signature, digest, content["name"], content["source"], profile, content.get("tool", ""))


def _term(name: str, group: str, entry: Block) -> Term:
    """A term; a coefficient per unit is one per SD of a feature whose mean is 0 and whose SD is 1."""
    beta = float(entry["coefficient"])
    ratio = float(np.exp(beta))
    mean, sd = float(entry.get("mean", 0.0)), float(entry.get("sd", 1.0))
    return Term(name, group, mean=mean, sd=sd, coefficient=beta, ratio=ratio)


def _all_terms(content: Block) -> list[Block]:
    return [*content["terms"], *content["covariates"]]


def _hazard(baseline: Block) -> BaselineHazard:
    """Cumulative hazard -log(survival) at the horizons that were published, and nowhere between."""
    rows = sorted((float(each["days"]), float(each["survival"])) for each in baseline["survival"])
    days = [day for day, _ in rows]
    return BaselineHazard(days, [float(-np.log(s)) for _, s in rows], float(baseline["centre"]), days[-1], alone=True)


def _faults(content: Block, origin: Origin) -> Iterator[str]:
    """What no schema can say of a hand-written signature."""
    if "profile" in content and "tool" in content:
        yield f"{origin.at('tool')}: `profile` and `tool` are both given; features are measured by one: take one out"
    if not {"profile", "tool"} & content.keys():
        yield (
            f"{origin.at()}: the key 'profile' is missing; name the profile that its features are measured with "
            "(`profile: aerts2014`), or for tables of features the program that measured (`tool: pyradiomics 3.0.1`)"
        )
    for key, name in (("terms", "feature"), ("covariates", "covariate")):
        yield from _term_faults(content[key], key, name, origin)
    kind, intercept, survival = content["model"], content.get("intercept"), "baseline" * ("baseline" in content)
    for place, said in (*not_finite(content), *of_kind(kind, intercept, survival)):
        yield f"{origin.at(*place)}: {said}"
    if survival:
        yield from _survival_faults(content["baseline"]["survival"], origin)


def _term_faults(entries: list[Block], key: str, name: str, origin: Origin) -> Iterator[str]:
    for where, said in twice([each[name] for each in entries], (key,)):
        yield f"{origin.at(*where)}: {said}"
    for place, each in enumerate(entries):
        at = origin.at(key, place)
        if ("mean" in each) != ("sd" in each):
            given, lacking = ("mean", "sd") if "mean" in each else ("sd", "mean")
            yield (
                f"{at}: {each[name]!r} has `{given}` and no `{lacking}`; a coefficient is per SD with both, or "
                "per unit with neither"
            )
    whole = [each[name] for each in entries if {"mean", "sd"} <= each.keys()]
    raw = [each[name] for each in entries if not {"mean", "sd"} & each.keys()]
    if key == "terms" and whole and raw:
        yield (
            f"{origin.at(key)}: {whole[0]!r} has a coefficient per SD and {raw[0]!r} one per unit; a published "
            "model has one or the other: give every term mean and sd, or none"
        )


def _survival_faults(rows: list[Block], origin: Origin) -> Iterator[str]:
    ordered = sorted((each["days"], each["survival"]) for each in rows)
    for (day, before), (later, after) in pairwise(ordered):
        if day == later:
            yield f"{origin.at('baseline', 'survival')}: {day:g} days appear twice; take one out"
        elif after > before:
            yield (
                f"{origin.at('baseline', 'survival')}: {after:g} at {later:g} days is above {before:g} at {day:g} "
                "days; survival never rises: was the risk written in its place?"
            )


def _unknown_features(content: Block, origin: Origin) -> Iterator[str]:
    from radioloom.stages.images.plan import feature_ids

    try:
        profile = load(content["profile"])
    except StudyError as error:
        yield f"{origin.at('profile')}: {error}"
        return
    measured = feature_ids(profile)
    for place, each in enumerate(content["terms"]):
        if each["feature"] not in measured:
            yield (
                f"{origin.at('terms', place)}: {each['feature']!r} is no feature of the profile {profile.name!r}; "
                f"{nearest(each['feature'], measured)}"
            )


def nearest(name: str, measured: Iterable[str]) -> str:
    """The feature that may have been meant, or where their names are."""
    return meant(name, measured) or "`radioloom extract` lists what it measures"
