"""All weights zero: five hidden units that are one, for ever; and how a random start tells them
apart.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from torchvitals.lab import initialisation as start
from torchvitals.lab.experiment import Bench, Part, Plan
from torchvitals.lab.experiments.zero_init.distributions import distributions
from torchvitals.lab.experiments.zero_init.epochs import (
    curves_drawing,
    first_steps,
    short_run,
    weights_drawing,
)
from torchvitals.lab.experiments.zero_init.knobs import Knobs
from torchvitals.lab.experiments.zero_init.one_unit import capacity, one_unit
from torchvitals.lab.experiments.zero_init.ties import breaks_the_tie
from torchvitals.lab.experiments.zero_init.watched import Watched
from torchvitals.lab.moons import two_moons
from torchvitals.words import say


class ZeroInit:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("Zero initialisation: many units that remain one"),
            question=say(
                "A net of two inputs, five sigmoid units and one output starts from all zeros. "
                "What does it learn, and what does a random start change?"
            ),
            prediction=say(
                "Equal units get equal gradients, so they stay equal: after any number of epochs "
                "five units do what one does. The first loss is ln 2; the first step moves the "
                "output's weights, all by the same number, and the hidden weights not at all."
            ),
            decision=say(
                "Exact quantities agree to rounding in float32; units count as equal if their "
                "weights differ by less than 1e-4 of the largest; moments of draws lie within 4 "
                "standard errors."
            ),
            budget=say("A few thousand steps of nets with 21 parameters: seconds on one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        moons = two_moons(bench.seed)
        generator = torch.Generator().manual_seed(bench.seed)
        watched = {
            "zero": Watched(parameters, moons, start.constant(0.0), generator),
            "Gaussian": Watched(parameters, moons, start.normal(1.0), generator),
            "uniform": Watched(parameters, moons, start.uniform(1.0), generator),
        }
        yield from first_steps(parameters, moons, watched["zero"])
        yield from short_run(parameters, moons, watched)
        yield curves_drawing(watched)
        yield weights_drawing(watched)
        yield from one_unit(parameters, moons.train, bench)
        yield from capacity(parameters, moons.train, bench, generator)
        yield from breaks_the_tie(parameters, moons, generator)
        yield from distributions(generator)


EXPERIMENT = ZeroInit()
