"""What a clinical table says of the event: words for it, and another event that rules it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import missing
from radioloom.io.user_tables.quoted import shown
from radioloom.settings import meant
from radioloom.tables.columns import OTHER_EVENT

SHOWN = 3  # words that a note names
Event = bool | str | None  # OTHER_EVENT: another one, after which the event can no longer happen; None: not known
TRUE, FALSE = ("1", "1.0", "true"), ("0", "0.0", "false")
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
    known = ", ".join(list({word.casefold(): word for word in reversed(coded)}.values())[::-1]) or "0, 1, true, false"
    hint = meant(text, coded)
    raise StudyError(
        f"{where}: {shown(text)} is not known{f' ({hint})' if hint else ''}, only {known} are; say what it means in "
        "`clinical.event_values`, for example {Dead: true, Alive: false} (an event that rules it out: competing), or "
        "leave the cell empty"
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
