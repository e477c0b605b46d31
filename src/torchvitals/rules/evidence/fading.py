"""A gradient that shrinks on its way back, layer by layer."""

from __future__ import annotations

from torchvitals.record.look import Look
from torchvitals.rules.base import Threshold
from torchvitals.rules.evidence.chain import Link, longest_chain
from torchvitals.theory.depth import attenuation_limit

_DEVIATIONS = Threshold(
    4.0,
    "standard deviations",
    "theorem",
    "Hanin and Nica 2018: chance exceeds it in 1 net of 30,000",
)
SHALLOWEST = 3
"""Layers of a chain: over fewer a ratio is the work of a single layer, and no decay."""


def fading_chain(look: Look) -> list[Link]:
    """The longest chain of weighted layers whose gradients are known, the first one first."""
    return [link for link in longest_chain(look) if gradient_of(link) is not None]


def fading_limit(chain: list[Link]) -> float:
    """The ratio of first to last that neither depth nor chance explains below it."""
    return attenuation_limit([link.width for link in chain[:-1]], _DEVIATIONS.value)


def signal_fades(chain: list[Link]) -> bool:
    """Whether the gradient of the outputs lies below it."""
    return len(chain) >= SHALLOWEST and _delta_ratio(chain) < fading_limit(chain)


def gradient_of(link: Link) -> float | None:
    """The RMS of the gradient of a layer's weights; None where it is not finite or not known."""
    gradient = link.weight.gradient
    return None if gradient is None or gradient.nonfinite else gradient.rms


def _delta_ratio(chain: list[Link]) -> float:
    """Gradient at the output of the first layer over that at the last; 0 where it was not heard."""
    first, last = chain[0].operation.gradient, chain[-1].operation.gradient
    if first is None or last is None or not last.rms:
        return 0.0
    return first.rms / last.rms
