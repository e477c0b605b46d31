"""What Dropout keeps of the numbers, and what it shifts for a BatchNorm behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from torchvitals.lab.blocks import seeded
from torchvitals.lab.experiment import Claim, Part
from torchvitals.lab.experiments.building_blocks.knobs import LIMIT
from torchvitals.words import say

_MANY = 1_000_000


def dropped(p: float, seed: int) -> Iterator[Part]:
    """Mean and mean square behind a Dropout, in either mode."""
    if p == 0:
        return
    with seeded(seed):
        x = torch.relu(torch.randn(_MANY))
        layer = nn.Dropout(p)
        y = layer(x)
        ones = layer(torch.ones(_MANY))
    zeros = float((ones == 0).double().mean())
    error = LIMIT * math.sqrt(p * (1 - p) / _MANY)
    yield Claim(
        say("In train mode Dropout zeroes its share, and scales the rest by 1 / (1 - p)"),
        f"{p:.4f} ± {error:.4f}; {1 / (1 - p):.4f}",
        f"{zeros:.4f}; {float(ones.max()):.4f}",
        abs(zeros - p) < error and math.isclose(float(ones.max()), 1 / (1 - p), rel_tol=1e-6),
    )
    mean, share = float(y.mean() / x.mean()), float(y.square().mean() / x.square().mean())
    allowed = LIMIT * float((y - x).std() / x.mean()) / math.sqrt(_MANY)
    noise = LIMIT * float((y.square() - x.square()).std() / x.square().mean()) / math.sqrt(_MANY)
    yield Claim(
        say("So the mean is kept, but the mean square grows by 1 / (1 - p)"),
        f"1.0000 ± {allowed:.4f}; {1 / (1 - p):.4f} ± {noise:.4f}",
        f"{mean:.4f}; {share:.4f}",
        abs(mean - 1) < allowed and abs(share - 1 / (1 - p)) < noise,
    )
    same = torch.equal(layer.eval()(x), x)
    yield Claim(
        say("In eval mode it is the identity, to the bit"),
        say("the same"),
        say("the same" if same else "another"),
        same,
    )
    yield _shift(p, x, y)


def _shift(p: float, x: Tensor, y: Tensor) -> Claim:
    square, mean = 0.5, 1 / math.sqrt(2 * math.pi)
    expected = (square / (1 - p) - mean**2) / (square - mean**2)
    ratio = float(y.var() / x.var())
    relative = math.hypot(*(float(((v - v.mean()) ** 2).std() / v.var()) for v in (x, y)))
    error = LIMIT * expected * relative / math.sqrt(_MANY)
    return Claim(
        say(
            "Dropout before BatchNorm shifts the variance that it has learned: train over eval, "
            "for ReLU"
        ),
        f"{expected:.3f} ± {error:.3f}",
        f"{ratio:.3f}",
        abs(ratio - expected) < error,
    )
