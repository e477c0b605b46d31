"""Signals in wide random networks: what a layer makes of their size and of their likeness.

Weights have variance sw2 / fan in, biases sb2; q is the variance of pre-activations, c the
correlation of those of two inputs. Source: Poole et al. 2016, Exponential expressivity in deep
neural networks through transient chaos; Schoenholz et al. 2017, Deep information propagation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[np.float64]
_NODES = 200
"""Even, so that none lies on the kink of a ReLU, and its two halves are exact."""
_RANGE = 8.5
"""A normal variable lies beyond it once in 1e16."""
_TURNS = 10_000
"""Of a fixed-point iteration; at the critical line itself it is not used."""
_ENOUGH = 1e-13
_HALVINGS = 50
_LARGEST = 1e6
"""A variance that grows past it has no fixed point."""


class Activation(NamedTuple):
    """An activation and its derivative."""

    value: Callable[[_Array], _Array]
    slope: Callable[[_Array], _Array]


def _tanh_slope(u: _Array) -> _Array:
    return 1.0 - np.tanh(u) ** 2


def _relu(u: _Array) -> _Array:
    return np.maximum(u, 0.0)


def _step(u: _Array) -> _Array:
    return (u > 0).astype(np.float64)


def _same(u: _Array) -> _Array:
    return u


ACTIVATIONS = {
    "tanh": Activation(np.tanh, _tanh_slope),
    "relu": Activation(_relu, _step),
    "linear": Activation(_same, np.ones_like),
}
_Z = np.linspace(-_RANGE, _RANGE, _NODES)
_WEIGHTS = np.exp(-0.5 * _Z * _Z) / math.sqrt(2.0 * math.pi) * (_Z[1] - _Z[0])


def mean_square(activation: str, q: float) -> float:
    """E[f(u)^2] for u ~ N(0, q).

    Args:
        activation: a name in `ACTIVATIONS`.
        q: variance, not below 0.

    Raises:
        KeyError: no such activation.

    >>> round(mean_square("tanh", 1.0), 6), round(mean_square("relu", 2.0), 6)
    (0.394294, 1.0)
    """
    return float(_WEIGHTS @ ACTIVATIONS[activation].value(math.sqrt(q) * _Z) ** 2)


def mean_square_slope(activation: str, q: float) -> float:
    """E[f'(u)^2] for u ~ N(0, q). Raises KeyError as `mean_square` does.

    >>> round(mean_square_slope("tanh", 1.0), 6), round(mean_square_slope("relu", 3.0), 6)
    (0.464403, 0.5)
    """
    return float(_WEIGHTS @ ACTIVATIONS[activation].slope(math.sqrt(q) * _Z) ** 2)


def fixed_variance(activation: str, sw2: float, sb2: float) -> float:
    """The variance q* that a deep layer passes on as it is; inf where it grows without end.

    >>> round(fixed_variance("tanh", 2.5, 0.05), 5), round(fixed_variance("relu", 1.0, 0.1), 5)
    (1.06396, 0.2)
    """
    q = 1.0
    for _ in range(_TURNS):
        following = sw2 * mean_square(activation, q) + sb2
        if following > _LARGEST:
            return math.inf
        if abs(following - q) < _ENOUGH * max(q, 1e-3):
            return following
        q = following
    return q


def gradient_growth(activation: str, sw2: float, sb2: float) -> float:
    """χ1: the factor of the squared gradient from layer to layer, deep in the network.

    Below 1 it vanishes, above 1 it explodes.

    >>> round(gradient_growth("tanh", 1.0, 0.05), 5), round(gradient_growth("relu", 2.0, 0.0), 5)
    (0.75903, 1.0)
    """
    if activation == "relu":  # its slope knows no size
        return sw2 / 2.0
    return sw2 * mean_square_slope(activation, fixed_variance(activation, sw2, sb2))


class Critical(NamedTuple):
    """A point of the critical line."""

    sw2: float
    sb2: float
    q: float


def critical_at(activation: str, q: float) -> Critical:
    """The point of the critical line χ1 = 1 whose fixed variance is q.

    >>> round(critical_at("tanh", 0.57005).sw2, 4)
    1.761
    """
    sw2 = 1.0 / mean_square_slope(activation, q)
    return Critical(sw2, q - sw2 * mean_square(activation, q), q)


def critical_weight_variance(activation: str, sb2: float) -> float:
    """sw2 on the critical line at this sb2; nan where there is none (ReLU's is one point, sb2 = 0).

    >>> round(critical_weight_variance("tanh", 0.05), 4), critical_weight_variance("relu", 0.0)
    (1.761, 2.0)
    >>> critical_weight_variance("relu", 0.05)
    nan
    """
    if activation != "tanh":
        return {"relu": 2.0, "linear": 1.0}[activation] if sb2 == 0.0 else math.nan
    low, high = 1e-9, 100.0
    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if critical_at(activation, middle).sb2 < sb2 else (low, middle)
    return critical_at(activation, low).sw2


def fixed_correlation(activation: str, sw2: float, sb2: float) -> float:
    """The likeness c* that deep layers give any two inputs: 1 where signals are in order.

    Raises:
        ValueError: the variance grows without end, and there is no such likeness.

    >>> round(fixed_correlation("tanh", 2.5, 0.05), 4), fixed_correlation("tanh", 1.0, 0.05)
    (0.4468, 1.0)
    """
    if gradient_growth(activation, sw2, sb2) <= 1.0:
        return 1.0
    q = _finite(fixed_variance(activation, sw2, sb2))
    value = ACTIVATIONS[activation].value
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):  # likeness grows below c*, and shrinks between it and 1
        c = (low + high) / 2
        low, high = (c, high) if sw2 * _pair_mean(value, q, c) + sb2 > c * q else (low, c)
    return (low + high) / 2


def depth_scale(activation: str, sw2: float, sb2: float) -> float:
    """ξ: the number of layers over which the difference of two inputs changes by a factor e.

    Raises ValueError as `fixed_correlation` does.

    >>> round(depth_scale("tanh", 1.0, 0.05), 3), round(depth_scale("tanh", 2.5, 0.05), 2)
    (3.627, 11.8)
    """
    growth = gradient_growth(activation, sw2, sb2)
    if growth > 1.0:
        c = fixed_correlation(activation, sw2, sb2)
        q = _finite(fixed_variance(activation, sw2, sb2))
        growth = sw2 * _pair_mean(ACTIVATIONS[activation].slope, q, c)
    decay = -math.log(growth)
    return math.inf if decay < _ENOUGH else 1.0 / decay


def _pair_mean(function: Callable[[_Array], _Array], q: float, c: float) -> float:
    """E[f(u) f(v)] for normal u and v of variance q and correlation c."""
    first = function(math.sqrt(q) * _Z)
    mixed = c * _Z[:, None] + math.sqrt(max(1.0 - c * c, 0.0)) * _Z[None, :]
    second = function(math.sqrt(q) * mixed)
    return float((_WEIGHTS * first) @ (second @ _WEIGHTS))


def _finite(q: float) -> float:
    if not math.isfinite(q):
        raise ValueError("Expected a variance that settles, but it grows from layer to layer.")
    return q
