"""The two laws that the text draws from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from torchvitals.lab.experiment import Claim, Drawing, Part
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_DRAWS, _BINS = 10_000, 200


def distributions(generator: torch.Generator) -> Iterator[Part]:
    """The two that the text draws: N(0, 1) and U[-1, 1)."""
    gaussian = torch.randn(_DRAWS, generator=generator, dtype=torch.float64)
    uniform = torch.rand(_DRAWS, generator=generator, dtype=torch.float64) * 2 - 1
    root = math.sqrt(_DRAWS)
    deviation = 1 / math.sqrt(3)
    # The error of a standard deviation s is sqrt((m4 - s^4) / n) / 2s, m4 the fourth moment.
    cases = (
        ("N(0, 1)", gaussian, 1.0, math.sqrt(2) / 2),
        ("U[-1, 1)", uniform, deviation, math.sqrt(4 / 45) / (2 * deviation)),
    )
    for name, drawn, std, error in cases:
        mean, found = float(drawn.mean()), float(drawn.std())
        yield Claim(
            say("{n} draws of {name} have its mean and standard deviation", n=_DRAWS, name=name),
            f"0 ± {std / root:.4f}, {std:.4f} ± {error / root:.4f}",
            f"{mean:.4f}, {found:.4f}",
            abs(mean) < 4 * std / root and abs(found - std) < 4 * error / root,
        )

    def draw(canvas: Canvas) -> None:
        panels = canvas.subplots(1, 2, sharey=True)
        for axes, (name, drawn, _, _), colour in zip(
            panels, cases, ("#0072B2", "#D55E00"), strict=True
        ):
            axes.hist(drawn.tolist(), bins=_BINS, range=(-4, 4), color=colour)
            axes.set(title=f"{name}: {_DRAWS} draws", xlabel="initial weight")
        panels[0].set(ylabel=f"draws in each of {_BINS} bins")

    data = {name: drawn.tolist() for name, drawn, _, _ in cases}
    caption = say("Two ways to tell units apart: Gaussian and uniform draws")
    yield Drawing("distributions", caption, data, draw, (7.6, 3.4))
