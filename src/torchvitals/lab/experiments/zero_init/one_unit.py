"""Equal units do what one does: over a long time, and under a quick optimizer."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.optim import SGD, Adam

from torchvitals.lab import initialisation as start
from torchvitals.lab.experiment import Bench, Claim, Part, Remark
from torchvitals.lab.experiments.zero_init.knobs import Knobs
from torchvitals.lab.moons import Labelled
from torchvitals.lab.stacked import Recipe, Stack, train
from torchvitals.words import say

_ADAM_RATE = 0.05


def one_unit(parameters: Knobs, data: Labelled, bench: Bench) -> Iterator[Part]:
    """Equal units, started at 0.5 and at 0, against one unit whose rates are changed to match."""
    n, rate, patience = parameters.hidden, parameters.lr, parameters.patience
    none = torch.Generator()
    equal = Recipe(parameters.activation, start.constant(0.5))
    many = Stack(2, (2, n, 1), equal, none)
    one = Stack(1, (2, 1, 1), equal, none)
    with torch.no_grad():
        for weight in many.weights:
            weight[1] = 0.0
        one.weights[1].fill_(0.5 * n)
    steps = bench.track(range(patience), say("equal units"))
    long = torch.stack(train(many, SGD(many.parameters(), rate), data, steps))
    groups = [
        {"params": [one.weights[0], one.biases[0]], "lr": rate / n},
        {"params": [one.weights[1]], "lr": rate * n},
        {"params": [one.biases[1]], "lr": rate},
    ]
    short = torch.cat(train(one, SGD(groups), data, range(patience)))
    apart = float((long[:, 0] - short).abs().max())
    yield Claim(
        say(
            "{n} equal units are one: a net of one unit, its rates {n} times less within and {n} "
            "times more behind, has the same loss at each of {epochs} epochs (both start at 0.5)",
            n=n,
            epochs=patience,
        ),
        say("they differ by less than 0.001"),
        f"{apart:.1e}",
        apart < 1e-3,
    )
    yield from _escape(parameters, data, long)


def _escape(parameters: Knobs, data: Labelled, losses: Tensor) -> Iterator[Part]:
    """What becomes of zeros in the end."""
    yield Remark(
        say(
            "The text's accuracy of one half is not for ever. Zeros are a saddle point: where the "
            "activation is not 0 at 0 and the classes are not exactly even, gradient descent "
            "leaves it after hundreds of epochs, and then learns what one unit can: a straight "
            "edge between the moons."
        )
    )
    even = float(data.labels.double().mean()) == 0.5
    usual = (parameters.activation, parameters.lr) == ("sigmoid", 0.2)
    if usual and not even and parameters.patience >= 1500:
        tied, zero = losses[-1].tolist()
        yield Claim(
            say(
                "After {n} epochs the net from zeros has the loss of equal units from 0.5",
                n=parameters.patience,
            ),
            say("{loss}, within 10 %", loss=f"{tied:.4f}"),
            f"{zero:.4f}",
            math.isclose(zero, tied, rel_tol=0.1),
        )


def capacity(
    parameters: Knobs, data: Labelled, bench: Bench, generator: torch.Generator
) -> Iterator[Part]:
    """What equal and unequal units can learn, given an optimizer that is quick (Adam)."""
    sizes = (2, parameters.hidden, 1)
    recipe = Recipe(parameters.activation, start.normal(1.0))
    stack = Stack(parameters.nets + 1, sizes, recipe, generator)
    with torch.no_grad():
        stack.weights[0][0] = 0.5
        stack.weights[1][0] = 0.5
    steps = bench.track(range(parameters.patience), say("random starts"))
    final = train(stack, Adam(stack.parameters(), _ADAM_RATE), data, steps)[-1]
    tied, free = float(final[0]), final[1:]
    if (
        parameters.activation == "sigmoid"
        and parameters.hidden >= 4
        and parameters.patience >= 1500
    ):
        yield Claim(
            say(
                "With Adam and {n} steps, random starts use their {units} units: the median loss "
                "is less than half that of equal units",
                n=parameters.patience,
                units=parameters.hidden,
            ),
            f"< {tied / 2:.4f}",
            f"{float(free.median()):.4f}",
            float(free.median()) < tied / 2,
        )
