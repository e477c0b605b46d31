"""XOR and the dead node: every case of a 2-2-1 net with a ReLU on its output, counted.

The eight cases seen by hand, the open questions and the exercises are those of a teaching text; the
counts that this run agrees with are in theory.md, section 12.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torchvitals.lab.ensemble import Plan as Where
from torchvitals.lab.experiment import Bench, Parameters, Part, Plan, knob
from torchvitals.lab.experiments.xor.cases import (
    case_drawing,
    case_table,
    dead_claims,
    finer_table,
    start_claims,
)
from torchvitals.lab.experiments.xor.cures import cure_claims, cure_drawing, cure_table
from torchvitals.lab.experiments.xor.questions import exercise, optimizer_made_anew, questions
from torchvitals.lab.xor_census import ENDINGS, census
from torchvitals.lab.xor_cures import cures
from torchvitals.words import say

_CURE_STEPS = 3000


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    networks: int = knob(100_000, "Initialisations counted.", quick=10_000, least=1000)
    steps: int = knob(200, "Steps of each training of the census.", least=1)
    trials: int = knob(1000, "Networks trained for each cure.", quick=200, least=150)


class Xor:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("XOR and the dead node: a census"),
            question=say(
                "A 2-2-1 net with ReLU on both layers is trained on XOR by BCELoss. By hand, eight "
                "cases were seen: parts that never move, a loss of 50.0 for ever, a crash. What "
                "are all the cases, how likely is each, and what cures them?"
            ),
            prediction=say(
                "A dead output passes no gradient, so its loss is 2 * 100 / 4 = 50 for ever: so "
                "begin 0.428 of all networks; 0.027 crash at once. None is solved for good: the "
                "gradient -1 / p pushes a right answer of 1 through 1, and BCELoss raises. The "
                "fault is the output's activation, so logits cure it and ELU does not."
            ),
            decision=say(
                "A share agrees if it is within 4 standard errors, both counts' errors together. "
                "What is said to move or not to move does so in every network of its case."
            ),
            budget=say("100,000 trainings of 200 steps, and 13,000 of 3000: a minute on one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        where = Where(device=bench.device)
        found = census(parameters.networks, bench.seed, steps=parameters.steps, plan=where)
        yield case_table(found)
        yield finer_table(found)
        yield from start_claims(found)
        yield from dead_claims(found)
        yield case_drawing(found)
        yield from questions(found, bench.seed)
        yield from optimizer_made_anew(bench.seed, where)
        yield from exercise(bench.seed, where)
        tried = cures(parameters.trials, bench.seed, steps=_CURE_STEPS, plan=where)
        yield cure_table(tried)
        yield from cure_claims(tried)
        yield cure_drawing(tried)

    def measure(self, parameters: Knobs, seed: int) -> Mapping[str, float]:
        """Shares of the census, with their errors."""
        found = census(parameters.networks, seed, steps=parameters.steps)
        shares = {"dead at start": found.dead_at_start, "crashed at start": found.crashed_at_start}
        shares |= dict(zip(ENDINGS, found.endings, strict=True))
        return {
            key: value
            for name, share in shares.items()
            for key, value in ((name, share.value), (f"{name}, error", share.error))
        }


EXPERIMENT = Xor()
