"""Recurrent layers: what each step multiplies the state by, and how far their gates are driven."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torchvitals.record.look import Look, Operation, ParameterLook
from torchvitals.rules.base import Threshold
from torchvitals.rules.evidence.chain import Link, feeding, recurrent
from torchvitals.rules.evidence.scale import (
    DEFAULT_GAIN,
    Growth,
    critical_gain,
    critical_shared,
    mean_of,
    recurrent_excess,
)

FLOODED = Threshold(
    20.0,
    "standard deviation of what enters a gate",
    "theorem",
    "sigmoid(z) is (1 + tanh(z / 2)) / 2: at 20 its mean squared slope is 0.0531 of the largest, "
    "as that of tanh is at 10",
)
_BATCHED = 3
"""Dimensions of what a recurrent layer gives out: steps, rows, units."""
_ACTIVATION = {1: "tanh", 3: "sigmoid", 4: "sigmoid"}
"""Of recurrent weights, by the blocks of units that they hold: RNN, GRU and LSTM."""


@dataclass(frozen=True)
class Recurrence:
    """A layer that reads, at each of its steps, what it gave the step before."""

    growth: Growth
    steps: int

    @property
    def log_excess(self) -> float:
        """The logarithm of what the steps together exceed the activations by: it may be huge."""
        return self.steps * math.log(max(self.growth.excess, 1e-30))


@dataclass(frozen=True)
class Flood:
    """What enters the gates of a recurrent layer, too large to leave them any slope."""

    operation: Operation
    table: ParameterLook
    """The embedding that it comes from."""
    std: float


def recurrences(look: Look) -> list[Recurrence]:
    """The recurrent layers of a look: those whose steps it shows, and those that are one kernel."""
    stepwise = [
        Recurrence(
            Growth(link, link.gain, recurrent_excess(look, link), shared=False),
            link.operation.calls,
        )
        for link in recurrent(look)
    ]
    kernels = [o for o in look.operations if o.kind == "rnn" and len(o.shape) == _BATCHED]
    return stepwise + [
        Recurrence(_growth(Link(o, weight), kind), o.shape[0] * o.calls)
        for o in kernels
        for weight, kind in _weights(look, o, "weight_hh")
    ]


def _weights(look: Look, operation: Operation, role: str) -> list[tuple[ParameterLook, str]]:
    """The matrices of one role in a recurrent layer, with the activation that bounds its state."""
    state = [p for p in _of(look, operation) if "weight_hh" in p.name]
    blocks = {p.shape[0] / p.shape[1] for p in state}
    kind = _ACTIVATION.get(int(min(blocks))) if len(blocks) == 1 else None
    if kind is None or min(blocks) not in _ACTIVATION:  # projected states
        return []
    return [(p, kind) for p in _of(look, operation) if role in p.name]


def _of(look: Look, operation: Operation) -> list[ParameterLook]:
    return [p for p in look.parameters if p.name in operation.parameters and len(p.shape) > 1]


def _growth(link: Link, kind: str) -> Growth:
    """Of a state all of whose units have one sign, where weights of one sign drive them there."""
    alone = link.gain / critical_gain(kind)
    common = max(mean_of(link), 0.0) * link.fan_in
    together = common / critical_shared(kind)
    shared = together > alone
    return Growth(link, common if shared else link.gain, max(alone, together), shared)


def flood(look: Look) -> Flood | None:
    """The first recurrent layer whose gates an embedding shuts, through weights of usual size."""
    tables = {p.name: p for p in look.parameters if len(p.shape) > 1}
    for operation in (o for o in look.operations if o.kind == "rnn"):
        first = [p for p, _ in _weights(look, operation, "weight_ih_l0")]
        for source in feeding(look, operation):
            table = next((tables[n] for n in source.parameters if n in tables), None)
            if source.kind != "embedding" or table is None or source.output is None or not first:
                continue
            gain = Link(operation, first[0]).gain
            std = source.output.rms * gain
            if std > FLOODED.value and table.weight.rms > gain / DEFAULT_GAIN.value:
                return Flood(operation, table, std)
    return None
