"""From the events of a run (backward, step, exception) to looks: streams, segments, and what is
pending between.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import perf_counter
from types import FrameType
from typing import Any, Protocol

import torch
from torch import nn
from torch.optim import Optimizer

from torchvitals.probe.arming import Arming, EagerStance
from torchvitals.probe.clock import Clock, is_scheduled
from torchvitals.probe.examine import Examination, examine_crash
from torchvitals.probe.graph import Graph
from torchvitals.probe.hearing import Hearing
from torchvitals.probe.optimizers import Registry
from torchvitals.probe.ranks import Rank
from torchvitals.probe.sources import caller, line_of
from torchvitals.probe.stepping import Stepping
from torchvitals.probe.streams import MANY_LOSSES, Segment, Stream, Streams
from torchvitals.record.look import Look
from torchvitals.record.store import Evaluation, Event, SegmentRecord

_FLUSH_SECONDS = 0.25
"""A look sends losses to the store, but for one that follows the last within a moment."""
_SOURCING = 4
"""Backwards of a stream within which its source lines are read; anomaly mode is not left on for
longer."""
_FIRST = 3
"""Backwards of a run of which one without a graph is told."""


def _is_thorough(stream: Stream, loss: float) -> bool:
    """Looks at scheduled steps are, and of the others ever fewer."""
    scheduled = is_scheduled(stream.count) or is_scheduled(stream.looks)
    return scheduled or not math.isfinite(loss)


class Sink(Protocol):
    """Where looks go."""

    def look(self, look: Callable[[], Look]) -> None: ...
    def losses(self, segment: int, stream: int, first: int, losses: Sequence[float]) -> None: ...
    def segment(self, segment: SegmentRecord) -> None: ...
    def event(self, event: Event) -> None: ...
    def evaluation(self, evaluation: Evaluation) -> None: ...
    def put(self, facts: Mapping[str, str]) -> None: ...


class Monitor:
    """Takes the events of one run and gives looks to a sink. One is used at a time, from any thread
    of the run.
    """

    def __init__(self, sink: Sink, clock: Clock) -> None:
        self.clock = clock
        self._graphless = 0
        """Backwards from what no operation produced."""
        self._sink = sink
        self._registry = Registry()
        self._streams = Streams(self._registry)
        self.stepping = Stepping(self._streams, clock, sink.event)
        self._hearing = Hearing(sink.evaluation)
        self._trained: Stream | None = None
        """Whose backward ran last."""
        self._rank = Rank()
        self._arming = Arming()
        self._stance = EagerStance()
        self.current: Stream | None = None
        """Whose backward runs now, and is looked at."""
        self._compiled = False

    def start(self) -> None:
        self._arming.arm()

    def compiling(self) -> None:
        """torch.compile or torch.export is about to be called: hooks of ours must not be traced
        into what it makes.
        """
        self._compiled = True
        self._arming.disarm()

    def before_backward(self, tensors: Any) -> bool:
        """A backward is about to run from these tensors (one, or a sequence); true where it is
        looked at.
        """
        began = perf_counter()
        clock = self.clock
        above = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
        stream = self._streams.expected(above)
        if stream is not None and not self._arming.on and stream.rests(tensors, clock, began):
            clock.spent_seconds += perf_counter() - began
            return False
        root = tensors if isinstance(tensors, torch.Tensor) else next(iter(tensors), None)
        if not isinstance(root, torch.Tensor) or root.grad_fn is None:
            self._without_graph(root)
            return False
        if clock.started is None:
            clock.started = began
        stream = stream or self._streams.find(root, above)
        if stream is None:
            return False
        self._trained = stream
        segment, loss = stream.segment, stream.hear(root)
        looked_at = stream.wants_look(loss, clock)
        if looked_at:
            self._look(stream, root, loss, caller())
            clock.looks += 1
        else:
            self._pass_over(stream)
        stream.count += 1
        segment.moved = False
        self._streams.latest = segment
        clock.spent_seconds += perf_counter() - began
        return looked_at

    def _pass_over(self, stream: Stream) -> None:
        if self._arming.on:  # what it was armed for has no look: anomaly mode is not left on
            self._arming.disarm()
        if stream.segment.open:
            self._settle(stream.segment, stream)
        if len(stream.losses) >= MANY_LOSSES:
            self._flush(stream)

    def after_backward(self) -> None:
        """The backward ended, by success or by an exception."""
        stream, self.current = self.current, None
        if stream is None or stream.pending is None:
            return
        began = perf_counter()
        stream.pending.after_backward()
        self._plan(stream)
        if not self._compiled and any(
            not other.sourced and other.count <= _SOURCING for other in stream.segment.streams
        ):
            self._arming.arm()
        self.clock.charge(perf_counter() - began + stream.pending.heard_seconds)

    def _without_graph(self, root: Any) -> None:
        """backward() was called on what no operation produced: it can reach no parameter."""
        before = self._graphless + self._streams.backwards
        self._graphless += 1
        if isinstance(root, torch.Tensor) and before < _FIRST:
            kind = "loss-is-leaf" if root.requires_grad else "loss-without-graph"
            self._sink.event(Event(kind, -1, before, "", line_of(caller())))

    def _flush(self, stream: Stream) -> None:
        if stream.losses:
            self._sink.losses(stream.segment.number, stream.number, stream.flushed, stream.losses)
            stream.flushed += len(stream.losses)
            stream.flushed_at = perf_counter()
            stream.losses = array("d")

    def _look(
        self, stream: Stream, root: torch.Tensor, loss: float, frame: FrameType | None
    ) -> None:
        armed, executed = self._arming.on, self._arming.disarm()
        segment = stream.segment
        self._settle(segment, stream, due=True)
        graph = stream.outline.bind(root.grad_fn)
        try:
            self._examine(stream, graph, loss, executed, frame)
        finally:
            stream.outline.release()  # nothing of the user's graph is kept, whatever fails
        stream.looks += 1
        segment.open = self.stepping.attentive = True
        stream.compiled = stream.compiled or "compiled" in graph.opaque
        stream.sourced = stream.sourced or (armed and not graph.opaque)
        if perf_counter() - stream.flushed_at > _FLUSH_SECONDS:
            self._flush(stream)
        self._stance.release()
        self._streams.expect(stream)

    def _examine(
        self,
        stream: Stream,
        graph: Graph,
        loss: float,
        executed: list[nn.Module],
        frame: FrameType | None,
    ) -> None:
        """Begin the look at a graph that is bound."""
        segment = stream.segment
        if executed or any(not segment.owns(leaf) for leaf in graph.leaves):
            self._streams.name(segment, graph.leaves, executed, frame)
        if is_scheduled(stream.looks) and (facts := self._rank.facts(graph.leaves)):
            self._sink.put(facts)
        holders = self._registry.holders()
        segment.held = any(id(leaf) in holders for leaf in graph.leaves)
        stream.scale.find(graph.root)
        self.current = stream
        stream.pending = Examination(
            graph,
            stream.outline.condensed(graph, segment.names),
            stream=stream.number,
            loss_scale=stream.scale.factor,
            names=segment.names,
            step=segment.step,
            loss=loss,
            after_step=segment.moved,
            executed=executed,
            before=self._arming.before,
            frame=frame,
            deep=_is_thorough(stream, loss),
            sourced=not stream.sourced or not math.isfinite(loss),
            holders=holders,
        )

    def _plan(self, stream: Stream) -> None:
        """A compiled model shows its graph only where the next forward runs eagerly: decide on it
        now.
        """
        if stream.compiled:
            stream.planned = self.clock.wants(stream.count)
            if stream.planned:
                self._stance.force()
                if not stream.sourced:
                    self._arming.arm(modules=False)

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
        segment.seen = self.stepping.looks(segment) or segment.seen
        self._sink.segment(self._record(segment))
        self._sink.look(partial(examination.to_look, segment.number, segment.seen))

    def _record(self, segment: Segment) -> SegmentRecord:
        return SegmentRecord(
            number=segment.number,
            name=f"model {segment.number}",
            steps=segment.step,
            backwards=segment.backwards,
            handwritten=not segment.held,
            classes=tuple(sorted(segment.names.classes.items())),
        )

    def evaluated(self, function: str, reduction: str, result: Any) -> None:
        """A loss function has computed this while gradients were off."""
        began = perf_counter()
        if self._trained is None:  # before any training: it will be of the first model
            self._hearing.hear(function, reduction, result, 0, 0)
        else:
            segment = self._trained.segment
            self._hearing.hear(function, reduction, result, segment.number, segment.step)
        self.clock.charge(perf_counter() - began)

    def built(self, optimizer: Optimizer) -> None:
        """An optimizer has just been constructed."""
        entry = self.stepping.built(optimizer)
        if not entry.rebuilt and not self._compiled:
            self._arming.arm()

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
        self._sink.look(lambda: look)

    def finish(self) -> None:
        """Finish every look that is pending, and undo what was armed."""
        self._arming.disarm()
        self._stance.release()
        self._hearing.finish()
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
