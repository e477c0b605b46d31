"""Train many small networks at once, so that a figure is a probability with an error bar."""

from torchvitals.lab.ensemble.engine import train, train_chunks
from torchvitals.lab.ensemble.initialisation import (
    Initialisation,
    draw,
    kaiming,
    mean_field,
    normal,
    torch_default,
    uniform,
    xavier,
    zeros,
)
from torchvitals.lab.ensemble.outcomes import Outcomes, join
from torchvitals.lab.ensemble.plan import Plan
from torchvitals.lab.ensemble.spec import Adam, Data, Net, Recipe, Sgd

__all__ = [
    "Adam",
    "Data",
    "Initialisation",
    "Net",
    "Outcomes",
    "Plan",
    "Recipe",
    "Sgd",
    "draw",
    "join",
    "kaiming",
    "mean_field",
    "normal",
    "torch_default",
    "train",
    "train_chunks",
    "uniform",
    "xavier",
    "zeros",
]
