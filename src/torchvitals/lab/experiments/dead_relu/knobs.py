"""What a reader may turn, and what every claim allows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torchvitals.lab.experiment import Parameters, knob

SURE = 4.0
"""Standard deviations or errors."""


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    bias: float = knob(-8.0, "What every bias starts at.")
    depth: int = knob(5, "Linear layers.", least=3)
    width: int = knob(3, "Units of each hidden layer.", least=1)
    std: float = knob(0.01, "Standard deviation of the weights.", least=1e-6)
    lr: float = knob(0.1, "Rate of the treatments; Adam's is a tenth of it.", least=0.0)
    epochs: int = knob(600, "Epochs of each treatment.", quick=400, least=2)
    draws: int = knob(1000, "Networks whose gradients are measured.", quick=200, least=10)
    networks: int = knob(12, "Networks trained with each treatment.", quick=8, least=1)

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the input, the hidden layers and the output."""
        return (2, *[self.width] * (self.depth - 1), 1)

    @property
    def is_dead(self) -> bool:
        """Whether no weight within six deviations lifts any pre-activation above 0."""
        reach = 6 * self.std * max(4.0, math.sqrt(self.width))
        return self.bias + reach < 0

    @property
    def is_text(self) -> bool:
        """Whether the network is the text's."""
        return (self.bias, self.depth, self.width, self.std) == (-8.0, 5, 3, 0.01)
