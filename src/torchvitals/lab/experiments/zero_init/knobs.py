"""What a reader may turn."""

from __future__ import annotations

from dataclasses import dataclass

from torchvitals.lab.experiment import Parameters, knob


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    hidden: int = knob(5, "Hidden units.", least=2)
    activation: str = knob("sigmoid", "Activation of the hidden layer.")
    lr: float = knob(0.2, "Rate of SGD.", least=0.0)
    epochs: int = knob(200, "Epochs, each one step on the full batch.", least=5)
    patience: int = knob(4000, "Epochs of the long runs.", quick=1500, least=10)
    nets: int = knob(20, "Random starts in the long runs.", quick=10, least=2)
