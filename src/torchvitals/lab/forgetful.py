"""The text's own runner, which evaluates and forgets to return to training, and what that costs."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy
from torch.optim import SGD

from torchvitals.lab.experiment import Claim, Part, Remark, Table
from torchvitals.lab.initialisation import normal
from torchvitals.lab.moons import Moons
from torchvitals.lab.networks import Classifier
from torchvitals.lab.runner import Runner
from torchvitals.lab.threads import one_thread
from torchvitals.words import say

_DROPOUT = 0.3
_EPOCHS = 100
_SURE = 4.0
"""Standard errors."""


class ForgetfulRunner(Runner):
    """As the text has it: `train` is called once, before the first epoch; each evaluation sets the
    model to eval mode and leaves it there.
    """

    def predict(self, inputs: Tensor) -> Tensor:
        """What the model answers in evaluation mode: it stays in it."""
        self.model.eval()
        with torch.no_grad():
            return self.model(inputs)


class _Seen(NamedTuple):
    """Of one runner."""

    batches: int
    """That BatchNorm's running statistics have taken in."""
    mean: float
    """Running mean of the first unit of fc1."""
    dead: float
    """Share of hidden units that are 0 on every point in the last epoch's training pass."""
    dropped: float
    """Share of the inputs that dropout sets to 0, after the first epoch."""
    error: float
    """Standard error of `dropped`."""
    loss: float


def runners(moons: Moons, widths: tuple[int, ...], bias: float, seed: int) -> Iterator[Part]:
    """The text's runner and ours on the same net: BatchNorm, ReLU, and biases far below 0."""
    ours = _observe(Runner, moons, widths, bias, seed)
    theirs = _observe(ForgetfulRunner, moons, widths, bias, seed)
    yield Remark(
        say(
            "Where the text is wrong: its runner calls model.eval() to evaluate after each epoch "
            "and model.train() only before the first, so from the second epoch on it trains in "
            "eval mode. Below: the same net, with BatchNorm, in that runner and in one that "
            "returns to training (torchvitals.lab.runner)."
        )
    )
    yield Table(
        say("The same net in two runners, {n} epochs", n=_EPOCHS),
        ["", say("the text's runner"), say("one that returns to training")],
        [
            [name, *cells]
            for name, *cells in (
                (
                    say("batches in BatchNorm's running statistics"),
                    str(theirs.batches),
                    str(ours.batches),
                ),
                (say("running mean, fc1"), f"{theirs.mean:.4f}", f"{ours.mean:.4f}"),
                (say("hidden units dead in training"), f"{theirs.dead:.2f}", f"{ours.dead:.2f}"),
                (
                    say("share that dropout of 0.3 drops"),
                    f"{theirs.dropped:.3f}",
                    f"{ours.dropped:.3f}",
                ),
                (say("loss at the end"), f"{theirs.loss:.4f}", f"{ours.loss:.4f}"),
            )
        ],
    )
    yield Claim(
        say("In the text's runner BatchNorm's running statistics are those of the first batch"),
        say("1 batch of {n}; ours {n}", n=_EPOCHS),
        f"{theirs.batches}; {ours.batches}",
        (theirs.batches, ours.batches) == (1, _EPOCHS),
    )
    yield Claim(
        say("In the text's runner dropout is off after the first epoch"),
        say("0; ours {share} within 4 standard errors", share=_DROPOUT),
        f"{theirs.dropped:.4f}; {ours.dropped:.4f} ± {ours.error:.4f}",
        theirs.dropped == 0 and abs(ours.dropped - _DROPOUT) < _SURE * ours.error,
    )
    # After one batch a tenth of the bias has gone into the running mean: nine tenths are left, and
    # the running variance is 0.9 at least.
    if bias <= -1:
        yield Claim(
            say(
                "So BatchNorm cures the dead units only in a runner that returns to training: in "
                "the text's they die again, for the batch's mean is no longer taken out"
            ),
            say("all dead; not all"),
            f"{theirs.dead:.2f}; {ours.dead:.2f}",
            theirs.dead == 1 and ours.dead < 1,
        )


@one_thread()
def _observe(
    kind: type[Runner], moons: Moons, widths: tuple[int, ...], bias: float, seed: int
) -> _Seen:
    net = _started(Classifier(widths, "relu", normalised=True), bias, seed)
    alive: list[Tensor] = []

    inputs = moons.train.inputs

    def watch(runner: Runner) -> None:
        if runner.epoch == _EPOCHS - 1:  # a copy: another pass would count in the statistics
            with torch.no_grad():
                alive.extend((out != 0).any(dim=0) for out in copy.deepcopy(net).hidden(inputs))

    runner = kind(net, SGD(net.parameters(), 0.1), binary_cross_entropy, between=watch)
    history = runner.train(moons.train, moons.dev, _EPOCHS)
    norm = net.norms[0]
    dropped, count = _dropped(kind, moons, seed)
    share = dropped / count
    return _Seen(
        batches=int(norm.num_batches_tracked),  # type: ignore[arg-type]
        mean=float(norm.running_mean[0]),  # type: ignore[index]
        dead=1 - float(torch.cat(alive).double().mean()),
        dropped=share,
        error=(_DROPOUT * (1 - _DROPOUT) / count) ** 0.5,
        loss=history.train_losses[-1],
    )


def _started(net: Classifier, bias: float, seed: int) -> Classifier:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in net.layers:
            normal(0.01)(layer.weight, generator)
            layer.bias.fill_(bias)
    return net


def _dropped(kind: type[Runner], moons: Moons, seed: int) -> tuple[int, int]:
    """Zeros behind a dropout of sigmoids, which are never 0, in the epochs after the first."""
    net = _started(Classifier((2, 16, 1), "sigmoid", dropout=_DROPOUT), 0.0, seed)
    zeros = count = 0

    def watch(runner: Runner) -> None:
        nonlocal zeros, count
        if runner.epoch > 0:
            (out,) = net.hidden(moons.train.inputs)
            zeros, count = zeros + int((out == 0).sum()), count + out.numel()

    # Dropout draws from the global generator: it is lent a state, and gets its own back.
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(torch.Generator().manual_seed(seed).get_state())
        runner = kind(net, SGD(net.parameters(), 0.1), binary_cross_entropy, between=watch)
        runner.train(moons.train, moons.dev, 4)
    return zeros, count
