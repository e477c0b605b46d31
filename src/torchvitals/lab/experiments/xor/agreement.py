"""A share of networks beside the one that is known."""

from __future__ import annotations

import math

from torchvitals.lab.experiment import Claim
from torchvitals.lab.xor_census import Share
from torchvitals.words import Words

ERRORS = 4.0
"""Standard errors that chance explains."""


def shown(share: Share) -> str:
    """With its standard error."""
    return f"{share.value:.4f} ± {share.error:.4f}"


def agrees(claim: Words, expected: tuple[float, float], share: Share) -> Claim:
    """The claim that it is near `expected`: a chance, and its standard error."""
    chance, error = expected
    own = math.sqrt(chance * (1.0 - chance) / share.total)
    allowed = ERRORS * math.hypot(error, own)
    return Claim(
        claim,
        f"{chance:.4f} ± {allowed:.4f}",
        shown(share),
        abs(share.value - chance) <= allowed,
    )
