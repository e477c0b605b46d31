"""From the events of a run (backward, step, exception) to looks: streams, segments, and what is
pending between.
"""

from __future__ import annotations

import math
import weakref
from array import array
from collections.abc import Sequence
from time import perf_counter
from types import FrameType
from typing import Any, Protocol

import torch
from torch.optim import Optimizer

from torchvitals.probe import optimizers
from torchvitals.probe.arming import Arming, EagerStance
from torchvitals.probe.clock import Clock, is_scheduled
from torchvitals.probe.examine import Examination, examine_crash
from torchvitals.probe.graph import walk
from torchvitals.probe.sources import caller, line_of
from torchvitals.probe.streams import Segment, Stream, Streams
from torchvitals.record.look import Look
from torchvitals.record.store import Event, SegmentRecord

_FLUSH = 4096
"""Losses of one stream kept in memory before they go to the store."""
_SOURCING = 4
"""Backwards of a stream within which its source lines are read; anomaly mode is not left on for
longer."""
_YOUNG = 3
"""Steps of an optimizer before each of which the parameters without gradient are noted."""
_JUMP = 2.0
"""A loss this many times above any before it is a suspicion, and is looked at."""


class Sink(Protocol):
    """Where looks go."""

    def look(self, look: Look) -> None: ...
    def losses(self, segment: int, stream: int, first: int, losses: Sequence[float]) -> None: ...
    def segment(self, segment: SegmentRecord) -> None: ...
    def event(self, event: Event) -> None: ...


