"""What the optimizers of a run do: built, about to step, stepped."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from time import perf_counter

from torch.optim import Optimizer

from torchvitals.probe.clock import Clock
from torchvitals.probe.optimizers import Entry, Registry, groups_of, held_by, look_at
from torchvitals.probe.sources import caller, line_of
from torchvitals.probe.streams import Segment, Streams
from torchvitals.record.look import OptimizerLook
from torchvitals.record.store import Event

_YOUNG = 3
"""Steps of an optimizer at each of which the parameters without gradient are noted."""


class Stepping:
    """Takes the events of optimizers, and tells the looks that wait for a step of them."""

    def __init__(self, streams: Streams, clock: Clock, tell: Callable[[Event], None]) -> None:
        self._streams = streams
        self._registry: Registry = streams.registry
        self._clock = clock
        self._tell = tell
        self.attentive = True
        """A look waits for a step, or an optimizer is young: what it steps over is of interest."""

    def built(self, optimizer: Optimizer) -> Entry:
        """An optimizer has just been constructed."""
        self.attentive = True
        segments = self._streams.segments
        step = segments[-1].step if segments else 0
        return self._new(optimizer, step, line_of(caller()))

    def _new(self, optimizer: Optimizer, step: int, source: str | None) -> Entry:
        self._streams.doubt()
        return self._registry.add(optimizer, step, source)

    def after_step(self, optimizer: Optimizer) -> None:
        """optimizer.step() has run; the gradients that it saw are still there."""
        entry = self._registry.entry(optimizer)
        if entry is None or entry.segment is None:
            entry = self._entry(optimizer)
        entry.steps += 1
        segment: Segment | None = entry.segment
        if segment is not None:
            segment.moved = True
        if self.attentive:
            began = perf_counter()
            self._attend(optimizer, entry, segment)
            self._clock.charge(perf_counter() - began)

    def _attend(self, optimizer: Optimizer, entry: Entry, segment: Segment | None) -> None:
        if entry.steps <= _YOUNG or (segment is not None and segment.open):
            missing = [p for p in held_by(optimizer) if p.requires_grad and p.grad is None]
            entry.without_gradient = [weakref.ref(p) for p in missing]
        waited_for = segment is not None and segment.open
        entry.stepped_with = groups_of(optimizer) if waited_for else ()
        segments = self._streams.segments
        self.attentive = self._registry.least_steps() < _YOUNG or any(s.open for s in segments)
        if segment is None:
            if entry.steps <= 1 and entry.without_gradient:
                self._tell(Event("step-without-gradient", -1, 0, entry.kind, line_of(caller())))
            return
        for stream in segment.streams:
            if stream.pending is not None:
                stream.pending.after_step({id(p) for p in held_by(optimizer)}, entry.number)

    def _entry(self, optimizer: Optimizer) -> Entry:
        entry = self._registry.entry(optimizer)
        if entry is None:
            entry = self._new(optimizer, 0, None)
        if entry.segment is None:
            held = list(held_by(optimizer))
            segments = self._streams.segments
            entry.segment = next((s for s in segments if any(s.owns(p) for p in held)), None)
            if entry.segment is not None:
                entry.segment.optimizers[entry.first] = entry
                if self._streams.latest is not entry.segment:
                    entry.idle_since = entry.segment.backwards
        return entry

    def looks(self, segment: Segment) -> tuple[OptimizerLook, ...]:
        """The optimizers that concern a segment, as they stand: also those of no segment, or of
        one that has seen no backward since.
        """
        return tuple(
            look_at(optimizer, entry, segment.names.names)
            for optimizer, entry in self._registry.alive()
            if entry.segment is None
            or entry.segment is segment
            or entry.segment.backwards == entry.idle_since
            or any(segment.owns(parameter) for parameter in held_by(optimizer))
        )
