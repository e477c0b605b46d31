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

    activation: str = knob("sigmoid", "The activation that is compared with ReLU.")
    depth: int = knob(5, "Linear layers.", least=3)
    width: int = knob(3, "Units of each hidden layer.", least=1)
    std: float = knob(0.01, "Standard deviation of the weights.", least=1e-6)
    bias: float = knob(1.0, "What every bias starts at.")
    lr: float = knob(0.1, "Rate of the treatments; Adam's is a tenth of it.", least=0.0)
    epochs: int = knob(600, "Epochs of each treatment.", quick=400, least=1)
    draws: int = knob(1000, "Networks whose gradients are measured.", quick=200, least=10)
    networks: int = knob(12, "Networks trained with each treatment.", quick=8, least=1)

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the input, the hidden layers and the output."""
        return (2, *[self.width] * (self.depth - 1), 1)

    @property
    def is_text(self) -> bool:
        """Whether the network is the text's."""
        given = (self.activation, self.depth, self.width, self.std, self.bias)
        return given == ("sigmoid", 5, 3, 0.01, 1.0)

    @property
    def is_long(self) -> bool:
        """Whether the treatments have the time that the claims on them give."""
        return self.lr == 0.1 and self.epochs >= 400

    @property
    def is_faint(self) -> bool:
        """Whether the weights are so small that every pre-activation is near its bias."""
        return self.std * math.sqrt(max(self.width, 2)) < 0.1
