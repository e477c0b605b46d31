"""Ways to start a network, each drawn from a generator of its own."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

Draw = Callable[[Tensor, torch.Generator], Tensor]
"""Fills a weight, (…, fan_out, fan_in), in place."""


def normal(std: float) -> Draw:
    """N(0, std^2)."""
    return lambda weight, generator: weight.normal_(0.0, std, generator=generator)


def uniform(bound: float) -> Draw:
    """U[-bound, bound)."""
    return lambda weight, generator: weight.uniform_(-bound, bound, generator=generator)


def constant(value: float) -> Draw:
    """One number everywhere."""
    return lambda weight, _: weight.fill_(value)


def xavier(weight: Tensor, generator: torch.Generator) -> Tensor:
    """N(0, 2 / (fan_in + fan_out)): Glorot and Bengio 2010, equation 12."""
    fan_out, fan_in = weight.shape[-2:]
    return weight.normal_(0.0, math.sqrt(2 / (fan_in + fan_out)), generator=generator)


def kaiming(weight: Tensor, generator: torch.Generator) -> Tensor:
    """N(0, 2 / fan_in): He et al. 2015, equation 10."""
    return weight.normal_(0.0, math.sqrt(2 / weight.shape[-1]), generator=generator)


def default(weight: Tensor, generator: torch.Generator) -> Tensor:
    """U(-b, b) with b = 1 / sqrt(fan_in), as PyTorch creates an nn.Linear."""
    bound = 1 / math.sqrt(weight.shape[-1])
    return weight.uniform_(-bound, bound, generator=generator)