class Monitor:
    """Takes the events of one run and gives looks to a sink. One is used at a time, from any thread
    of the run.
    """

    def __init__(self, sink: Sink, clock: Clock) -> None:
        self.clock = clock
        self.backwards = 0
        self._sink = sink
        self._registry = optimizers.Registry()
        self._streams = Streams(self._registry)
        self._arming = Arming()
        self._stance = EagerStance()
        self.current: Stream | None = None
        """Whose backward runs now, and is looked at."""
        self.attentive = True
        """`before_step` wants to be told."""
        self._compiled = False

    def start(self) -> None:
        self._arming.arm()

    def compiling(self) -> None:
        """torch.compile is about to be called: hooks of ours must not be traced into what it
        makes.
        """
        self._compiled = True
        self._arming.disarm()

    def before_backward(self, tensors: Any) -> None:
        """A backward is about to run from these tensors (one, or a sequence)."""
        began = perf_counter()
        self.backwards += 1
        root = tensors if isinstance(tensors, torch.Tensor) else next(iter(tensors), None)
        if not isinstance(root, torch.Tensor) or root.grad_fn is None:
            self._without_graph(root)
            return
        if self.clock.started is None:
            self.clock.started = began
        frame = caller()
        stream = self._streams.find(root, frame)
        loss = self._read_loss(stream, root)
        if self._should_look(stream, loss):
            self._look(stream, root, loss, frame)
            self.clock.looks += 1
        else:
            if self._arming.on:  # what it was armed for has no look: anomaly mode is not left on
                self._arming.disarm()
            if stream.segment.open:
                self._settle(stream.segment, stream)
        stream.count += 1
        stream.segment.moved = False
        self.clock.spent_seconds += perf_counter() - began

    def after_backward(self) -> None:
        """The backward ended, by success or by an exception."""
        stream, self.current = self.current, None
        if stream is None or stream.pending is None:
            return
        began = perf_counter()
        stream.pending.after_backward(self._registry.holders())
        self._plan(stream)
        if not self._compiled and any(
            not other.sourced and other.count <= _SOURCING for other in stream.segment.streams
        ):
            self._arming.arm()
        self.clock.charge(perf_counter() - began + stream.pending.heard_seconds)

    def _without_graph(self, root: Any) -> None:
        """backward() was called on what no operation produced: it can reach no parameter."""
        if isinstance(root, torch.Tensor) and self.backwards <= 3:
            kind = "loss-is-leaf" if root.requires_grad else "loss-without-graph"
            self._sink.event(Event(kind, -1, self.backwards - 1, "", line_of(caller())))

    def _read_loss(self, stream: Stream, root: torch.Tensor) -> float:
        loss = float(root.detach().sum()) if root.numel() != 1 else root.item()
        if stream.scale.found:
            loss /= stream.scale.factor
        stream.losses.append(loss)
        stream.leaf_uses += 1
        if len(stream.losses) >= _FLUSH:
            self._flush(stream)
        return loss

    def _flush(self, stream: Stream) -> None:
        if stream.losses:
            self._sink.losses(stream.segment.number, stream.number, stream.flushed, stream.losses)
            stream.flushed += len(stream.losses)
            stream.losses = array("d")

    def _should_look(self, stream: Stream, loss: float) -> bool:
        if not math.isfinite(loss):
            first, stream.broken = not stream.broken, True
            return first or self.clock.wants(stream.count)
        jumped = stream.count > 4 and abs(loss) > _JUMP * stream.worst
        stream.worst = max(stream.worst, abs(loss))
        if stream.compiled:
            return stream.planned
        return jumped or self.clock.wants(stream.count)

    def _look(
        self, stream: Stream, root: torch.Tensor, loss: float, frame: FrameType | None
    ) -> None:
        armed, executed = self._arming.on, self._arming.disarm()
        segment = stream.segment
        self._settle(segment, stream, due=True)
        graph = walk(root.grad_fn)
        if executed or any(not segment.owns(leaf) for leaf in graph.leaves):
            self._streams.name(segment, graph.leaves, executed, frame)
        holders = self._registry.holders()
        segment.held = any(id(leaf) in holders for leaf in graph.leaves)
        stream.scale.find(graph.root)
        self.current = stream
        stream.pending = Examination(
            graph,
            stream=stream.number,
            loss_scale=stream.scale.factor,
            names=segment.names,
            step=segment.step,
            loss=loss,
            after_step=segment.moved,
            executed=executed,
            deep=is_scheduled(stream.count) or not math.isfinite(loss),
            sourced=not stream.sourced or not math.isfinite(loss),
        )
        segment.open = self.attentive = True
        stream.compiled = stream.compiled or "compiled" in graph.opaque
        stream.sourced = stream.sourced or (armed and not graph.opaque)
        self._flush(stream)
        self._stance.release()

    def _plan(self, stream: Stream) -> None:
        """A compiled model shows its graph only where the next forward runs eagerly: decide on it
        now.
        """
        if stream.compiled:
            stream.planned = self.clock.wants(stream.count)
            if stream.planned:
                self._stance.force()
                if not stream.sourced:
                    self._arming.arm()

    def _settle(self, segment: Segment, current: Stream | None, *, due: bool = False) -> None:
        """Finish the looks whose step is over; with `current` None, all of them."""
        for stream in segment.streams:
            pending = stream.pending
            if pending is None:
                continue
            if pending.stepped or current is None:
                pending.read_rest()
            elif stream is current and not segment.held:
                pending.read_handwritten()
                segment.moved = pending.moved
            elif not (stream is current and due):
                continue
            stream.pending = None
            self._emit(segment, pending)
        segment.open = any(stream.pending is not None for stream in segment.streams)

    def _emit(self, segment: Segment, examination: Examination) -> None:
        looks = tuple(
            optimizers.look_at(optimizer, entry, segment.names.names)
            for optimizer, entry in self._registry.alive()
            if entry.segment is None
            or entry.segment is segment
            or self._touches(optimizer, segment)
        )
        look = examination.to_look(segment.number, looks)
        self._sink.segment(self._record(segment))
        self._sink.look(look)

    def _touches(self, optimizer: Optimizer, segment: Segment) -> bool:
        return any(segment.owns(parameter) for parameter in optimizers.held_by(optimizer))

    def _record(self, segment: Segment) -> SegmentRecord:
        return SegmentRecord(
            number=segment.number,
            name=f"model {segment.number}",
            steps=segment.step,
            backwards=sum(stream.count for stream in segment.streams),
            handwritten=not segment.held,
            classes=tuple(sorted(segment.names.classes.items())),
        )

    def built(self, optimizer: Optimizer) -> None:
        """An optimizer has just been constructed."""
        self.attentive = True
        entry = self._registry.add(optimizer, self._step_now(), line_of(caller()))
        if not entry.rebuilt and not self._compiled:
            self._arming.arm()

    def _step_now(self) -> int:
        return self._streams.segments[-1].step if self._streams.segments else 0

    def _entry(self, optimizer: Optimizer) -> optimizers.Entry:
        entry = self._registry.entry(optimizer)
        if entry is None:
            entry = self._registry.add(optimizer, 0, None)
        if entry.segment is None:
            held = list(optimizers.held_by(optimizer))
            entry.segment = next(
                (s for s in self._streams.segments if any(s.owns(p) for p in held)), None
            )
        return entry

    def before_step(self, optimizer: Optimizer) -> None:
        """optimizer.step() is about to run."""
        began = perf_counter()
        entry = self._entry(optimizer)
        segment: Segment | None = entry.segment
        if entry.steps < _YOUNG or (segment is not None and segment.open):
            entry.without_gradient = [
                weakref.ref(p)
                for p in optimizers.held_by(optimizer)
                if p.requires_grad and p.grad is None
            ]
        self.clock.charge(perf_counter() - began)

    def after_step(self, optimizer: Optimizer) -> None:
        """optimizer.step() has run."""
        entry = self._registry.entry(optimizer)
        if entry is None or entry.segment is None:
            entry = self._entry(optimizer)
        entry.steps += 1
        if self.attentive:
            self.attentive = self._registry.least_steps() < _YOUNG or any(
                s.open for s in self._streams.segments
            )
        segment: Segment | None = entry.segment
        if segment is None:
            if entry.steps <= 1 and entry.without_gradient:
                self._sink.event(
                    Event("step-without-gradient", -1, 0, entry.kind, line_of(caller()))
                )
            return
        segment.moved = True
        segment.updates[entry.first] = segment.updates.get(entry.first, 0) + 1
        for stream in segment.streams:
            if stream.pending is not None:
                began = perf_counter()
                stream.pending.after_step(
                    {id(p) for p in optimizers.held_by(optimizer)}, entry.number
                )
                self.clock.charge(perf_counter() - began)

    def crashed(self, exception: BaseException) -> None:
        """The script ended by an exception: look at the graph that is still alive in its frames."""
        executed = self._arming.disarm()
        found = examine_crash(exception)
        if found is None:
            return
        graph, frame = found.graph, found.frame
        segment = self._streams.segment_of(graph, frame)
        self._settle(segment, None)
        self._streams.name(segment, graph.leaves, executed, frame)
        look = found.to_look(segment.number, segment.names, segment.step)
        self._sink.segment(self._record(segment))
        self._sink.look(look)

    def finish(self) -> None:
        """Finish every look that is pending, and undo what was armed."""
        self._arming.disarm()
        self._stance.release()
        for segment in self._streams.segments:
            self._settle(segment, None)
            for stream in segment.streams:
                self._flush(stream)
            self._sink.segment(self._record(segment))

    def release(self) -> None:
        """Undo what was armed, after a failure of ours; nothing is recorded."""
        self._arming.disarm()
        self._stance.release()
        if self.current is not None and self.current.pending is not None:
            self.current.pending.quiet()
