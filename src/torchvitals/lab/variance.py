"""The variance of a signal on its way through a deep net, and of its gradient on the way back:
measured, and as the mean-field theory has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

_NODES, _RANGE = 8000, 10.0
"""Of the quadrature over a standard normal variable; an even number, so that none is at 0."""
_HELD = 690.0
"""Of float64, the greatest size of a variance's ln, with some room: it ends at 709."""
_SURE = 4.0
"""Deviations that chance exceeds once in 16,000."""

_Function = Callable[[Tensor], Tensor]
ACTIVATIONS: dict[str, _Function] = {
    "linear": lambda z: z,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


class Start(NamedTuple):
    """An initialisation: how it fills a square weight, and n var(w)."""

    fill: Callable[[Tensor, torch.Generator], object]
    gain: Callable[[int], float]


def starts(std: float) -> dict[str, Start]:
    """Those of the text, by the names that figures show; `std` is that of the small one."""
    return {
        f"N(0, {std:g}²)": Start(
            lambda w, g: w.normal_(0.0, std, generator=g), lambda n: n * std**2
        ),
        "N(0, 1)": Start(lambda w, g: w.normal_(0.0, 1.0, generator=g), float),
        "Xavier": Start(lambda w, g: nn.init.xavier_normal_(w, generator=g), lambda _: 1.0),
        "Kaiming": Start(
            lambda w, g: nn.init.kaiming_normal_(w, nonlinearity="relu", generator=g),
            lambda _: 2.0,
        ),
        "orthogonal": Start(lambda w, g: nn.init.orthogonal_(w, generator=g), lambda _: 1.0),
    }


class Course(NamedTuple):
    """By layer from the first: mean squares as ln."""

    forward: list[float]
    """Of the inputs to the activation."""
    backward: list[float]
    """Of the gradient with respect to those."""

    @property
    def ends(self) -> tuple[float, float]:
        """What has come of it: forward at the last layer, backward at the first."""
        return self.forward[-1], self.backward[0]


class Theory(NamedTuple):
    """Mean-field prediction of a `Course`."""

    course: Course
    deviations: tuple[float, float]
    """Of the two ends in a net of this width: the standard deviation, from above."""

    def distances(self, net: Course) -> tuple[float, float]:
        """Deviations between the ends of a net and these.

        The mean of a logarithm is up to half its variance below the logarithm of the mean.
        """
        found: list[float] = []
        for seen, expected, deviation in zip(
            net.ends, self.course.ends, self.deviations, strict=True
        ):
            shift = deviation**2 / 4
            found.append(max(0.0, abs(seen - expected + shift) - shift) / deviation)
        return found[0], found[1]

    def is_near(self, size: float) -> bool:
        """Whether chance may carry an end across this size, either way."""
        return any(
            abs(abs(value) - size) < _SURE * deviation + deviation**2 / 2
            for value, deviation in zip(self.course.ends, self.deviations, strict=True)
        )


def measured(
    start: Start, activation: str, width: int, depth: int, generator: torch.Generator
) -> Course:
    """Of one net in float64, for 32 normal inputs and a normal gradient at its end."""
    signal = torch.randn(32, width, generator=generator, dtype=torch.float64)
    inputs: list[Tensor] = []
    with torch.enable_grad():
        for layer in range(depth):
            weight = torch.empty(width, width, dtype=torch.float64)
            if layer == 0:
                signal = signal.requires_grad_()
            start.fill(weight, generator)
            inputs.append(signal @ weight.T)
            signal = ACTIVATIONS[activation](inputs[-1])
    down = torch.randn(32, width, generator=generator, dtype=torch.float64)
    gradients = torch.autograd.grad(inputs[-1], inputs, down)
    return Course([_ln_square(x.detach()) for x in inputs], [_ln_square(g) for g in gradients])


def predicted(gain: float, activation: str, width: int, depth: int) -> Theory:
    """The mean-field recursion: q' = gain E[f(sqrt(q) z)^2], g = gain E[f'(sqrt(q) z)^2] g'.

    The deviations add up over the layers those of independent units: (E f^4 / (E f^2)^2 - 1) / n
    forward and (3 E f'^4 / (E f'^2)^2 - 1) / n backward, which is 5 / n for ReLU (Hanin and Nica
    2018).
    """
    squares, back = [gain], [0.0]
    spread_forward, spread_backward = 2.0 / width, 2.0 / width
    for layer in range(1, depth):
        total = abs(math.log(squares[-1])), abs(sum(back))
        if max(total) > _HELD:
            raise ValueError(
                f"Expected a depth at which float64 holds the variance of {activation} nets but "
                f"got depth={depth}: it is beyond at layer {layer} of width {width}. Take fewer."
            )
        moments = _moments(activation, squares[-1])
        squares.append(gain * moments.value)
        back.append(math.log(gain * moments.slope))
        spread_forward += (moments.value_kurtosis - 1.0) / width
        spread_backward += (3.0 * moments.slope_kurtosis - 1.0) / width
    forward = [math.log(q) for q in squares]
    backward = [sum(back[layer:]) for layer in range(1, depth + 1)]
    deviations = math.sqrt(spread_forward), math.sqrt(spread_backward)
    return Theory(Course(forward, backward), deviations)


class _Moments(NamedTuple):
    value: float
    value_kurtosis: float
    slope: float
    slope_kurtosis: float


def _moments(activation: str, variance: float) -> _Moments:
    z = torch.linspace(-_RANGE, _RANGE, _NODES, dtype=torch.float64)
    weight = torch.exp(-z * z / 2)
    weight = weight / weight.sum()
    u = (math.sqrt(variance) * z).requires_grad_()
    with torch.enable_grad():
        value = ACTIVATIONS[activation](u)
        slope = torch.autograd.grad(value.sum(), u)[0]
    squares = [_mean_and_kurtosis(v, weight) for v in (value.detach(), slope)]
    return _Moments(*squares[0], *squares[1])


def _mean_and_kurtosis(values: Tensor, weight: Tensor) -> tuple[float, float]:
    """E v^2 and E v^4 / (E v^2)^2: scaled on the way, as a fourth power underflows early."""
    scale = float(values.abs().max())
    square, fourth = (float(((values / scale) ** k * weight).sum()) for k in (2, 4))
    return square * scale**2, fourth / square**2


def _ln_square(x: Tensor) -> float:
    return math.log(float(x.square().mean()))
