"""ReLUs that start dead, the cure that only seems one, and those that are.

The net is 2-3-3-3-3-1 on two moons, its weights N(0, 0.01^2) and its biases -8, as in the text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy
from torch.optim import SGD

from torchvitals.lab import initialisation as start
from torchvitals.lab.cures import Treatment, Trial, attempt, losses_drawing, outcomes_table
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
from torchvitals.lab.forgetful import runners
from torchvitals.lab.moons import Labelled, Moons, two_moons
from torchvitals.lab.networks import Classifier, gradient_norms
from torchvitals.lab.runner import Runner
from torchvitals.lab.slopes import slope_at, typical_factor
from torchvitals.lab.stacked import Recipe, Stack, moons_for
from torchvitals.lab.threads import one_thread
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

TEXT = {0: 1.7e-16, 4: 0.07}
"""Leaky ReLU's gradient norms of fc1.weight and fc5.weight, as the text prints them."""
_SURE = 4.0
"""Standard deviations or errors."""
_LEAKS = ("leaky_relu", "elu")
_WIDE = say("ReLU, bias 0, Kaiming, width 16")
_BORN = 20_000
"""Networks of the census of those born dead."""


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    bias: float = knob(-8.0, "What every bias starts at.")
    depth: int = knob(5, "Linear layers.", least=3)
    width: int = knob(3, "Units of each hidden layer.", least=1)
    std: float = knob(0.01, "Standard deviation of the weights.", least=1e-6)
    lr: float = knob(0.1, "Rate of the treatments; Adam's is a tenth of it.", least=0.0)
    epochs: int = knob(600, "Epochs of each treatment.", quick=400, least=2)
    draws: int = knob(1000, "Networks whose gradients are measured.", quick=200, least=10)
    networks: int = knob(12, "Networks trained with each treatment.", quick=8, least=1)

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the input, the hidden layers and the output."""
        return (2, *[self.width] * (self.depth - 1), 1)

    @property
    def is_dead(self) -> bool:
        """Whether no weight within six deviations lifts any pre-activation above 0."""
        reach = 6 * self.std * max(4.0, math.sqrt(self.width))
        return self.bias + reach < 0

    @property
    def is_text(self) -> bool:
        """Whether the network is the text's."""
        return (self.bias, self.depth, self.width, self.std) == (-8.0, 5, 3, 0.01)


