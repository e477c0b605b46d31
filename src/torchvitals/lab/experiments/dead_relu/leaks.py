"""Leaky ReLU and ELU on the same start: gradients that are not 0, and vanish."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from torchvitals.lab import initialisation as start
from torchvitals.lab.experiment import Claim, Drawing, Part, Table
from torchvitals.lab.experiments.dead_relu.knobs import SURE, Knobs
from torchvitals.lab.figures import MARKERS
from torchvitals.lab.moons import Labelled
from torchvitals.lab.slopes import slope_at, typical_factor
from torchvitals.lab.stacked import Recipe, Stack
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

TEXT = {0: 1.7e-16, 4: 0.07}
"""Leaky ReLU's gradient norms of fc1.weight and fc5.weight, as the text prints them."""
_LEAKS = ("leaky_relu", "elu")


def leaks(parameters: Knobs, data: Labelled, generator: torch.Generator) -> Iterator[Part]:
    """Leaky ReLU and ELU on the same start: what their gradients are, over many draws."""
    weights: dict[str, list[Tensor]] = {}
    biases: dict[str, list[Tensor]] = {}
    for name in ("relu", *_LEAKS):
        recipe = Recipe(name, start.normal(parameters.std), parameters.bias)
        stack = Stack(parameters.draws, parameters.widths, recipe, generator).double()
        weights[name], biases[name] = stack.differentiate(data)
    yield Table(
        say("Median norm of the weight's gradient over {n} draws", n=parameters.draws),
        [say("layer"), *weights],
        [
            [
                f"fc{k + 1}.weight",
                *(f"{float(layers[k].median()):.2g}" for layers in weights.values()),
            ]
            for k in range(parameters.depth)
        ],
    )
    yield _gradients_drawing(weights)
    if parameters.is_text:
        logs = [weights["leaky_relu"][k].log10() for k in TEXT]
        far = [
            abs(math.log10(told) - float(log.mean())) / float(log.std())
            for told, log in zip(TEXT.values(), logs, strict=True)
        ]
        yield Claim(
            say("The text's norms with Leaky ReLU, 1.7e-16 and 0.07, are those of a typical draw"),
            say("each within 4 standard deviations of log10"),
            say("the farthest at {far}", far=f"{max(far):.1f}"),
            max(far) < SURE,
        )
    for name in _LEAKS if parameters.is_dead and parameters.std <= 0.01 else ():
        yield _factor(parameters, name, biases[name])


def _factor(parameters: Knobs, name: str, biases: list[Tensor]) -> Claim:
    slope = slope_at(name, parameters.bias)
    expected = typical_factor(parameters.width, parameters.std, slope)
    logs = torch.stack([a.log() - b.log() for a, b in pairwise(biases)])
    mean, error = float(logs.mean()), float(logs.std()) / math.sqrt(logs.numel())
    return Claim(
        say(
            "{name} un-kills: a layer passes on its slope of {slope} × std × chi, which is not 0, "
            "but vanishes over {depth} layers",
            name=name,
            slope=f"{slope:.3g}",
            depth=parameters.depth,
        ),
        say("{factor} a layer", factor=f"{expected:.4g}"),
        f"{math.exp(mean):.4g} ± {error * math.exp(mean):.2g}",
        # ELU's slope changes with the pre-activation's spread: a second-order term.
        abs(mean - math.log(expected)) < SURE * error + parameters.std**2 * parameters.width,
    )


def _gradients_drawing(weights: dict[str, list[Tensor]]) -> Drawing:
    data = {name: [float(w.median()) for w in layers] for name, layers in weights.items()}
    layers = [f"fc{k + 1}" for k in range(len(next(iter(data.values()))))]
    least = min([value for row in data.values() for value in row if value > 0], default=1e-3)
    floor = least / 1e3
    """Where exact zeros are drawn."""

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for (name, row), marker in zip(data.items(), MARKERS, strict=False):
            shown = [value if value > 0 else floor for value in row]
            axes.plot(layers, shown, marker=marker, label=name)
        if any(value == 0 for row in data.values() for value in row):
            axes.axhline(floor, linestyle=":", color="#000000", linewidth=1)
            axes.annotate("exactly 0", (0, floor), xytext=(0, 5), textcoords="offset points")
        axes.set(yscale="log", xlabel="layer", ylabel="L2 norm of the weight's gradient, median")
        axes.legend(loc="upper left")

    caption = say("Leaky ReLU and ELU lift the gradient off 0, to where it vanishes")
    return Drawing("gradients", caption, {"layers": layers, **data}, draw)
