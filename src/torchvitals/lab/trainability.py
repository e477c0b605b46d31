"""Deep plain networks, each with its own weight and bias variance, trained side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional as F

from torchvitals.lab.threads import one_thread

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"tanh": torch.tanh, "relu": torch.relu}
_FEATURES = 8
_EXAMPLES = 24
_RATE, _MOMENTUM = 0.2, 0.9
"""The rate is divided by the depth, as the gradient grows with it."""
Places = Sequence[tuple[float, float]]
"""(sw2, sb2) of each network."""


def accuracies(  # noqa: PLR0913, PLR0917  what is built, and how it is trained
    activation: str,
    places: Places,
    depth: int,
    width: int,
    seed: int,
    steps: Iterable[int],
) -> list[float]:
    """Of each network the share of 24 random examples that it has learned by heart.

    Args:
        activation: a name in `ACTIVATIONS`.
        places: weight variance times fan in, and bias variance, one pair a network.
        depth: hidden layers.
        width: units of each.
        seed: of the data and the weights.
        steps: of SGD, rate 0.2 / depth, momentum 0.9, full batch.
    """
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(_EXAMPLES, _FEATURES, generator=generator)
    inputs *= inputs.square().mean(1, keepdim=True).rsqrt()
    targets = (torch.arange(_EXAMPLES) % 2).float().expand(len(places), _EXAMPLES)
    sizes = [_FEATURES, *[width] * depth, 1]
    parameters = _draw(places, sizes, generator)
    optimizer = torch.optim.SGD(parameters, lr=_RATE / depth, momentum=_MOMENTUM)
    function = ACTIVATIONS[activation]

    def logits() -> Tensor:
        signal = inputs.T.expand(len(places), -1, -1)
        for layer in range(0, len(parameters) - 2, 2):
            signal = function(torch.baddbmm(parameters[layer + 1], parameters[layer], signal))
        return torch.baddbmm(parameters[-1], parameters[-2], signal)[:, 0]

    with one_thread():
        for _ in steps:
            optimizer.zero_grad()
            # Mean over examples, sum over networks: each has the gradient it would have alone.
            losses = F.binary_cross_entropy_with_logits(logits(), targets, reduction="none")
            losses.mean(1).sum().backward()
            optimizer.step()
    with torch.no_grad():
        return ((logits() > 0) == (targets > 0)).float().mean(1).tolist()


def gradient_factors(
    activation: str, place: tuple[float, float], variance: float, networks: int, seed: int
) -> list[float]:
    """Of each random network the factor of the squared gradient per layer, going backward.

    Args:
        activation: a name in `ACTIVATIONS`.
        place: (sw2, sb2).
        variance: the fixed variance q* at which the signal is put in.
        networks: how many, of width 400 and 20 layers.
        seed: of the weights.
    """
    width, depth = 400, 20
    generator = torch.Generator().manual_seed(seed)
    function, found = ACTIVATIONS[activation], list[float]()
    for _ in range(networks):
        start = torch.randn(width, generator=generator) * variance**0.5
        signal = start.requires_grad_()
        for _ in range(depth):
            weights = torch.randn(width, width, generator=generator) * (place[0] / width) ** 0.5
            biases = torch.randn(width, generator=generator) * place[1] ** 0.5
            signal = weights @ function(signal) + biases
        cotangent = torch.randn(width, generator=generator)
        (gradient,) = torch.autograd.grad(signal, start, cotangent)
        ratio = float(gradient.square().sum() / cotangent.square().sum())
        found.append(ratio ** (1 / depth))
    return found


def _draw(places: Places, sizes: list[int], generator: torch.Generator) -> list[Tensor]:
    weight_stds = torch.tensor([sw2**0.5 for sw2, _ in places])[:, None, None]
    bias_stds = torch.tensor([sb2**0.5 for _, sb2 in places])[:, None, None]
    parameters: list[Tensor] = []
    for fan_in, fan_out in pairwise(sizes):
        weights = torch.randn(len(places), fan_out, fan_in, generator=generator)
        biases = torch.randn(len(places), fan_out, 1, generator=generator)
        parameters += [weights * weight_stds * fan_in**-0.5, biases * bias_stds]
    return [parameter.requires_grad_() for parameter in parameters]
