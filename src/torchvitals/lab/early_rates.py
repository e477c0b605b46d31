"""A larger rate for the early layers, whose gradient is small: an exercise, and its answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.optim import SGD

from torchvitals.lab.cures import PLATEAU, Trial
from torchvitals.lab.experiment import Bench, Claim, Drawing, Part, Table
from torchvitals.lab.moons import Labelled
from torchvitals.lab.stacked import Recipe, Stack, train
from torchvitals.lab.threads import one_thread
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_FACTORS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
"""Of the rate, a layer."""
_SATURATED = 0.01
"""A sigmoid's slope is y (1 - y), 1/4 at most."""


def early_rates(
    recipe: Recipe, trial: Trial, bench: Bench, generator: torch.Generator, *, held: bool
) -> Iterator[Part]:
    """What they do; the claims on them only where they are `held` to be true."""
    networks = trial.networks
    steps = bench.track(range(trial.epochs), say("rates that grow towards the input"))
    losses, saturated = _trained(recipe, trial, steps, generator)
    learnt = (losses[-1] < PLATEAU).double().mean(dim=1)
    columns = [say("factor a layer"), say("learnt"), say("median loss"), say("highest loss")]
    columns += [say("saturated in fc{k}", k=k + 1) for k in range(len(saturated))]
    yield Table(
        say("A rate that grows by a factor with each layer towards the input (Xavier's weights)"),
        columns,
        [
            [
                f"{factor:g}",
                f"{round(float(learnt[k]) * networks)} / {networks}",
                f"{float(losses[-1, k].median()):.4f}",
                f"{float(losses[:, k].max()):.2f}",
                *(f"{float(layer[k]):.2f}" for layer in saturated),
            ]
            for k, factor in enumerate(_FACTORS)
        ],
    )
    yield _rates_drawing(losses, learnt)
    if not held:
        return
    best = int(learnt.argmax())
    error = math.sqrt(0.5 / networks)
    shares = (float(learnt[0]), float(learnt[best]), float(learnt[-1]))
    yield Claim(
        say("Larger rates for the early layers help, within a window: neither too small nor large"),
        say("learnt: more at a factor between than at 1 and at 300, by 2 standard errors"),
        "{:.2f}; {:.2f} at {:g}; {:.2f}".format(*shares[:2], _FACTORS[best], shares[2]),
        shares[1] - max(shares[0], shares[2]) > 2 * error,
    )
    early, late = float(saturated[1][-1]), float(saturated[-1][-1])
    yield Claim(
        say("Too large a factor overshoots where it acts: early layers saturate, late ones do not"),
        say("more units saturated in fc2 than in fc{k}", k=len(saturated)),
        f"{early:.2f}, {late:.2f}",
        early > late,
    )


@one_thread()
def _trained(
    recipe: Recipe, trial: Trial, steps: Iterable[object], generator: torch.Generator
) -> tuple[Tensor, list[Tensor]]:
    """Train networks whose rate grows by a factor with each layer towards the input.

    Returns:
        The losses by epoch, factor and network; and for each hidden layer the share of units that
        are saturated on every point at the end, by factor.
    """
    stack = Stack(len(_FACTORS) * trial.networks, trial.widths, recipe, generator)
    factor = torch.tensor(_FACTORS, dtype=torch.float32).repeat_interleave(trial.networks)
    last = len(stack.weights) - 1
    for position, pair in enumerate(zip(stack.weights, stack.biases, strict=True)):
        scale = (factor ** (last - position))[:, None, None]
        for parameter in pair:
            parameter.register_hook(lambda gradient, scale=scale: gradient * scale)
    data = trial.moons.train
    losses = torch.stack(train(stack, SGD(stack.parameters(), trial.rate), data, steps))
    saturated = _saturated(stack, data, len(_FACTORS))
    return losses.view(-1, len(_FACTORS), trial.networks), saturated


def _saturated(stack: Stack, data: Labelled, groups: int) -> list[Tensor]:
    """Share of the units whose slope is below that on every point, by layer and group."""
    with torch.no_grad():
        hidden = stack.signals(data.inputs)[:-1]
    slopes = [(y * (1 - y)).amax(dim=1) for y in hidden]
    return [(slope < _SATURATED).double().view(groups, -1).mean(dim=1) for slope in slopes]


def _rates_drawing(losses: Tensor, learnt: Tensor) -> Drawing:
    ends: list[list[float]] = losses[-1].tolist()
    data = {
        "factor": list(_FACTORS),
        "learnt": learnt.tolist(),
        "loss": ends,
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for factor, row in zip(_FACTORS, ends, strict=True):
            axes.plot([factor] * len(row), row, "o", color="#0072B2", alpha=0.45, markersize=5)
        middle = losses[-1].median(dim=1).values.tolist()
        axes.plot(_FACTORS, middle, "s-", color="#D55E00", label="median")
        axes.axhline(math.log(2), linestyle=":", color="#000000", linewidth=1, label="ln 2")
        axes.set(xscale="log", xlabel="factor of the rate, a layer towards the input")
        axes.set(ylabel="training loss at the end (nats), a dot a net", ylim=(0, 0.85))
        axes.legend(loc="lower right")

    caption = say("Larger rates for the early layers: a window, and overshoot beyond it")
    return Drawing("early_rates", caption, data, draw)
