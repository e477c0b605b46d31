"""Long products of random normal matrices: how fast they grow, and when each precision ends."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from torchvitals.theory.rounding import largest

DTYPES = {
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float32": torch.float32,
    "float64": torch.float64,
}
_RESCALED_EVERY = 50
"""Products between two rescalings: float64 holds far more."""


class Growth(NamedTuple):
    """Of ln |M_n ... M_1 u|, which is an exact sum of n independent terms (ln chi2) / 2."""

    mean: float
    """Nats per product: the Lyapunov exponent."""
    variance: float
    """Squared nats per product."""


def growth(size: int) -> Growth:
    """Exact, for entries of N(0, 1). Source: Newman 1986, The distribution of Lyapunov exponents.

    >>> exact = growth(4)
    >>> round(exact.mean, 6), round(math.sqrt(exact.variance) / math.log(10), 6)
    (0.557966, 0.174386)
    """
    half = torch.tensor(size / 2, dtype=torch.float64)
    mean = (math.log(2) + float(torch.special.digamma(half))) / 2
    return Growth(mean, float(torch.special.polygamma(1, half)) / 4)


def overflow_step(size: int, dtype: str) -> tuple[float, float]:
    """The product at which a typical norm passes the largest number, and its deviation.

    >>> [round(overflow_step(4, name)[0]) for name in ("float16", "float32", "float64")]
    [20, 159, 1272]
    """
    exact, limit = growth(size), largest(dtype)
    assert limit is not None
    step = math.log(limit) / exact.mean
    return step, math.sqrt(exact.variance * step) / exact.mean


class Course(NamedTuple):
    """What several products in one precision did."""

    largest: list[float]
    """Of the first product, log10 of its largest entry after each factor, while finite."""
    overflowed: list[int | None]
    """Of each product, the factor at which an entry was first not finite."""


def multiply(
    generator: torch.Generator, size: int, runs: int, dtype: str, steps: Iterable[int]
) -> Course:
    """Products of standard normal matrices, one more factor at each step, until all overflow."""
    product = torch.eye(size, dtype=DTYPES[dtype]).expand(runs, size, size)
    found: list[int | None] = [None] * runs
    course: list[float] = []
    for step in steps:
        factor = _drawn(generator, runs, size).to(DTYPES[dtype])
        product = torch.bmm(factor, product)
        greatest = product.double().abs().amax((1, 2))
        over = ~torch.isfinite(greatest)
        if not over[0] and found[0] is None:
            course.append(math.log10(float(greatest[0])))
        for run in over.nonzero().flatten().tolist():
            found[run] = step if found[run] is None else found[run]
        if None not in found:
            break
    return Course(course, found)


def typical(generator: torch.Generator, size: int, runs: int, steps: int) -> tuple[Tensor, Tensor]:
    """Of each run the ln of the norm of its first column, and of its largest entry, after one
    factor and this many more. The products are rescaled on the way, so that none overflows.
    """
    product, scale = _drawn(generator, runs, size), torch.zeros(runs, dtype=torch.float64)
    for step in range(steps):
        product = torch.bmm(_drawn(generator, runs, size), product)
        if step % _RESCALED_EVERY == 0:
            norm = product.flatten(1).norm(dim=1)
            product, scale = product / norm[:, None, None], scale + norm.log()
    column = product[:, :, 0].norm(dim=1).log() + scale
    return column, product.abs().amax((1, 2)).log() + scale


def _drawn(generator: torch.Generator, runs: int, size: int) -> Tensor:
    return torch.randn(runs, size, size, generator=generator, dtype=torch.float64)
