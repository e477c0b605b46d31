"""Where numbers of each precision end: too large, too small, or too close to another."""

from __future__ import annotations

_FORMATS = {
    "float16": (11, 65504.0, -14),
    "bfloat16": (8, 3.3895313892515355e38, -126),
    "float32": (24, 3.4028234663852886e38, -126),
    "float64": (53, 1.7976931348623157e308, -1022),
}
"""Significand bits, largest number, exponent of the smallest normal one. Source: IEEE 754."""


def largest(dtype: str) -> float | None:
    """The largest number of a type; None where it is not known.

    >>> largest("float16"), largest("int64")
    (65504.0, None)
    """
    return _FORMATS[dtype][1] if dtype in _FORMATS else None


def smallest_normal(dtype: str) -> float:
    """The smallest number that still has all its bits.

    >>> smallest_normal("float16") == 2.0**-14
    True
    """
    return 2.0 ** _FORMATS[dtype][2]


def rounds_to_zero(dtype: str) -> float:
    """Numbers up to this one round to 0: half of the smallest subnormal. 0 for unknown types.

    >>> rounds_to_zero("float16") == 2.0**-25
    True
    """
    if dtype not in _FORMATS:
        return 0.0
    bits, _, exponent = _FORMATS[dtype]
    return 2.0 ** (exponent - bits)


def lost_below(dtype: str) -> float:
    """No weight moves by an update that is less than this share of it.

    Half of the spacing, next below a power of two: 2^-(p + 1) for p bits. All move above 2^-p.

    >>> lost_below("bfloat16") == 2.0**-9, lost_below("float16") == 2.0**-12
    (True, True)
    """
    return 2.0 ** -(_FORMATS[dtype][0] + 1)
