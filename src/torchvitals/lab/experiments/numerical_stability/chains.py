"""One neuron a layer: gradients that end at 0 and at inf, and what becomes of the weights."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from torchvitals.lab.experiment import Claim, Drawing, Part, Remark, Table
from torchvitals.lab.experiments.numerical_stability import figures
from torchvitals.lab.matrix_products import DTYPES
from torchvitals.lab.neuron_chain import chain, ends, measured_ends, trained
from torchvitals.words import say


def four_neurons() -> Iterator[Part]:
    """The chain rule over four neurons."""
    small, large = chain(4, 0.5, 0.5, torch.sigmoid), chain(4, 2.0, 2.0, torch.sigmoid)
    yield Claim(
        say("Four neurons in a row, sigmoid, x = w = 1/2: the first gradient is below out / 2^7"),
        f"< {small.out / 2**7:.3e}",
        f"{small.gradients[0]:.3e}",
        small.gradients[0] < small.out / 2**7,
    )
    bare = chain(4, 2.0, 2.0)
    yield Claim(
        say("x = w = 2 and no activation: the weights alone make it 2^3 times x"),
        "2 · 2^3 = 16",
        f"{bare.gradients[0]:g}",
        bare.gradients[0] == 16,
    )
    yield Claim(
        say("But with the sigmoid large weights saturate it, and it vanishes all the same"),
        say("below the bound 16 / 4^4 = 0.0625"),
        f"{large.gradients[0]:.3e}",
        large.gradients[0] < 16 / 4**4,
    )


def where_gradients_end() -> Iterator[Part]:
    """The depth from which the first gradient is 0 or inf."""
    yield Remark(
        say(
            "The text says that vanishing gradients show as NaN. They do not: what is too small is "
            "rounded to 0, quietly. What is too large becomes inf, and NaN is what inf - inf or "
            "0 · inf makes of it. In a chain without activation the first gradient is 2^-depth or "
            "2^depth, so that the depth at which it ends is known exactly."
        )
    )
    expected = {name: ends(name) for name in DTYPES}
    found = {name: measured_ends(dtype) for name, dtype in DTYPES.items()}
    yield Claim(
        say("Depth from which the first gradient is 0 (w = 1/2), and inf (w = 2)"),
        "; ".join(f"{name} {zero}, {infinite}" for name, (zero, infinite) in expected.items()),
        "; ".join(f"{name} {zero}, {infinite}" for name, (zero, infinite) in found.items()),
        found == expected,
    )
    data = {"ends": {name: list(pair) for name, pair in found.items()}}
    caption = say("Where the first gradient of a chain ends: 0 below, inf above, in each precision")
    yield Drawing("ends", caption, data, figures.ends(data))


def after_the_end() -> Iterator[Part]:
    """What training does with such a gradient."""
    depth = 200
    vanished, exploded = trained(depth, 0.5, 4), trained(depth, 2.0, 4)
    rows = [
        (
            str(k),
            f"{abs(low.gradient):g}",
            f"{low.weight:g}",
            f"{high.gradient:g}",
            f"{high.weight:g}",
        )
        for k, (low, high) in enumerate(zip(vanished, exploded, strict=True), 1)
    ]
    yield Table(
        say("Training a chain of {depth} neurons in float32: the first layer", depth=depth),
        [
            say("step"),
            say("gradient, w = 1/2"),
            say("weight, w = 1/2"),
            say("gradient, w = 2"),
            say("weight, w = 2"),
        ],
        rows,
    )
    yield Claim(
        say("What vanished stays 0 and never becomes NaN: the weight does not move"),
        say("gradient {gradient}, weight {weight} after each step", gradient=0, weight=0.5),
        say(
            "gradient {gradient}, weight {weight} after each step",
            gradient=f"{abs(max((s.gradient for s in vanished), key=abs)):g}",
            weight=f"{vanished[-1].weight:g}",
        ),
        all(s.gradient == 0 and s.weight == 0.5 and math.isfinite(s.loss) for s in vanished),
    )
    steps = [math.isinf(s.gradient) for s in exploded], [math.isnan(s.weight) for s in exploded]
    first = [row.index(True) + 1 if True in row else None for row in steps]
    yield Claim(
        say("What exploded is inf at once, and NaN one step later"),
        say("inf at step {inf}, NaN at step {nan}", inf=1, nan=2),
        say("inf at step {inf}, NaN at step {nan}", inf=first[0], nan=first[1]),
        first == [1, 2],
    )
