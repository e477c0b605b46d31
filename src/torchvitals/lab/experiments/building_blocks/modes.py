"""The same trained weights in train and in eval mode."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from torchvitals.lab.blocks import Losses, losses, mlp, seeded, train
from torchvitals.lab.experiment import Bench, Claim, Drawing, Part, Table
from torchvitals.lab.experiments.building_blocks.knobs import LIMIT, Knobs
from torchvitals.lab.figures import COLOURS
from torchvitals.lab.moons import Moons
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def both_modes(knobs: Knobs, moons: Moons, bench: Bench) -> Iterator[Part]:
    """Nets with and without each block, trained, and their loss in either mode."""
    kinds = {
        "neither": (False, False),
        "BatchNorm": (True, False),
        "Dropout": (False, True),
        "both": (True, True),
    }
    found: dict[str, Losses] = {}
    for kind in bench.track(list(kinds), say("training on two moons")):
        normal, drop = kinds[kind]
        with seeded(bench.seed):
            model = mlp(knobs.dropout, batchnorm=normal, dropout=drop)
            train(model, moons.train, knobs.epochs, knobs.batch)
            found[kind] = losses(model, moons.train, 50)
    means = {kind: sum(seen.train) / len(seen.train) for kind, seen in found.items()}
    rows = [(k, f"{means[k]:.4f}", f"{seen.evaluated:.4f}") for k, seen in found.items()]
    yield Table(
        say(
            "Loss of the same weights on the same data, after {epochs} epochs", epochs=knobs.epochs
        ),
        [say("net"), say("train mode"), say("eval mode")],
        rows,
    )
    plain = found["neither"]
    yield Claim(
        say("Without BatchNorm and Dropout the modes are one, to the bit"),
        f"{plain.evaluated:.6f}",
        f"{max(plain.train, key=lambda loss: abs(loss - plain.evaluated)):.6f}",
        set(plain.train) == {plain.evaluated},
    )
    if knobs.dropout >= 0.05 and knobs.epochs >= 5:
        noisy = torch.tensor(found["Dropout"].train, dtype=torch.float64)
        error = float(noisy.std()) / math.sqrt(len(noisy))
        lowest = float(noisy.mean()) - LIMIT * error
        yield Claim(
            say("With Dropout the loss in train mode is the higher one: the net works crippled"),
            f"> {found['Dropout'].evaluated:.4f}",
            f"{float(noisy.mean()):.4f} ± {LIMIT * error:.4f}",
            lowest > found["Dropout"].evaluated,
        )
    yield _modes_drawing(found)


def _modes_drawing(found: dict[str, Losses]) -> Drawing:
    data = {k: {"train": seen.train, "eval": seen.evaluated} for k, seen in found.items()}

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for place, seen in enumerate(found.values()):
            spread = [place - 0.16 + 0.08 * (i % 5 - 2) / 2 for i in range(len(seen.train))]
            label = ("train mode, 50 passes", "eval mode") if place == 0 else (None, None)
            axes.plot(spread, seen.train, "o", ms=4, alpha=0.5, color=COLOURS[0], label=label[0])
            axes.plot([place + 0.16], [seen.evaluated], "s", ms=8, color=COLOURS[1], label=label[1])
        axes.set_xticks(range(len(found)), list(found))
        axes.set(ylabel="binary cross-entropy (nats)", xlim=(-0.5, 3.5))
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper left")

    caption = say("Loss of the same trained weights, in train and in eval mode")
    return Drawing("modes", caption, data, draw)
