"""The chain of layers that a signal passes: widths, gradients and weights in forward order."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torchvitals.record.look import Look, Operation, ParameterLook

WEIGHTED = ("linear", "conv")
NORMS = frozenset({"batch_norm", "layer_norm", "group_norm", "rms_norm"})


@dataclass(frozen=True)
class Link:
    """One layer with a weight matrix: the operation, and its weight."""

    operation: Operation
    weight: ParameterLook

    @property
    def fan_in(self) -> int:
        return self.weight.fan_in

    @property
    def width(self) -> int:
        return self.weight.width

    @property
    def gain(self) -> float:
        """RMS weight times the square root of the fan-in: the factor on a signal's RMS."""
        return self.weight.weight.rms * math.sqrt(self.fan_in)


def longest_chain(look: Look, *, repeated: bool = False) -> list[Link]:
    """The layers on the longest path from the data to a loss, in forward order.

    `repeated` counts those that ran more than once too, as twins do, unless they feed themselves.
    """
    looped = _looped(look) if repeated else set[int]()
    weights = {p.name: p for p in look.parameters if len(p.shape) > 1}
    none: list[Link] = []
    best: dict[int, list[Link]] = {}
    for operation in look.operations:
        before = max((best.get(index, none) for index in operation.inputs), key=len, default=none)
        own = next((weights[name] for name in operation.parameters if name in weights), None)
        once = operation.calls == 1 or (repeated and operation.index not in looped)
        if operation.kind in WEIGHTED and own is not None and once:
            best[operation.index] = [*before, Link(operation, own)]
        else:
            best[operation.index] = before
    return max(best.values(), key=len, default=none)


def recurrent(look: Look) -> list[Link]:
    """The layers that read, through others, what they gave themselves a step before; none that a
    normalisation stands between.
    """
    weights = {p.name: p for p in look.parameters if len(p.shape) > 1}
    edges = {o.index: list(o.inputs) for o in look.operations if o.kind not in NORMS}
    found: list[Link] = []
    for operation in look.operations:
        own = next((weights[name] for name in operation.parameters if name in weights), None)
        if operation.kind in WEIGHTED and own is not None and operation.calls > 1:
            before = {k for source in operation.inputs for k in _reached(source, edges)}
            if operation.index in before:
                found.append(Link(operation, own))
    return found


def _looped(look: Look) -> set[int]:
    """The operations that read, through others, what they gave themselves."""
    edges = {o.index: list(o.inputs) for o in look.operations}
    again = [o for o in look.operations if o.calls > 1]
    return {o.index for o in again if any(o.index in _reached(k, edges) for k in o.inputs)}


def looped(look: Look) -> frozenset[int]:
    """The operations that read, through others, what they gave themselves a step before; one that
    is called for each of many rows, or of many times that only the loss sums up, is none.
    """
    edges = {o.index: list(o.inputs) for o in look.operations}
    return frozenset(
        o.index
        for o in look.operations
        if o.calls > 1 and any(o.index in _reached(source, edges) for source in o.inputs)
    )


def cuts(look: Look, index: int) -> bool:
    """Whether every path from what lies before an operation to a loss passes through it."""
    consumers: dict[int, list[int]] = {}
    for operation in look.operations:
        for source in operation.inputs:
            consumers.setdefault(source, []).append(operation.index)
    upstream = _reached(index, {o.index: list(o.inputs) for o in look.operations})
    ends = {o.index for o in look.operations if o.index not in consumers}
    for source in upstream - {index}:
        others = _reached(source, {k: [c for c in v if c != index] for k, v in consumers.items()})
        if others & (ends - {index}):
            return False
    return True


def _reached(start: int, edges: dict[int, list[int]]) -> set[int]:
    found, stack = {start}, [start]
    while stack:
        for other in edges.get(stack.pop(), []):
            if other not in found:
                found.add(other)
                stack.append(other)
    return found


def is_normalised(look: Look) -> bool:
    """Whether any layer normalises: the scale of the weights before it does not matter."""
    return any(operation.kind in NORMS for operation in look.operations)


def feeding(look: Look, operation: Operation) -> list[Operation]:
    """The operations that feed one directly."""
    by_index = {o.index: o for o in look.operations}
    return [by_index[index] for index in operation.inputs if index in by_index]


def operation_at(look: Look, index: int | None) -> Operation | None:
    """The operation of this index; None where it was not recorded."""
    return next((o for o in look.operations if o.index == index), None)
