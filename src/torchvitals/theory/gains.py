"""The gain that weights need so that a signal keeps its size through an activation."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[np.float64]
_NODES = 4001
_RANGE = 10.0
"""A normal variable lies beyond ten standard deviations once in 1e23."""


def _sigmoid(z: _Array) -> _Array:
    return 1.0 / (1.0 + np.exp(-z))


def _softplus(z: _Array) -> _Array:
    return np.logaddexp(0.0, z)


def _gelu(z: _Array) -> _Array:
    return z * 0.5 * (1.0 + np.array([math.erf(x / math.sqrt(2.0)) for x in z]))


_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805
FUNCTIONS: dict[str, Callable[[_Array], _Array]] = {
    "relu": lambda z: np.maximum(z, 0.0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(z)),
    "selu": lambda z: _SELU_SCALE * np.where(z > 0, z, _SELU_ALPHA * np.expm1(z)),
    "gelu": _gelu,
    "silu": lambda z: z * _sigmoid(z),
    "mish": lambda z: z * np.tanh(_softplus(z)),
    "hardswish": lambda z: z * np.minimum(np.maximum(z + 3.0, 0.0), 6.0) / 6.0,
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "softsign": lambda z: z / (1.0 + np.abs(z)),
    "hardtanh": lambda z: np.minimum(np.maximum(z, -1.0), 1.0),
}


@cache
def forward_gain(activation: str) -> float:
    """1/sqrt(E[f(z)^2]) for z ~ N(0, 1): the gain at which unit variance stays.

    Args:
        activation: a name in `FUNCTIONS`.

    Raises:
        KeyError: no such activation.

    Source: He et al. 2015, section 2.2, for any activation; by quadrature.
    """
    z = np.linspace(-_RANGE, _RANGE, _NODES)
    density = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    second_moment = float((FUNCTIONS[activation](z) ** 2 * density).sum()) * float(z[1] - z[0])
    return 1.0 / math.sqrt(second_moment)
