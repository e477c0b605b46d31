"""Treatments of a deep net that does not learn, tried on the same net and the same points."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor
from torch.optim import SGD, Adam, Optimizer

from torchvitals.lab.experiment import Drawing, Table
from torchvitals.lab.figures import MARKERS
from torchvitals.lab.moons import Moons
from torchvitals.lab.stacked import Recipe, Stack, train
from torchvitals.lab.threads import one_thread
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

PLATEAU = 0.9 * math.log(2)
"""A loss below it has left the plateau of a constant answer, whose loss is ln 2."""
_Build = Callable[[Any, float], Optimizer]


class Treatment(NamedTuple):
    """What is changed."""

    name: str
    recipe: Recipe
    adam: bool = False


class Trial(NamedTuple):
    """What all treatments share."""

    widths: Sequence[int]
    moons: Moons
    rate: float
    """Of SGD; that of Adam is a tenth of it."""
    epochs: int
    networks: int
    """They differ in their draw."""


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


@one_thread()
def attempt(treatment: Treatment, trial: Trial, generator: torch.Generator) -> Outcome:
    """Train the networks of one treatment."""
    stack = Stack(trial.networks, trial.widths, treatment.recipe, generator)
    weights, _ = stack.differentiate(trial.moons.train)
    live = (weights[0] > 0) & (weights[-1] > 0)
    ratio = float((weights[0] / weights[-1])[live].log().mean().exp())
    build: _Build = Adam if treatment.adam else SGD
    rate = trial.rate / 10 if treatment.adam else trial.rate
    optimizer = build(stack.parameters(), rate)
    losses = train(stack, optimizer, trial.moons.train, range(trial.epochs))
    return Outcome(ratio, torch.stack(losses), stack.scores(trial.moons.test))


def outcomes_table(outcomes: Mapping[str, Outcome], trial: Trial) -> Table:
    """The treatments side by side."""
    title = say(
        "Each treatment, {n} nets, {epochs} epochs of the full batch",
        n=trial.networks,
        epochs=trial.epochs,
    )
    columns = [
        say("treatment"),
        say("first / last gradient"),
        say("median loss"),
        say("learnt"),
        say("mean test accuracy"),
    ]
    rows = [
        [
            name,
            "0 / 0" if math.isnan(found.ratio) else f"{found.ratio:.1e}",
            f"{float(found.losses[-1].median()):.4f}",
            f"{found.left} / {trial.networks}",
            f"{float(found.accuracy.mean()):.3f}",
        ]
        for name, found in outcomes.items()
    ]
    return Table(title, columns, rows)


def losses_drawing(outcomes: Mapping[str, Outcome], groups: Mapping[str, list[str]]) -> Drawing:
    """The median loss by epoch, in a panel for each group of treatments."""
    data = {name: found.losses.median(dim=1).values.tolist() for name, found in outcomes.items()}

    def draw(canvas: Canvas) -> None:
        panels = canvas.subplots(1, len(groups), sharey=True)
        for axes, (title, names) in zip(panels, groups.items(), strict=True):
            for k, (name, marker) in enumerate(zip(names, MARKERS, strict=False)):
                epochs = range(1, len(data[name]) + 1)
                every = (k * len(epochs) // 40, max(1, len(epochs) // 6))
                axes.plot(epochs, data[name], marker=marker, markevery=every, label=name)
            axes.axhline(math.log(2), linestyle=":", color="#000000", linewidth=1)
            axes.set(xlabel="epoch", title=title, ylim=(0, None))
        for axes in panels:
            axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
        panels[0].set(ylabel="median training loss (nats)")

    caption = say("Each treatment against the others; dotted: ln 2, the loss of a constant answer")
    return Drawing("cures", caption, data, draw, (8.2, 4.6))
