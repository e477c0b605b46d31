"""Functions that are flat wherever they have a slope, and what they cut off from the loss."""

from __future__ import annotations

from typing import NamedTuple

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment

STEPS = frozenset({"round", "floor", "ceil", "trunc", "sign", "bernoulli"})


class Cut(NamedTuple):
    """Parameters that reach the loss through a function of slope zero alone."""

    operation: Operation
    parameters: tuple[str, ...]
    trained: int
    """Parameters of the step that a gradient other than zero reached."""


def cut_by_steps(segment: Segment) -> Cut | None:
    """What is cut off at every thorough look: by the graph, and by a gradient of exactly zero."""
    seen = [k for k in segment.looks if k.crash is None and not k.brief]
    found = [_cut(look) for look in seen]
    if not found or any(cut is None for cut in found):
        return None
    cuts = [cut for cut in found if cut is not None]
    names = set(cuts[0].parameters).intersection(*(cut.parameters for cut in cuts))
    if not names:
        return None
    kept = tuple(name for name in cuts[0].parameters if name in names)
    return Cut(cuts[0].operation, kept, max(cut.trained for cut in cuts))


def _cut(look: Look) -> Cut | None:
    steps = {o.index: o for o in look.operations if o.kind in STEPS}
    first = next((o for o in steps.values() if _is_pulled_at(o)), None)
    if first is None:
        return None
    free = _free(look, steps)
    passing = {name for o in free for name in _read_freely(o, steps)}
    gradients = {p.name: p.gradient for p in look.parameters if p.gradient is not None}
    still = {n for n, g in gradients.items() if not g.rms and not g.nonfinite and n not in passing}
    names = tuple(p.name for p in look.parameters if p.name in still)
    trained = sum(1 for g in gradients.values() if g.rms or g.nonfinite)
    return Cut(first, names, trained) if names else None


def _is_pulled_at(operation: Operation) -> bool:
    """Whether a gradient other than zero arrived at it: what ends there ended there alone."""
    return operation.gradient is not None and operation.gradient.rms > 0


def _free(look: Look, steps: dict[int, Operation]) -> list[Operation]:
    """The operations that a path leads from to an end of the graph past every step function."""
    read = {index for o in look.operations for index in o.inputs}
    reached = {o.index for o in look.operations if o.index not in read} - steps.keys()
    inputs = {o.index: o.inputs for o in look.operations}
    stack = list(reached)
    while stack:
        for index in inputs.get(stack.pop(), ()):
            if index not in reached and index not in steps:
                reached.add(index)
                stack.append(index)
    return [o for o in look.operations if o.index in reached]


def _read_freely(operation: Operation, steps: dict[int, Operation]) -> set[str]:
    """The parameters that an operation reads, but for those that a step function reads for it, as
    of weights that are rounded.
    """
    stepped = {n for index in operation.inputs if index in steps for n in steps[index].parameters}
    return set(operation.parameters) - stepped
