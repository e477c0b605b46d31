"""Which starts tell the units apart."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch.nn.functional import binary_cross_entropy
from torch.optim import SGD

from torchvitals.lab import initialisation as start
from torchvitals.lab.experiment import Claim, Part, Table
from torchvitals.lab.experiments.zero_init.knobs import Knobs
from torchvitals.lab.experiments.zero_init.watched import ROUNDING, spread_of_rows
from torchvitals.lab.moons import Moons
from torchvitals.lab.networks import Classifier
from torchvitals.lab.runner import Runner
from torchvitals.lab.threads import one_thread
from torchvitals.words import say


def breaks_the_tie(parameters: Knobs, moons: Moons, generator: torch.Generator) -> Iterator[Part]:
    """Which zeros are harmless."""
    cases = {
        say("all zero"): (start.constant(0.0), start.constant(0.0)),
        say("all 0.5"): (start.constant(0.5), start.constant(0.5)),
        say("hidden Gaussian, output zero"): (start.normal(1.0), start.constant(0.0)),
        say("hidden zero, output Gaussian"): (start.constant(0.0), start.normal(1.0)),
        say("all Gaussian"): (start.normal(1.0), start.normal(1.0)),
    }
    rows: list[list[str]] = []
    wrong: list[str] = []
    for name, draws in cases.items():
        net = Classifier((2, parameters.hidden, 1), parameters.activation)
        with torch.no_grad():
            for layer, draw in zip(net.layers, draws, strict=True):
                draw(layer.weight, generator)
                layer.bias.zero_()
        runner = Runner(net, SGD(net.parameters(), parameters.lr), binary_cross_entropy)
        with one_thread():
            runner.train(moons.train, moons.dev, parameters.epochs)
        spread = spread_of_rows(net.layers[0].weight.detach())
        rows.append([name, f"{spread:.1e}", f"{runner.history.train_losses[-1]:.4f}"])
        if (spread > ROUNDING) != ("Gaussian" in name):
            wrong.append(name)
    yield Table(
        say("Which start tells the units apart ({n} epochs)", n=parameters.epochs),
        [say("start"), say("rows of fc1.weight differ by"), say("loss")],
        rows,
    )
    if parameters.activation == "sigmoid" and parameters.lr > 0:
        yield Claim(
            say("Randomness in either layer is enough: zeros alone in one of them do no harm"),
            say("units differ in the last three, in the first two not"),
            say("as expected") if not wrong else say("not so: {names}", names=", ".join(wrong)),
            not wrong,
        )
