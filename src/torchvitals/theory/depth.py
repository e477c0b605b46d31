"""How far a signal can travel: the noise of gradient norms, and the depth that is trainable."""

from __future__ import annotations

import math
from collections.abc import Sequence

TRAINABLE_SCALES = 6.0
"""A net trains up to about six times the depth over which its signal decays by a factor e.

Source: Schoenholz et al. 2017, Deep Information Propagation, figure 5.
"""


def log_norm_shift(widths: Sequence[int]) -> float:
    """Mean of ln |g_1| / |g_L| of per-sample gradients in a critical ReLU net of these widths.

    Source: Hanin and Nica 2018: ln of the squared norm is normal with mean -b/2 and variance b, b =
    5 sum 1/n.

    >>> round(log_norm_shift([64] * 40), 4)
    -0.7812
    """
    return -5.0 / 4.0 * sum(1.0 / max(width, 1) for width in widths)


def log_norm_deviation(widths: Sequence[int]) -> float:
    """Standard deviation of the same logarithm.

    >>> round(log_norm_deviation([64] * 40), 4)
    0.8839
    """
    return math.sqrt(-log_norm_shift(widths))


def attenuation_limit(widths: Sequence[int], deviations: float) -> float:
    """The ratio of gradient norms, first to last, that neither chance nor depth explains below it.

    The depth limit is half of `TRAINABLE_SCALES` e-folds of the norm, as its square decays over one
    scale.

    >>> attenuation_limit([10_000] * 3, 4.0) > attenuation_limit([3] * 3, 4.0)
    True
    """
    chance = log_norm_shift(widths) - deviations * log_norm_deviation(widths)
    return math.exp(min(chance, -TRAINABLE_SCALES / 2.0))
