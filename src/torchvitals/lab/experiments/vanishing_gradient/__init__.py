"""Why the first layers of a deep net hardly learn: how fast its gradient vanishes, and the cures.

The net is 2-3-3-3-3-1 on two moons, its weights N(0, 0.01^2) and its biases 1, as in the text.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from torchvitals.lab import initialisation as start
from torchvitals.lab.early_rates import early_rates
from torchvitals.lab.experiment import Bench, Part, Plan
from torchvitals.lab.experiments.vanishing_gradient.knobs import Knobs
from torchvitals.lab.experiments.vanishing_gradient.norms import (
    beside_the_text,
    gradients,
    norms_drawing,
)
from torchvitals.lab.experiments.vanishing_gradient.reasons import (
    as_created,
    bound_and_factor,
    decades_lost,
)
from torchvitals.lab.experiments.vanishing_gradient.treatments import cures, trial_of
from torchvitals.lab.moons import Labelled
from torchvitals.lab.stacked import Recipe, moons_for
from torchvitals.words import say


class VanishingGradient:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("The vanishing gradient: what each layer multiplies, and what cures it"),
            question=say(
                "In a net of five layers the gradient of the first is ten decades below that of "
                "the last. What shrinks it, and which of the usual cures makes the net learn?"
            ),
            prediction=say(
                "Each layer multiplies the gradient by the slope of its activation, at most 1/4 "
                "for a sigmoid, times the size of its weights. With weights of 0.01 the weights "
                "cost more than the sigmoid: ReLU alone cures nothing; what restores the scale "
                "(BatchNorm) or divides it out (Adam) does."
            ),
            decision=say(
                "The text's figures lie within 4 standard deviations of many draws of the same "
                "net; factors within 4 standard errors of theory (and 1 % for finite width); "
                "the bound holds at every point. "
                "A net has learnt if its loss falls below 0.9 ln 2, where a constant answer costs "
                "ln 2."
            ),
            budget=say("A thousand nets for the gradients, some 250 short trainings, one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        generator = torch.Generator().manual_seed(bench.seed)
        points = moons_for(range(bench.seed, bench.seed + parameters.draws))
        data = Labelled(points.inputs.double(), points.labels.double())
        measured = {
            name: gradients(parameters, name, data, generator)
            for name in dict.fromkeys((parameters.activation, "relu"))
        }
        yield from beside_the_text(parameters, measured)
        yield norms_drawing(parameters, measured)
        yield from bound_and_factor(parameters, measured, data, generator)
        yield from decades_lost(parameters, data, generator)
        yield from as_created(bench, parameters, generator)
        yield from cures(parameters, bench, generator)
        recipe = Recipe(parameters.activation, start.xavier)
        held = parameters.is_text and parameters.is_long
        yield from early_rates(recipe, trial_of(parameters, bench), bench, generator, held=held)


EXPERIMENT = VanishingGradient()
