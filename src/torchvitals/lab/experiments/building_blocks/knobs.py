"""What a reader may turn, and what every claim allows."""

from __future__ import annotations

from dataclasses import dataclass

from torchvitals.lab.experiment import Parameters, knob

LIMIT = 4.0
"""Standard errors that a claim allows: chance exceeds them once in 16,000."""
ROUNDING = 1e-4


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    dropout: float = knob(0.3, "Share of the activations that Dropout zeroes.", least=0.0)
    batch: int = knob(64, "Samples of a batch of the small net.", least=2)
    epochs: int = knob(40, "Of training on two moons.", quick=15, least=1)
    depth: int = knob(24, "Layers of the deep nets.", quick=16, least=4)
    width: int = knob(
        256, "Units of a layer of the deep nets, and samples of their batch.", least=8
    )
