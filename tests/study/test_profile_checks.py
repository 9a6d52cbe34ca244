"""Profiles by modality: rows without one, profiles that nobody asks for, and what a signature is bound to then."""

from dataclasses import asdict

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.profile import Profiles, build_all
from radioloom.profile import load as profile_of
from radioloom.provenance import digest
from radioloom.study import load, verify

TWO = {"CT": "demo", "PT": "sts_pet"}


@pytest.fixture
def bench(tmp_path):
    """Of each cohort the first case is of the modality that is asked for, the others are CT."""
    made = many_cases(tmp_path, 12, data=str(tmp_path / "data"), profile=TWO)

    def marked(*first, **changes):
        for rows in made.rows.values():
            for number, row in enumerate(rows):
                row["modality"] = first[number] if number < len(first) else "CT"
        made.changes |= changes
        path = made.write()
        return load(yaml.safe_load(path.read_text()), made.place, path), path

    return marked


@pytest.mark.parametrize(
    ("modalities", "profile", "words"),
    [
        (["PT"], TWO, ["profile: models would take features of CT and PT for the same", "`combine: {modalities: [CT"]),
        ([], TWO, ["profile.PT: no row of a sheet has the modality PT; take it out"]),
        (["MR"], {"CT": "demo"}, ["profile: no profile is for MR, which 1 case (T00000) of", "add `MR: <name"]),
        ([""], {"CT": "demo"}, ["1 case (T00000) without a modality", "write it in the column `modality`"]),
        ([], {"CT": "sts_pet"}, ["profile.CT: the profile sts_pet is for PT in SUV", "by its sheet"]),
        ([], {"PET": "sts_pet"}, ["profile.PET: unknown key; did you mean 'PT'?"]),
        ([], {}, ["profile: a block of keys is not accepted"]),
        ([], {"CT": "dmeo"}, ["profile", "'dmeo' is not known"]),
    ],
)  # fmt: skip
def test_each_row_has_a_profile_of_its_modality(bench, modalities, profile, words):
    with pytest.raises(StudyError) as error:
        verify(*bench(*modalities, profile=profile))
    for word in words:
        assert word in str(error.value)


def test_where_no_row_has_a_modality_that_alone_is_told(bench):
    with pytest.raises(StudyError) as error:
        verify(*bench(*[""] * 12))
    assert "without a modality" in str(error.value)
    assert "take it out" not in str(error.value)


def test_a_mapping_of_one_modality_is_that_profile(bench):
    study, path = bench(profile={"CT": "demo"})
    assert verify(study, path) == []
    assert study.profile_hash == profile_of("demo").hash == bench(profile="demo")[0].profile_hash


def test_a_signature_is_bound_to_all_profiles_in_any_order(bench):
    study, _ = bench("PT")
    hashes = {modality: profile_of(name).hash for modality, name in TWO.items()}
    assert study.profile_hash == digest(hashes) != profile_of("demo").hash
    assert bench("PT", profile=dict(reversed(TWO.items())))[0].profile_hash == study.profile_hash
    assert bench("PT", profile={"CT": "ibsi", "PT": "sts_pet"})[0].profile_hash != study.profile_hash
    assert study.profile.name == "demo (CT), sts_pet (PT)"


@pytest.mark.parametrize("given", [profile_of("demo"), Profiles({"CT": profile_of("demo"), "MR": profile_of("ibsi")})])
def test_profiles_are_handed_to_jobs_whole(given):
    assert build_all(asdict(given)) == given


def test_baselines_name_what_the_profile_of_their_modality_measures(bench):
    """`demo` measures no ivh, which `sts_pet` does."""
    combine = {"modalities": ["CT", "PT"]}
    known = {"volume": ["CT_morphology_volume"], "peak": ["PT_ivh_volume_fraction_at_90_intensity"]}
    with pytest.raises(StudyError) as error:
        verify(*bench("PT", combine=combine, baselines=known | {"wrong": ["CT_ivh_volume_fraction_at_90_intensity"]}))
    faults = [line for line in str(error.value).splitlines() if "no feature of the profile" in line]
    assert [line.partition(":")[2].strip()[:15] for line in faults] == ["baselines.wrong"]
