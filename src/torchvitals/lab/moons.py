"""Two moons: a thousand points of two interleaved arcs, one class each, that no line parts."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

_TRAIN, _DEV = 0.64, 0.16
"""Shares of the points; the rest are for the test."""


class Labelled(NamedTuple):
    """Points, (n, 2), and their classes 0 or 1, (n, 1)."""

    inputs: Tensor
    labels: Tensor


class Moons(NamedTuple):
    """Drawn once and split: of 1000 points 640 to train on, 160 to choose by, 200 to test."""

    train: Labelled
    dev: Labelled
    test: Labelled


def two_moons(seed: int, points: int = 1000, noise: float = 0.2) -> Moons:
    """The outer arc (cos t, sin t) and the inner (1 - cos t, 1/2 - sin t), t from 0 to pi.

    Shuffled, with Gaussian noise. The same seed gives the same points; the global random state is
    left alone.

    >>> [len(part.labels) for part in two_moons(seed=0)]
    [640, 160, 200]
    """
    generator = torch.Generator().manual_seed(seed)
    half = points // 2
    t = torch.linspace(0.0, math.pi, half)
    outer = torch.stack((t.cos(), t.sin()), dim=1)
    inner = torch.stack((1 - t.cos(), 0.5 - t.sin()), dim=1)
    inputs = torch.cat((outer, inner))
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    labels = torch.cat((torch.zeros(half, 1), torch.ones(half, 1)))
    order = torch.randperm(2 * half, generator=generator)
    first, second = round(_TRAIN * 2 * half), round((_TRAIN + _DEV) * 2 * half)
    parts = [order[:first], order[first:second], order[second:]]
    return Moons(*(Labelled(inputs[part], labels[part]) for part in parts))
