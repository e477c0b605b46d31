"""The gradient's norm, layer by layer, over many draws: beside the text's, and drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from torchvitals.lab import initialisation as start
from torchvitals.lab.experiment import Claim, Drawing, Part, Table
from torchvitals.lab.experiments.vanishing_gradient.knobs import SURE, Knobs
from torchvitals.lab.figures import MARKERS
from torchvitals.lab.moons import Labelled
from torchvitals.lab.stacked import Recipe, Stack
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

TEXT = {
    "sigmoid": (2.5e-11, 1.2e-8, 5.4e-6, 1.1e-3, 0.276),
    "relu": (1.7e-8, 1.4e-6, 1.1e-4, 9.5e-3, 0.392),
}
"""Norms of the gradient of fc1.weight to fc5.weight, as the text prints them."""
Norms = tuple[list[Tensor], list[Tensor]]


def gradients(
    parameters: Knobs,
    activation: str,
    data: Labelled,
    generator: torch.Generator,
    draw: start.Draw | None = None,
) -> Norms:
    """Norms of weights' and biases' gradients, layer by layer: in float64, so that none is 0."""
    chosen = start.normal(parameters.std) if draw is None else draw
    recipe = Recipe(activation, chosen, parameters.bias)
    stack = Stack(parameters.draws, parameters.widths, recipe, generator)
    return stack.double().differentiate(data)


def beside_the_text(parameters: Knobs, measured: dict[str, Norms]) -> Iterator[Part]:
    """What a typical draw gives, and whether the text's is one."""
    columns = [say("layer")]
    for name in measured:
        columns += [say("{name}, text", name=name), say("{name}, 5 to 95 %", name=name)]
    rows: list[list[str]] = []
    for layer in range(parameters.depth):
        row = [f"fc{layer + 1}.weight"]
        for name, (weights, _) in measured.items():
            low, high = weights[layer].quantile(torch.tensor([0.05, 0.95]).double()).tolist()
            known = parameters.is_text and name in TEXT
            row += [f"{TEXT[name][layer]:.2g}" if known else "", f"{low:.2g} – {high:.2g}"]
        rows.append(row)
    title = say("L2 norm of the gradient in the first epoch, over {n} draws", n=parameters.draws)
    yield Table(title, columns, rows)
    for name, (weights, _) in measured.items() if parameters.is_text else ():
        logs = [layer.log10() for layer in weights]
        far = [
            abs(math.log10(told) - float(log.mean())) / float(log.std())
            for told, log in zip(TEXT[name], logs, strict=True)
        ]
        yield Claim(
            say("The text's five norms with {name} are those of a typical draw", name=name),
            say("each within 4 standard deviations of log10"),
            say("the farthest at {far}", far=f"{max(far):.1f}"),
            max(far) < SURE,
        )


def norms_drawing(parameters: Knobs, measured: dict[str, Norms]) -> Drawing:
    """The band of nine draws in ten."""
    levels = torch.tensor([0.05, 0.5, 0.95], dtype=torch.float64)
    bands = {
        name: [layer.quantile(levels).tolist() for layer in weights]
        for name, (weights, _) in measured.items()
    }
    layers = [f"fc{k + 1}" for k in range(parameters.depth)]
    told = {name: TEXT[name] for name in measured if parameters.is_text and name in TEXT}

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for (name, band), marker in zip(bands.items(), MARKERS, strict=False):
            low, middle, high = zip(*band, strict=True)
            (line,) = axes.plot(layers, middle, marker=marker, label=f"{name}: median")
            axes.fill_between(layers, low, high, alpha=0.2, color=line.get_color(), linewidth=0)
            if name in told:
                label = "the text" if name == next(iter(told)) else None
                axes.plot(layers, told[name], "x", color="#000000", markersize=7, label=label)
        axes.set(yscale="log", xlabel="layer", ylabel="L2 norm of the weight's gradient")
        axes.legend(loc="lower right")

    data = {"layers": layers, "quantiles 5, 50, 95 %": bands, "text": told}
    caption = say("The gradient by layer over many draws: the band holds 90 % of them")
    return Drawing("gradients", caption, data, draw)
