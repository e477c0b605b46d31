"""Nets from zeros and from random weights, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from torchvitals.lab.experiment import Claim, Drawing, Part, Table
from torchvitals.lab.experiments.zero_init.knobs import Knobs
from torchvitals.lab.experiments.zero_init.watched import ROUNDING, Watched, spread_of_rows
from torchvitals.lab.figures import MARKERS
from torchvitals.lab.moons import Moons
from torchvitals.lab.networks import activation_named
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_SHOWN_EPOCHS = 5


def first_steps(parameters: Knobs, moons: Moons, zero: Watched) -> Iterator[Part]:
    """The first loss, the first step, and the parameters after each of the first epochs."""
    first = zero.history.train_losses[0]
    yield Claim(
        say("From zeros every probability is 1/2, so the first loss is ln 2"),
        f"{math.log(2):.6f}",
        f"{first:.6f}",
        math.isclose(first, math.log(2), abs_tol=1e-6),
    )
    output = zero.before[1]["fc2.weight"][0]
    at_zero = float(activation_named(parameters.activation)(torch.zeros(1)))
    share = float(moons.train.labels.double().mean())
    expected = parameters.lr * at_zero * (share - 0.5)
    yield Claim(
        say(
            "After step 1 the {n} output weights are one number: rate × activation(0) × "
            "(share of class 1 − 1/2)",
            n=parameters.hidden,
        ),
        f"{expected:.6f}",
        ", ".join(f"{value:.6f}" for value in output.tolist()),
        float((output - expected).abs().max()) < 1e-6,
    )
    hidden = zero.before[1]["fc1.weight"]
    yield Claim(
        say("After step 1 the hidden weights are still exactly 0: what they act through was 0"),
        "0",
        f"{float(hidden.abs().max()):g}",
        not bool(hidden.any()),
    )
    names = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]
    yield Table(
        say("The parameters after each of the first epochs"),
        [say("epoch"), *names],
        [
            [str(epoch), *(_numbers(zero.before[epoch][name]) for name in names)]
            for epoch in range(1, _SHOWN_EPOCHS + 1)
        ],
    )


def _numbers(value: Tensor) -> str:
    """Equal rows, one for each unit, are told once."""
    units = value.T if value.dim() > 1 and len(value) == 1 else value
    rows = [", ".join(f"{x:.3g}" for x in row) for row in units.reshape(len(units), -1).tolist()]
    same = len(set(rows)) == 1 and len(rows) > 1
    return f"{len(rows)} × ({rows[0]})" if same else "; ".join(rows)


def short_run(parameters: Knobs, moons: Moons, watched: dict[str, Watched]) -> Iterator[Part]:
    """What all epochs together come to."""
    zero = watched["zero"]
    worst = max(spread_of_rows(state["fc1.weight"]) for state in zero.before)
    yield Claim(
        say("In all {n} epochs every row of fc1.weight is the same row", n=parameters.epochs),
        say("rows differ by less than 1e-4 of the largest entry"),
        f"{worst:.1e}",
        worst < ROUNDING,
    )
    if (parameters.lr, parameters.epochs) == (0.2, 200):
        loss = zero.history.train_losses[-1]
        share = float(moons.train.labels.double().mean())
        constant = -share * math.log(share) - (1 - share) * math.log(1 - share)
        yield Claim(
            say("After {n} epochs it costs what a constant answer does", n=parameters.epochs),
            say("{loss}, within 1 %", loss=f"{constant:.4f}"),
            f"{loss:.4f}",
            math.isclose(loss, constant, rel_tol=0.01),
        )
        ones = float(moons.dev.labels.mean())
        score = zero.history.dev_scores[-1]
        yield Claim(
            say("Its dev accuracy is the share of one class (0.475 in the text)"),
            f"{min(ones, 1 - ones):.4f} / {max(ones, 1 - ones):.4f}",
            f"{score:.4f}",
            min(abs(score - ones), abs(score - 1 + ones)) < 1e-6,
        )
        ends = {name: one.history.train_losses[-1] for name, one in watched.items()}
        yield Claim(
            say("Random starts, Gaussian or uniform, are below it by then"),
            say("both below {loss}", loss=f"{loss:.4f}"),
            f"{ends['Gaussian']:.4f}, {ends['uniform']:.4f}",
            max(ends["Gaussian"], ends["uniform"]) < loss,
        )


def curves_drawing(watched: dict[str, Watched]) -> Drawing:
    """Loss and accuracy of each start."""
    data = {
        name: {"train loss": one.history.train_losses, "dev accuracy": one.history.dev_scores}
        for name, one in watched.items()
    }

    def draw(canvas: Canvas) -> None:
        panels = canvas.subplots(1, 2)
        for (name, curves), marker in zip(data.items(), MARKERS, strict=False):
            for axes, curve in zip(panels, curves.values(), strict=True):
                every = max(1, len(curve) // 6)
                epochs = range(1, len(curve) + 1)
                axes.plot(epochs, curve, marker=marker, markevery=every, label=name)
        panels[0].axhline(math.log(2), linestyle=":", color="#000000", linewidth=1, label="ln 2")
        panels[0].set(xlabel="epoch", ylabel="training loss (nats)", ylim=(0, None))
        panels[1].set(xlabel="epoch", ylabel="dev accuracy", ylim=(0, 1))
        panels[0].legend(title="start", loc="lower left")

    caption = say("Loss and accuracy from zeros and from random weights")
    return Drawing("curves", caption, data, draw, (8.2, 3.6))


def weights_drawing(watched: dict[str, Watched]) -> Drawing:
    """The first weight of each unit, from zeros and from Gaussian draws."""
    names = ("zero", "Gaussian")
    data = {
        name: [state["fc1.weight"][:, 0].tolist() for state in watched[name].before]
        for name in names
    }

    def draw(canvas: Canvas) -> None:
        panels = canvas.subplots(1, 2)
        for axes, name in zip(panels, names, strict=True):
            units = list(zip(*data[name], strict=True))
            for k, path in enumerate(units):
                style = {"linewidth": 1.4 + 1.1 * (len(units) - k - 1) if name == "zero" else 1.6}
                axes.plot(range(len(path)), path, label=f"unit {k + 1}", **style)
            axes.set(title=f"start: {name}", xlabel="epoch")
        panels[0].set(ylabel="weight from the first input")
        panels[1].legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))

    caption = say("Each hidden unit's first weight: from zeros all the lines are one")
    return Drawing("weights", caption, data, draw, (8.6, 3.6))
