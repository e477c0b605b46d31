"""Why the first layers of a deep net hardly learn: how fast its gradient vanishes, and the cures.

The net is 2-3-3-3-3-1 on two moons, its weights N(0, 0.01^2) and its biases 1, as in the text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from torchvitals.lab import initialisation as start
from torchvitals.lab.cures import Treatment, Trial, attempt, losses_drawing, outcomes_table
from torchvitals.lab.early_rates import early_rates
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
from torchvitals.lab.moons import Labelled, two_moons
from torchvitals.lab.slopes import (
    backward_norms,
    largest_share_of_bound,
    slope_at,
    steepest,
    typical_factor,
)
from torchvitals.lab.stacked import Recipe, Stack, moons_for
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

TEXT = {
    "sigmoid": (2.5e-11, 1.2e-8, 5.4e-6, 1.1e-3, 0.276),
    "relu": (1.7e-8, 1.4e-6, 1.1e-4, 9.5e-3, 0.392),
}
"""Norms of the gradient of fc1.weight to fc5.weight, as the text prints them."""
_SURE = 4.0
"""Standard deviations or errors."""


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    activation: str = knob("sigmoid", "The activation that is compared with ReLU.")
    depth: int = knob(5, "Linear layers.", least=3)
    width: int = knob(3, "Units of each hidden layer.", least=1)
    std: float = knob(0.01, "Standard deviation of the weights.", least=1e-6)
    bias: float = knob(1.0, "What every bias starts at.")
    lr: float = knob(0.1, "Rate of the treatments; Adam's is a tenth of it.", least=0.0)
    epochs: int = knob(600, "Epochs of each treatment.", quick=400, least=1)
    draws: int = knob(1000, "Networks whose gradients are measured.", quick=200, least=10)
    networks: int = knob(12, "Networks trained with each treatment.", quick=8, least=1)

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the input, the hidden layers and the output."""
        return (2, *[self.width] * (self.depth - 1), 1)

    @property
    def is_text(self) -> bool:
        """Whether the network is the text's."""
        given = (self.activation, self.depth, self.width, self.std, self.bias)
        return given == ("sigmoid", 5, 3, 0.01, 1.0)

    @property
    def is_long(self) -> bool:
        """Whether the treatments have the time that the claims on them give."""
        return self.lr == 0.1 and self.epochs >= 400

    @property
    def is_faint(self) -> bool:
        """Whether the weights are so small that every pre-activation is near its bias."""
        return self.std * math.sqrt(max(self.width, 2)) < 0.1


