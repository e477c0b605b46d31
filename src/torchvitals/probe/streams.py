"""Which backward belongs with which: streams of one call site, segments of one model."""

from __future__ import annotations

import weakref
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import torch
from torch import nn

from torchvitals.probe.examine import Examination
from torchvitals.probe.graph import Graph, first_leaf, walk
from torchvitals.probe.naming import LeafNames, name_leaves
from torchvitals.probe.optimizers import Registry, held_by
from torchvitals.probe.scaling import LossScale


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
    leaf_uses: int = 0
    """Backwards since its leaf was last replaced."""
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


class Streams:
    """All streams and segments of a run."""

    def __init__(self, registry: Registry) -> None:
        self.segments: list[Segment] = []
        self._registry = registry
        self._streams: dict[tuple[Any, int, int], Stream] = {}

    def find(self, root: torch.Tensor, frame: FrameType | None) -> Stream:
        """The stream of a backward from `root` that was called in `frame`."""
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
        """The stream of a hand-written update that makes new leaves at each step: `w = w - lr *
        w.grad`.
        """
        for key, stream in self._streams.items():
            segment = stream.segment
            if key[:2] != site or segment.held or segment.names.owned or leaf is None:
                continue
            if stream.leaf_uses > 1:
                continue
            names = name_leaves(walk(root.grad_fn).leaves, frame)
            if set(names.names.values()) == set(segment.names.names.values()):
                segment.names = names
                stream.leaf = weakref.ref(leaf)
                stream.leaf_uses = 0
                del self._streams[key]
                return stream
        return None

    def _new_stream(
        self, root: torch.Tensor, leaf: torch.Tensor | None, frame: FrameType | None
    ) -> Stream:
        graph = walk(root.grad_fn)
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
        leaves: Sequence[torch.Tensor],
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
        for optimizer, entry in self._registry.alive():
            held = list(held_by(optimizer))
            if any(id(p) in segment.leaves for p in held) or entry.segment is segment:
                known.update((id(p), p) for p in held)
        segment.names = name_leaves(list(known.values()), frame)
