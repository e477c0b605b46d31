"""How a number is written for a reader: few digits, no false precision."""

from __future__ import annotations

import math

from torchvitals.words import say

_SMALLEST, _LARGEST = 1e-3, 1e6
"""Outside these a number is read faster with an exponent."""
_WHOLE = 1e3
"""From here on a fraction tells nothing, and the thousands are grouped."""


def number(value: float | int | str | None) -> str:
    """0.693, 1,764, 2.5e-11, inf; text stays text."""
    if value is None:
        return say("unknown")
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    if not math.isfinite(value):
        infinite = {math.inf: say("infinite"), -math.inf: say("-infinite")}
        return infinite.get(value, say("not a number"))
    size = abs(value)
    if size != 0 and (size < _SMALLEST or size >= _LARGEST):
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    return f"{value:,.0f}" if size >= _WHOLE else f"{value:.4g}"
