"""Which backward belongs with which: streams of one call site, segments of one model."""

from __future__ import annotations

import math
import weakref
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor, nn

from torchvitals.probe.clock import Clock
from torchvitals.probe.condense import Outline
from torchvitals.probe.examine import Examination
from torchvitals.probe.graph import Graph, first_leaf, walk
from torchvitals.probe.naming import LeafNames, name_leaves
from torchvitals.probe.optimizers import Entry, Registry, held_by
from torchvitals.probe.scaling import LossScale
from torchvitals.probe.sources import caller
from torchvitals.record.look import OptimizerLook

_JUMP = 2.0
"""A loss this many times above any before it is a suspicion, and is looked at."""
_TENSOR_BACKWARD = Tensor.backward.__code__
_Site = tuple[int, int]
"""The id of a code object, and the instruction within it."""
_JUMPS = 8
"""Jumps of one stream that are looked at: a loss that explodes jumps at each step."""
MANY_LOSSES = 4096
"""Losses of one stream kept in memory before they go to the store."""
_SETTLED = 4
"""Backwards of a stream before a jump of its loss means anything."""


@dataclass(eq=False, slots=True)
class Segment:
    """One model's training: the leaves that its streams share."""

    number: int
    names: LeafNames
    leaves: dict[int, weakref.ref[Tensor]] = field(default_factory=dict[int, Any])
    optimizers: dict[int, Entry] = field(default_factory=dict[int, Entry])
    """The newest over each first parameter (by id)."""
    streams: list[Stream] = field(default_factory=list["Stream"])
    open: bool = False
    """A look at one of its streams waits for its step."""
    moved: bool = False
    """A step was seen since the last backward."""
    held: bool = False
    """An optimizer holds at least one of the leaves."""
    seen: tuple[OptimizerLook, ...] = ()
    """Its optimizers at the look before: they may be gone when the last one is finished."""

    @property
    def step(self) -> int:
        """Updates so far: steps of its busiest optimizer, or backwards where none holds it."""
        updates = [entry.updates_before + entry.steps for entry in self.optimizers.values()]
        if self.held or any(updates):
            return max(updates, default=0)
        return max((stream.count for stream in self.streams), default=0)

    @property
    def backwards(self) -> int:
        """Of all its streams, so far."""
        return sum(stream.count for stream in self.streams)

    def owns(self, leaf: Tensor) -> bool:
        reference = self.leaves.get(id(leaf))
        return reference is not None and reference() is leaf


@dataclass(eq=False, slots=True)
class Stream:
    """The backwards of one call site over one model."""

    number: int
    segment: Segment
    leaf: weakref.ref[Tensor]
    scale: LossScale
    code: CodeType | None = None
    """Of its call site, as is the instruction."""
    instruction: int = 0
    leaf_uses: int = 1
    """Backwards since its leaf was last replaced."""
    count: int = 0
    """Backwards."""
    looks: int = 0
    flushed: int = 0
    """Losses that are in the store, since when the last of them."""
    flushed_at: float = 0.0
    losses: array[float] = field(default_factory=lambda: array("d"))
    pending: Examination | None = None
    outline: Outline = field(default_factory=Outline)
    sourced: bool = False
    compiled: bool = False
    planned: bool = False
    worst: float = 0.0
    """The largest loss so far, and how often one lay far above it."""
    jumps: int = 0
    broken: bool = False
    """A loss that is not finite was looked at already."""

    def hear(self, root: Tensor) -> float:
        """Read and keep the loss of one backward."""
        try:
            loss = root.item()
            if self.scale.found:
                self.scale.follow(root.grad_fn)
                loss /= self.scale.factor
            self.losses.append(loss)
        except (RuntimeError, TypeError):  # many entries, or complex ones: backward(gradient=...)
            loss = float(root.detach().abs().sum())
            self.losses.append(loss)
        return loss

    def rests(self, root: Any, clock: Clock, now: float) -> bool:
        """Whether it is plain that nobody wants a look at this backward, which is the one that was
        expected; it is counted then, and its loss kept.

        Nearly each step of a long run comes here and no further: one call, where the caches are
        the training's, is 3 us less than the same by way of `hear` and `wants_look`.
        """
        count, segment, losses = self.count, self.segment, self.losses
        if (
            now >= clock.due
            or count & (count - 1) == 0
            or self.planned
            or segment.open
            or self.scale.found
            or len(losses) >= MANY_LOSSES
            or root.__class__ is not Tensor
            or not root.requires_grad
        ):
            return False
        try:
            loss = root.item()
        except RuntimeError:  # many entries
            return False
        worst = self.worst
        if not -worst <= loss <= worst:
            return False
        losses.append(loss)
        self.count = count + 1
        segment.moved = False
        return True

    def wants_look(self, loss: float, clock: Clock) -> bool:
        """Whether to look at the backward that has this loss: asked where `rests` does not tell."""
        if not math.isfinite(loss):
            first, self.broken = not self.broken, True
            return first or clock.wants(self.count)
        size, jumped = abs(loss), False
        if size > self.worst:
            jumped = self.count > _SETTLED and size > _JUMP * self.worst
            self.worst = size
            self.jumps += jumped
        if self.compiled:
            return self.planned
        return (jumped and self.jumps <= _JUMPS) or clock.wants(self.count)


