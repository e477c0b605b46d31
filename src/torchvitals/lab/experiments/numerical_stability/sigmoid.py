"""Where the sigmoid has a slope."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from torchvitals.lab.experiment import Claim, Drawing, Part
from torchvitals.lab.experiments.numerical_stability import figures
from torchvitals.words import say


def slope_of_sigmoid() -> Iterator[Part]:
    """At most 1/4, and next to nothing outside (-5, 5)."""
    x = (torch.arange(-100, 100, dtype=torch.float64) / 10).requires_grad_()
    with torch.enable_grad():
        y = torch.sigmoid(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    outside = slope[x.detach().abs() >= 5].max()
    yield Claim(
        say("The derivative of the sigmoid is at most 1/4, at 0"),
        say("{value} at x = {x}", value="0.250000", x="0.0"),
        say(
            "{value} at x = {x}", value=f"{slope.max():.6f}", x=f"{x.detach()[slope.argmax()]:.1f}"
        ),
        abs(float(slope.max()) - 0.25) < 1e-12,
    )
    yield Claim(
        say("Outside (-5, 5) it is below 0.0067"),
        "σ(5) σ(-5) = 0.006648",
        f"{outside:.6f}",
        abs(float(outside) - 0.00664806) < 1e-8,
    )
    lines: dict[str, Tensor] = {"x": x.detach(), "sigmoid": y.detach(), "derivative": slope}
    data = {name: line.tolist() for name, line in lines.items()}
    caption = say(
        "The sigmoid is flat outside [-5, 5]: hardly anything passes back through it there"
    )
    yield Drawing("sigmoid", caption, data, figures.sigmoid(data))
