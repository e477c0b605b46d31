"""From the events of a run (backward, step, exception) to looks: streams, segments, and what is pending between."""

from __future__ import annotations

import math
import weakref
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from types import FrameType
from typing import Any, Protocol

import torch
from torch import nn
from torch.optim import Optimizer

from torchvitals.probe import optimizers
from torchvitals.probe.arming import Arming, EagerStance
from torchvitals.probe.clock import Clock, is_scheduled
from torchvitals.probe.examine import Examination, examine_crash
from torchvitals.probe.graph import Graph, first_leaf, walk
from torchvitals.probe.naming import LeafNames, name_leaves
from torchvitals.probe.scaling import LossScale
from torchvitals.probe.sources import caller, line_of
from torchvitals.record.look import Look
from torchvitals.record.store import Event, SegmentRecord

_FLUSH = 4096
"""Losses of one stream kept in memory before they go to the store."""
_SOURCING = 4
"""Backwards of a stream within which its source lines are read; anomaly mode is not left on for longer."""
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


@dataclass(eq=False)
class Segment:
    """One model's training: the leaves that its streams share."""

    number: int
    names: LeafNames
    leaves: dict[int, weakref.ref[torch.Tensor]] = field(default_factory=dict[int, Any])
    updates: dict[int, int] = field(default_factory=dict[int, int])
    streams: list[Stream] = field(default_factory=list["Stream"])
    open: bool = False
    """A look at one of its streams waits for its step."""
    moved: bool = False
    """A step was seen since the last backward."""
    held: bool = False
    """An optimizer holds at least one of the leaves."""

    @property
    def step(self) -> int:
        """Updates so far: steps of its busiest optimizer, or backwards where none has stepped."""
        if self.updates:
            return max(self.updates.values())
        return max((stream.count for stream in self.streams), default=0)

    def owns(self, leaf: torch.Tensor) -> bool:
        reference = self.leaves.get(id(leaf))
        return reference is not None and reference() is leaf


@dataclass(eq=False)
class Stream:
    """The backwards of one call site over one model."""

    number: int
    segment: Segment
    leaf: weakref.ref[torch.Tensor]
    scale: LossScale
    count: int = 0
    flushed: int = 0
    losses: array[float] = field(default_factory=lambda: array("d"))
    pending: Examination | None = None
    sourced: bool = False
    compiled: bool = False
    planned: bool = False
    worst: float = 0.0
    broken: bool = False
    """A loss that is not finite was looked at already."""


