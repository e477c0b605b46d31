"""What makes such a net learn, and why narrow ones may not even then."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from torchvitals.lab import initialisation as start
from torchvitals.lab.cures import Treatment, Trial, attempt, losses_drawing, outcomes_table
from torchvitals.lab.experiment import Bench, Claim, Part
from torchvitals.lab.experiments.dead_relu.knobs import SURE, Knobs
from torchvitals.lab.moons import Moons
from torchvitals.lab.stacked import Recipe, Stack
from torchvitals.words import say

_WIDE = say("ReLU, bias 0, Kaiming, width 16")
_BORN = 20_000
"""Networks of the census of those born dead."""


def _treatments(parameters: Knobs) -> list[Treatment]:
    sick = Recipe("relu", start.normal(parameters.std), parameters.bias)
    return [
        Treatment("ReLU", sick),
        Treatment("Leaky ReLU", sick._replace(activation="leaky_relu")),
        Treatment("ELU", sick._replace(activation="elu")),
        Treatment("ReLU, Adam", sick, adam=True),
        Treatment("Leaky ReLU, Adam", sick._replace(activation="leaky_relu"), adam=True),
        Treatment(say("ReLU, bias 0"), sick._replace(bias=0.0)),
        Treatment(say("ReLU, bias 0, Kaiming"), Recipe("relu", start.kaiming)),
        Treatment("ReLU, BatchNorm", sick._replace(normalised=True)),
    ]


def cures(
    parameters: Knobs, moons: Moons, bench: Bench, generator: torch.Generator
) -> Iterator[Part]:
    """Which treatments make the net learn."""
    trial = Trial(parameters.widths, moons, parameters.lr, parameters.epochs, parameters.networks)
    outcomes = {
        treatment.name: attempt(treatment, trial, generator)
        for treatment in bench.track(_treatments(parameters), say("treatments"))
    }
    wide = trial._replace(widths=(2, *[16] * (parameters.depth - 1), 1))
    outcomes[_WIDE] = attempt(Treatment(_WIDE, Recipe("relu", start.kaiming)), wide, generator)
    yield outcomes_table(outcomes, trial)
    names = list(outcomes)
    groups = {"biases as they were": names[:5], "biases at 0, or taken out": names[5:]}
    yield losses_drawing(outcomes, groups)
    if not parameters.is_text or parameters.lr != 0.1 or parameters.epochs < 400:
        return
    of = parameters.networks
    leaky, elu = outcomes["Leaky ReLU"].left, outcomes["ELU"].left
    yield Claim(
        say("Leaky ReLU and ELU, the text's cures, leave every net at a constant answer"),
        f"0 / {of}, 0 / {of}",
        f"{leaky} / {of}, {elu} / {of}",
        leaky == elu == 0,
    )
    normed = outcomes["ReLU, BatchNorm"].left
    yield Claim(
        say("BatchNorm before the ReLU takes the bias out: every net learns, as ReLU"),
        f"{of} / {of}",
        f"{normed} / {of}",
        normed == of,
    )
    wide = outcomes[_WIDE].left
    yield Claim(
        say(
            "So do biases of 0 and Kaiming's weights, in nets of {width}: none is born dead",
            width=16,
        ),
        f"{of} / {of}",
        f"{wide} / {of}",
        wide == of,
    )


def born_dead(parameters: Knobs, generator: torch.Generator) -> Iterator[Part]:
    """Why Kaiming's start with ReLU fails in some nets this narrow."""
    recipe = Recipe("relu", start.kaiming)
    stack = Stack(_BORN, parameters.widths, recipe, generator)
    with torch.no_grad():
        last = stack.signals(torch.tensor([[1.0, 0.5]]))[-2]
    found = float((last == 0).all(dim=2).double().mean())
    expected = 1 - (1 - 0.5**parameters.width) ** (parameters.depth - 1)
    error = math.sqrt(expected * (1 - expected) / _BORN)
    yield Claim(
        say(
            "Even Kaiming's start, with biases of 0, is born dead to a given point in a share "
            "1 − (1 − 2^−{width})^{hidden} of nets so narrow (Lu et al. 2020)",
            width=parameters.width,
            hidden=parameters.depth - 1,
        ),
        f"{expected:.4f} ± {error:.4f}",
        f"{found:.4f}",
        abs(found - expected) < SURE * error,
    )
