"""What a clinical table says of the event: words for it, and another event that rules it out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import looks_like_day, looks_like_day_number, missing
from radioloom.io.user_tables.quoted import shown
from radioloom.settings import meant
from radioloom.tables.columns import OTHER_EVENT

SHOWN = 3  # words that a note names
Event = bool | str | None  # OTHER_EVENT: another one, after which the event can no longer happen; None: not known
TRUE, FALSE = ("1", "1.0", "true"), ("0", "0.0", "false")
TIMES = ("time_days", "date_from", "date_to")  # keys of `clinical` that a binary outcome does not read
ALIVE = ("alive", "living", "lebt", "lebend", "lebendig")  # deaths may be censored, and are no such sign
WITHOUT = {*ALIVE, "survived", "survivor", "censored", "censoring", "censor"}  # in the name of a column: no event
# Words that YAML takes for true, false and null where they have no quotes.
UNQUOTED = {True: ("yes", "true", "on"), False: ("no", "false", "off"), None: ("null",)}


def event_of(row: Mapping[Any, str], mapping: Mapping[str, Any], kind: str, where: str) -> Event:
    """What ended the follow-up of a case, or its binary outcome.

    row : cells by column
    mapping : a cohort's `clinical`, with its defaults
    kind : of outcome
    where : file and line, for messages
    Raises StudyError for a word that the mapping does not know, and where both events are said to have happened.
    """
    event = _event(row[mapping["event"]], mapping["event_values"], f"{where}, column {mapping['event']!r}")
    if kind == "binary" or not mapping["competing"]:
        return event
    column = mapping["competing"]
    other = _event(row[column], {}, f"{where}, column {column!r}")
    if event and other:
        raise StudyError(
            f"{where}: columns {mapping['event']!r} and {column!r} both say that it happened; follow-up ends with the "
            "first of the two: set the later one to 0"
        )
    if other:
        return OTHER_EVENT
    return None if other is None and not event else event


def _event(text: str, values: Mapping[Any, bool | str], where: str) -> Event:
    """The event of one cell; None where it is empty. Words that the study declares are never taken for empty."""
    coded = event_words(values)
    if text in coded:
        return coded[text]
    if missing(text):
        return None
    if not coded and text.lower() in (*TRUE, *FALSE):
        return text.lower() in TRUE
    if looks_like_day(text) or looks_like_day_number(text):
        raise StudyError(
            f"{where}: {shown(text)} is the day of an event, and whether there was one is wanted; make a column of "
            "1 where there is a day and 0 where there is none, and name it in `clinical.event` (the days from which "
            "and to which a patient was followed go into clinical.date_from and date_to)"
        )
    known = ", ".join(list({word.casefold(): word for word in reversed(coded)}.values())[::-1]) or "0, 1, true, false"
    hint = meant(text, coded)
    raise StudyError(
        f"{where}: {shown(text)} is not known{f' ({hint})' if hint else ''}, only {known} are; say what it means in "
        "`clinical.event_values`, for example {Dead: true, Alive: false} (an event that rules it out: competing), or "
        "leave the cell empty"
    )


def inverted(clinical: Mapping[str, Any]) -> str:
    """Why a cohort's column of the event may say who had none; "" where its words are declared. clinical : settings."""
    words = re.findall("[a-z]+", clinical.get("event", "").casefold())
    if clinical["event_values"] or not set(words) & WITHOUT or set(words) & {"dead", "death", "died", "event"}:
        return ""
    return (
        f"the column {clinical['event']!r} is called after who does not have the event, and 1 would be taken for who "
        "has it; write `event_values: {1: false, 0: true}`, or {1: true, 0: false} if 1 is the event all the same"
    )


def event_doubts(cohorts: Mapping[str, Mapping[str, Any]], kind: str) -> Iterator[str]:
    """Notes on what the study says of the events of its cohorts. cohorts : their settings; kind : of outcome."""
    yield from never_false(cohorts)
    yield from _opposite(cohorts)
    blocks = {name: cohort.get("clinical") or {} for name, cohort in cohorts.items()}
    for name, clinical in blocks.items():
        words = event_words(clinical.get("event_values") or {})
        if wrong := [word for word, meaning in words.items() if meaning is True and word.casefold() in ALIVE]:
            yield f"cohort {name}: by event_values, {wrong[0]!r} is who had the event: were true and false exchanged?"
    timed = [name for name, clinical in blocks.items() if kind == "binary" and any(map(clinical.get, TIMES))]
    if timed:
        yield (
            f"cohort{'s' * (len(timed) > 1)} {', '.join(timed)}: times are declared and not read, for a binary outcome "
            "has none: who was followed only briefly, and without the event, counts as one who never has it. Leave "
            "such cells of the event empty, or set kind: survival"
        )


def _opposite(cohorts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Notes on two cohorts in which one cell means an event and none, by what is declared or, without that, is read."""
    usual = dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)
    blocks = {name: cohort["clinical"] for name, cohort in cohorts.items() if cohort.get("clinical")}
    says = {name: event_words(clinical.get("event_values") or {}) or usual for name, clinical in blocks.items()}
    for one, other in combinations(says, 2):
        pairs = {word: (meaning, says[other].get(word)) for word, meaning in says[one].items()}
        both = [word for word, pair in pairs.items() if {*pair} == {True, False}]
        if len({*(pairs[word] for word in both)}) > 1:  # of 0 and 1 beside 1 and 2, one word alone is meant otherwise
            yield (
                f"cohorts {one} and {other}: {', '.join(map(repr, both[:SHOWN]))} in the column of the event mean the "
                "opposite in one of what they mean in the other: is that so? Correct the event_values of one of them"
            )


def never_false(cohorts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Notes on cohorts whose `event_values` has no word that means false. cohorts : their settings."""
    for name, cohort in cohorts.items():
        values = event_words(cohort.get("clinical", {}).get("event_values") or {})
        if values and False not in values.values():
            listed = ", ".join(repr(word) for word in list(values)[:SHOWN]) + (", ..." if len(values) > SHOWN else "")
            yield (
                f"cohort {name}: event_values has no word for those without the event ({listed} all say that there was "
                'one): is that so? Else say which word is false, or `"": false` where an empty cell means it'
            )


def event_words(values: Mapping[Any, bool | str]) -> dict[str, bool | str]:
    """The study's `event_values` by the text of a cell.

    `{Yes: true}` reaches us as `{True: true}`, for YAML reads words: it means each word that YAML takes for this.
    """
    words: dict[str, bool | str] = {}
    for key, meaning in values.items():
        read = UNQUOTED.get(key, ()) if isinstance(key, bool) or key is None else ()
        spelled = [each for word in read for each in (word.capitalize(), word, word.upper())]
        words |= dict.fromkeys(spelled or [str(key)], meaning)
    return words
