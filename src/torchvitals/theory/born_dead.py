"""How likely a ReLU network is dead before its first step: some layer is off for every input.

For weights of any symmetric law and zero biases. Source: Lu, Shin, Su and Karniadakis 2020, Dying
ReLU and initialization: theory and numerical examples (arXiv:1903.06733).
"""

from __future__ import annotations

import math


def single_input(width: int, depth: int) -> float:
    """For one input, exactly; for more, the upper bound: 1 - (1 - 2^-N)^(L - 1).

    Args:
        width: units of every hidden layer, N.
        depth: layers with weights, L: the output is one, and L - 1 have a ReLU.

    >>> round(single_input(5, 10), 5), round(single_input(10, 10), 5)
    (0.24854, 0.00875)
    """
    return -math.expm1((depth - 1) * math.log1p(-(2.0**-width)))


def lower_bound(width: int, depth: int) -> float:
    """For one-dimensional inputs of both signs, from below.

    Args:
        width: units of every hidden layer, N.
        depth: layers with weights, L, 2 or more.

    >>> round(lower_bound(5, 10), 5), round(lower_bound(2, 10), 5)
    (0.06399, 0.87026)
    """
    off = 2.0**-width
    alive = 1.0 - off
    both = 1.0 - 2.0 * off - (width - 1) * off * off
    share = (1.0 - 2.0 * off) * (1.0 - off) / (1.0 + (width - 1) * off)
    return 1.0 - alive ** (depth - 2) + share * (both ** (depth - 2) - alive ** (depth - 2))


def safe_width(depth: int, chance: float) -> int:
    """The least width whose upper bound is below `chance`.

    >>> safe_width(50, 1e-3)
    16
    """
    return next(width for width in range(1, 64) if single_input(width, depth) < chance)
