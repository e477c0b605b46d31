"""What a diagnosis of a program is worth: right first, right anywhere, wrong, silent, or a false
alarm; counted by rule and in all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.programs.held_out import is_held_out

TARGET_FIRST = 0.95
"""Share of the runs of faults whose first finding is right."""


@dataclass(frozen=True)
class Program:
    """One entry of the manifest. `accept_first`: the rules of which any may come first.

    `own_seed`: the fault shows under the script's own seed, and may not under another.
    """

    file: str
    kind: str
    accept_first: tuple[str, ...]
    own_seed: bool = False

    @property
    def held_out(self) -> bool:
        return is_held_out(self.file)


@dataclass(frozen=True)
class Run:
    """One program under one seed: the rules of all findings above a note, the first one first."""

    program: Program
    seed: int
    said: tuple[str, ...]
    seconds: float
    failure: str | None = None

    @property
    def outcome(self) -> str:
        """Of a fault 'right', 'wrong' or 'silent', of the others 'quiet' or 'false alarm'; of
        either 'failed' where no result came.
        """
        if self.failure is not None:
            return "failed"
        if self.program.kind != "fault":
            return "false alarm" if self.said else "quiet"
        if not self.said:
            return "silent"
        return "right" if self.said[0] in self.program.accept_first else "wrong"

    @property
    def right_anywhere(self) -> bool:
        return not set(self.said).isdisjoint(self.program.accept_first)


@dataclass(frozen=True)
class Tally:
    """Counts over some runs. `faults` counts those of faults, and those that failed are among
    them.
    """

    faults: int
    right: int
    anywhere: int
    wrong: int
    silent: int
    healthy: int
    alarms_healthy: int
    fixed: int
    alarms_fixed: int
    failed: int
    seconds: float

    @property
    def first_share(self) -> float | None:
        """Share of the faults whose first finding is right; None where there is none."""
        return self.right / self.faults if self.faults else None

    @property
    def passed(self) -> bool:
        enough = self.first_share is None or self.first_share >= TARGET_FIRST
        return enough and not (self.alarms_healthy or self.alarms_fixed or self.failed)


def tally(runs: Iterable[Run]) -> Tally:
    runs = list(runs)
    kinds = Counter(run.program.kind for run in runs)
    ends = Counter((run.program.kind, run.outcome) for run in runs)
    return Tally(
        faults=kinds["fault"],
        right=ends["fault", "right"],
        anywhere=sum(run.program.kind == "fault" and run.right_anywhere for run in runs),
        wrong=ends["fault", "wrong"],
        silent=ends["fault", "silent"],
        healthy=kinds["healthy"],
        alarms_healthy=ends["healthy", "false alarm"],
        fixed=kinds["fixed"],
        alarms_fixed=ends["fixed", "false alarm"],
        failed=sum(run.outcome == "failed" for run in runs),
        seconds=sum(run.seconds for run in runs),
    )


def by_rule(runs: Iterable[Run]) -> dict[str, tuple[Tally, int]]:
    """For each rule: the runs of the faults that it is the first to be expected of, and the false
    alarms that began with it.
    """
    expected: dict[str, list[Run]] = {}
    alarms: Counter[str] = Counter()
    for run in runs:
        if run.program.kind == "fault":
            expected.setdefault(run.program.accept_first[0], []).append(run)
        elif run.said:
            alarms[run.said[0]] += 1
    names = sorted({*expected, *alarms})
    return {name: (tally(expected.get(name, [])), alarms[name]) for name in names}


class ManifestError(ValueError):
    """The manifest can't be used; the message says why."""


def read_manifest(path: Path) -> list[Program]:
    """The programs of a manifest.

    Raises:
        ManifestError: it can't be read, or an entry is not as it must be.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        programs = [
            Program(e["file"], e["kind"], tuple(e["accept_first"]), e.get("own_seed", False))
            for e in entries
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"Can't read the manifest {path}: {type(error).__name__}: {error}"
        raise ManifestError(message) from error
    for program in programs:
        if program.kind not in ("fault", "fixed", "healthy"):
            message = f"{path}: {program.file} has kind {program.kind!r}; expected fault, fixed or "
            raise ManifestError(message + "healthy.")
        if (program.kind == "fault") != bool(program.accept_first):
            message = f"{path}: {program.file}: a fault, and it alone, names rules to accept."
            raise ManifestError(message)
    return programs


def as_data(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """The runs as plain JSON values."""
    return [
        {
            "file": run.program.file,
            "kind": run.program.kind,
            "held_out": run.program.held_out,
            "accept_first": list(run.program.accept_first),
            "seed": run.seed,
            "said": list(run.said),
            "outcome": run.outcome,
            "failure": run.failure,
            "seconds": round(run.seconds, 2),
        }
        for run in runs
    ]
