"""What a reader may turn."""

from __future__ import annotations

from dataclasses import dataclass

from torchvitals.lab.experiment import Parameters, knob


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    depth: int = knob(10, "Layers with weights: all but the last have a ReLU.", least=3)
    width: int = knob(5, "Units of each hidden layer, besides the widths shown.", least=1)
    networks: int = knob(50_000, "Networks drawn for each width.", quick=8_000, least=100)
