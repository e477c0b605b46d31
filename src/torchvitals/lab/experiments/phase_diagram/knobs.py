"""What a reader may turn."""

from __future__ import annotations

from dataclasses import dataclass

from torchvitals.lab.experiment import Parameters, knob


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    depth: int = knob(40, "Hidden layers of the deepest networks.", quick=16, least=8)
    width: int = knob(48, "Units of each.", quick=32, least=8)
    steps: int = knob(100, "Steps of each training.", quick=80, least=1)
    sb2: float = knob(0.05, "Bias variance of the tanh networks over depth.", least=1e-6)
    activation: str = knob("tanh", "In a sweep: tanh or relu.")
    sw2: float = knob(1.76, "In a sweep: weight variance times fan in.", least=1e-6)
