"""Random numbers by counter: number i of network k under a seed, whatever else is drawn.

A network's first weights depend on the seed and its own number alone, so an ensemble can be split
over chunks, threads and machines in any way.

Source: the generator is SplitMix64 (Steele, Lea and Flood 2014, Fast splittable pseudorandom number
generators, OOPSLA), one stream a network.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Floats = NDArray[np.float32]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio, odd: SplitMix64's step."""
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
"""SplitMix64's multipliers (Stafford's variant 13)."""
_LOW_WORD = np.uint64(0xFFFFFFFF)
_TURN = np.float32(2.0 * np.pi * 2.0**-32)


def bases(seed: int, networks: NDArray[np.int64]) -> Words:
    """Where each network's stream begins.

    Args:
        seed: any whole number; counted modulo 2^64.
        networks: (E,) numbers of networks, 0 or more.

    Returns:
        (E,) words.
    """
    start = _mix(np.array([seed % 2**64], dtype=np.uint64) + _GOLDEN)
    return _mix(start ^ _mix(networks.astype(np.uint64) * _GOLDEN + _FIRST))


def words(starts: Words, first: int, count: int) -> Words:
    """Numbers `first` to `first + count - 1` of each stream.

    Returns:
        (E, count) words, uniform over 64 bits.
    """
    steps = (np.arange(first, first + count, dtype=np.uint64) + np.uint64(1)) * _GOLDEN
    return _mix(starts[:, None] + steps)


def uniform(starts: Words, first: int, count: int) -> Floats:
    """Uniform over [-1, 1), on a grid of 2^-23: as fine as torch's own.

    Returns:
        (E, count).
    """
    top = (words(starts, first, count) >> np.uint64(40)).astype(np.float32)
    return top * np.float32(2.0**-23) - np.float32(1.0)


def normal(starts: Words, first: int, count: int) -> Floats:
    """Standard normal; none lies beyond 6.8.

    Returns:
        (E, count).

    Source: Box and Muller 1958; two of them from each word.
    """
    pairs = words(starts, first, (count + 1) // 2)
    high = (pairs >> np.uint64(32)).astype(np.float32)
    radius = np.sqrt(np.float32(-2.0) * np.log((high + np.float32(0.5)) * np.float32(2.0**-32)))
    angle = (pairs & _LOW_WORD).astype(np.float32) * _TURN
    both = np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=-1)
    return both.reshape(len(starts), -1)[:, :count]


def _mix(x: Words) -> Words:
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    return x ^ (x >> np.uint64(31))
