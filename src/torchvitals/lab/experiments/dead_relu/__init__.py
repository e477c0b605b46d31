"""ReLUs that start dead, the cure that only seems one, and those that are.

The net is 2-3-3-3-3-1 on two moons, its weights N(0, 0.01^2) and its biases -8, as in the text.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from torchvitals.lab.experiment import Bench, Part, Plan
from torchvitals.lab.experiments.dead_relu.killed import killed
from torchvitals.lab.experiments.dead_relu.knobs import Knobs
from torchvitals.lab.experiments.dead_relu.leaks import leaks
from torchvitals.lab.experiments.dead_relu.treatments import born_dead, cures
from torchvitals.lab.forgetful import runners
from torchvitals.lab.moons import Labelled, two_moons
from torchvitals.lab.stacked import moons_for
from torchvitals.words import say


class DeadReLU:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("Dead ReLUs: un-killed is not cured"),
            question=say(
                "Biases of −8 put every ReLU of a net of five layers below zero. What still gets a "
                "gradient, do Leaky ReLU and ELU cure it, and what does?"
            ),
            prediction=say(
                "A ReLU below zero has slope 0, so all gradients but the last bias's are 0. "
                "Leaky ReLU and ELU have slopes of 0.01 and exp(−8) there: gradients are no longer "
                "0, but shrink by that and the small weights at each layer, and the net learns no "
                "more than before. What takes the bias away cures: a start with biases of 0 and "
                "Kaiming's scale, or BatchNorm."
            ),
            decision=say(
                "Zero means exactly 0; factors lie within 4 standard errors of theory, the text's "
                "figures within 4 standard deviations of many draws. A net has learnt if its loss "
                "falls below 0.9 ln 2."
            ),
            budget=say("A thousand nets for the gradients, a hundred short trainings, one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        generator = torch.Generator().manual_seed(bench.seed)
        moons = two_moons(bench.seed)
        yield from killed(parameters, moons, generator)
        points = moons_for(range(bench.seed, bench.seed + parameters.draws))
        data = Labelled(points.inputs.double(), points.labels.double())
        yield from leaks(parameters, data, generator)
        yield from cures(parameters, moons, bench, generator)
        yield from born_dead(parameters, generator)
        yield from runners(moons, parameters.widths, parameters.bias, bench.seed)


EXPERIMENT = DeadReLU()
