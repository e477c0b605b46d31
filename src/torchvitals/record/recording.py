"""A run as rules see it: segments of looks and losses, in memory, without torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from torchvitals.record.look import Look, Operation, ParameterLook
from torchvitals.record.store import Evaluation, Event, SegmentRecord, StoredRun, read_store


@dataclass(frozen=True)
class LossSeries:
    """The loss at each backward() of one call site: `steps[k]` is the update that `values[k]`
    belongs to.
    """

    stream: int
    steps: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Ranks:
    """What one process of a distributed run is, and what the others did: `others` holds the same
    model's training on each other rank whose store was found, by its number.
    """

    rank: int
    world: int
    sharded: bool
    """Each rank holds one part of the parameters, not a replica."""
    others: tuple[tuple[int, Segment], ...]
    exchanges: int | None = None
    """Collective calls of the script between the first thorough look and the last; None where that
    is not known."""


@dataclass(frozen=True)
class Segment:
    """One model's training: every look at it, in order, and the loss of every step."""

    record: SegmentRecord
    looks: tuple[Look, ...]
    losses: tuple[LossSeries, ...]
    events: tuple[Event, ...] = field(default=())
    evaluations: tuple[Evaluation, ...] = field(default=())
    """Losses that were computed without gradients, in order."""
    ranks: Ranks | None = None
    """None where the run was one process."""

    @property
    def steps(self) -> int:
        """Updates seen."""
        return self.record.steps

    @cached_property
    def main_loss(self) -> LossSeries | None:
        """The series with the most values; None where no loss was seen."""
        return max(self.losses, key=lambda series: len(series.values), default=None)

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """Kinds of part whose values no thorough look could read; empty where one could."""
        thorough = [look.opaque for look in self.looks if not look.brief and look.crash is None]
        return thorough[-1] if thorough and all(thorough) else ()

    @cached_property
    def classes(self) -> dict[str, str]:
        """Class of the module behind each layer, by the layer's name."""
        return dict(self.record.classes)

    def parameter_history(self, name: str) -> list[tuple[int, ParameterLook]]:
        """The parameter at each look that saw it, with the step."""
        return [(k.step, p) for k in self.looks for p in k.parameters if p.name == name]

    def operations(self) -> list[tuple[int, Operation]]:
        """Every operation of every look, with its step."""
        return [(look.step, operation) for look in self.looks for operation in look.operations]


@dataclass(frozen=True)
class Recording:
    """One run: facts about it, its segments, and what happened outside any of them."""

    run: str
    script: str
    facts: dict[str, str]
    segments: tuple[Segment, ...]
    events: tuple[Event, ...]

    @property
    def steps(self) -> int:
        """Updates seen."""
        return sum(segment.steps for segment in self.segments)


_NO_TRAINING = SegmentRecord(-1, "no training", 0, 0, handwritten=True, classes=())
"""Stands for a run in which no backward reached a parameter; what happened in it are events."""


def load(path: Path) -> Recording:
    """Read the recording of a run from its store.

    Raises:
        StoreError: the store can't be read.
    """
    return assemble(read_store(path))


def assemble(stored: StoredRun) -> Recording:
    """Order what a store holds into segments."""
    segments = tuple(_segment(record, stored) for record in stored.segments)
    if not segments and stored.events:
        segments = (Segment(_NO_TRAINING, (), (), stored.events),)
    return Recording(
        run=stored.facts.get("run", ""),
        script=stored.facts.get("script", ""),
        facts=stored.facts,
        segments=segments,
        events=stored.events,
    )


def _segment(record: SegmentRecord, stored: StoredRun) -> Segment:
    looks = tuple(look for look in stored.looks if look.segment == record.number)
    pieces: dict[int, list[tuple[int, float]]] = {}
    for segment, stream, first_step, values in stored.losses:
        if segment == record.number:
            rows = pieces.setdefault(stream, [])
            rows.extend((first_step + offset, value) for offset, value in enumerate(values))
    series = tuple(_series(stream, rows) for stream, rows in sorted(pieces.items()))
    events = tuple(event for event in stored.events if event.segment == record.number)
    evaluations = tuple(e for e in stored.evaluations if e.segment == record.number)
    return Segment(record, looks, series, events, evaluations)


def _series(stream: int, rows: list[tuple[int, float]]) -> LossSeries:
    steps = np.array([step for step, _ in rows], dtype=np.int64)
    return LossSeries(stream, steps, np.array([value for _, value in rows], dtype=np.float64))
