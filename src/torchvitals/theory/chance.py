"""Losses of predictors that have learned nothing."""

from __future__ import annotations

import math


def uniform_cross_entropy(classes: int) -> float:
    """Cross-entropy of a uniform guess: ln C.

    >>> round(uniform_cross_entropy(10), 4)
    2.3026
    """
    return math.log(classes)


def squashed_cross_entropy_floor(classes: int) -> float:
    """Least cross-entropy when the logits lie in [0, 1], as probabilities do: ln(1 + (C - 1) / e).

    >>> round(squashed_cross_entropy_floor(10), 3), round(squashed_cross_entropy_floor(5), 3)
    (1.461, 0.905)
    """
    return math.log1p((classes - 1) / math.e)


def bounded_cross_entropy_floor(classes: int, low: float, high: float) -> float:
    """Least cross-entropy when the logits lie in [low, high].

    >>> bounded_cross_entropy_floor(5, 0.0, 1.0) == squashed_cross_entropy_floor(5)
    True
    """
    return math.log1p((classes - 1) * math.exp(low - high))


def base_rate_entropy(rate: float) -> float:
    """Binary cross-entropy of the best constant prediction, for targets of this mean.

    >>> round(base_rate_entropy(0.5), 6)
    0.693147
    """
    rate = min(max(rate, 1e-12), 1 - 1e-12)
    return -rate * math.log(rate) - (1 - rate) * math.log1p(-rate)


def base_rate_error(rate: float, count: int) -> float:
    """Standard error of that entropy, in nats, where the rate is that of so many rows drawn.

    Basharin 1959: the variance is (sum of p log^2 p, less the entropy's square) / count.

    >>> round(base_rate_error(0.01, 400), 4), base_rate_error(0.5, 400)
    (0.0229, 0.0)
    """
    rate = min(max(rate, 1e-12), 1 - 1e-12)
    return abs(math.log1p(-rate) - math.log(rate)) * math.sqrt(rate * (1 - rate) / count)