class Streams:
    """All streams and segments of a run."""

    def __init__(self, registry: Registry) -> None:
        self.segments: list[Segment] = []
        self.registry = registry
        self.latest: Segment | None = None
        """Whose backward ran last."""
        self._last: Stream | None = None
        self._streams: dict[tuple[_Site, int], Stream] = {}

    @property
    def backwards(self) -> int:
        """Of all streams, so far."""
        return sum(segment.backwards for segment in self.segments)

    def expected(self, above: FrameType) -> Stream | None:
        """The stream that `expect` named, where this is its backward; `above` is the frame that
        called our stand-in.
        """
        last = self._last
        if last is None or not last.segment.moved:
            return None
        site = above.f_back if above.f_code is _TENSOR_BACKWARD else above
        if site is None or site.f_code is not last.code or site.f_lasti != last.instruction:
            return None
        return last

    def find(self, root: Tensor, above: FrameType) -> Stream | None:
        """The stream of a backward from `root` that wasn't expected, by the leaves of its graph.

        None for a backward within a backward, as reentrant checkpointing calls: that one owns it.
        """
        if above.f_code is _TENSOR_BACKWARD and above.f_back is not None:
            above = above.f_back
        if _running_task() != _NO_TASK:
            return None
        self._last = None
        return self._search(root, caller(above))

    def _search(self, root: Tensor, frame: FrameType | None) -> Stream:
        leaf = first_leaf(root.grad_fn)
        code, instruction = (None, 0) if frame is None else (frame.f_code, frame.f_lasti)
        site = (id(code), instruction)  # to hash code is to hash all its constants
        key = (site, id(leaf))
        stream = self._streams.get(key)
        if stream is not None and stream.leaf() is leaf and stream.code is code:
            stream.leaf_uses += 1
            return stream
        graph = walk(root.grad_fn)
        stream = self._rebound(site, graph, leaf, frame) or self._new_stream(
            root, graph, leaf, frame
        )
        stream.code, stream.instruction = code, instruction
        self._streams[key] = stream
        return stream

    def expect(self, stream: Stream) -> None:
        """From now on take a backward at this stream's place, after a step, to be this stream's.

        That holds where there is one model and no optimizer alive holds any other parameter: to
        find the leaves of each graph costs a step of a small net 3 % more. Of a model that no
        optimizer holds, and that takes this one's place, the first backward is missed.
        """
        segments, alive = self.segments, self.registry.alive()
        if len(segments) == 1 and stream.segment.held and stream.count > _SETTLED:
            owned = all(
                stream.segment.owns(p) for optimizer, _ in alive for p in held_by(optimizer)
            )
            self._last = stream if owned else None

    def doubt(self) -> None:
        """An optimizer is new: look at the leaves again."""
        self._last = None

    def _rebound(
        self, site: _Site, graph: Graph, leaf: Tensor | None, frame: FrameType | None
    ) -> Stream | None:
        """The stream of a place whose first leaf is new at each step: a hand-written update
        (`w = w - lr * w.grad`), or a layer that the forward makes.
        """
        if leaf is None:
            return None
        for key, stream in self._streams.items():
            if key[0] != site or stream.leaf_uses > 1:
                continue
            if self._replaces(stream, graph, frame):
                stream.leaf = weakref.ref(leaf)
                stream.leaf_uses = 1
                del self._streams[key]
                return stream
        return None

    @staticmethod
    def _replaces(stream: Stream, graph: Graph, frame: FrameType | None) -> bool:
        """Whether the leaves of a graph have taken the place of those of a stream: all, under the
        same names, or the first, which is gone, beside others that stayed.
        """
        segment = stream.segment
        if any(segment.owns(leaf) for leaf in graph.leaves):
            return stream.leaf() is None
        if segment.held or segment.names.owned:
            return False
        names = name_leaves(graph.leaves, frame)
        if set(names.names.values()) != set(segment.names.names.values()):
            return False
        segment.names = names
        return True

    def _new_stream(
        self, root: Tensor, graph: Graph, leaf: Tensor | None, frame: FrameType | None
    ) -> Stream:
        segment = self.segment_of(graph, frame)
        stream = Stream(
            number=len(segment.streams),
            segment=segment,
            leaf=weakref.ref(leaf if leaf is not None else root),
            scale=LossScale(),
        )
        stream.scale.find(graph.root)
        segment.streams.append(stream)
        return stream

    def segment_of(self, graph: Graph, frame: FrameType | None) -> Segment:
        """The segment that shares a leaf with this graph; a new one where none does."""
        for segment in self.segments:
            if any(segment.owns(leaf) for leaf in graph.leaves):
                return segment
        segment = Segment(len(self.segments), LeafNames())
        self.segments.append(segment)
        self.name(segment, graph.leaves, [], frame)
        return segment

    def name(
        self,
        segment: Segment,
        leaves: Sequence[Tensor],
        executed: list[nn.Module],
        frame: FrameType | None,
    ) -> None:
        """Name the leaves of a segment, and what optimizers hold and modules own beside them."""
        known = {id(leaf): leaf for leaf in leaves}
        for reference in segment.leaves.values():
            leaf = reference()
            if leaf is not None:
                known[id(leaf)] = leaf
        segment.leaves = {key: weakref.ref(leaf) for key, leaf in known.items()}
        for module in executed:
            known.update((id(p), p) for p in module.parameters(recurse=False) if p.requires_grad)
        for optimizer, entry in self.registry.alive():
            held = list(held_by(optimizer))
            if any(id(p) in segment.leaves for p in held) or entry.segment is segment:
                known.update((id(p), p) for p in held)
        # A parameter that had no module will have none: each forward makes it anew, or each step.
        heap = not segment.names.in_vain
        segment.names = name_leaves(list(known.values()), frame, heap=heap)


_NO_TASK = -1
_running_task: Callable[[], int] = getattr(
    torch._C,  # pyright: ignore[reportPrivateUsage]  nothing public tells of a backward within one
    "_current_graph_task_id",
    lambda: _NO_TASK,
)
"""The backward that this thread is in."""
