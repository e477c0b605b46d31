"""Linear, ReLU, BatchNorm and Dropout: what goes in, what comes out, and in which mode."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from torchvitals.lab.experiment import Bench, Part, Plan
from torchvitals.lab.experiments.building_blocks.batchnorm import (
    batch_and_mode,
    normalised,
    small_batches,
    untouched,
)
from torchvitals.lab.experiments.building_blocks.dropout import dropped
from torchvitals.lab.experiments.building_blocks.forgotten import forgotten
from torchvitals.lab.experiments.building_blocks.growth import deep_nets
from torchvitals.lab.experiments.building_blocks.knobs import Knobs
from torchvitals.lab.experiments.building_blocks.modes import both_modes
from torchvitals.lab.experiments.building_blocks.shapes import shapes_on_the_way
from torchvitals.lab.moons import two_moons
from torchvitals.words import say

_MOST = 0.99
"""Of Dropout: what is beyond leaves too little to measure."""


class BuildingBlocks:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("Building blocks: what BatchNorm and Dropout do, and in which mode"),
            question=say(
                "Linear, ReLU, BatchNorm and Dropout in one net: which shapes pass, what does each "
                "block do to the numbers, and what changes between train and eval mode?"
            ),
            prediction=say(
                "BatchNorm gives each activation mean 0 and variance 1 over the batch, touches no "
                "parameter and knows no [0, 1]; Dropout keeps the mean; eval mode makes both fixed "
                "functions of one sample. In deep plain nets BatchNorm makes gradients explode."
            ),
            decision=say(
                "Exact quantities agree to float32's rounding, sampled ones within 4 standard "
                "errors, the growth of gradients within 4 % a layer."
            ),
            budget=say("Seconds on one core, in float32."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        if not parameters.dropout <= _MOST:
            raise ValueError(
                f"Expected dropout to be at most {_MOST} but got {parameters.dropout:g}."
            )
        generator = torch.Generator().manual_seed(bench.seed)
        moons = two_moons(bench.seed)
        if parameters.batch > len(moons.train.labels):
            raise ValueError(f"Expected batch to be at most 640 but got {parameters.batch}.")
        yield from shapes_on_the_way(parameters, bench.seed)
        yield from normalised(generator)
        yield from untouched(parameters, moons, bench.seed)
        yield from batch_and_mode(generator)
        yield from small_batches(generator)
        yield from dropped(parameters.dropout, bench.seed)
        yield from both_modes(parameters, moons, bench)
        yield from forgotten(parameters, moons, bench.seed)
        yield from deep_nets(parameters, generator, bench)


EXPERIMENT = BuildingBlocks()
