"""All weights zero: five hidden units that are one, for ever; and how a random start tells them
apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy
from torch.optim import SGD, Adam

from torchvitals.lab import initialisation as start
from torchvitals.lab.experiment import (
    Bench,
    Claim,
    Drawing,
    Parameters,
    Part,
    Plan,
    Remark,
    Table,
    knob,
)
from torchvitals.lab.figures import MARKERS
from torchvitals.lab.moons import Labelled, Moons, two_moons
from torchvitals.lab.networks import Classifier, activation_named
from torchvitals.lab.runner import Runner
from torchvitals.lab.stacked import Recipe, Stack, train
from torchvitals.lab.threads import one_thread
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_SHOWN_EPOCHS = 5
_DRAWS, _BINS = 10_000, 200
_ROUNDING = 1e-4
"""Of the largest entry: thousands of roundings of float32, as the rule symmetric-weights has it."""
_ADAM_RATE = 0.05


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    hidden: int = knob(5, "Hidden units.", least=2)
    activation: str = knob("sigmoid", "Activation of the hidden layer.")
    lr: float = knob(0.2, "Rate of SGD.", least=0.0)
    epochs: int = knob(200, "Epochs, each one step on the full batch.", least=5)
    patience: int = knob(4000, "Epochs of the long runs.", quick=1500, least=10)
    nets: int = knob(20, "Random starts in the long runs.", quick=10, least=2)


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
            "zero": _Watched(parameters, moons, start.constant(0.0), generator),
            "Gaussian": _Watched(parameters, moons, start.normal(1.0), generator),
            "uniform": _Watched(parameters, moons, start.uniform(1.0), generator),
        }
        yield from _first_steps(parameters, moons, watched["zero"])
        yield from _short_run(parameters, moons, watched)
        yield _curves_drawing(watched)
        yield _weights_drawing(watched)
        yield from _one_unit(parameters, moons.train, bench)
        yield from _capacity(parameters, moons.train, bench, generator)
        yield from _breaks_the_tie(parameters, moons, generator)
        yield from _distributions(generator)


class _Watched:
    """A net trained by the runner; its weights are noted at each epoch, before the step."""

    def __init__(
        self, parameters: Knobs, moons: Moons, draw: start.Draw, generator: torch.Generator
    ) -> None:
        self.net = Classifier((2, parameters.hidden, 1), parameters.activation)
        with torch.no_grad():
            for layer in self.net.layers:
                draw(layer.weight, generator)
                layer.bias.zero_()
        self.before: list[dict[str, Tensor]] = []
        optimizer = SGD(self.net.parameters(), parameters.lr)
        runner = Runner(self.net, optimizer, binary_cross_entropy, between=self._note)
        with one_thread():
            self.history = runner.train(moons.train, moons.dev, parameters.epochs)
        self._note(runner)
        self.runner = runner

    def _note(self, runner: Runner) -> None:
        state = runner.model.state_dict()
        self.before.append({name: value.clone() for name, value in state.items()})


def _spread(weight: Tensor) -> float:
    """How far the rows are from the first, in units of the largest entry."""
    largest = float(weight.abs().max())
    return float((weight - weight[0]).abs().max()) / largest if largest else 0.0


def _first_steps(parameters: Knobs, moons: Moons, zero: _Watched) -> Iterator[Part]:
    first = zero.history.train_losses[0]
    yield Claim(
        say("From zeros every probability is 1/2, so the first loss is ln 2"),
        f"{math.log(2):.6f}",
        f"{first:.6f}",
        math.isclose(first, math.log(2), abs_tol=1e-6),
    )
    output = zero.before[1]["fc2.weight"][0]
    at_zero = float(activation_named(parameters.activation)(torch.zeros(1)))
    share = float(moons.train.labels.double().mean())
    expected = parameters.lr * at_zero * (share - 0.5)
    yield Claim(
        say(
            "After step 1 the {n} output weights are one number: rate × activation(0) × "
            "(share of class 1 − 1/2)",
            n=parameters.hidden,
        ),
        f"{expected:.6f}",
        ", ".join(f"{value:.6f}" for value in output.tolist()),
        float((output - expected).abs().max()) < 1e-6,
    )
    hidden = zero.before[1]["fc1.weight"]
    yield Claim(
        say("After step 1 the hidden weights are still exactly 0: what they act through was 0"),
        "0",
        f"{float(hidden.abs().max()):g}",
        not bool(hidden.any()),
    )
    names = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]
    yield Table(
        say("The parameters after each of the first epochs"),
        [say("epoch"), *names],
        [
            [str(epoch), *(_numbers(zero.before[epoch][name]) for name in names)]
            for epoch in range(1, _SHOWN_EPOCHS + 1)
        ],
    )


def _numbers(value: Tensor) -> str:
    """Equal rows, one for each unit, are told once."""
    units = value.T if value.dim() > 1 and len(value) == 1 else value
    rows = [", ".join(f"{x:.3g}" for x in row) for row in units.reshape(len(units), -1).tolist()]
    same = len(set(rows)) == 1 and len(rows) > 1
    return f"{len(rows)} × ({rows[0]})" if same else "; ".join(rows)


def _short_run(parameters: Knobs, moons: Moons, watched: dict[str, _Watched]) -> Iterator[Part]:
    zero = watched["zero"]
    worst = max(_spread(state["fc1.weight"]) for state in zero.before)
    yield Claim(
        say("In all {n} epochs every row of fc1.weight is the same row", n=parameters.epochs),
        say("rows differ by less than 1e-4 of the largest entry"),
        f"{worst:.1e}",
        worst < _ROUNDING,
    )
    if (parameters.lr, parameters.epochs) == (0.2, 200):
        loss = zero.history.train_losses[-1]
        share = float(moons.train.labels.double().mean())
        constant = -share * math.log(share) - (1 - share) * math.log(1 - share)
        yield Claim(
            say("After {n} epochs it costs what a constant answer does", n=parameters.epochs),
            say("{loss}, within 1 %", loss=f"{constant:.4f}"),
            f"{loss:.4f}",
            math.isclose(loss, constant, rel_tol=0.01),
        )
        ones = float(moons.dev.labels.mean())
        score = zero.history.dev_scores[-1]
        yield Claim(
            say("Its dev accuracy is the share of one class (0.475 in the text)"),
            f"{min(ones, 1 - ones):.4f} / {max(ones, 1 - ones):.4f}",
            f"{score:.4f}",
            min(abs(score - ones), abs(score - 1 + ones)) < 1e-6,
        )
        ends = {name: one.history.train_losses[-1] for name, one in watched.items()}
        yield Claim(
            say("Random starts, Gaussian or uniform, are below it by then"),
            say("both below {loss}", loss=f"{loss:.4f}"),
            f"{ends['Gaussian']:.4f}, {ends['uniform']:.4f}",
            max(ends["Gaussian"], ends["uniform"]) < loss,
        )


def _one_unit(parameters: Knobs, data: Labelled, bench: Bench) -> Iterator[Part]:
    """Equal units, started at 0.5 and at 0, against one unit whose rates are changed to match."""
    n, rate, patience = parameters.hidden, parameters.lr, parameters.patience
    none = torch.Generator()
    equal = Recipe(parameters.activation, start.constant(0.5))
    many = Stack(2, (2, n, 1), equal, none)
    one = Stack(1, (2, 1, 1), equal, none)
    with torch.no_grad():
        for weight in many.weights:
            weight[1] = 0.0
        one.weights[1].fill_(0.5 * n)
    steps = bench.track(range(patience), say("equal units"))
    long = torch.stack(train(many, SGD(many.parameters(), rate), data, steps))
    groups = [
        {"params": [one.weights[0], one.biases[0]], "lr": rate / n},
        {"params": [one.weights[1]], "lr": rate * n},
        {"params": [one.biases[1]], "lr": rate},
    ]
    short = torch.cat(train(one, SGD(groups), data, range(patience)))
    apart = float((long[:, 0] - short).abs().max())
    yield Claim(
        say(
            "{n} equal units are one: a net of one unit, its rates {n} times less within and {n} "
            "times more behind, has the same loss at each of {epochs} epochs (both start at 0.5)",
            n=n,
            epochs=patience,
        ),
        say("they differ by less than 0.001"),
        f"{apart:.1e}",
        apart < 1e-3,
    )
    yield from _escape(parameters, data, long)


def _escape(parameters: Knobs, data: Labelled, losses: Tensor) -> Iterator[Part]:
    """What becomes of zeros in the end."""
    yield Remark(
        say(
            "The text's accuracy of one half is not for ever. Zeros are a saddle point: where the "
            "activation is not 0 at 0 and the classes are not exactly even, gradient descent "
            "leaves it after hundreds of epochs, and then learns what one unit can: a straight "
            "edge between the moons."
        )
    )
    even = float(data.labels.double().mean()) == 0.5
    usual = (parameters.activation, parameters.lr) == ("sigmoid", 0.2)
    if usual and not even and parameters.patience >= 1500:
        tied, zero = losses[-1].tolist()
        yield Claim(
            say(
                "After {n} epochs the net from zeros has the loss of equal units from 0.5",
                n=parameters.patience,
            ),
            say("{loss}, within 10 %", loss=f"{tied:.4f}"),
            f"{zero:.4f}",
            math.isclose(zero, tied, rel_tol=0.1),
        )


def _capacity(
    parameters: Knobs, data: Labelled, bench: Bench, generator: torch.Generator
) -> Iterator[Part]:
    """What equal and unequal units can learn, given an optimizer that is quick (Adam)."""
    sizes = (2, parameters.hidden, 1)
    recipe = Recipe(parameters.activation, start.normal(1.0))
    stack = Stack(parameters.nets + 1, sizes, recipe, generator)
    with torch.no_grad():
        stack.weights[0][0] = 0.5
        stack.weights[1][0] = 0.5
    steps = bench.track(range(parameters.patience), say("random starts"))
    final = train(stack, Adam(stack.parameters(), _ADAM_RATE), data, steps)[-1]
    tied, free = float(final[0]), final[1:]
    if (
        parameters.activation == "sigmoid"
        and parameters.hidden >= 4
        and parameters.patience >= 1500
    ):
        yield Claim(
            say(
                "With Adam and {n} steps, random starts use their {units} units: the median loss "
                "is less than half that of equal units",
                n=parameters.patience,
                units=parameters.hidden,
            ),
            f"< {tied / 2:.4f}",
            f"{float(free.median()):.4f}",
            float(free.median()) < tied / 2,
        )


def _breaks_the_tie(parameters: Knobs, moons: Moons, generator: torch.Generator) -> Iterator[Part]:
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
        spread = _spread(net.layers[0].weight.detach())
        rows.append([name, f"{spread:.1e}", f"{runner.history.train_losses[-1]:.4f}"])
        if (spread > _ROUNDING) != ("Gaussian" in name):
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


def _distributions(generator: torch.Generator) -> Iterator[Part]:
    """The two that the text draws: N(0, 1) and U[-1, 1)."""
    gaussian = torch.randn(_DRAWS, generator=generator, dtype=torch.float64)
    uniform = torch.rand(_DRAWS, generator=generator, dtype=torch.float64) * 2 - 1
    root = math.sqrt(_DRAWS)
    deviation = 1 / math.sqrt(3)
    # The error of a standard deviation s is sqrt((m4 - s^4) / n) / 2s, m4 the fourth moment.
    cases = (
        ("N(0, 1)", gaussian, 1.0, math.sqrt(2) / 2),
        ("U[-1, 1)", uniform, deviation, math.sqrt(4 / 45) / (2 * deviation)),
    )
    for name, drawn, std, error in cases:
        mean, found = float(drawn.mean()), float(drawn.std())
        yield Claim(
            say("{n} draws of {name} have its mean and standard deviation", n=_DRAWS, name=name),
            f"0 ± {std / root:.4f}, {std:.4f} ± {error / root:.4f}",
            f"{mean:.4f}, {found:.4f}",
            abs(mean) < 4 * std / root and abs(found - std) < 4 * error / root,
        )

    def draw(canvas: Canvas) -> None:
        panels = canvas.subplots(1, 2, sharey=True)
        for axes, (name, drawn, _, _), colour in zip(
            panels, cases, ("#0072B2", "#D55E00"), strict=True
        ):
            axes.hist(drawn.tolist(), bins=_BINS, range=(-4, 4), color=colour)
            axes.set(title=f"{name}: {_DRAWS} draws", xlabel="initial weight")
        panels[0].set(ylabel=f"draws in each of {_BINS} bins")

    data = {name: drawn.tolist() for name, drawn, _, _ in cases}
    caption = say("Two ways to tell units apart: Gaussian and uniform draws")
    yield Drawing("distributions", caption, data, draw, (7.6, 3.4))


def _curves_drawing(watched: dict[str, _Watched]) -> Drawing:
    data = {
        name: {"train loss": one.history.train_losses, "dev accuracy": one.history.dev_scores}
        for name, one in watched.items()
    }

    def draw(canvas: Canvas) -> None:
        panels = canvas.subplots(1, 2)
        for (name, curves), marker in zip(data.items(), MARKERS, strict=False):
            for axes, curve in zip(panels, curves.values(), strict=True):
                every = max(1, len(curve) // 6)
                epochs = range(1, len(curve) + 1)
                axes.plot(epochs, curve, marker=marker, markevery=every, label=name)
        panels[0].axhline(math.log(2), linestyle=":", color="#000000", linewidth=1, label="ln 2")
        panels[0].set(xlabel="epoch", ylabel="training loss (nats)", ylim=(0, None))
        panels[1].set(xlabel="epoch", ylabel="dev accuracy", ylim=(0, 1))
        panels[0].legend(title="start", loc="lower left")

    caption = say("Loss and accuracy from zeros and from random weights")
    return Drawing("curves", caption, data, draw, (8.2, 3.6))


def _weights_drawing(watched: dict[str, _Watched]) -> Drawing:
    names = ("zero", "Gaussian")
    data = {
        name: [state["fc1.weight"][:, 0].tolist() for state in watched[name].before]
        for name in names
    }

    def draw(canvas: Canvas) -> None:
        panels = canvas.subplots(1, 2)
        for axes, name in zip(panels, names, strict=True):
            units = list(zip(*data[name], strict=True))
            for k, path in enumerate(units):
                style = {"linewidth": 1.4 + 1.1 * (len(units) - k - 1) if name == "zero" else 1.6}
                axes.plot(range(len(path)), path, label=f"unit {k + 1}", **style)
            axes.set(title=f"start: {name}", xlabel="epoch")
        panels[0].set(ylabel="weight from the first input")
        panels[1].legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))

    caption = say("Each hidden unit's first weight: from zeros all the lines are one")
    return Drawing("weights", caption, data, draw, (8.6, 3.6))


EXPERIMENT = ZeroInit()
