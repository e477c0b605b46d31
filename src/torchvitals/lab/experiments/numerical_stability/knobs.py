"""What a reader may turn, and what every claim allows."""

from __future__ import annotations

from dataclasses import dataclass

from torchvitals.lab.experiment import Parameters, knob

LIMIT = 4.0
"""Standard errors that a claim allows: chance exceeds them once in 16,000."""
ALL = "all"


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    size: int = knob(4, "Rows of each random matrix in the products.", least=2)
    runs: int = knob(1000, "Products in each precision.", quick=200, least=2)
    products: int = knob(10_000, "Factors of the longest product.", least=100)
    width: int = knob(256, "Units of a layer of the deep nets.", quick=128, least=2)
    depth: int = knob(40, "Layers of the deep nets.", quick=24, least=2)
    activation: str = knob(ALL, "Of the deep nets: linear, relu, tanh, sigmoid, or all.")
    std: float = knob(0.01, "Standard deviation of the small initialisation.", least=1e-6)
