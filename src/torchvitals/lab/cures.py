"""Treatments of a deep net that does not learn, tried on the same net and the same points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.optim import SGD, Adam, Optimizer

from torchvitals.lab.initialisation import Draw
from torchvitals.lab.moons import Labelled
from torchvitals.lab.stacked import Stack, train

PLATEAU = 0.9 * math.log(2)
"""A loss below it has left the plateau of a constant answer, whose loss is ln 2."""
_Build = Callable[[Any, float], Optimizer]


class Treatment(NamedTuple):
    """What is changed; the rest is the sick net's."""

    name: str
    activation: str
    draw: Draw
    bias: float
    adam: bool = False
    normalised: bool = False
    residual: bool = False


class Outcome(NamedTuple):
    """Of one treatment, over networks that differ in their draw."""

    ratio: float
    """The gradient of the first layer's weight over that of the last, before training: geometric
    mean."""
    losses: Tensor
    """By epoch and network."""
    accuracy: Tensor
    """On points not trained on, by network."""

    @property
    def left(self) -> int:
        """How many networks have left the plateau at the end."""
        return int((self.losses[-1] < PLATEAU).sum())


def attempt(
    treatment: Treatment,
    widths: Sequence[int],
    data: tuple[Labelled, Labelled],
    rate: float,
    steps: Iterable[object],
    networks: int,
    generator: torch.Generator,
) -> Outcome:
    """Train networks of one treatment. Adam's rate is a tenth of SGD's."""
    stack = Stack(
        networks,
        widths,
        treatment.activation,
        treatment.draw,
        treatment.bias,
        generator,
        normalised=treatment.normalised,
        residual=treatment.residual,
    )
    weights, _ = stack.differentiate(data[0])
    live = (weights[0] > 0) & (weights[-1] > 0)
    ratio = float((weights[0] / weights[-1])[live].log().mean().exp())
    build: _Build = Adam if treatment.adam else SGD
    optimizer = build(stack.parameters(), rate / 10 if treatment.adam else rate)
    losses = train(stack, optimizer, data[0], steps)
    return Outcome(ratio, torch.stack(losses), stack.scores(data[1]))


def with_early_rates(
    treatment: Treatment,
    widths: Sequence[int],
    data: Labelled,
    rate: float,
    steps: Iterable[object],
    networks: int,
    factors: Sequence[float],
    generator: torch.Generator,
) -> tuple[Tensor, list[Tensor]]:
    """Train networks whose rate grows by a factor with each layer towards the input.

    Returns:
        The losses by epoch, factor and network; and for each hidden layer the share of units that
        are saturated on every point at the end, by factor.
    """
    count = len(factors) * networks
    stack = Stack(
        count, widths, treatment.activation, treatment.draw, treatment.bias, generator
    )
    factor = torch.tensor(factors, dtype=torch.float32).repeat_interleave(networks)[:, None, None]
    last = len(stack.weights) - 1
    for position, pair in enumerate(zip(stack.weights, stack.biases, strict=True)):
        scale = factor ** (last - position)
        for parameter in pair:
            parameter.register_hook(lambda gradient, scale=scale: gradient * scale)
    losses = torch.stack(train(stack, SGD(stack.parameters(), rate), data, steps))
    return losses.view(-1, len(factors), networks), _saturated(stack, data, len(factors))


def _saturated(stack: Stack, data: Labelled, groups: int) -> list[Tensor]:
    """A sigmoid's slope is y (1 - y), 1/4 at most; below a hundredth everywhere is saturated."""
    with torch.no_grad():
        hidden = stack.signals(data.inputs)[:-1]
    slopes = [(y * (1 - y)).amax(dim=1) for y in hidden]
    return [(slope < 0.01).double().view(groups, -1).mean(dim=1) for slope in slopes]  # noqa: PLR2004
