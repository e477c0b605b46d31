"""The optimizers of a run: when each was built, what it holds, how often it stepped, and which came
before it.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.optim import Optimizer

from torchvitals.record.look import GroupLook, OptimizerLook


@dataclass(eq=False, slots=True)
class Entry:
    """One optimizer. `rebuilt` counts the optimizers before it that held the same first
    parameter.
    """

    number: int
    kind: str
    source: str | None
    built_at: int
    rebuilt: int = 0
    updates_before: int = 0
    """Steps of those before it."""
    steps: int = 0
    first: int = 0
    """Id of its first parameter."""
    segment: Any = None
    idle_since: int | None = None
    """Backwards of its segment when it first stepped, after a backward of another segment."""
    stepped_with: tuple[GroupLook, ...] = ()
    """Its groups at the step that a look waited for: a scheduler may have changed them since."""
    without_gradient: list[weakref.ref[torch.Tensor]] = field(
        default_factory=list["weakref.ref[torch.Tensor]"]
    )


class Registry:
    """All optimizers alive, by identity; an optimizer that is dropped leaves only its counts."""

    def __init__(self) -> None:
        self._entries: dict[int, tuple[weakref.ref[Optimizer], Entry]] = {}
        self._newest: dict[int, tuple[weakref.ref[torch.Tensor], Entry]] = {}
        """By the id of the first parameter."""
        self._count = 0

    def add(self, optimizer: Optimizer, built_at: int, source: str | None) -> Entry:
        """Register an optimizer that has just been built (or is met for the first time)."""
        entry = Entry(self._count, type(optimizer).__name__, source, built_at)
        self._count += 1
        first = next(held_by(optimizer), None)
        if first is not None:
            entry.first = id(first)
            known = self._newest.get(id(first))
            if known is not None and known[0]() is first:
                entry.rebuilt = known[1].rebuilt + 1
                entry.updates_before = known[1].updates_before + known[1].steps
            self._newest[id(first)] = (weakref.ref(first), entry)
        self._entries = {
            key: known for key, known in self._entries.items() if known[0]() is not None
        }
        self._entries[id(optimizer)] = (weakref.ref(optimizer), entry)
        return entry

    def entry(self, optimizer: Optimizer) -> Entry | None:
        known = self._entries.get(id(optimizer))
        return known[1] if known is not None and known[0]() is optimizer else None

    def least_steps(self) -> int:
        """Steps of the optimizer that has stepped least."""
        return min((entry.steps for _, entry in self.alive()), default=0)

    def alive(self) -> list[tuple[Optimizer, Entry]]:
        known = [(reference(), entry) for reference, entry in self._entries.values()]
        return [(optimizer, entry) for optimizer, entry in known if optimizer is not None]

    def holders(self) -> dict[int, int]:
        """Number of the (newest) optimizer that holds each parameter, by the parameter's id."""
        found: dict[int, int] = {}
        for optimizer, entry in sorted(self.alive(), key=lambda pair: pair[1].number):
            for parameter in held_by(optimizer):
                found[id(parameter)] = entry.number
        return found


def held_by(optimizer: Optimizer) -> Iterator[torch.Tensor]:
    """Every parameter of every group."""
    for group in optimizer.param_groups:
        yield from group["params"]


def look_at(optimizer: Optimizer, entry: Entry, names: dict[int, str]) -> OptimizerLook:
    """The optimizer as plain data; parameters outside `names` have no name yet and are left out."""
    missing = [reference() for reference in entry.without_gradient]
    return OptimizerLook(
        number=entry.number,
        kind=entry.kind,
        groups=entry.stepped_with or groups_of(optimizer),
        source=entry.source,
        built_at=entry.built_at,
        steps=entry.steps,
        rebuilt=entry.rebuilt,
        stateful=bool(optimizer.state),
        held=sum(1 for _ in held_by(optimizer)),
        held_without_gradient=tuple(
            names.get(id(parameter), "") for parameter in missing if parameter is not None
        ),
    )


def groups_of(optimizer: Optimizer) -> tuple[GroupLook, ...]:
    """Its parameter groups as they stand."""
    return tuple(_group(group) for group in optimizer.param_groups)


def _group(group: dict[str, Any]) -> GroupLook:
    betas: Any = group.get("betas")
    momentum = group.get("momentum", betas[0] if betas else None)
    beta2 = betas[1] if betas else group.get("alpha", group.get("rho"))
    return GroupLook(
        lr=float(group.get("lr", 0.0)),
        momentum=None if momentum is None else float(momentum),
        beta2=None if beta2 is None else float(beta2),
        eps=_number(group.get("eps")),
        weight_decay=_number(group.get("weight_decay")),
        nesterov=bool(group.get("nesterov", False)),
        parameters=len(group["params"]),
        maximize=bool(group.get("maximize", False)),
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
