"""Deep plain nets: how normalisation makes the gradient grow on its way back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from torchvitals.lab.experiment import Bench, Claim, Drawing, Part, Table
from torchvitals.lab.experiments.building_blocks.knobs import LIMIT, Knobs
from torchvitals.lab.figures import COLOURS, MARKERS
from torchvitals.lab.norm_growth import (
    BATCHNORM_FACTOR,
    WAYS,
    factor,
    residual_factor,
    squared_gradients,
)
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_LEAST_WIDTH, _LEAST_DEPTH = 128, 8
"""Narrower nets, and shorter ones, have more noise than the 4 % of the growth's claims."""


def deep_nets(knobs: Knobs, generator: torch.Generator, bench: Bench) -> Iterator[Part]:
    """Growth by each way of normalising, beside theory."""
    width, depth = knobs.width, knobs.depth
    squares: dict[str, list[float]] = {}
    for way in bench.track(WAYS, say("deep nets")):
        squares[way] = squared_gradients(way, width, depth, width, generator)
    rows = [(way, f"{factor(found):.4f}") for way, found in squares.items()]
    yield Table(
        say("Growth of the squared gradient a layer, on its way back through a new ReLU net"),
        [say("normalisation"), say("factor")],
        rows,
    )
    if width >= _LEAST_WIDTH and depth >= _LEAST_DEPTH:
        yield from _growth_claims(squares, width, depth)

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        layers = range(1, depth + 1)
        theory = [BATCHNORM_FACTOR ** (depth - layer) for layer in layers]
        axes.plot(layers, theory, "--", color="#000000", linewidth=1, label="(π / (π - 1)) a layer")
        for k, (way, found) in enumerate(squares.items()):
            line = [value / found[-1] for value in found]
            axes.plot(layers, line, MARKERS[k] + "-", markersize=4.5, color=COLOURS[k], label=way)
        axes.set(yscale="log", xlabel="layer", ylabel="squared gradient, of the last layer's")
        axes.legend(loc="upper right", fontsize=8.5)

    caption = say("At the start of training BatchNorm alone makes gradients explode backwards")
    yield Drawing("growth", caption, {"squares": squares, "factor": BATCHNORM_FACTOR}, draw)


def _growth_claims(squares: dict[str, list[float]], width: int, depth: int) -> Iterator[Part]:
    seen = factor(squares["BatchNorm"])
    yield Claim(
        say("BatchNorm in a deep plain net: the squared gradient grows by π / (π - 1) a layer"),
        f"{BATCHNORM_FACTOR:.4f} ± 4 %",
        f"{seen:.4f}",
        abs(seen / BATCHNORM_FACTOR - 1) < 0.04,
    )
    # 5 / n a layer is the variance of ln |g|^2 (Hanin and Nica 2018)
    noise = math.exp(LIMIT * math.sqrt(5 / width / (depth - 3))) - 1
    for way in ("none", "LayerNorm"):
        seen = factor(squares[way])
        yield Claim(
            say("With Kaiming's start and {way} it stays", way=way)
            if way != "none"
            else say("With Kaiming's start and no normalisation it stays"),
            f"1 ± {noise:.3f}",
            f"{seen:.4f}",
            abs(seen - 1) < noise,
        )
    seen, expected = factor(squares["BatchNorm, residual"]), residual_factor(depth)
    yield Claim(
        say("Residual connections cure it: growth is now a power of the depth, no exponential"),
        f"{expected:.4f} ± 4 %",
        f"{seen:.4f}",
        abs(seen / expected - 1) < 0.04,
    )
