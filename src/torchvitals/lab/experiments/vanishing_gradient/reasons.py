"""Why it vanishes: what a layer can pass back, and which of its factors costs most."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from torchvitals.lab import initialisation as start
from torchvitals.lab.experiment import Bench, Claim, Part, Table
from torchvitals.lab.experiments.vanishing_gradient.knobs import SURE, Knobs
from torchvitals.lab.experiments.vanishing_gradient.norms import Norms, gradients
from torchvitals.lab.moons import Labelled, two_moons
from torchvitals.lab.slopes import (
    backward_norms,
    largest_share_of_bound,
    slope_at,
    steepest,
    typical_factor,
)
from torchvitals.lab.stacked import Recipe, Stack
from torchvitals.words import say


def _typical(values: Tensor) -> float:
    return float(values.log().mean().exp())


def bound_and_factor(
    parameters: Knobs, measured: dict[str, Norms], data: Labelled, generator: torch.Generator
) -> Iterator[Part]:
    """What no layer can exceed, and what it typically multiplies by."""
    name, steep = parameters.activation, steepest(parameters.activation)
    few = Labelled(data.inputs[0, :64], data.labels[0, :64])
    shares: list[float] = []
    for draw in (start.normal(parameters.std), start.xavier, start.normal(3.0)):
        stack = Stack(64, parameters.widths, Recipe(name, draw), generator)
        shares.append(largest_share_of_bound(stack.double(), *few, steep))
    yield Claim(
        say(
            "No {name} layer passes back more than its weights' norm times {steep}: at any of 64 "
            "points, in nets of small, Xavier and large weights",
            name=name,
            steep=f"{steep:.4g}",
        ),
        say("at most 1 of the bound"),
        f"{max(shares):.4f}",
        0 < max(shares) < 1 + 1e-4,
    )
    for activation, (_, biases) in measured.items() if parameters.is_faint else ():
        expected = typical_factor(
            parameters.width, parameters.std, slope_at(activation, parameters.bias)
        )
        if expected == 0:
            continue
        logs = torch.stack([a.log() - b.log() for a, b in pairwise(biases)])
        mean, error = float(logs.mean()), float(logs.std()) / math.sqrt(logs.numel())
        yield Claim(
            say(
                "With {name} a layer multiplies the gradient by std × slope({bias}) × chi",
                name=activation,
                bias=f"{parameters.bias:g}",
            ),
            f"{expected:.4g}",
            f"{math.exp(mean):.4g} ± {error * math.exp(mean):.2g}",
            abs(mean - math.log(expected)) < SURE * error,
        )


def decades_lost(parameters: Knobs, data: Labelled, generator: torch.Generator) -> Iterator[Part]:
    """Which of the two, the activation or the scale, costs more."""
    rows: list[list[str]] = []
    decades: dict[tuple[str, str], float] = {}
    for name in dict.fromkeys((parameters.activation, "relu")):
        for scale, draw in (("N(0, std²)", None), ("Xavier", start.xavier)):
            _, biases = gradients(parameters, name, data, generator, draw)
            live = (biases[0] > 0) & (biases[-1] > 0)
            lost = -math.log10(_typical((biases[0] / biases[-1])[live]))
            decades[name, scale] = lost / (parameters.depth - 1)
            rows.append([f"{name}, {scale}", f"{lost:.2f}", f"{decades[name, scale]:.2f}"])
    yield Table(
        say("Decades that the gradient loses from the last layer to the first"),
        [say("net"), say("in all"), say("a layer")],
        rows,
    )
    if not parameters.is_text:
        return
    sick = decades["sigmoid", "N(0, std²)"]
    by_scale, by_slope = sick - decades["sigmoid", "Xavier"], sick - decades["relu", "N(0, std²)"]
    expected = (math.log10(1 / math.sqrt(3) / 0.01), math.log10(1 / slope_at("sigmoid", 1.0)))
    yield Claim(
        say("The small weights cost more decades a layer than the sigmoid does"),
        "{:.2f} > {:.2f}".format(*expected),
        f"{by_scale:.2f}, {by_slope:.2f}",
        by_scale > by_slope,
    )


def as_created(bench: Bench, parameters: Knobs, generator: torch.Generator) -> Iterator[Part]:
    """Thirty layers as PyTorch creates them: theory says 1 / sqrt(6) a layer."""
    networks, width, depth = parameters.draws // 10, 64, 30
    widths = (2, *[width] * depth, 1)
    stack = Stack(networks, widths, Recipe("relu", start.default), generator)
    with torch.no_grad():
        for weight, bias in zip(stack.weights, stack.biases, strict=True):
            bound = 1 / math.sqrt(weight.shape[-1])
            bias.uniform_(-bound, bound, generator=generator)
    points = two_moons(bench.seed).train
    norms = backward_norms(stack.double(), points.inputs[:8].double(), points.labels[:8].double())
    squares = torch.stack([(norm**2).mean(dim=1) for norm in norms])
    factors = (squares[:-1] / squares[1:]).mean(dim=0)
    mean, error = float(factors.mean()), float(factors.std()) / math.sqrt(networks)
    yield Claim(
        say(
            "{depth} ReLU layers of {width}, as PyTorch creates them, keep 1/6 of the squared "
            "gradient each: deep_default_init.py, which is diagnosed below, is such a net",
            depth=depth,
            width=width,
        ),
        say("{factor} of the norm a layer (RMS)", factor=f"{math.sqrt(1 / 6):.4f}"),
        f"{math.sqrt(mean):.4f} ± {error / 2 / math.sqrt(mean):.4f}",
        abs(mean - 1 / 6) < SURE * error + 0.02 / 6,
    )
