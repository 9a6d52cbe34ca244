"""One running job of the workflow: its log, its progress at the terminal, and the provenance of its tables."""

from __future__ import annotations

import io
import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from radioloom import tables
from radioloom.errors import RadioloomError
from radioloom.failures import in_words
from radioloom.provenance import LIBRARY, digest, environment, file_digest


@dataclass(frozen=True)
class Job:
    """One running job: where its progress goes, and the provenance that its tables carry."""

    terminal: TextIO
    label: str
    folder: Path | None  # where the job's batches leave their tables
    batches: int
    provenance: dict[str, Any]
    inputs: Any  # the job's input files by name

    def read(self, *names: str) -> dict[str, Any]:
        """Frames of the job's inputs that are declared tables, by the name of the table in small letters."""
        frames = {}
        for name in names:
            paths = self.inputs[name]
            frames[name] = tables.by_name(name).read(*([paths] if isinstance(paths, str) else paths))
        return frames

    def say(self, text: str) -> None:
        """One line for the person at the terminal, and the same for the log."""
        line = f"    {self.label}: {text}"
        print(line, file=self.terminal, flush=True)
        print(line, file=sys.stderr, flush=True)

    def batch(self, kept: int, exclusions: list[dict[str, str]]) -> None:
        """Show how far the stage is in this cohort, and every case that dropped out with its reason."""
        for row in exclusions:
            self.say(f"{row['cohort']}/{row['case']} excluded: {row['reason']}")
        done = len(list(self.folder.glob("*.exclusions.parquet"))) if self.folder else 1
        self.say(f"{kept} kept, {len(exclusions)} excluded; {done} of {self.batches} batches")


@contextmanager
def job(snakemake: Any) -> Iterator[Job]:
    """Send the job's stderr (of compiled libraries too) to its log; the terminal keeps one line per job.

    snakemake : the object that a script is given
    Whatever ends the job is one line at the terminal: its kind, what to do, and where the log is.
    """
    terminal = _Lines(os.dup(2))
    label = " ".join([snakemake.rule, *list(snakemake.wildcards)[:1]])
    try:
        _to_log(snakemake.log[0])
        folder = Path(snakemake.output[0]).parent if snakemake.wildcards.get("batch") else None
        batches = snakemake.resources.get("batches", 1)
        yield Job(terminal, label, folder, batches, _provenance(snakemake), snakemake.input)
    except BaseException as error:
        print(f"    {label}: error: {in_words(error)} (log: {snakemake.log[0]})", file=terminal, flush=True)
        raise


class _Raw(io.FileIO):
    """A file whose writes never fail: what a full disk or a closed terminal does not take is lost."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except OSError:
            return len(data)


class _Lines(io.TextIOWrapper):
    """Text of a job's log or for its terminal, by its descriptor, line by line."""

    def __init__(self, descriptor: int) -> None:
        raw = _Raw(descriptor, "w", closefd=False)
        super().__init__(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _to_log(path: str) -> None:
    """From now on stderr is the log."""
    with open(path, "w", encoding="utf-8") as log:
        sys.stderr.flush()
        os.dup2(log.fileno(), 2)
    sys.stderr = _Lines(2)
    sys.excepthook = redacting_excepthook
    warnings.showwarning = redacting_showwarning


def redacting_showwarning(
    message: Warning | str, category: type[Warning], file: str, line: int, to: TextIO | None = None, _: Any = None
) -> None:
    """Print where a library warned without its words, which may quote a file: pydicom's quote what it holds."""
    words = message if file.startswith(str(LIBRARY)) else "(its message is left out: it may quote a patient's file)"
    print(f"{category.__name__} in {Path(file).name}, line {line}: {words}", file=to or sys.stderr)


def redacting_excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print where a job crashed without the error's own message, which may quote a file or an archive's address."""
    traceback.print_tb(trace)
    redacted = "(its message is left out: it may quote a patient's file or an archive)"
    words = in_words(error) if isinstance(error, RadioloomError | OSError | MemoryError) else redacted
    print(f"{kind.__name__}: {words}", file=sys.stderr)


def _provenance(snakemake: Any) -> dict[str, Any]:
    """Digests of the stage's code, profile, installed software and the input files that are tables or settings."""
    params = dict(snakemake.params.items())
    versions = {
        name: params[key] for key, name in (("code", "stage_code"), ("profile_hash", "profile_hash")) if key in params
    }
    inputs = [Path(path) for path in snakemake.input if Path(path).suffix in {".parquet", ".json", ".npz"}]
    return {
        **versions,
        "params": digest(_plain(params)),
        "software": digest(environment()),
        "inputs": digest(sorted([path.name, file_digest(path)] for path in inputs)),
    }


def _plain(value: Any) -> Any:
    """Params without the place of the data: a study moved elsewhere is the same study."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if key != "data"}
    return value if isinstance(value, (list, str, int, float, bool, type(None))) else str(value)