class DeadReLU:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("Dead ReLUs: un-killed is not cured"),
            question=say(
                "Biases of −8 put every ReLU of a net of five layers below zero. What still gets a "
                "gradient, do Leaky ReLU and ELU cure it, and what does?"
            ),
            prediction=say(
                "A ReLU below zero has slope 0, so all gradients but the last bias's are 0. "
                "Leaky ReLU and ELU have slopes of 0.01 and exp(−8) there: gradients are no longer "
                "0, but shrink by that and the small weights at each layer, and the net learns no "
                "more than before. What takes the bias away cures: a start with biases of 0 and "
                "Kaiming's scale, or BatchNorm."
            ),
            decision=say(
                "Zero means exactly 0; factors lie within 4 standard errors of theory, the text's "
                "figures within 4 standard deviations of many draws. A net has learnt if its loss "
                "falls below 0.9 ln 2."
            ),
            budget=say("A thousand nets for the gradients, a hundred short trainings, one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        generator = torch.Generator().manual_seed(bench.seed)
        moons = two_moons(bench.seed)
        yield from _killed(parameters, moons, generator)
        points = moons_for(range(bench.seed, bench.seed + parameters.draws))
        data = Labelled(points.inputs.double(), points.labels.double())
        yield from _leaks(parameters, data, generator)
        yield from _cures(parameters, moons, bench, generator)
        yield from _born_dead(parameters, generator)
        yield from runners(moons, parameters.widths, parameters.bias, bench.seed)


def _killed(parameters: Knobs, moons: Moons, generator: torch.Generator) -> Iterator[Part]:
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


def _leaks(parameters: Knobs, data: Labelled, generator: torch.Generator) -> Iterator[Part]:
    """Leaky ReLU and ELU on the same start: what their gradients are, over many draws."""
    weights: dict[str, list[Tensor]] = {}
    biases: dict[str, list[Tensor]] = {}
    for name in ("relu", *_LEAKS):
        recipe = Recipe(name, start.normal(parameters.std), parameters.bias)
        stack = Stack(parameters.draws, parameters.widths, recipe, generator).double()
        weights[name], biases[name] = stack.differentiate(data)
    yield Table(
        say("Median norm of the weight's gradient over {n} draws", n=parameters.draws),
        [say("layer"), *weights],
        [
            [
                f"fc{k + 1}.weight",
                *(f"{float(layers[k].median()):.2g}" for layers in weights.values()),
            ]
            for k in range(parameters.depth)
        ],
    )
    yield _gradients_drawing(weights)
    if parameters.is_text:
        logs = [weights["leaky_relu"][k].log10() for k in TEXT]
        far = [
            abs(math.log10(told) - float(log.mean())) / float(log.std())
            for told, log in zip(TEXT.values(), logs, strict=True)
        ]
        yield Claim(
            say("The text's norms with Leaky ReLU, 1.7e-16 and 0.07, are those of a typical draw"),
            say("each within 4 standard deviations of log10"),
            say("the farthest at {far}", far=f"{max(far):.1f}"),
            max(far) < _SURE,
        )
    for name in _LEAKS if parameters.is_dead and parameters.std <= 0.01 else ():
        yield _factor(parameters, name, biases[name])


def _factor(parameters: Knobs, name: str, biases: list[Tensor]) -> Claim:
    slope = slope_at(name, parameters.bias)
    expected = typical_factor(parameters.width, parameters.std, slope)
    logs = torch.stack([a.log() - b.log() for a, b in pairwise(biases)])
    mean, error = float(logs.mean()), float(logs.std()) / math.sqrt(logs.numel())
    return Claim(
        say(
            "{name} un-kills: a layer passes on its slope of {slope} × std × chi, which is not 0, "
            "but vanishes over {depth} layers",
            name=name,
            slope=f"{slope:.3g}",
            depth=parameters.depth,
        ),
        say("{factor} a layer", factor=f"{expected:.4g}"),
        f"{math.exp(mean):.4g} ± {error * math.exp(mean):.2g}",
        # ELU's slope changes with the pre-activation's spread: a second-order term.
        abs(mean - math.log(expected)) < _SURE * error + parameters.std**2 * parameters.width,
    )


def _treatments(parameters: Knobs) -> list[Treatment]:
    sick = Recipe("relu", start.normal(parameters.std), parameters.bias)
    return [
        Treatment("ReLU", sick),
        Treatment("Leaky ReLU", sick._replace(activation="leaky_relu")),
        Treatment("ELU", sick._replace(activation="elu")),
        Treatment("ReLU, Adam", sick, adam=True),
        Treatment("Leaky ReLU, Adam", sick._replace(activation="leaky_relu"), adam=True),
        Treatment(say("ReLU, bias 0"), sick._replace(bias=0.0)),
        Treatment(say("ReLU, bias 0, Kaiming"), Recipe("relu", start.kaiming)),
        Treatment("ReLU, BatchNorm", sick._replace(normalised=True)),
    ]


def _cures(
    parameters: Knobs, moons: Moons, bench: Bench, generator: torch.Generator
) -> Iterator[Part]:
    trial = Trial(parameters.widths, moons, parameters.lr, parameters.epochs, parameters.networks)
    outcomes = {
        treatment.name: attempt(treatment, trial, generator)
        for treatment in bench.track(_treatments(parameters), say("treatments"))
    }
    wide = trial._replace(widths=(2, *[16] * (parameters.depth - 1), 1))
    outcomes[_WIDE] = attempt(Treatment(_WIDE, Recipe("relu", start.kaiming)), wide, generator)
    yield outcomes_table(outcomes, trial)
    names = list(outcomes)
    groups = {"biases as they were": names[:5], "biases at 0, or taken out": names[5:]}
    yield losses_drawing(outcomes, groups)
    if not parameters.is_text or parameters.lr != 0.1 or parameters.epochs < 400:
        return
    of = parameters.networks
    leaky, elu = outcomes["Leaky ReLU"].left, outcomes["ELU"].left
    yield Claim(
        say("Leaky ReLU and ELU, the text's cures, leave every net at a constant answer"),
        f"0 / {of}, 0 / {of}",
        f"{leaky} / {of}, {elu} / {of}",
        leaky == elu == 0,
    )
    normed = outcomes["ReLU, BatchNorm"].left
    yield Claim(
        say("BatchNorm before the ReLU takes the bias out: every net learns, as ReLU"),
        f"{of} / {of}",
        f"{normed} / {of}",
        normed == of,
    )
    wide = outcomes[_WIDE].left
    yield Claim(
        say(
            "So do biases of 0 and Kaiming's weights, in nets of {width}: none is born dead",
            width=16,
        ),
        f"{of} / {of}",
        f"{wide} / {of}",
        wide == of,
    )


def _born_dead(parameters: Knobs, generator: torch.Generator) -> Iterator[Part]:
    """Why Kaiming's start with ReLU fails in some nets this narrow."""
    recipe = Recipe("relu", start.kaiming)
    stack = Stack(_BORN, parameters.widths, recipe, generator)
    with torch.no_grad():
        last = stack.signals(torch.tensor([[1.0, 0.5]]))[-2]
    found = float((last == 0).all(dim=2).double().mean())
    expected = 1 - (1 - 0.5**parameters.width) ** (parameters.depth - 1)
    error = math.sqrt(expected * (1 - expected) / _BORN)
    yield Claim(
        say(
            "Even Kaiming's start, with biases of 0, is born dead to a given point in a share "
            "1 − (1 − 2^−{width})^{hidden} of nets so narrow (Lu et al. 2020)",
            width=parameters.width,
            hidden=parameters.depth - 1,
        ),
        f"{expected:.4f} ± {error:.4f}",
        f"{found:.4f}",
        abs(found - expected) < _SURE * error,
    )


def _gradients_drawing(weights: dict[str, list[Tensor]]) -> Drawing:
    data = {name: [float(w.median()) for w in layers] for name, layers in weights.items()}
    layers = [f"fc{k + 1}" for k in range(len(next(iter(data.values()))))]
    least = min([value for row in data.values() for value in row if value > 0], default=1e-3)
    floor = least / 1e3
    """Where exact zeros are drawn."""

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for (name, row), marker in zip(data.items(), MARKERS, strict=False):
            shown = [value if value > 0 else floor for value in row]
            axes.plot(layers, shown, marker=marker, label=name)
        if any(value == 0 for row in data.values() for value in row):
            axes.axhline(floor, linestyle=":", color="#000000", linewidth=1)
            axes.annotate("exactly 0", (0, floor), xytext=(0, 5), textcoords="offset points")
        axes.set(yscale="log", xlabel="layer", ylabel="L2 norm of the weight's gradient, median")
        axes.legend(loc="upper left")

    caption = say("Leaky ReLU and ELU lift the gradient off 0, to where it vanishes")
    return Drawing("gradients", caption, {"layers": layers, **data}, draw)


EXPERIMENT = DeadReLU()
