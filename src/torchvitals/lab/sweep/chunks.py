"""A chunk: some points of a grid, named by what it computes, and computed the same anywhere."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from torchvitals.lab.experiment import Claim, Drawing, Measuring
from torchvitals.lab.sweep.code import experiment_of, fingerprint
from torchvitals.lab.sweep.grid import Point
from torchvitals.words import Words, say

THREADS: dict[str, str] = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
"""How a sum is split over threads is seen in its last bits: everywhere one thread, one split."""
_Item = TypeVar("_Item")


class Reading(NamedTuple):
    """One thing measured at a point: a claim (its texts), or a number."""

    name: str
    value: float | None = None
    expected: str | None = None
    observed: str | None = None
    holds: bool | None = None


class Failure(NamedTuple):
    """A point that was not measured, and why."""

    point: Point
    reason: str


class Measured(NamedTuple):
    """A point and all that was read there."""

    point: Point
    readings: tuple[Reading, ...]


class Outcome(NamedTuple):
    """What became of a chunk."""

    measured: tuple[Measured, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class Chunk:
    """Points of one experiment under one state of its code."""

    experiment: str
    code: str
    points: tuple[Point, ...]

    @property
    def name(self) -> str:
        """A hash of what it computes."""
        text = json.dumps([self.experiment, self.code, self.points])
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def cut(experiment: str, points: Sequence[Point], size: int) -> list[Chunk]:
    """The points in chunks of at most `size`."""
    code = fingerprint(experiment)
    return [
        Chunk(experiment, code, tuple(points[first : first + size]))
        for first in range(0, len(points), size)
    ]


def compute(chunk: Chunk) -> Outcome:
    """Measure every point. An error at one is a Failure, and the others go on."""
    os.environ.update(THREADS)
    try:
        experiment_of(chunk.experiment)
        here = fingerprint(chunk.experiment)
    except Exception as error:  # noqa: BLE001  the worker's installation is to blame: say so
        return _all_failed(chunk, say("the worker can't import it: {error}", error=error))
    if here != chunk.code:
        reason = say("the worker has another version of torchvitals, torch or NumPy")
        return _all_failed(chunk, reason)
    _hold_torch_to_one_thread()
    measured: list[Measured] = []
    failures: list[Failure] = []
    for point in chunk.points:
        try:
            measured.append(Measured(point, readings(chunk.experiment, point)))
        except Exception as error:  # noqa: BLE001  an experiment may fail in any way of its own
            failures.append(Failure(point, _told(error)))
    return Outcome(tuple(measured), tuple(failures))


def readings(experiment: str, point: Point) -> tuple[Reading, ...]:
    """What the experiment's `measure` gives, or its claims and the scalars that it would draw."""
    found = experiment_of(experiment)
    parameters = found.parameters(**dict(point.parameters))
    if isinstance(found, Measuring):
        numbers = found.measure(parameters, point.seed)
        return tuple(Reading(str(name), float(value)) for name, value in numbers.items())
    return tuple(
        reading
        for part in found.run(parameters, _Bench(point.seed))
        for reading in _readings_of(part)
    )


def _readings_of(part: Any) -> Iterator[Reading]:
    if isinstance(part, Claim):
        texts = (str(part.claim), None, str(part.expected), str(part.observed))
        yield Reading(*texts, bool(part.holds))
    if isinstance(part, Drawing):
        for key, value in part.data.items():
            if isinstance(value, (bool, int, float)):
                yield Reading(f"{part.name}.{key}", float(value))


@dataclass(frozen=True)
class _Bench:
    """A place to work without a terminal."""

    seed: int
    device: str = "cpu"

    def track(
        self,
        items: Iterable[_Item],
        what: Words,  # noqa: ARG002  the protocol's
        total: int | None = None,  # noqa: ARG002
    ) -> Iterator[_Item]:
        return iter(items)


def _hold_torch_to_one_thread() -> None:
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


def _all_failed(chunk: Chunk, reason: str) -> Outcome:
    return Outcome((), tuple(Failure(point, reason) for point in chunk.points))


def _told(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({os.path.basename(frame.filename)}:{frame.lineno})"  # noqa: PTH119