class VanishingGradient:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("The vanishing gradient: what each layer multiplies, and what cures it"),
            question=say(
                "In a net of five layers the gradient of the first is ten decades below that of "
                "the last. What shrinks it, and which of the usual cures makes the net learn?"
            ),
            prediction=say(
                "Each layer multiplies the gradient by the slope of its activation, at most 1/4 "
                "for a sigmoid, times the size of its weights. With weights of 0.01 the weights "
                "cost more than the sigmoid: ReLU alone cures nothing; what restores the scale "
                "(BatchNorm) or divides it out (Adam) does."
            ),
            decision=say(
                "The text's figures lie within 4 standard deviations of many draws of the same "
                "net; factors within 4 standard errors of theory (and 1 % for finite width); "
                "the bound holds at every point. "
                "A net has learnt if its loss falls below 0.9 ln 2, where a constant answer costs "
                "ln 2."
            ),
            budget=say("A thousand nets for the gradients, some 250 short trainings, one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        generator = torch.Generator().manual_seed(bench.seed)
        points = moons_for(range(bench.seed, bench.seed + parameters.draws))
        data = Labelled(points.inputs.double(), points.labels.double())
        measured = {
            name: _gradients(parameters, name, data, generator)
            for name in dict.fromkeys((parameters.activation, "relu"))
        }
        yield from _beside_the_text(parameters, measured)
        yield _norms_drawing(parameters, measured)
        yield from _why(parameters, measured, data, generator)
        yield from _shares(parameters, data, generator)
        yield from _as_created(bench, parameters, generator)
        yield from _cures(parameters, bench, generator)
        recipe = Recipe(parameters.activation, start.xavier)
        held = parameters.is_text and parameters.is_long
        yield from early_rates(recipe, _trial(parameters, bench), bench, generator, held=held)


_Norms = tuple[list[Tensor], list[Tensor]]


def _gradients(
    parameters: Knobs,
    activation: str,
    data: Labelled,
    generator: torch.Generator,
    draw: start.Draw | None = None,
) -> _Norms:
    """Norms of weights' and biases' gradients, layer by layer: in float64, so that none is 0."""
    chosen = start.normal(parameters.std) if draw is None else draw
    recipe = Recipe(activation, chosen, parameters.bias)
    stack = Stack(parameters.draws, parameters.widths, recipe, generator)
    return stack.double().differentiate(data)


def _typical(values: Tensor) -> float:
    return float(values.log().mean().exp())


def _beside_the_text(parameters: Knobs, measured: dict[str, _Norms]) -> Iterator[Part]:
    columns = [say("layer")]
    for name in measured:
        columns += [say("{name}, text", name=name), say("{name}, 5 to 95 %", name=name)]
    rows: list[list[str]] = []
    for layer in range(parameters.depth):
        row = [f"fc{layer + 1}.weight"]
        for name, (weights, _) in measured.items():
            low, high = weights[layer].quantile(torch.tensor([0.05, 0.95]).double()).tolist()
            known = parameters.is_text and name in TEXT
            row += [f"{TEXT[name][layer]:.2g}" if known else "", f"{low:.2g} – {high:.2g}"]
        rows.append(row)
    title = say("L2 norm of the gradient in the first epoch, over {n} draws", n=parameters.draws)
    yield Table(title, columns, rows)
    for name, (weights, _) in measured.items() if parameters.is_text else ():
        logs = [layer.log10() for layer in weights]
        far = [
            abs(math.log10(told) - float(log.mean())) / float(log.std())
            for told, log in zip(TEXT[name], logs, strict=True)
        ]
        yield Claim(
            say("The text's five norms with {name} are those of a typical draw", name=name),
            say("each within 4 standard deviations of log10"),
            say("the farthest at {far}", far=f"{max(far):.1f}"),
            max(far) < _SURE,
        )


def _why(
    parameters: Knobs, measured: dict[str, _Norms], data: Labelled, generator: torch.Generator
) -> Iterator[Part]:
    name, steep = parameters.activation, steepest(parameters.activation)
    few = Labelled(data.inputs[0, :64], data.labels[0, :64])
    shares: list[float] = []
    for draw in (start.normal(parameters.std), start.xavier, start.normal(3.0)):
        stack = Stack(64, parameters.widths, Recipe(name, draw), generator)
        shares.append(largest_share_of_bound(stack.double(), *few, steep))
    yield Claim(
        say(
            "No {name} layer passes back more than its weights' norm times {steep}: at any of 64 "
            "points, in nets of small, Xavier and large weights",
            name=name,
            steep=f"{steep:.4g}",
        ),
        say("at most 1 of the bound"),
        f"{max(shares):.4f}",
        0 < max(shares) < 1 + 1e-4,
    )
    for activation, (_, biases) in measured.items() if parameters.is_faint else ():
        expected = typical_factor(
            parameters.width, parameters.std, slope_at(activation, parameters.bias)
        )
        if expected == 0:
            continue
        logs = torch.stack([a.log() - b.log() for a, b in pairwise(biases)])
        mean, error = float(logs.mean()), float(logs.std()) / math.sqrt(logs.numel())
        yield Claim(
            say(
                "With {name} a layer multiplies the gradient by std × slope({bias}) × chi",
                name=activation,
                bias=f"{parameters.bias:g}",
            ),
            f"{expected:.4g}",
            f"{math.exp(mean):.4g} ± {error * math.exp(mean):.2g}",
            abs(mean - math.log(expected)) < _SURE * error,
        )


def _shares(parameters: Knobs, data: Labelled, generator: torch.Generator) -> Iterator[Part]:
    """Which of the two, the activation or the scale, costs more."""
    rows: list[list[str]] = []
    decades: dict[tuple[str, str], float] = {}
    for name in dict.fromkeys((parameters.activation, "relu")):
        for scale, draw in (("N(0, std²)", None), ("Xavier", start.xavier)):
            _, biases = _gradients(parameters, name, data, generator, draw)
            live = (biases[0] > 0) & (biases[-1] > 0)
            lost = -math.log10(_typical((biases[0] / biases[-1])[live]))
            decades[name, scale] = lost / (parameters.depth - 1)
            rows.append([f"{name}, {scale}", f"{lost:.2f}", f"{decades[name, scale]:.2f}"])
    yield Table(
        say("Decades that the gradient loses from the last layer to the first"),
        [say("net"), say("in all"), say("a layer")],
        rows,
    )
    if not parameters.is_text:
        return
    sick = decades["sigmoid", "N(0, std²)"]
    by_scale, by_slope = sick - decades["sigmoid", "Xavier"], sick - decades["relu", "N(0, std²)"]
    expected = (math.log10(1 / math.sqrt(3) / 0.01), math.log10(1 / slope_at("sigmoid", 1.0)))
    yield Claim(
        say("The small weights cost more decades a layer than the sigmoid does"),
        "{:.2f} > {:.2f}".format(*expected),
        f"{by_scale:.2f}, {by_slope:.2f}",
        by_scale > by_slope,
    )


def _as_created(bench: Bench, parameters: Knobs, generator: torch.Generator) -> Iterator[Part]:
    """Thirty layers as PyTorch creates them: theory says 1 / sqrt(6) a layer."""
    networks, width, depth = parameters.draws // 10, 64, 30
    widths = (2, *[width] * depth, 1)
    stack = Stack(networks, widths, Recipe("relu", start.default), generator)
    with torch.no_grad():
        for weight, bias in zip(stack.weights, stack.biases, strict=True):
            bound = 1 / math.sqrt(weight.shape[-1])
            bias.uniform_(-bound, bound, generator=generator)
    points = two_moons(bench.seed).train
    norms = backward_norms(stack.double(), points.inputs[:8].double(), points.labels[:8].double())
    squares = torch.stack([(norm**2).mean(dim=1) for norm in norms])
    factors = (squares[:-1] / squares[1:]).mean(dim=0)
    mean, error = float(factors.mean()), float(factors.std()) / math.sqrt(networks)
    yield Claim(
        say(
            "{depth} ReLU layers of {width}, as PyTorch creates them, keep 1/6 of the squared "
            "gradient each: deep_default_init.py, which is diagnosed below, is such a net",
            depth=depth,
            width=width,
        ),
        say("{factor} of the norm a layer (RMS)", factor=f"{math.sqrt(1 / 6):.4f}"),
        f"{math.sqrt(mean):.4f} ± {error / 2 / math.sqrt(mean):.4f}",
        abs(mean - 1 / 6) < _SURE * error + 0.02 / 6,
    )


def _treatments(parameters: Knobs) -> list[Treatment]:
    name, bias, small = parameters.activation, parameters.bias, start.normal(parameters.std)
    sick, relu = Recipe(name, small, bias), Recipe("relu", small, bias)
    return [
        Treatment(say("none"), sick),
        Treatment("ReLU", relu),
        Treatment("Xavier", Recipe(name, start.xavier)),
        Treatment("Kaiming + ReLU", Recipe("relu", start.kaiming)),
        Treatment("BatchNorm", sick._replace(normalised=True)),
        Treatment("BatchNorm + ReLU", relu._replace(normalised=True)),
        Treatment(say("residual"), sick._replace(residual=True)),
        Treatment(say("residual + ReLU"), relu._replace(residual=True)),
        Treatment("Adam", sick, adam=True),
        Treatment("Adam + ReLU", relu, adam=True),
    ]


def _trial(parameters: Knobs, bench: Bench) -> Trial:
    return Trial(
        parameters.widths,
        two_moons(bench.seed),
        parameters.lr,
        parameters.epochs,
        parameters.networks,
    )


def _cures(parameters: Knobs, bench: Bench, generator: torch.Generator) -> Iterator[Part]:
    trial = _trial(parameters, bench)
    outcomes = {
        treatment.name: attempt(treatment, trial, generator)
        for treatment in bench.track(_treatments(parameters), say("treatments"))
    }
    yield outcomes_table(outcomes, trial)
    groups = {
        "without ReLU": [name for name in outcomes if "ReLU" not in name],
        "with ReLU": [name for name in outcomes if "ReLU" in name],
    }
    yield losses_drawing(outcomes, groups)
    if not (parameters.is_text and parameters.is_long):
        return
    for name, all_learn, claim in (
        ("none", False, say("Untreated, no net leaves the plateau of a constant answer")),
        (
            "ReLU",
            False,
            say("ReLU alone, the text's cure, lifts the gradient but no net off the plateau"),
        ),
        (
            "BatchNorm",
            True,
            say("BatchNorm gives each layer its scale back, and cures every net"),
        ),
        ("Adam", True, say("Adam, which divides the gradient by its size, cures every net")),
    ):
        expected = parameters.networks if all_learn else 0
        found = outcomes[name].left
        of = parameters.networks
        yield Claim(claim, f"{expected} / {of}", f"{found} / {of}", found == expected)
    yield Remark(
        say(
            "A residual sum keeps the gradient alive from layer to layer, but the first layer, "
            "which is wider than its input, has none: what its small weights let through is all "
            "that the others see. Nor does the ratio tell all: Adam learns with the ratio of the "
            "untreated net, and nets that Kaiming's start leaves dead (see dead-relu) do not learn."
        )
    )


def _norms_drawing(parameters: Knobs, measured: dict[str, _Norms]) -> Drawing:
    levels = torch.tensor([0.05, 0.5, 0.95], dtype=torch.float64)
    bands = {
        name: [layer.quantile(levels).tolist() for layer in weights]
        for name, (weights, _) in measured.items()
    }
    layers = [f"fc{k + 1}" for k in range(parameters.depth)]
    told = {name: TEXT[name] for name in measured if parameters.is_text and name in TEXT}

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for (name, band), marker in zip(bands.items(), MARKERS, strict=False):
            low, middle, high = zip(*band, strict=True)
            (line,) = axes.plot(layers, middle, marker=marker, label=f"{name}: median")
            axes.fill_between(layers, low, high, alpha=0.2, color=line.get_color(), linewidth=0)
            if name in told:
                label = "the text" if name == next(iter(told)) else None
                axes.plot(layers, told[name], "x", color="#000000", markersize=7, label=label)
        axes.set(yscale="log", xlabel="layer", ylabel="L2 norm of the weight's gradient")
        axes.legend(loc="lower right")

    data = {"layers": layers, "quantiles 5, 50, 95 %": bands, "text": told}
    caption = say("The gradient by layer over many draws: the band holds 90 % of them")
    return Drawing("gradients", caption, data, draw)


EXPERIMENT = VanishingGradient()
