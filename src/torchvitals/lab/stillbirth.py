"""Random ReLU networks, many at once: in which layer the signal dies before any training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Law = Literal["normal", "uniform", "biased", "torch", "rai"]
LAWS: tuple[Law, ...] = ("normal", "uniform", "biased", "torch", "rai")
"""Kaiming's normal or uniform weights with zero biases; the first with torch's biases; torch's
default; and the randomized asymmetric initialisation of Lu et al. 2020, section 4.
"""
_RAI_STD = 0.6007
"""Source: Lu et al. 2020: of (weights, biases) of a unit, before one entry is drawn anew."""
_BATCH = 4096
"""Networks at once: a few MB, which the cache holds."""
_Floats = NDArray[np.float32]


def deaths(  # noqa: PLR0913, PLR0917  what is drawn, and what it is shown
    width: int, hidden: int, networks: int, seed: int, inputs: _Floats, law: Law = "normal"
) -> Iterator[NDArray[np.int64]]:
    """Batch by batch: for each hidden layer the networks that die in it.

    A network dies in the first layer all of whose units are off for every input: what follows is
    constant.

    Args:
        width: units of every hidden layer.
        hidden: how many there are.
        networks: how many are drawn; the batches are the same whatever follows them.
        seed: of the weights.
        inputs: (samples, features).
        law: what weights and biases are drawn from.

    Yields:
        (hidden + 1,) counts; the last is of those that live.
    """
    for first in range(0, networks, _BATCH):
        generator = np.random.default_rng((seed, width, LAWS.index(law), first))
        count = min(_BATCH, networks - first)
        counts = np.zeros(hidden + 1, dtype=np.int64)
        signal = np.broadcast_to(inputs.T, (count, *inputs.T.shape)).astype(np.float32)
        for layer in range(hidden):
            weights, biases = _draw(generator, len(signal), width, signal.shape[1], law)
            signal = np.maximum(weights @ signal + biases, 0.0)
            alive = (signal > 0.0).any(axis=(1, 2))
            counts[layer] = len(signal) - int(alive.sum())
            signal = signal[alive]
        counts[hidden] = len(signal)
        yield counts


def dead_by_depth(counts: NDArray[np.int64]) -> Mapping[int, float]:
    """The share of networks that are dead, for every depth L: those with L - 1 hidden layers.

    >>> dead_by_depth(np.array([1, 0, 2, 5]))
    {2: 0.125, 3: 0.125, 4: 0.375}
    """
    shares = np.cumsum(counts[:-1]) / counts.sum()
    return {depth: float(share) for depth, share in enumerate(shares, 2)}


def _draw(
    generator: np.random.Generator, count: int, width: int, fan_in: int, law: Law
) -> tuple[_Floats, _Floats | float]:
    shape = (count, width, fan_in)
    match law:
        case "normal":
            scale = np.float32((2.0 / fan_in) ** 0.5)
            return generator.standard_normal(shape, dtype=np.float32) * scale, 0.0
        case "uniform":
            bound = np.float32((6.0 / fan_in) ** 0.5)
            return (2.0 * generator.random(shape, dtype=np.float32) - 1.0) * bound, 0.0
        case "biased":
            weights = generator.standard_normal(shape, dtype=np.float32)
            biases = 2.0 * generator.random((count, width, 1), dtype=np.float32) - 1.0
            scale = np.float32((2.0 / fan_in) ** 0.5)
            return weights * scale, biases * np.float32(fan_in**-0.5)
        case "torch":
            both = 2.0 * generator.random((count, width, fan_in + 1), dtype=np.float32) - 1.0
            both *= np.float32(fan_in**-0.5)
        case "rai":
            both = generator.standard_normal((count, width, fan_in + 1), dtype=np.float32)
            both *= np.float32(_RAI_STD * fan_in**-0.5)
            place = generator.integers(0, fan_in + 1, (count, width, 1))
            beta = np.sqrt(generator.random((count, width, 1), dtype=np.float32))  # Beta(2, 1)
            np.put_along_axis(both, place, beta, axis=2)
    return both[:, :, :-1], both[:, :, -1:]
