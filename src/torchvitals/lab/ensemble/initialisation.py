"""The laws that first weights and biases are drawn from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from torchvitals.lab.ensemble import streams

Shape = Literal["uniform", "normal", "constant"]


@dataclass(frozen=True)
class Law:
    """One distribution.

    `scale` is the half-width of a uniform law around 0, the standard deviation of a normal one
    around 0, and the value itself of a constant.
    """

    shape: Shape
    scale: float


@dataclass(frozen=True)
class Initialisation:
    """How the first weights scale with a layer's fans.

    The weights' scale is `weights.scale` times `fan_in` to the `in_power`, or, for Xavier's law,
    times the mean of both fans to that power; the biases' is `biases.scale` times `fan_in` to the
    `bias_power`. Made by the functions below.
    """

    weights: Law
    biases: Law
    in_power: float = 0.0
    mean_of_fans: bool = False
    bias_power: float = 0.0

    def laws(self, fan_in: int, fan_out: int) -> tuple[Law, Law]:
        """Of the weights and of the biases of a layer."""
        fan = (fan_in + fan_out) / 2.0 if self.mean_of_fans else float(fan_in)
        return (
            Law(self.weights.shape, self.weights.scale * fan**self.in_power),
            Law(self.biases.shape, self.biases.scale * float(fan_in) ** self.bias_power),
        )


def torch_default() -> Initialisation:
    """What `torch.nn.Linear` does: both uniform within 1/sqrt(fan in)."""
    law = Law("uniform", 1.0)
    return Initialisation(law, law, in_power=-0.5, bias_power=-0.5)


def normal(std: float, bias: float = 0.0) -> Initialisation:
    """Weights N(0, std^2); every bias is `bias`."""
    return Initialisation(Law("normal", std), Law("constant", bias))


def uniform(bound: float, bias: float = 0.0) -> Initialisation:
    """Weights uniform over [-bound, bound); every bias is `bias`."""
    return Initialisation(Law("uniform", bound), Law("constant", bias))


def xavier(gain: float = 1.0, bias: float = 0.0) -> Initialisation:
    """Weights N(0, gain^2 2 / (fan in + fan out)). Source: Glorot and Bengio 2010, section 4.2."""
    law = Law("normal", gain)
    return Initialisation(law, Law("constant", bias), in_power=-0.5, mean_of_fans=True)


def kaiming(gain: float = math.sqrt(2.0), bias: float = 0.0) -> Initialisation:
    """Weights N(0, gain^2 / fan in). Source: He et al. 2015, section 2.2."""
    return Initialisation(Law("normal", gain), Law("constant", bias), in_power=-0.5)


def mean_field(weight_variance: float, bias_variance: float) -> Initialisation:
    """Weights N(0, weight_variance / fan in), biases N(0, bias_variance).

    Source: Poole et al. 2016, section 2.
    """
    weights, biases = Law("normal", math.sqrt(weight_variance)), math.sqrt(bias_variance)
    return Initialisation(weights, Law("normal", biases), in_power=-0.5)


def zeros(bias: float = 0.0) -> Initialisation:
    """Every weight 0; every bias is `bias`."""
    return Initialisation(Law("constant", 0.0), Law("constant", bias))


def draw(
    initialisation: Initialisation,
    layers: Sequence[tuple[int, int]],
    seed: int,
    networks: NDArray[np.int64],
) -> NDArray[np.float32]:
    """First parameters of the networks of these numbers.

    Args:
        initialisation: the law.
        layers: (fan in, fan out) of each.
        seed: of the whole ensemble.
        networks: (E,) numbers, 0 or more.

    Returns:
        (E, P) in torch's order: per layer the weights (out, in) row by row, then the biases.
    """
    starts = streams.bases(seed, networks)
    parts: list[NDArray[np.float32]] = []
    first = 0
    for fan_in, fan_out in layers:
        weights, biases = initialisation.laws(fan_in, fan_out)
        for law, count in ((weights, fan_in * fan_out), (biases, fan_out)):
            parts.append(_draw_tensor(law, starts, first, count))
            first += count
    return np.concatenate(parts, axis=1)


def _draw_tensor(law: Law, starts: streams.Words, first: int, count: int) -> NDArray[np.float32]:
    scale = np.float32(law.scale)
    match law.shape:
        case "constant":
            return np.full((len(starts), count), scale, dtype=np.float32)
        case "uniform":
            return streams.uniform(starts, first, count) * scale
        case "normal":
            return streams.normal(starts, first, count) * scale
