"""ReLU networks that are dead before the first step: how many, by width and depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torchvitals.lab.experiment import Bench, Part, Plan
from torchvitals.lab.experiments.born_dead.bounds import (
    bound_claims,
    safe_width_claim,
    share_table,
    symmetry_claim,
)
from torchvitals.lab.experiments.born_dead.figures import depth_drawing, width_drawing
from torchvitals.lab.experiments.born_dead.knobs import Knobs
from torchvitals.lab.experiments.born_dead.laws import cures
from torchvitals.lab.experiments.born_dead.shares import ONE_INPUT, TWO_INPUTS, by_width, share_of
from torchvitals.theory.born_dead import lower_bound, single_input
from torchvitals.words import say

_WIDTHS = (2, 3, 4, 5, 8, 10)


class BornDead:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("Born dead: ReLU networks that no training can wake"),
            question=say(
                "If every unit of one layer is off for every input, the output is constant and all "
                "gradients before it are 0. How often does chance build such a network?"
            ),
            prediction=say(
                "For one input each unit is off with chance 1/2, so a network of width N and depth "
                "L is dead with chance 1 - (1 - 2^-N)^(L-1), whatever the symmetric law of its "
                "weights. Several inputs are rarer to lose: that is an upper bound, and there is a "
                "lower one (Lu et al. 2020). Depth kills narrow networks; width saves them."
            ),
            decision=say(
                "A share agrees with a chance if they differ by at most 4 standard errors, and "
                "obeys a bound if it is no further than that beyond it."
            ),
            budget=say("50,000 networks for each of six widths: half a minute on one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        widths = sorted({*_WIDTHS, parameters.width})
        one = by_width(widths, parameters, bench, ONE_INPUT, say("one input"))
        two = by_width(widths, parameters, bench, TWO_INPUTS, say("two inputs"))
        yield share_table(one, two, parameters.depth)
        yield from bound_claims(one, two, parameters.depth)
        yield symmetry_claim(parameters, bench)
        yield from cures(parameters, bench)
        yield safe_width_claim(parameters, bench)
        yield depth_drawing(one, two, sorted({2, 3, 5, 10, parameters.width}))
        yield width_drawing(one, two, parameters.depth)

    def measure(self, parameters: Knobs, seed: int) -> Mapping[str, float]:
        """Shares at one width and depth, with their errors, and what theory says."""
        found: dict[str, float] = {}
        for name, inputs in (("one input", ONE_INPUT), ("two inputs", TWO_INPUTS)):
            share = share_of(parameters.width, parameters.depth, parameters.networks, seed, inputs)
            found |= {name: share.value, f"{name}, error": share.error}
        found["one input, exact"] = single_input(parameters.width, parameters.depth)
        found["two inputs, lower bound"] = lower_bound(parameters.width, parameters.depth)
        return found


EXPERIMENT = BornDead()
