"""The usual cures, tried on the same net."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from torchvitals.lab import initialisation as start
from torchvitals.lab.cures import Treatment, Trial, attempt, losses_drawing, outcomes_table
from torchvitals.lab.experiment import Bench, Claim, Part, Remark
from torchvitals.lab.experiments.vanishing_gradient.knobs import Knobs
from torchvitals.lab.moons import two_moons
from torchvitals.lab.stacked import Recipe
from torchvitals.words import say


def _treatments(parameters: Knobs) -> list[Treatment]:
    name, bias, small = parameters.activation, parameters.bias, start.normal(parameters.std)
    sick, relu = Recipe(name, small, bias), Recipe("relu", small, bias)
    return [
        Treatment(say("none"), sick),
        Treatment("ReLU", relu),
        Treatment("Xavier", Recipe(name, start.xavier)),
        Treatment("Kaiming + ReLU", Recipe("relu", start.kaiming)),
        Treatment("BatchNorm", sick._replace(normalised=True)),
        Treatment("BatchNorm + ReLU", relu._replace(normalised=True)),
        Treatment(say("residual"), sick._replace(residual=True)),
        Treatment(say("residual + ReLU"), relu._replace(residual=True)),
        Treatment("Adam", sick, adam=True),
        Treatment("Adam + ReLU", relu, adam=True),
    ]


def trial_of(parameters: Knobs, bench: Bench) -> Trial:
    """What all treatments share."""
    return Trial(
        parameters.widths,
        two_moons(bench.seed),
        parameters.lr,
        parameters.epochs,
        parameters.networks,
    )


def cures(parameters: Knobs, bench: Bench, generator: torch.Generator) -> Iterator[Part]:
    """Which treatments make the net learn."""
    trial = trial_of(parameters, bench)
    outcomes = {
        treatment.name: attempt(treatment, trial, generator)
        for treatment in bench.track(_treatments(parameters), say("treatments"))
    }
    yield outcomes_table(outcomes, trial)
    groups = {
        "without ReLU": [name for name in outcomes if "ReLU" not in name],
        "with ReLU": [name for name in outcomes if "ReLU" in name],
    }
    yield losses_drawing(outcomes, groups)
    if not (parameters.is_text and parameters.is_long):
        return
    for name, all_learn, claim in (
        ("none", False, say("Untreated, no net leaves the plateau of a constant answer")),
        (
            "ReLU",
            False,
            say("ReLU alone, the text's cure, lifts the gradient but no net off the plateau"),
        ),
        (
            "BatchNorm",
            True,
            say("BatchNorm gives each layer its scale back, and cures every net"),
        ),
        ("Adam", True, say("Adam, which divides the gradient by its size, cures every net")),
    ):
        expected = parameters.networks if all_learn else 0
        found = outcomes[name].left
        of = parameters.networks
        yield Claim(claim, f"{expected} / {of}", f"{found} / {of}", found == expected)
    yield Remark(
        say(
            "A residual sum keeps the gradient alive from layer to layer, but the first layer, "
            "which is wider than its input, has none: what its small weights let through is all "
            "that the others see. Nor does the ratio tell all: Adam learns with the ratio of the "
            "untreated net, and nets that Kaiming's start leaves dead (see dead-relu) do not learn."
        )
    )
