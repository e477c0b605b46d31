"""A net whose ReLUs are all below zero: what still moves."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch.nn.functional import binary_cross_entropy
from torch.optim import SGD

from torchvitals.lab import initialisation as start
from torchvitals.lab.experiment import Claim, Part, Remark, Table
from torchvitals.lab.experiments.dead_relu.knobs import Knobs
from torchvitals.lab.moons import Moons
from torchvitals.lab.networks import Classifier, gradient_norms
from torchvitals.lab.runner import Runner
from torchvitals.lab.threads import one_thread
from torchvitals.words import say


def killed(parameters: Knobs, moons: Moons, generator: torch.Generator) -> Iterator[Part]:
    """The text's net, in the runner, for as long as the treatments train."""
    net = Classifier(parameters.widths, "relu")
    with torch.no_grad():
        for layer in net.layers:
            start.normal(parameters.std)(layer.weight, generator)
            layer.bias.fill_(parameters.bias)
    norms: list[dict[str, float]] = []
    first = {name: value.clone() for name, value in net.state_dict().items()}
    optimizer = SGD(net.parameters(), parameters.lr)
    runner = Runner(
        net,
        optimizer,
        binary_cross_entropy,
        between=lambda runner: norms.append(gradient_norms(runner.model)),
    )
    with one_thread():
        runner.train(moons.train, moons.dev, parameters.epochs)
    last = f"fc{parameters.depth}.bias"
    yield Table(
        say("L2 norm of each gradient in the first epoch, ReLU"),
        [say("parameter"), say("norm")],
        [[name, f"{norm:.4g}"] for name, norm in norms[0].items()],
    )
    if not parameters.is_dead:
        yield Remark(say("These biases do not put every unit below zero: the net is not all dead."))
        return
    alive = [name for name, norm in norms[0].items() if norm != 0]
    yield Claim(
        say("Every gradient is exactly 0 but one"), last, ", ".join(alive) or "0", alive == [last]
    )
    expected = abs(1 / (1 + math.exp(-parameters.bias)) - float(moons.train.labels.double().mean()))
    found = norms[0][last]
    yield Claim(
        say(
            "That of the last bias is |sigmoid({bias}) − share of class 1| (0.49 in the text, on "
            "other points)",
            bias=f"{parameters.bias:g}",
        ),
        f"{expected:.6f}",
        f"{found:.6f}",
        math.isclose(found, expected, rel_tol=1e-4),
    )
    moved = [n for n, value in net.state_dict().items() if not torch.equal(value, first[n])]
    yield Claim(
        say("In all {n} epochs nothing else moves, to the bit", n=parameters.epochs),
        last,
        ", ".join(moved) or "0",
        moved == [last],
    )
