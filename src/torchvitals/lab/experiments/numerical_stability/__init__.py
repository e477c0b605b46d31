"""Numbers that get too large or too small: the sigmoid's slope, long products, variance through
depth, and the chain rule in the open.

Its parts are those of Zhang et al., Dive into Deep Learning, section 5.4, made quantitative.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from torchvitals.lab.experiment import Bench, Part, Plan
from torchvitals.lab.experiments.numerical_stability.chains import (
    after_the_end,
    four_neurons,
    where_gradients_end,
)
from torchvitals.lab.experiments.numerical_stability.depth import glorot, through_depth
from torchvitals.lab.experiments.numerical_stability.knobs import ALL, Knobs
from torchvitals.lab.experiments.numerical_stability.products import exponent, overflow
from torchvitals.lab.experiments.numerical_stability.sigmoid import slope_of_sigmoid
from torchvitals.lab.variance import ACTIVATIONS
from torchvitals.words import say


class NumericalStability:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("Numerical stability: what overflows, what underflows, and what is kept"),
            question=say(
                "A deep net multiplies many matrices and slopes. How fast do its numbers grow or "
                "shrink, when does each precision end, and which initialisation keeps them?"
            ),
            prediction=say(
                "A product of random matrices grows by its Lyapunov exponent, which is known "
                "exactly; a net's variance follows the mean-field recursion; what vanishes becomes "
                "0, what explodes becomes inf and then NaN."
            ),
            decision=say(
                "Exact quantities agree to rounding; random ones within 4 standard errors or "
                "deviations of theory, the step of overflow within 2 % (or 1.5 steps) beside that."
            ),
            budget=say("Under a minute on one core; float64 where nothing else is said."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        if parameters.activation not in (*ACTIVATIONS, ALL):
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"Expected activation {known} or all but got {parameters.activation}.")
        generator = torch.Generator().manual_seed(bench.seed)
        yield from slope_of_sigmoid()
        yield from exponent(parameters, generator)
        yield from overflow(parameters, generator, bench)
        yield from glorot(generator)
        yield from through_depth(parameters, generator, bench)
        yield from four_neurons()
        yield from where_gradients_end()
        yield from after_the_end()


EXPERIMENT = NumericalStability()
