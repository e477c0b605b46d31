"""What the maps show beside theory: who is too deep to learn, and where the lines are."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from torchvitals.lab.experiment import Claim, Part
from torchvitals.lab.experiments.phase_diagram.maps import RELU_SW2, SB2, TANH_SW2, Map
from torchvitals.theory.depth import TRAINABLE_SCALES
from torchvitals.theory.meanfield import critical_weight_variance, depth_scale, gradient_growth
from torchvitals.words import say

_LEARNED = 0.9
"""A network that knows nine of ten examples is trained; knowing nothing is knowing half."""
_FACTOR = 3.0
"""Six scales are a rule of thumb: it is held to within this factor of depth."""


def tanh_scales(sb2: float) -> list[float]:
    """ξ by weight variance."""
    return [depth_scale("tanh", sw2, sb2) for sw2 in TANH_SW2]


def relu_scales() -> list[float]:
    """What limits ReLU networks off their point is their size: a factor e in 1 / |ln χ1| layers."""
    growths = [gradient_growth("relu", sw2, 0.0) for sw2 in RELU_SW2]
    return [math.inf if growth == 1.0 else 1.0 / abs(math.log(growth)) for growth in growths]


def depth_claims(
    activation: str, found: Map, depths: list[int], scales: list[float]
) -> Iterator[Part]:
    """What is far too deep does not learn, what is far less deep does."""
    limits = [TRAINABLE_SCALES * scale for scale in scales]
    cells = [
        (depth / limit, accuracy >= _LEARNED)
        for depth, row in zip(depths, found, strict=True)
        for limit, accuracy in zip(limits, row, strict=True)
    ]
    deep = [learned for ratio, learned in cells if ratio > _FACTOR]
    shallow = [learned for ratio, learned in cells if ratio < 1 / _FACTOR]
    if deep:
        yield Claim(
            say(
                "{activation}: what is three times deeper than 6 ξ does not learn",
                activation=activation,
            ),
            say("at most {most} of {all} cells learn", most=len(deep) // 10, all=len(deep)),
            str(sum(deep)),
            sum(deep) <= len(deep) // 10,
        )
    if shallow:
        least = len(shallow) - len(shallow) // 10
        yield Claim(
            say("{activation}: what is three times less deep learns", activation=activation),
            say("at least {least} of {all} cells learn", least=least, all=len(shallow)),
            str(sum(shallow)),
            sum(shallow) >= least,
        )


def he_claim(found: Map, depths: list[int]) -> Claim:
    """He's point among the others."""
    means = np.array(found).mean(0)
    off = [
        float(mean)
        for sw2, mean in zip(RELU_SW2, means, strict=True)
        if not 2 / 1.6 < sw2 < 2 * 1.4
    ]
    at_he = float(means[RELU_SW2.index(2.0)])
    return Claim(
        say(
            "ReLU at He's point, sw2 = 2, learns more over depths up to {depth} than far from it "
            "on either side",
            depth=depths[-1],
        ),
        say("mean accuracy above {accuracy}", accuracy=f"{sum(off) / len(off):.3f}"),
        f"{at_he:.3f}",
        at_he > sum(off) / len(off),
    )


def line_claim(found: Map, depth: int) -> Claim:
    """Near the critical line, and below it."""
    near: list[float] = []
    far: list[float] = []
    for sb2, row in zip(SB2, found, strict=True):
        line = critical_weight_variance("tanh", sb2)
        for sw2, accuracy in zip(TANH_SW2, row, strict=True):
            if line / 1.2 < sw2 < line * 1.2:
                near.append(accuracy)
            elif sw2 < line / 1.6:
                far.append(accuracy)
    mean_near, mean_far = (sum(cells) / len(cells) for cells in (near, far))
    return Claim(
        say(
            "At depth {depth} networks within 20 % of the critical line learn more than those "
            "further than 60 % below it",
            depth=depth,
        ),
        say("mean accuracy above {accuracy}", accuracy=f"{mean_far:.3f}"),
        f"{mean_near:.3f}",
        mean_near > mean_far,
    )