class Monitor:
    """Takes the events of one run and gives looks to a sink. One is used at a time, from any thread of the run."""

    def __init__(self, sink: Sink, clock: Clock) -> None:
        self.clock = clock
        self.backwards = 0
        self.segments: list[Segment] = []
        self._sink = sink
        self._registry = optimizers.Registry()
        self._streams: dict[tuple[Any, int, int], Stream] = {}
        self._arming = Arming()
        self._stance = EagerStance()
        self.current: Examination | None = None
        """What looks at the backward that runs now."""
        self.attentive = True
        """`before_step` wants to be told."""
        self._compiled = False

    def start(self) -> None:
        self._arming.arm()

    def compiling(self) -> None:
        """torch.compile is about to be called: hooks of ours must not be traced into what it makes."""
        self._compiled = True
        self._arming.disarm()

    # -- backward ------------------------------------------------------------------------------------------------

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
        stream = self._stream(root, frame)
        loss = self._read_loss(stream, root)
        if self._should_look(stream, loss):
            self._look(stream, root, loss, frame)
            self.clock.looks += 1
        elif stream.segment.open:
            self._settle(stream.segment, stream)
        stream.count += 1
        stream.segment.moved = False
        self.clock.spent_seconds += perf_counter() - began

    def after_backward(self) -> None:
        """The backward ended, by success or by an exception."""
        examination, self.current = self.current, None
        if examination is None:
            return
        began = perf_counter()
        examination.after_backward(self._registry.holders())
        self._plan(examination.stream)
        if not self._compiled and any(
            not stream.sourced and stream.count <= _SOURCING
            for stream in examination.stream.segment.streams
        ):
            self._arming.arm()
        self.clock.charge(perf_counter() - began)

    def _without_graph(self, root: Any) -> None:
        """backward() was called on what no operation produced: it can reach no parameter."""
        if isinstance(root, torch.Tensor) and self.backwards <= 3:
            kind = "loss-is-leaf" if root.requires_grad else "loss-without-graph"
            self._sink.event(Event(kind, -1, self.backwards - 1, "", line_of(caller())))

    def _stream(self, root: torch.Tensor, frame: FrameType | None) -> Stream:
        leaf = first_leaf(root.grad_fn)
        code, instruction = (None, 0) if frame is None else (frame.f_code, frame.f_lasti)
        key = (code, instruction, id(leaf))
        stream = self._streams.get(key)
        if stream is not None and stream.leaf() is leaf:
            return stream
        site = (code, instruction)
        stream = self._rebound(site, root, leaf, frame) or self._new_stream(root, leaf, frame)
        self._streams[key] = stream
        return stream

    def _rebound(
        self,
        site: tuple[Any, int],
        root: torch.Tensor,
        leaf: torch.Tensor | None,
        frame: FrameType | None,
    ) -> Stream | None:
        """The stream of a hand-written update that makes new leaves at each step: `w = w - lr * w.grad`."""
        for (code, instruction, _), stream in self._streams.items():
            segment = stream.segment
            if (code, instruction) != site or segment.held or segment.names.owned or leaf is None:
                continue
            if stream.scale.leaf_uses > 1:
                continue
            names = name_leaves(walk(root.grad_fn).leaves, frame)
            if set(names.names.values()) == set(segment.names.names.values()):
                segment.names = names
                stream.leaf = weakref.ref(leaf)
                stream.scale.leaf_uses = 0
                return stream
        return None

    def _new_stream(
        self, root: torch.Tensor, leaf: torch.Tensor | None, frame: FrameType | None
    ) -> Stream:
        graph = walk(root.grad_fn)
        segment = next(
            (s for s in self.segments if any(s.owns(leaf) for leaf in graph.leaves)), None
        )
        if segment is None:
            segment = self._new_segment(graph, frame)
        stream = Stream(
            number=len(segment.streams),
            segment=segment,
            leaf=weakref.ref(leaf if leaf is not None else root),
            scale=LossScale(),
        )
        stream.scale.find(graph.root)
        segment.streams.append(stream)
        return stream

    def _new_segment(self, graph: Graph, frame: FrameType | None) -> Segment:
        segment = Segment(len(self.segments), LeafNames())
        self.segments.append(segment)
        self._name(segment, graph.leaves, [], frame)
        return segment

    def _name(
        self,
        segment: Segment,
        leaves: Sequence[torch.Tensor],
        executed: list[nn.Module],
        frame: FrameType | None,
    ) -> None:
        known = {id(leaf): leaf for leaf in leaves}
        for reference in segment.leaves.values():
            leaf = reference()
            if leaf is not None:
                known[id(leaf)] = leaf
        segment.leaves = {key: weakref.ref(leaf) for key, leaf in known.items()}
        for module in executed:
            known.update((id(p), p) for p in module.parameters(recurse=False) if p.requires_grad)
        for optimizer, entry in self._registry.alive():
            held = list(optimizers.held_by(optimizer))
            if any(id(p) in segment.leaves for p in held) or entry.segment is segment:
                known.update((id(p), p) for p in held)
        segment.names = name_leaves(list(known.values()), frame)

    def _read_loss(self, stream: Stream, root: torch.Tensor) -> float:
        loss = float(root.detach().sum()) if root.numel() != 1 else root.item()
        if stream.scale.found:
            loss /= stream.scale.factor
        stream.losses.append(loss)
        stream.scale.leaf_uses += 1
        if len(stream.losses) >= _FLUSH:
            self._flush(stream)
        return loss

    def _flush(self, stream: Stream) -> None:
        if stream.losses:
            self._sink.losses(stream.segment.number, stream.number, stream.flushed, stream.losses)
            stream.flushed += len(stream.losses)
            stream.losses = array("d")

    # -- looking -------------------------------------------------------------------------------------------------

    def _should_look(self, stream: Stream, loss: float) -> bool:
        if not math.isfinite(loss):
            first, stream.broken = not stream.broken, True
            return first or self.clock.wants(stream.count)
        jumped = stream.count > 4 and abs(loss) > _JUMP * stream.worst
        if abs(loss) > stream.worst:
            stream.worst = abs(loss)
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
            self._name(segment, graph.leaves, executed, frame)
        holders = self._registry.holders()
        segment.held = any(id(leaf) in holders for leaf in graph.leaves)
        stream.scale.find(graph.root)
        self.current = stream.pending = Examination(
            stream,
            graph,
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
        """A compiled model shows its graph only where the next forward runs eagerly: decide on it now."""
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
                pending.read_handwritten(stream.leaf)
                segment.moved = pending.moved
            elif not (stream is current and due):
                continue
            stream.pending = None
            self._emit(pending)
        segment.open = any(stream.pending is not None for stream in segment.streams)

    def _emit(self, examination: Examination) -> None:
        segment = examination.stream.segment
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

    # -- optimizers ----------------------------------------------------------------------------------------------

    def built(self, optimizer: Optimizer) -> None:
        """An optimizer has just been constructed."""
        self.attentive = True
        entry = self._registry.add(optimizer, self._step_now(), line_of(caller()))
        if not entry.rebuilt and not self._compiled:
            self._arming.arm()

    def _step_now(self) -> int:
        return self.segments[-1].step if self.segments else 0

    def _entry(self, optimizer: Optimizer) -> optimizers.Entry:
        entry = self._registry.entry(optimizer)
        if entry is None:
            entry = self._registry.add(optimizer, 0, None)
        if entry.segment is None:
            held = list(optimizers.held_by(optimizer))
            entry.segment = next((s for s in self.segments if any(s.owns(p) for p in held)), None)
        return entry

    def before_step(self, optimizer: Optimizer) -> None:
        """optimizer.step() is about to run."""
        entry = self._entry(optimizer)
        segment: Segment | None = entry.segment
        if entry.steps < _YOUNG or (segment is not None and segment.open):
            entry.without_gradient = [
                weakref.ref(p)
                for p in optimizers.held_by(optimizer)
                if p.requires_grad and p.grad is None
            ]

    def after_step(self, optimizer: Optimizer) -> None:
        """optimizer.step() has run."""
        entry = self._registry.entry(optimizer)
        if entry is None or entry.segment is None:
            entry = self._entry(optimizer)
        entry.steps += 1
        if self.attentive:
            self.attentive = self._registry.least_steps() < _YOUNG or any(s.open for s in self.segments)
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

    # -- the end -------------------------------------------------------------------------------------------------

    def crashed(self, exception: BaseException) -> None:
        """The script ended by an exception: look at the graph that is still alive in its frames."""
        executed = self._arming.disarm()
        found = examine_crash(exception)
        if found is None:
            return
        graph, frame = found.graph, found.frame
        segment = next(
            (s for s in self.segments if any(s.owns(leaf) for leaf in graph.leaves)), None
        )
        if segment is None:
            segment = self._new_segment(graph, frame)
        self._settle(segment, None)
        self._name(segment, graph.leaves, executed, frame)
        look = found.to_look(segment.number, segment.names, segment.step)
        self._sink.segment(self._record(segment))
        self._sink.look(look)

    def finish(self) -> None:
        """Finish every look that is pending, and undo what was armed."""
        self._arming.disarm()
        self._stance.release()
        for segment in self.segments:
            self._settle(segment, None)
            for stream in segment.streams:
                self._flush(stream)
            self._sink.segment(self._record(segment))

    def release(self) -> None:
        """Undo what was armed, after a failure of ours; nothing is recorded."""
        self._arming.disarm()
        self._stance.release()
        if self.current is not None:
            self.current.quiet()
