"""A runner that stays in eval mode, beside one that returns from it."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from torchvitals.lab.blocks import mlp, seeded
from torchvitals.lab.experiment import Claim, Part, Remark
from torchvitals.lab.experiments.building_blocks.knobs import Knobs
from torchvitals.lab.moons import Moons
from torchvitals.lab.runner import Runner
from torchvitals.words import say


def forgotten(knobs: Knobs, moons: Moons, seed: int) -> Iterator[Part]:
    """What each runner counts and drops, epoch by epoch."""
    yield Remark(
        say(
            "The text's runner calls model.eval() to evaluate after each epoch, and never "
            "model.train() again: from the second epoch on it trains in eval mode. The lab's "
            "runner returns to the mode it found."
        )
    )
    counted: dict[str, int] = {}
    silent: dict[str, int] = {}
    for name in ("returns", "forgets"):
        with seeded(seed):
            model = mlp(knobs.dropout)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            off: list[bool] = []

            def look(runner: Runner, off: list[bool] = off) -> None:
                off.append(
                    not any(
                        isinstance(m, nn.Dropout) and m.training for m in runner.model.modules()
                    )
                )

            runner = Runner(model, optimizer, binary_cross_entropy_with_logits, between=look)
            for _ in range(knobs.epochs):
                runner.train(moons.train, moons.dev, 1)
                model.train(name == "returns")
        layer = model[2]
        assert isinstance(layer, nn.BatchNorm1d)
        assert layer.num_batches_tracked is not None
        counted[name], silent[name] = int(layer.num_batches_tracked), sum(off)
    yield Claim(
        say(
            "The forgetful one stops BatchNorm's statistics after the first of {n}", n=knobs.epochs
        ),
        say("batches counted: {good}; forgetful: {bad}", good=knobs.epochs, bad=1),
        say(
            "batches counted: {good}; forgetful: {bad}",
            good=counted["returns"],
            bad=counted["forgets"],
        ),
        counted == {"returns": knobs.epochs, "forgets": 1},
    )
    yield Claim(
        say("And it turns Dropout off in all epochs but the first"),
        say("epochs without Dropout: {good}; forgetful: {bad}", good=0, bad=knobs.epochs - 1),
        say(
            "epochs without Dropout: {good}; forgetful: {bad}",
            good=silent["returns"],
            bad=silent["forgets"],
        ),
        silent == {"returns": 0, "forgets": knobs.epochs - 1},
    )
